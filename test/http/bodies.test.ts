import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { realSleep } from '../../src/app/world.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { BODY_MS_MAX, SILENCE_MS_MAX } from '../../src/http/slow-bodies.ts'
import { openTestGate, type TestGate } from './gate.ts'

/* Bodies that are too large, and bodies that never end, over a real connection. The gate's time runs a hundred times faster. */
const FASTER = 100

let house: TestGate
let port: number
beforeAll(async () => {
  house = await openTestGate({ sleep: (ms, signal) => realSleep(ms / FASTER, signal) })
  port = (await house.gate.listen({ host: '127.0.0.1', port: 0 })).port
})
afterAll(() => house.close())

const SIGN_IN = 'POST /api/v1/session'
const RUN = 'POST /api/v1/jobs/import-inventory/run'
const FILE = 'POST /api/v1/feeds/inventory-reset/files?name=slow.csv'

test.each([
  ['a sign-in', SIGN_IN, 'application/json'],
  ['a change', RUN, 'application/json'],
])('%s that says it will be large is refused before it is read', async (_what, request, type) => {
  const line = await open(request, { 'content-type': type, 'content-length': String(1_024 ** 3) })
  line.write('{"name":"')
  expect(await answerOf(line)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"HTTP_BODY_TOO_LARGE"/)
})

test('a change that grows beyond what it may be is refused on the way', async () => {
  const line = await open(RUN, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
  const piece = 'x'.repeat(64 * 1_024)
  line.on('error', () => {})
  for (let sent = 0; sent < 40; sent++) line.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
  expect(await answerOf(line)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"HTTP_BODY_TOO_LARGE"/)
})

test.each([
  ['a sign-in', SIGN_IN],
  ['a change', RUN],
])('%s that never ends is let go, however diligently it drips', async (_what, request) => {
  const line = await open(request, { 'content-type': 'application/json', 'content-length': '100000' })
  const since = performance.now()
  const dripping = drip(line, 20)
  expect(await answerOf(line)).toMatch(/^HTTP\/1\.1 408 [\s\S]*connection: close[\s\S]*"code":"HTTP_BODY_SLOW"/)
  await dripping
  expect(performance.now() - since).toBeLessThan((3 * BODY_MS_MAX) / FASTER + 1_000)
})

test.each([
  ['a change', RUN, 'application/json'],
  ['a file', FILE, 'text/csv'],
])('%s of nobody that drips on after it was refused is let go as well', async (_what, request, type) => {
  const line = await open(request, { 'content-type': type, 'content-length': '100000', authorization: 'Bearer nobody' })
  const since = performance.now()
  const dripping = drip(line, 20)
  const letGo = await Promise.race([answerOf(line), wait((3 * BODY_MS_MAX) / FASTER + 1_000, 'still held')])
  line.destroy()
  await dripping
  expect(letGo).toMatch(/^HTTP\/1\.1 401 /)
  expect(performance.now() - since).toBeGreaterThan((0.5 * BODY_MS_MAX) / FASTER)
})

test('a file that stops coming is let go, and is no file', async () => {
  const before = house.done.uploads.length
  const line = await open(FILE, { 'content-type': 'text/csv', 'content-length': '100000' })
  line.write('sku,facility,quantity\n')
  expect(await answerOf(line)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"HTTP_BODY_SLOW"/)
  expect(house.done.uploads.length).toBe(before)
})

test('a file that comes slowly and does come is taken', async () => {
  const line = await open(FILE, { 'content-type': 'text/csv', 'content-length': '20', connection: 'close' })
  const answer = answerOf(line)
  for (let sent = 0; sent < 20; sent++) {
    line.write('x')
    await wait(SILENCE_MS_MAX / FASTER / 12)
  }
  expect(await answer).toMatch(/^HTTP\/1\.1 201 /)
  expect(house.done.uploads.at(-1)).toEqual({ name: 'slow.csv', bytes: 'x'.repeat(20) })
})

async function open(request: string, headers: Record<string, string>): Promise<Socket> {
  const line = connect(port, '127.0.0.1')
  await once(line, 'connect')
  const [method, url] = request.split(' ')
  const shown = { host: `127.0.0.1:${port}`, [CONSOLE_HEADER]: '1', authorization: `Bearer ${house.cliToken}`, ...headers }
  const lines = Object.entries(shown).map(([name, value]) => `${name}: ${value}\r\n`)
  line.write(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return line
}

/** Everything that comes back until the other side closes. */
async function answerOf(line: Socket): Promise<string> {
  let said = ''
  line.on('data', chunk => {
    said += String(chunk)
    if (/^HTTP\/1\.1 413/.test(said) && said.endsWith('}')) line.destroy()
  })
  line.on('error', () => {})
  // Not by once(): that gives up at an error, and a line that is cut while something is on its way ends with one.
  await new Promise(closed => line.once('close', closed))
  return said
}

async function drip(line: Socket, everyMs: number): Promise<void> {
  while (!line.destroyed && line.writable) {
    line.write(' ')
    await wait(everyMs)
  }
}
