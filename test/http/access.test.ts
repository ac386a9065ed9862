import { afterAll, beforeAll, expect, test } from 'vitest'
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '../../src/http/auth.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { FAILURES_PER_PERSON_MAX, FAILURES_WINDOW_MS } from '../../src/http/login-throttle.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
})
afterAll(() => house.close())

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, headers: Record<string, string> = {}, payload?: object) =>
  house.gate.app.inject({ method, url, headers, ...(payload ? { payload } : {}) })

test('every address of the API but the sign-in wants somebody signed in', async () => {
  const { paths } = (await ask('GET', '/api/v1/openapi.json')).json() as { paths: Record<string, Record<string, unknown>> }
  const open: string[] = []
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods)) {
      const url = path.replaceAll(/\{\w+\}/g, '1')
      const answer = await ask(method.toUpperCase() as 'GET', url)
      if (answer.statusCode !== 401) open.push(`${method} ${path} ${answer.statusCode}`)
      else expect(answer.json()).toMatchObject({ code: 'HTTP_NOT_SIGNED_IN', status: 401 })
    }
  }
  expect(open.toSorted()).toEqual([
    ...['delete /api/v1/session 403', 'get /api/v1/session/sign-on 303', 'get /api/v1/session/sign-on/back 303'],
    ...['get /api/v1/session/ways 200', 'post /api/v1/session 403'],
  ])
})

test('the first admin is made once and signs in with the password that was shown', async () => {
  const cookie = await house.signIn(house.admin.name, house.admin.password)
  const me = await ask('GET', '/api/v1/session', { cookie })
  expect(me.json()).toEqual({ name: 'admin', role: 'admin', expiresAt: new Date(NOW + SESSION_IDLE_MS).toISOString(), scopes: null })
  const stored = await house.database.db.query<{ kept: string }>(
    'select password_hash as kept from gate.person union all select token_sha256 from gate.session',
  )
  for (const { kept } of stored) expect(kept).not.toContain(house.admin.password)
  for (const { kept } of stored) expect(cookie).not.toContain(kept)
})

test('the cookie is for this site, this API and no script', async () => {
  const answer = await ask('POST', '/api/v1/session', { [CONSOLE_HEADER]: '1' }, { name: 'viewer', password: PASSWORD })
  expect(answer.headers['set-cookie']).toMatch(/; Path=\/api; HttpOnly; SameSite=Strict$/)
  expect(answer.headers['cache-control']).toBe('no-store')
})

test('a session that somebody put into the browser before is not the one that is signed in', async () => {
  const signInWith = async (cookie: string) => {
    const headers = { [CONSOLE_HEADER]: '1', cookie }
    const answer = await ask('POST', '/api/v1/session', headers, { name: 'operator', password: PASSWORD })
    return `trueup_session=${answer.cookies.find(one => one.name === 'trueup_session')?.value}`
  }
  const planted = 'trueup_session=11111111111111111111111111111111'
  const own = await signInWith(planted)
  expect(own).not.toBe(planted)
  expect((await ask('GET', '/api/v1/session', { cookie: planted })).statusCode).toBe(401)

  // One that is good, and belongs to somebody else: it ends, so that who planted it does not watch on.
  const another = await house.signIn('viewer', PASSWORD)
  const again = await signInWith(another)
  expect(again).not.toBe(another)
  expect((await ask('GET', '/api/v1/session', { cookie: another })).statusCode).toBe(401)
  expect((await ask('GET', '/api/v1/session', { cookie: again })).json().name).toBe('operator')
})

test('a session ends when it is signed out, when nobody uses it, and after a week in any case', async () => {
  const signedOut = await house.signIn('viewer', PASSWORD)
  expect((await ask('DELETE', '/api/v1/session', { cookie: signedOut, [CONSOLE_HEADER]: '1' })).statusCode).toBe(200)
  expect((await ask('GET', '/api/v1/street', { cookie: signedOut })).statusCode).toBe(401)

  const used = await house.signIn('viewer', PASSWORD)
  const unused = await house.signIn('viewer', PASSWORD)
  for (let at = 0; at < SESSION_ABSOLUTE_MS; at += SESSION_IDLE_MS / 2) {
    house.clock.at = NOW + at
    expect((await ask('GET', '/api/v1/session', { cookie: used })).statusCode).toBe(200)
  }
  expect((await ask('GET', '/api/v1/session', { cookie: unused })).statusCode).toBe(401)
  house.clock.at = NOW + SESSION_ABSOLUTE_MS
  expect((await ask('GET', '/api/v1/session', { cookie: used })).statusCode).toBe(401)
  house.clock.at = NOW
})

