import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openOidc } from '../../src/adapters/oidc/provider.ts'
import type { Role } from '../../src/http/contract/route.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'
import { type OddProvider, resetDials, startOddProvider } from './odd-provider.ts'

/* Signing on by an OpenID provider, as a browser does it: out, back, and every way in which somebody may try to come back as another. */

let house: TestGate
let provider: OddProvider
const logged: string[] = []
const rules: { roleOfValue: Record<string, Role>; roleDefault: Role | null } = {
  roleOfValue: { 'stock-admins': 'admin', 'store-ops': 'operator' },
  roleDefault: 'viewer',
}
const CLIENT = { id: 'trueup', secret: 'the secret of the client' }

beforeAll(async () => {
  provider = await startOddProvider(CLIENT)
  const oidc = openOidc({
    ...{ issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret },
    ...{ scope: 'openid profile email', roleClaim: 'realm_access.roles' },
  })
  const warn = (line: Record<string, unknown>) => void logged.push(JSON.stringify(line))
  house = await openTestGate({
    log: { debug() {}, info() {}, warn },
    errorsDir: path.resolve(import.meta.dirname, '../../docs/errors'),
    signOn: { ...rules, label: 'Example', provider: oidc, publicUrl: null },
  })
})
afterAll(async () => {
  await house.close()
  await provider.close()
})
afterEach(() => resetDials(provider))

const get = (url: string, cookie = '') =>
  house.gate.app.inject({ method: 'GET', url, headers: { host: 'trueup.test', ...(cookie ? { cookie } : {}) } })

/** The browser is sent away: where to, and the cookie that it keeps. */
async function begin() {
  const answer = await get('/api/v1/session/sign-on')
  const kept = answer.cookies.find(one => one.name === 'trueup_sign_on')
  return { answer, to: String(answer.headers.location), cookie: `trueup_sign_on=${kept?.value}`, kept }
}

/** The browser comes back. */
async function comeBack(url: string, cookie: string) {
  const { pathname, search } = new URL(url)
  const answer = await get(`${pathname}${search}`, cookie)
  const session = answer.cookies.find(one => one.name === 'trueup_session')
  return { status: answer.statusCode, to: String(answer.headers.location), session }
}

async function signOn(claims: Record<string, unknown> = {}) {
  provider.dials.claims = claims
  const { to, cookie } = await begin()
  const back = await comeBack(provider.answer(to), cookie)
  const who = back.session ? (await get('/api/v1/session', `trueup_session=${back.session.value}`)).json() : null
  return { ...back, who }
}
const withRoles = (...roles: string[]) => ({ realm_access: { roles } })
const people = () =>
  house.database.db.query<{ name: string; role: string; subject: string | null }>(
    'select name, role, subject from gate.person order by person_id',
  )

test('the sign-in page is told of the way only where there is one', async () => {
  expect((await get('/api/v1/session/ways')).json()).toEqual({ signOn: { label: 'Example', to: '/api/v1/session/sign-on' } })
  const without = await openTestGate()
  try {
    const ask = (url: string) => without.gate.app.inject({ url })
    expect((await ask('/api/v1/session/ways')).json()).toEqual({ signOn: null })
    expect((await ask('/api/v1/session/sign-on')).headers.location).toBe('/?signOn=HTTP_SIGN_ON_OFF')
    expect((await ask('/api/v1/session/sign-on/back?code=x&state=y')).headers.location).toBe('/?signOn=HTTP_SIGN_ON_OFF')
  } finally {
    await without.close()
  }
})

test('out with state, nonce and a challenge; nothing of the secret is in the address', async () => {
  const { answer, to, kept } = await begin()
  expect(answer.statusCode).toBe(303)
  const asked = new URL(to).searchParams
  expect(Object.fromEntries(asked)).toMatchObject({
    ...{ response_type: 'code', client_id: 'trueup', code_challenge_method: 'S256', scope: 'openid profile email' },
    redirect_uri: 'http://trueup.test/api/v1/session/sign-on/back',
  })
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(kept).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/api/v1/session/sign-on', maxAge: 600 })
  expect(to).not.toContain(kept?.value)
  expect(JSON.stringify(await house.database.db.query('select * from gate.sign_on'))).not.toContain(kept?.value)
})

