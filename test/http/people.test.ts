import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

let house: TestGate
let cookie: string
beforeAll(async () => {
  house = await openTestGate()
  cookie = await house.signIn(house.admin.name, house.admin.password)
})
afterAll(() => house.close())

const ask = async (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = { cookie },
) => {
  const answer = await house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { ...headers, [CONSOLE_HEADER]: '1' } },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}

test('a person who is added comes in with the password that was shown once, as what they were made', async () => {
  const added = await ask('POST', '/people', { name: 'eve', role: 'viewer' })
  expect(added.status).toBe(201)
  let own = await house.signIn('eve', added.body.password)
  expect((await ask('GET', '/session', undefined, { cookie: own })).body).toMatchObject({ name: 'eve', role: 'viewer' })
  expect((await ask('GET', '/people', undefined, { cookie: own })).body.code).toBe('HTTP_ROLE_MISSING')
  expect((await ask('POST', '/people', { name: 'eve', role: 'admin' })).body.code).toBe('HTTP_NAME_TAKEN')
  expect(JSON.stringify((await ask('GET', '/people')).body)).not.toContain('argon2')

  // The same role again is no change; with another one they sign in anew.
  await ask('PUT', '/people/eve/role', { role: 'viewer' })
  expect((await ask('GET', '/session', undefined, { cookie: own })).status).toBe(200)
  await ask('PUT', '/people/eve/role', { role: 'operator' })
  expect((await ask('GET', '/session', undefined, { cookie: own })).status).toBe(401)
  own = await house.signIn('eve', added.body.password)
  expect((await ask('GET', '/session', undefined, { cookie: own })).body.role).toBe('operator')

  const mine = { before: added.body.password, after: 'correct horse battery staple' }
  expect((await ask('PUT', '/session/password', { ...mine, before: 'guess' }, { cookie: own })).body.code).toBe('HTTP_PASSWORD_WRONG')
  expect((await ask('PUT', '/session/password', { ...mine, after: 'short' }, { cookie: own })).status).toBe(400)
  expect((await ask('PUT', '/session/password', mine, { cookie: own })).status).toBe(200)
  expect((await ask('GET', '/session', undefined, { cookie: own })).status).toBe(401)
  const again = await house.signIn('eve', mine.after)

  await ask('DELETE', '/people/eve')
  expect((await ask('GET', '/session', undefined, { cookie: again })).status).toBe(401)
})

test('who came in, from where and by what, and who went, is in the audit log', async () => {
  const added = await ask('POST', '/people', { name: 'ivy', role: 'viewer' })
  const own = await house.signIn('ivy', added.body.password)
  for (const _ of [1, 2]) expect((await ask('DELETE', '/session', undefined, { cookie: own })).status).toBe(200)
  expect((await ask('POST', '/session', { name: 'ivy', password: 'guess' }, {})).status).toBe(401)
  const deeds = (await ask('GET', '/audit?who=ivy')).body.rows.map(({ action, after }: { action: string; after: unknown }) => [
    action,
    after,
  ])
  expect(deeds).toEqual([
    ['session.sign-out', null],
    ['session.sign-in', { way: 'password', address: '127.0.0.1', role: 'viewer' }],
  ])
  await ask('DELETE', '/people/ivy')
})

test('somebody with the role admin is always left', async () => {
  const { name } = house.admin
  const others = (await ask('GET', '/people')).body.people.filter(
    (one: { role: string; name: string }) => one.role === 'admin' && one.name !== name,
  )
  for (const other of others) await ask('PUT', `/people/${other.name}/role`, { role: 'viewer' })
  expect((await ask('DELETE', `/people/${name}`)).body.code).toBe('HTTP_LAST_ADMIN')
  expect((await ask('PUT', `/people/${name}/role`, { role: 'viewer' })).body.code).toBe('HTTP_LAST_ADMIN')
  expect((await ask('GET', '/session')).body.role).toBe('admin')
})

test('whoever is signed in in several browsers is signed out of all of them, by themselves or by an admin', async () => {
  const added = await ask('POST', '/people', { name: 'max', role: 'viewer' })
  const isIn = async (own: string) => (await ask('GET', '/session', undefined, { cookie: own })).status === 200
  const signIn = () => house.signIn('max', added.body.password)
  const [desk, phone] = [await signIn(), await signIn()]
  expect((await ask('POST', '/session/everywhere', {}, { cookie: desk })).status).toBe(400)
  expect((await ask('POST', '/session/everywhere', { everywhere: true }, { cookie: desk })).body).toEqual({ sessions: 2 })
  expect([await isIn(desk), await isIn(phone)]).toEqual([false, false])
  const again = await signIn()
  expect((await ask('POST', '/people/max/sign-out', undefined, { cookie: await house.signIn('operator', PASSWORD) })).body.code).toBe(
    'HTTP_ROLE_MISSING',
  )
  expect((await ask('POST', '/people/max/sign-out')).body).toEqual({ sessions: 1 })
  expect(await isIn(again)).toBe(false)
  expect(await signIn()).toContain('=')
  expect((await ask('POST', '/people/nobody/sign-out')).body.code).toBe('HTTP_NOBODY')
  const deeds = (await ask('GET', '/audit?action=person.sign-out')).body.rows
  expect(deeds.map(({ who, before }: { who: string; before: unknown }) => [who, before])).toEqual([
    [house.admin.name, { sessions: 1 }],
    ['max', { sessions: 2 }],
  ])
  await ask('DELETE', '/people/max')
})

