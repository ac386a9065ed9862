import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { someBytes } from '../../../../test/doors/door-contract.ts'
import { type ServerUnderTest, startTestServer } from '../../../../test/doors/sftp-server.ts'
import { openFaultyLine } from '../../../../test/network/faulty-line.ts'
import type { Remote, SourceAddress } from '../../../feed/source-port.ts'
import { sftpDoor } from './client.ts'
import { TAIL_BYTES } from './fetch.ts'

let spoolDir: string
let under: ServerUnderTest
let remote: Remote | null
const clock = { now: () => Date.now() }
const door = () => sftpDoor({ spoolDir, agentSocket: null, clock })

beforeEach(async () => {
  spoolDir = await mkdtemp(path.join(tmpdir(), 'trueup-fetch-'))
  under = await startTestServer()
  remote = null
})
afterEach(async () => {
  await remote?.close()
  await under.close()
  await rm(spoolDir, { recursive: true, force: true })
})

function address(changes: Partial<SourceAddress> = {}): SourceAddress {
  return {
    host: '127.0.0.1',
    port: under.server.port,
    user: 'erp',
    proof: { kind: 'password', password: 'secret' },
    hostKey: { type: 'ssh-ed25519', fingerprint: under.server.fingerprint },
    limits: { connectMs: 5_000, idleMs: 5_000, overallMs: 20_000 },
    ...changes,
  }
}

const connect = async (changes: Partial<SourceAddress> = {}) => {
  remote = await door().connect(address(changes))
  return remote
}