test('who comes in for the first time is made, with the role that the claim gives; a later one follows the claim', async () => {
  const first = await signOn({ ...withRoles('store-ops'), preferred_username: 'ada' })
  expect(first).toMatchObject({ status: 303, to: '/', who: { name: 'ada', role: 'operator' } })
  expect(first.session).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api' })
  expect((await signOn({ ...withRoles('stock-admins', 'store-ops'), preferred_username: 'another name' })).who).toMatchObject({
    name: 'ada',
    role: 'admin',
  })
  expect((await signOn({ ...withRoles('everybody') })).who).toMatchObject({ name: 'ada', role: 'viewer' })
  const log = await house.database.db.query<{ who: string; action: string; way: string | null }>(
    `select who, action, after->>'way' as way from audit.entry where name = 'ada' order by seq`,
  )
  expect(log.map(({ who, action, way }) => `${who} ${action}${way === null ? '' : ` by ${way}`}`)).toEqual([
    ...['sign-on person.add', 'ada session.sign-in by sign-on', 'sign-on person.role', 'ada session.sign-in by sign-on'],
    ...['sign-on person.role', 'ada session.sign-in by sign-on'],
  ])
  expect((await people()).filter(one => one.subject === 'subject-1')).toHaveLength(1)
})

test('the local admin stays and comes in by password; whoever comes by the other system has none', async () => {
  expect(await house.signIn(house.admin.name, house.admin.password)).toContain('trueup_session=')
  for (const password of ['', 'null', PASSWORD]) {
    const headers = { [CONSOLE_HEADER]: '1' }
    const tried = await house.gate.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers,
      payload: { name: 'ada', password: password || 'x' },
    })
    expect(tried.json().code).toBe('HTTP_PASSWORD_WRONG')
  }
})

test('a name that a person or a token has is not taken over', async () => {
  await house.database.db.query(
    `insert into gate.token (name, token_sha256, role, created_at, created_by, expires_at) values ('till', 'x', 'operator', $1, 'admin', $1)`,
    [new Date()],
  )
  const host = new URL(provider.issuer).host
  for (const [n, name] of ['admin', 'ADMIN', 'till', 'command line', 'ada'].entries())
    expect((await signOn({ sub: `taker-${n}`, preferred_username: name })).who).toMatchObject({
      name: `taker-${n}@${host}`,
      role: 'viewer',
    })
})

test('an address that nobody checked is no name; one that was is', async () => {
  const host = new URL(provider.issuer).host
  const unchecked = { sub: 'mail-1', email: 'boss@example.org', email_verified: false }
  expect((await signOn(unchecked)).who.name).toBe(`mail-1@${host}`)
  expect((await signOn({ ...unchecked, sub: 'mail-2', email_verified: 'true' })).who.name).toBe(`mail-2@${host}`)
  expect((await signOn({ ...unchecked, sub: 'mail-3', email_verified: true })).who.name).toBe('boss@example.org')
})

test('roles that only userinfo tells are believed for the same subject and for no other', async () => {
  provider.dials.userinfo = { sub: 'info-1', realm_access: { roles: ['store-ops'] } }
  expect((await signOn({ sub: 'info-1' })).who.role).toBe('operator')
  provider.dials.userinfo = { sub: 'somebody else', realm_access: { roles: ['stock-admins'] } }
  expect(await signOn({ sub: 'info-2' })).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_REFUSED', who: null })
})