test.each<[says: string, path: string, body: object]>([
  ['a program that is called as a person is', '/people/tokens', { name: 'viewer', role: 'admin', days: 1 }],
  ['… in other letters', '/people/tokens', { name: 'VIEWER', role: 'admin', days: 1 }],
  ['a person who is called as a program is', '/people', { name: 'robot', role: 'viewer' }],
  ['a person who is called as another in other letters', '/people', { name: 'Operator', role: 'viewer' }],
  ['the command line', '/people', { name: 'Command line', role: 'viewer' }],
  ['the shop', '/people/tokens', { name: 'Shopify', role: 'viewer', days: 1 }],
])('%s is refused: whoever did something is known by the name alone', async (_, path, body) => {
  await ask('POST', '/people/tokens', { name: 'robot', role: 'viewer', days: 1 })
  expect((await ask('POST', path, body)).body.code).toBe('HTTP_NAME_TAKEN')
  await ask('DELETE', '/people/tokens/robot')
})

test('a token may do what its role may, until it ends or is ended', async () => {
  const made = await ask('POST', '/people/tokens', { name: 'till', role: 'viewer', days: 7 })
  const bearer = { authorization: `Bearer ${made.body.token}` }
  expect((await ask('GET', '/street', undefined, bearer)).status).toBe(200)
  expect((await ask('POST', '/jobs/import-inventory/run', {}, bearer)).body.code).toBe('HTTP_ROLE_MISSING')
  const kept = await house.database.db.query<{ token_sha256: string }>('select token_sha256 from gate.token')
  expect(kept[0]?.token_sha256).not.toContain(made.body.token)
  expect((await ask('GET', '/people')).body.tokens[0]).toMatchObject({
    name: 'till',
    createdBy: house.admin.name,
    usedAt: expect.any(String),
  })

  house.clock.at += 7 * 24 * 3_600_000
  expect((await ask('GET', '/street', undefined, bearer)).status).toBe(401)
  house.clock.at -= 7 * 24 * 3_600_000
  await ask('DELETE', '/people/tokens/till')
  expect((await ask('GET', '/street', undefined, bearer)).status).toBe(401)
})

test('a token that is held to chapters says so, is told what it may not, and never comes to what would give it more', async () => {
  const made = await ask('POST', '/people/tokens', { name: 'forecast', role: 'admin', scopes: ['orders', 'inventory', 'orders'], days: 7 })
  const bearer = { authorization: `Bearer ${made.body.token}` }
  const scopes = ['inventory', 'orders']
  expect((await ask('GET', '/session', undefined, bearer)).body).toMatchObject({ name: 'forecast', scopes })
  expect((await ask('GET', '/people')).body.tokens).toContainEqual(expect.objectContaining({ name: 'forecast', scopes }))
  expect((await ask('GET', '/orders/queue', undefined, bearer)).status).toBe(200)
  const refused = await ask('GET', '/street', undefined, bearer)
  expect(refused).toMatchObject({ status: 403, body: { code: 'HTTP_SCOPE_MISSING', facts: { needed: 'street', scopes } } })
  expect((await ask('GET', '/events', undefined, bearer)).body.code).toBe('HTTP_SCOPE_MISSING')
  for (const more of ['people', 'configuration', 'backup', 'session', 'everything'])
    expect((await ask('POST', '/people/tokens', { name: more, role: 'viewer', scopes: [more], days: 1 })).status).toBe(400)
  const none = await ask('POST', '/people/tokens', { name: 'none', role: 'viewer', scopes: [], days: 1 })
  expect(JSON.stringify(none)).toMatch(/400.*leave scopes out/)
  const [deed] = (await ask('GET', '/audit?subject=token')).body.rows
  expect(deed).toMatchObject({ action: 'token.add', before: null, after: { role: 'admin', scopes } })
  expect((await ask('DELETE', '/people/tokens/forecast')).status).toBe(200)
  const [gone] = (await ask('GET', '/audit?subject=token')).body.rows
  expect(gone).toMatchObject({ action: 'token.remove', before: { role: 'admin', scopes }, after: null })
})

test('whoever found an open session does not guess the password by it, one by one or many at once', async () => {
  const own = await house.signIn('viewer', PASSWORD)
  const guess = () => ask('PUT', '/session/password', { before: 'guess', after: 'correct horse battery staple' }, { cookie: own })
  const codes = (await Promise.all(Array.from({ length: 8 }, guess))).map(answer => answer.body.code)
  expect(codes.filter(code => code === 'HTTP_PASSWORD_WRONG')).toHaveLength(5)
  expect(codes.filter(code => code === 'HTTP_TOO_MANY_LOGINS')).toHaveLength(3)
})

test('a lost password is made anew by an admin, and whoever was signed in under that name is out', async () => {
  const before = await house.signIn('viewer', PASSWORD)
  const made = await ask('POST', '/people/viewer/password')
  expect((await ask('GET', '/session', undefined, { cookie: before })).status).toBe(401)
  await expect(house.signIn('viewer', PASSWORD)).rejects.toThrow()
  expect(await house.signIn('viewer', made.body.password)).toContain('=')
})

test('who did it is on record, and no secret with it', async () => {
  const deeds = JSON.stringify((await ask('GET', '/audit?subject=person')).body.rows)
  for (const action of ['person.add', 'person.role', 'person.password', 'person.remove']) expect(deeds).toContain(action)
  expect(deeds).not.toMatch(/argon2|correct horse/)
})