test('a wrong password is refused, and after a few of them the right one too, until some minutes have passed', async () => {
  const attempt = (name: string, password: string) => ask('POST', '/api/v1/session', { [CONSOLE_HEADER]: '1' }, { name, password })
  for (let failed = 0; failed < FAILURES_PER_PERSON_MAX; failed += 1) {
    expect((await attempt('operator', 'guess')).json()).toMatchObject({ status: 401, code: 'HTTP_PASSWORD_WRONG' })
  }
  const throttled = await attempt('operator', PASSWORD)
  expect(throttled.json()).toMatchObject({ status: 429, code: 'HTTP_TOO_MANY_LOGINS', retryAfterMs: FAILURES_WINDOW_MS })
  expect(throttled.headers['retry-after']).toBe(String(FAILURES_WINDOW_MS / 1_000))
  expect((await attempt('viewer', PASSWORD)).statusCode).toBe(201)
  house.clock.at = NOW + FAILURES_WINDOW_MS
  expect((await attempt('operator', PASSWORD)).statusCode).toBe(201)
  house.clock.at = NOW
})

test('nobody learns from an answer whether a name exists', async () => {
  const wrong = async (name: string) => (await ask('POST', '/api/v1/session', { [CONSOLE_HEADER]: '1' }, { name, password: 'guess' })).body
  expect(await wrong('nobody at all')).toBe(await wrong('viewer'))
})

test('the token of the command line comes in, another does not', async () => {
  expect((await ask('GET', '/api/v1/session', { authorization: `Bearer ${house.cliToken}` })).json()).toMatchObject({
    role: 'admin',
    expiresAt: null,
    scopes: null,
  })
  expect((await ask('GET', '/api/v1/session', { authorization: `Bearer ${house.cliToken}x` })).statusCode).toBe(401)
  const run = await ask('POST', '/api/v1/jobs/import-inventory/run', { authorization: `Bearer ${house.cliToken}` })
  expect([run.statusCode, house.done.jobs]).toEqual([202, ['import-inventory']])
})

test.each([
  ['a viewer may not run a job', 'viewer', '/api/v1/jobs/import-inventory/run', 403],
  ['an operator may', 'operator', '/api/v1/jobs/import-inventory/run', 202],
  ['a viewer may not upload', 'viewer', '/api/v1/feeds/inventory-reset/files?name=x.csv', 403],
  ['a viewer may not decide about a held file', 'viewer', '/api/v1/files/4/release', 403],
])('%s', async (_title, name, url, status) => {
  const cookie = await house.signIn(name, PASSWORD)
  const answer = await ask('POST', url, { cookie, [CONSOLE_HEADER]: '1' })
  expect(answer.statusCode).toBe(status)
  if (status === 403) expect(answer.json()).toMatchObject({ code: 'HTTP_ROLE_MISSING', facts: { needed: 'operator', role: 'viewer' } })
})

test.each([
  ['without the header of the console', {}, 403],
  ['with the header from a foreign page', { [CONSOLE_HEADER]: '1', origin: 'https://evil.example' }, 403],
  ['with the header from a page without an origin', { [CONSOLE_HEADER]: '1', origin: 'null' }, 403],
  ['with the header from another port of this host', { [CONSOLE_HEADER]: '1', origin: 'http://localhost:7311' }, 403],
  ['with the header from our own page', { [CONSOLE_HEADER]: '1', origin: 'http://localhost:7310' }, 202],
])('a change %s', async (_title, headers, status) => {
  const cookie = await house.signIn('operator', PASSWORD)
  const answer = await ask('POST', '/api/v1/jobs/import-inventory/run', { cookie, host: 'localhost:7310', ...headers })
  expect(answer.statusCode).toBe(status)
  if (status === 403) expect(answer.json()).toMatchObject({ code: 'HTTP_CROSS_SITE' })
})

test('behind a proxy the cookie goes over TLS only, and nobody but the proxy is believed about where a request comes from', async () => {
  const behind = await openTestGate({ proxy: '10.0.0.5' })
  const signIn = (remoteAddress: string, host: string) =>
    behind.gate.app.inject({
      ...{ method: 'POST', url: '/api/v1/session', remoteAddress, payload: { name: 'viewer', password: PASSWORD } },
      headers: { [CONSOLE_HEADER]: '1', host: '127.0.0.1:7310', 'x-forwarded-host': host, origin: `https://${host}` },
    })
  const through = await signIn('10.0.0.5', 'trueup.example')
  expect([through.statusCode, through.headers['set-cookie']]).toEqual([201, expect.stringMatching(/; Secure/)])
  expect((await signIn('10.0.0.6', 'evil.example')).json()).toMatchObject({ code: 'HTTP_CROSS_SITE' })
  await behind.close()
})
