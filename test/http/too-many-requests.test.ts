import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

/* The gate on a real port, asked more often than it answers. Its clock stands still, so that nothing fills up by itself. */

const PER_MINUTE = 120
const HALF = PER_MINUTE / 2

let house: TestGate
let url: string
beforeAll(async () => {
  const errorsDir = path.resolve(import.meta.dirname, '../../docs/errors')
  house = await openTestGate({ errorsDir, proxy: '127.0.0.1', requestsPerMinute: PER_MINUTE })
  url = (await house.gate.listen({ host: '127.0.0.1', port: 0 })).url
})
afterAll(() => house.close())

type Headers = Record<string, string>
const ask = (route: string, headers: Headers, init: RequestInit = {}) => fetch(`${url}${route}`, { ...init, headers })

/** So many at once; how often each status came. */
async function flood(count: number, route: string, headersOf: (n: number) => Headers, init: RequestInit = {}) {
  const statuses: Record<number, number> = {}
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(route, headersOf(n), init)))
  for (const answer of answers) {
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    await answer.arrayBuffer()
  }
  return statuses
}
const from = (address: string): Headers => ({ 'x-forwarded-for': address })

test('one person may ask so often, from wherever and in however many browsers; others go on', async () => {
  const cookies = [await house.signIn('viewer', PASSWORD), await house.signIn('viewer', PASSWORD)]
  for (const cookie of cookies) expect((await ask('/api/v1/session', { cookie, ...from('10.0.0.1') })).status).toBe(200)
  const statuses = await flood(200, '/api/v1/jobs/runs?pageSize=1', n => ({ cookie: cookies[n % 2] ?? '', ...from(`10.0.1.${n}`) }))
  expect(statuses).toEqual({ 200: PER_MINUTE, 429: 200 - PER_MINUTE })
  const other = await house.signIn('operator', PASSWORD)
  expect((await ask('/api/v1/session', { cookie: other, ...from('10.0.0.1') })).status).toBe(200)
})

test('the answer is a problem document that says when to come again, and its page is there', async () => {
  await flood(HALF, '/api/v1/openapi.json', () => from('10.0.0.2'))
  const answer = await ask('/api/v1/openapi.json', from('10.0.0.2'))
  expect(answer.status).toBe(429)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.headers.get('retry-after')).toBe('1')
  const problem = (await answer.json()) as { retryAfterMs: number; docs: string }
  expect(problem).toMatchObject({ code: 'HTTP_TOO_MANY_REQUESTS', status: 429, retry: 'backoff', retryAfterMs: 60_000 / HALF })
  expect((await ask('/api/v1/help/HTTP_TOO_MANY_REQUESTS', from('10.0.0.3'))).status).toBe(200)
  house.clock.at += problem.retryAfterMs
  expect((await ask('/api/v1/openapi.json', from('10.0.0.2'))).status).toBe(200)
  expect((await ask('/api/v1/openapi.json', from('10.0.0.2'))).status).toBe(429)
})

test('made-up tokens and sessions all count for their address', async () => {
  const statuses = await flood(100, '/api/v1/stock', n => ({ authorization: `Bearer made-up-${n}`, ...from('10.0.0.4') }))
  expect(statuses).toEqual({ 401: HALF, 429: 100 - HALF })
  expect(await flood(1, '/api/v1/stock', () => ({ cookie: 'trueup_session=made-up', ...from('10.0.0.4') }))).toEqual({ 429: 1 })
})

test('guessing passwords under ever other names is stopped before any password is compared', async () => {
  const init = { method: 'POST', body: JSON.stringify({ name: 'nobody', password: 'x' }) }
  const headers = { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' }
  const statuses = await flood(80, '/api/v1/session', () => ({ ...headers, ...from('10.0.0.5') }), init)
  expect(statuses[429]).toBeGreaterThanOrEqual(80 - HALF)
})

test('who is signed in is not kept out by what others do at the same address', async () => {
  const cookie = await house.signIn('operator', PASSWORD)
  await ask('/api/v1/session', { cookie, ...from('10.0.0.6') })
  await flood(HALF + 5, '/api/v1/openapi.json', () => from('10.0.0.6'))
  expect((await ask('/api/v1/session', { cookie, ...from('10.0.0.6') })).status).toBe(200)
})

test('the command line of this machine is not counted, and neither is whether the program lives', async () => {
  const authorization = `Bearer ${house.cliToken}`
  await ask('/api/v1/jobs', { authorization })
  expect(await flood(200, '/api/v1/jobs/runs?pageSize=1', () => ({ authorization, ...from('10.0.0.7') }))).toEqual({ 200: 200 })
  expect(await flood(200, '/health/live', () => from('10.0.0.7'))).toEqual({ 200: 200 })
})