const now = () => Math.floor(Date.now() / 1_000)
const odd: [string, Partial<OddProvider['dials']>, Record<string, unknown>][] = [
  ['with the nonce of another sign-on', { isNonceWrong: true }, {}],
  ['without a nonce', {}, { nonce: undefined }],
  ['signed by another key', { signedBy: 'another key' }, {}],
  ['signed by nobody', { signedBy: 'nobody' }, {}],
  ['made for another program', {}, { aud: 'another' }],
  ['of another issuer', {}, { iss: 'https://elsewhere.example' }],
  ['that ended long ago', {}, { iat: now() - 7_200, exp: now() - 3_600 }],
  ['that names nobody', {}, { sub: undefined }],
]
test.each(odd)('a token %s lets nobody in', async (_title, turn, claims) => {
  Object.assign(provider.dials, turn)
  const before = await people()
  expect(await signOn({ ...withRoles('stock-admins'), ...claims })).toMatchObject({
    status: 303,
    to: '/?signOn=HTTP_SIGN_ON_REFUSED',
    who: null,
  })
  expect(await people()).toEqual(before)
})

test('a state that is not of this sign-on lets nobody in, and ends it', async () => {
  const { to, cookie } = await begin()
  const back = new URL(provider.answer(to))
  back.searchParams.set('state', 'a'.repeat(43))
  expect(await comeBack(back.href, cookie)).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_REFUSED', session: undefined })
  expect(await comeBack(provider.answer(to), cookie)).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_EXPIRED', session: undefined })
})

test('the way back of another browser is of no use in this one', async () => {
  const [mine, theirs] = [await begin(), await begin()]
  expect(await comeBack(provider.answer(theirs.to), mine.cookie)).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_REFUSED', session: undefined })
  expect(await comeBack(provider.answer(theirs.to), '')).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_EXPIRED', session: undefined })
})

test('a way back counts once: neither it nor its code is used again', async () => {
  const { to, cookie } = await begin()
  const back = provider.answer(to)
  const [first, second] = await Promise.all([comeBack(back, cookie), comeBack(back, cookie)])
  expect([first.to, second.to].sort()).toEqual(['/', '/?signOn=HTTP_SIGN_ON_EXPIRED'])
  const again = await begin()
  const replayed = new URL(back)
  replayed.searchParams.set('state', new URL(again.to).searchParams.get('state') ?? '')
  expect(await comeBack(replayed.href, again.cookie)).toMatchObject({ to: '/?signOn=HTTP_SIGN_ON_REFUSED', session: undefined })
})

test('after ten minutes it is begun again', async () => {
  const { to, cookie } = await begin()
  house.clock.at += 10 * 60_000
  expect((await comeBack(provider.answer(to), cookie)).to).toBe('/?signOn=HTTP_SIGN_ON_EXPIRED')
})

test('the session that the browser came with is not carried on', async () => {
  const { to, cookie } = await begin()
  const planted = await house.signIn('viewer', PASSWORD)
  expect((await comeBack(provider.answer(to), `${cookie}; ${planted}`)).to).toBe('/')
  expect((await get('/api/v1/session', planted)).statusCode).toBe(401)
})

test('the provider says no, or nothing', async () => {
  const { to, cookie } = await begin()
  const no = `http://trueup.test/api/v1/session/sign-on/back?error=access_denied&state=${new URL(to).searchParams.get('state')}`
  expect((await comeBack(no, cookie)).to).toBe('/?signOn=HTTP_SIGN_ON_REFUSED')
  expect(logged.at(-1)).toContain('access_denied')
  const later = await begin()
  provider.dials.isAway = true
  expect((await comeBack(provider.answer(later.to), later.cookie)).to).toBe('/?signOn=HTTP_SIGN_ON_UNREACHABLE')
})

test('no secret of a sign-on is in the log', () => {
  expect(logged.length).toBeGreaterThan(5)
  for (const word of [CLIENT.secret, 'an-access-token', 'code-']) expect(logged.join('\n')).not.toContain(word)
})