const AT = Date.UTC(2026, 10, 23, 2, 4)
async function lay(name: string, bytes: Buffer | string): Promise<{ bytes: number; modifiedAt: number }> {
  const file = path.join(under.homesDir, 'erp', name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
  await utimes(file, AT / 1_000, AT / 1_000)
  return { bytes: bytes.length, modifiedAt: AT }
}
const held = (spoolName = 'one') => readFile(path.join(spoolDir, spoolName))

test('the first contact shows the server’s key and says nothing secret', async () => {
  await expect(connect({ hostKey: null })).rejects.toMatchObject({
    code: 'SOURCE_HOST_KEY_NEW',
    detail: { fingerprint: under.server.fingerprint, keyType: 'ssh-ed25519' },
  })
  expect(under.log).toEqual([])
})

test('another key than the accepted one ends the connection before the password is sent', async () => {
  await expect(connect({ hostKey: { type: 'ssh-ed25519', fingerprint: 'SHA256:other' } })).rejects.toMatchObject({
    code: 'SOURCE_HOST_KEY_CHANGED',
    retry: 'after-operator',
    detail: { fingerprint: under.server.fingerprint, accepted: 'SHA256:other' },
  })
  expect(under.log).toEqual([])
})

test('a server that has an RSA key as well is asked for the accepted kind only', async () => {
  const shown = await connect({ hostKey: { type: 'ssh-rsa', fingerprint: 'SHA256:unknown' } }).catch(error => error)
  expect(shown).toMatchObject({ code: 'SOURCE_HOST_KEY_CHANGED', detail: { keyType: 'ssh-rsa' } })
  await connect({ hostKey: { type: 'ssh-rsa', fingerprint: shown.detail.fingerprint } })
})

const refusals: [string, () => Partial<SourceAddress>, string][] = [
  ['a wrong password', () => ({ proof: { kind: 'password', password: 'guess' } }), 'SOURCE_AUTHENTICATION'],
  ['a key that is none', () => ({ proof: { kind: 'key', privateKey: 'nonsense', passphrase: null } }), 'SOURCE_KEY_UNREADABLE'],
  ['no agent', () => ({ proof: { kind: 'agent' } }), 'SOURCE_AGENT_MISSING'],
  ['a port where nobody listens', () => ({ port: 1 }), 'SOURCE_UNREACHABLE'],
  ['a name that nobody has', () => ({ host: 'nobody.invalid' }), 'SOURCE_UNREACHABLE'],
]
test.each(refusals)('%s is told apart from other troubles', async (_what, changes, code) => {
  await expect(connect(changes())).rejects.toMatchObject({ code })
})

test('a server that accepts and then says nothing is left after the limit for coming in', async () => {
  const silent = createServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const startedAt = Date.now()
  const limits = { connectMs: 200, idleMs: 5_000, overallMs: 20_000 }
  await expect(connect({ port: (silent.address() as AddressInfo).port, limits })).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
  expect(Date.now() - startedAt).toBeLessThan(2_000)
  silent.close()
})

test('a line that falls silent in the middle of a file is left after the idle limit', async () => {
  const expected = await lay('big.csv', someBytes(2_000_000))
  const proxy = await openFaultyLine({ host: '127.0.0.1', port: under.server.port })
  proxy.plan({ kind: 'stall', direction: 'down', atByte: 1_000_000 })
  await connect({ port: proxy.port, limits: { connectMs: 5_000, idleMs: 300, overallMs: 20_000 } })
  await expect(remote?.download('/big.csv', { spoolName: 'one', expected, mayResume: false })).rejects.toMatchObject({
    code: 'SOURCE_TIMEOUT',
  })
  expect(proxy.met()).toBe(1)
  await proxy.close()
})

test('a line that trickles for ever is left after the limit over all', async () => {
  const expected = await lay('big.csv', someBytes(2_000_000))
  const proxy = await openFaultyLine({ host: '127.0.0.1', port: under.server.port })
  proxy.plan({ kind: 'throttle', direction: 'down', atByte: 100_000 })
  await connect({ port: proxy.port, limits: { connectMs: 5_000, idleMs: 5_000, overallMs: 400 } })
  const loop = async () => {
    for (;;) await remote?.download('/big.csv', { spoolName: 'one', expected, mayResume: false })
  }
  await expect(loop()).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
  await proxy.close()
})

test('a fetched file is the file, of any length', async () => {
  const { download } = await connect()
  for (const length of [0, 1, 32_767, 32_768, 32_769, 3_000_000]) {
    const bytes = someBytes(length)
    const expected = await lay('a folder/Mon 23:50 (EST).csv', bytes)
    expect(await download('/a folder/Mon 23:50 (EST).csv', { spoolName: `s${length}`, expected, mayResume: false })).toEqual({
      bytes: length,
      resumedAt: 0,
    })
    expect((await held(`s${length}`)).equals(bytes)).toBe(true)
  }
})

test('a fetch that died goes on after the bytes that are held', async () => {
  const bytes = someBytes(3_000_000)
  const expected = await lay('big.csv', bytes)
  const proxy = await openFaultyLine({ host: '127.0.0.1', port: under.server.port })
  proxy.plan({ kind: 'drop', direction: 'down', atByte: 1_500_000 })
  await connect({ port: proxy.port })
  await expect(remote?.download('/big.csv', { spoolName: 'one', expected, mayResume: false })).rejects.toMatchObject({
    code: 'SOURCE_CONNECTION_LOST',
  })
  const before = await held()
  expect(before.length).toBeGreaterThan(TAIL_BYTES)
  expect(before.equals(bytes.subarray(0, before.length))).toBe(true)
  proxy.plan(null)
  await connect({ port: proxy.port })
  expect(await remote?.download('/big.csv', { spoolName: 'one', expected, mayResume: true })).toEqual({
    bytes: bytes.length,
    resumedAt: before.length,
  })
  expect((await held()).equals(bytes)).toBe(true)
  await proxy.close()
})

test('bytes that are held and are not the file’s are not built upon', async () => {
  const bytes = someBytes(1_000_000)
  const expected = await lay('big.csv', bytes)
  await connect()
  for (const wrong of [someBytes(500_000, 2), someBytes(1_000_001), Buffer.concat([bytes.subarray(0, 400_000), Buffer.from('x')])]) {
    await writeFile(path.join(spoolDir, 'one'), wrong)
    expect(await remote?.download('/big.csv', { spoolName: 'one', expected, mayResume: true })).toMatchObject({ resumedAt: 0 })
    expect((await held()).equals(bytes)).toBe(true)
  }
})

test('a file that is not what was looked at is not taken', async () => {
  const expected = await lay('stock.csv', someBytes(1_000))
  await lay('stock.csv', someBytes(1_001))
  await connect()
  await expect(remote?.download('/stock.csv', { spoolName: 'one', expected, mayResume: false })).rejects.toMatchObject({
    code: 'SOURCE_FILE_CHANGED',
  })
})

test('a file is moved into a folder that is made for it, never over another, and a missing path is said', async () => {
  await lay('a.csv', 'a')
  await lay('b.csv', 'b')
  await connect()
  await remote?.move('/a.csv', '/done/2026/a.csv')
  expect(await remote?.look('/a.csv')).toBeNull()
  expect(await remote?.list('/done/2026')).toMatchObject([{ name: 'a.csv', kind: 'file', bytes: 1, modifiedAt: AT }])
  await expect(remote?.move('/b.csv', '/done/2026/a.csv')).rejects.toMatchObject({ code: 'SOURCE_BROKE' })
  await expect(remote?.list('/nowhere')).rejects.toMatchObject({ code: 'SOURCE_PATH_MISSING' })
  await expect(remote?.remove('/nowhere')).rejects.toMatchObject({ code: 'SOURCE_PATH_MISSING' })
  await expect(remote?.remove('/stock/archive/x')).rejects.toMatchObject({ code: 'SOURCE_PERMISSION' })
  expect(Buffer.from((await remote?.head('/b.csv', 100)) ?? []).toString()).toBe('b')
})

test('Trueup stops: the visit ends at once', async () => {
  const expected = await lay('big.csv', someBytes(2_000_000))
  const proxy = await openFaultyLine({ host: '127.0.0.1', port: under.server.port })
  proxy.plan({ kind: 'stall', direction: 'down', atByte: 1_000_000 })
  const stop = new AbortController()
  remote = await door().connect(address({ port: proxy.port }), stop.signal)
  setTimeout(() => stop.abort(), 100)
  const startedAt = Date.now()
  await expect(remote.download('/big.csv', { spoolName: 'one', expected, mayResume: false })).rejects.toMatchObject({
    code: 'SOURCE_CONNECTION_LOST',
  })
  expect(Date.now() - startedAt).toBeLessThan(2_000)
  await proxy.close()
})
