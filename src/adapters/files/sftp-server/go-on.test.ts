import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { someBytes } from '../../../../test/doors/door-contract.ts'
import { connectClient, type TestClient } from '../../../../test/doors/sftp-client.ts'
import { type ServerUnderTest, startTestServer } from '../../../../test/doors/sftp-server.ts'

/* A client that comes back for its upload: with OpenSSH's `reput` (append), lftp's `put -c` and WinSCP's resume (write at the end). */

let under: ServerUnderTest
beforeEach(async () => {
  under = await startTestServer()
})
afterEach(() => under.close())

const BYTES = someBytes(300_000)
const NAME = '/stock/inbox/stock.csv'

async function cutAt(bytes: number, name = NAME): Promise<void> {
  const client = await connectClient(under.server.port)
  const handle = await client.call<Buffer>(done => client.sftp.open(name, 'w', done))
  await write(client, handle, 0, bytes)
  const settled = under.reception.files.length
  client.socket.destroy()
  await under.reception.settled(Math.max(1, settled))
}

async function write(client: TestClient, handle: Buffer, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 30_000) {
    const length = Math.min(30_000, to - at)
    await client.call(done => client.sftp.write(handle, BYTES, at, length, at, done))
  }
}

async function goOn(flags: 'r+' | 'a', name = NAME): Promise<void> {
  const client = await connectClient(under.server.port)
  const { size } = await client.call<{ size: number }>(done => client.sftp.stat(name, done))
  const handle = await client.call<Buffer>(done => client.sftp.open(name, flags, done))
  await write(client, handle, size, BYTES.length)
  await client.call(done => client.sftp.close(handle, done))
  await client.end()
}

const spooled = (index: number) => readFile(path.join(under.spoolDir, under.reception.files[index]?.spoolName ?? 'none'))

test.each([['r+'], ['a']] as const)('an upload that goes on later completes the same file (opened with %s)', async flags => {
  await cutAt(123_456)
  await goOn(flags)
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: BYTES.length, code: null }])
  expect((await spooled(0)).equals(BYTES)).toBe(true)
})

test('it may be cut again, as often as it likes', async () => {
  await cutAt(50_000)
  for (const to of [100_000, 200_000]) {
    const client = await connectClient(under.server.port)
    const { size } = await client.call<{ size: number }>(done => client.sftp.stat(NAME, done))
    const handle = await client.call<Buffer>(done => client.sftp.open(NAME, 'r+', done))
    await write(client, handle, size, to)
    client.socket.destroy()
    await expect.poll(() => under.reception.files[0]?.state).toBe('interrupted')
    expect(under.reception.files).toMatchObject([{ bytes: to }])
  }
  await goOn('a')
  expect(under.reception.files).toHaveLength(1)
  expect((await spooled(0)).equals(BYTES)).toBe(true)
})

test('what is not whole is never taken for the file that its sender has, by its size and its time', async () => {
  const looker = await connectClient(under.server.port)
  const lookedAt = () => looker.call<{ size: number; mtime: number }>(done => looker.sftp.stat(NAME, done))
  const listed = async () => {
    const entries = await looker.call<{ attrs: { mtime: number } }[]>(done => looker.sftp.readdir(path.dirname(NAME), done))
    return entries.map(entry => entry.attrs.mtime)
  }
  const client = await connectClient(under.server.port)
  const handle = await client.call<Buffer>(done => client.sftp.open(NAME, 'w', done))
  await write(client, handle, 0, BYTES.length)
  expect([await lookedAt(), await listed()]).toMatchObject([{ size: BYTES.length, mtime: 0 }, [0]])
  client.socket.destroy()
  await under.reception.settled(1)
  expect([await lookedAt(), await listed()]).toMatchObject([{ size: BYTES.length, mtime: 0 }, [0]])
  await goOn('a')
  const { mtime } = await lookedAt()
  expect(Date.now() / 1_000 - mtime).toBeLessThan(60)
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: BYTES.length, modifiedAt: null }])
  await looker.end()
})

test('a client that comes back before its old line was noticed to be dead takes the file over', async () => {
  const old = await connectClient(under.server.port)
  const handle = await old.call<Buffer>(done => old.sftp.open(NAME, 'w', done))
  await write(old, handle, 0, 90_000)
  await goOn('r+')
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: BYTES.length }])
  expect((await spooled(0)).equals(BYTES)).toBe(true)
  await expect(write(old, handle, 90_000, 120_000)).rejects.toThrow(/Another connection/)
  await old.end()
})

test('a file that was received is not written to again: who appends to it sends another', async () => {
  const client = await connectClient(under.server.port)
  await client.put(NAME, BYTES.subarray(0, 100))
  await client.end()
  await goOn('a')
  expect(under.reception.files).toMatchObject([
    { state: 'received', bytes: 100 },
    { state: 'received', bytes: BYTES.length },
  ])
  expect((await spooled(0)).equals(BYTES.subarray(0, 100))).toBe(true)
})

test('a cut under a temporary name is completed by going on and renaming, as WinSCP does', async () => {
  await cutAt(60_000, '/stock/inbox/stock.csv.filepart')
  expect(under.reception.files).toMatchObject([{ name: 'stock.csv.filepart', state: 'interrupted', bytes: 60_000 }])
  await goOn('r+', '/stock/inbox/stock.csv.filepart')
  const client = await connectClient(under.server.port)
  await client.call(done => client.sftp.rename('/stock/inbox/stock.csv.filepart', NAME, done))
  await client.end()
  expect(under.reception.files).toMatchObject([{ name: 'stock.csv', state: 'received', bytes: BYTES.length }])
  expect((await spooled(0)).equals(BYTES)).toBe(true)
})
