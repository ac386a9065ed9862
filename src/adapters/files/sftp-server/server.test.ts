import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type ssh2 from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { someBytes } from '../../../../test/doors/door-contract.ts'
import { connectClient, type TestClient } from '../../../../test/doors/sftp-client.ts'
import { type ServerUnderTest, startTestServer } from '../../../../test/doors/sftp-server.ts'

let under: ServerUnderTest
let client: TestClient

beforeEach(async () => {
  under = await startTestServer()
  client = await connectClient(under.server.port)
  // The first answer comes when the folders are there.
  await client.list('/')
})
afterEach(async () => {
  await client.end()
  await under.close()
})

const rename = (from: string, to: string) => client.call(done => client.sftp.rename(from, to, done))
const sizeOf = async (at: string) => (await client.call<ssh2.Stats>(done => client.sftp.stat(at, done))).size
const spooled = (index: number) => readFile(path.join(under.spoolDir, under.reception.files[index]?.spoolName ?? 'none'))
const onDisk = (at: string) => path.join(under.homesDir, 'erp', at)

test('the folders of every feed are there when its user comes in', async () => {
  expect(await client.list('/')).toEqual(['netsuite', 'stock'])
  expect(await client.list('/stock')).toEqual(['archive', 'error', 'failed', 'inbox'])
  expect(await client.list('/netsuite/inventoryitem/csv')).toEqual(['archive', 'error', 'failed', 'inbox'])
})

test('an upload that was acknowledged keeps its bytes whatever the client does to its name', async () => {
  const bytes = someBytes(70_000)
  await client.put('/stock/inbox/a.csv', bytes)
  await client.put('/stock/inbox/a.csv', Buffer.from('overwritten'))
  await client.put('/stock/inbox/b.csv', bytes)
  await client.call(done => client.sftp.unlink('/stock/inbox/b.csv', done))
  await client.put('/stock/inbox/c.csv', bytes)
  await rename('/stock/inbox/c.csv', '/mine.csv')
  await client.put('/mine.csv', Buffer.from('overwritten elsewhere'))
  const patch = await client.call<Buffer>(done => client.sftp.open('/mine.csv', 'r+', done))
  await client.call(done => client.sftp.write(patch, Buffer.from('XX'), 0, 2, 0, done))
  await client.call(done => client.sftp.close(patch, done))
  expect([await spooled(0), await spooled(2), await spooled(3)]).toEqual([bytes, bytes, bytes])
})

test('a received file cannot be cut short by setting its size', async () => {
  await client.put('/stock/inbox/a.csv', Buffer.from('12345'))
  await expect(client.call(done => client.sftp.setstat('/stock/inbox/a.csv', { size: 1 } as never, done))).rejects.toThrow(/arrived/)
  expect((await spooled(0)).toString()).toBe('12345')
})

test('the sender’s modification time is passed on when it comes before the close', async () => {
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/a.csv', 'w', done))
  client.sftp.write(handle, Buffer.from('x'), 0, 1, 0, () => {})
  await client.call(done => client.sftp.futimes(handle, 1_700_000_000, 1_700_000_000, done))
  await client.call(done => client.sftp.close(handle, done))
  await client.put('/stock/inbox/b.csv', Buffer.from('x'))
  expect(under.reception.files.map(file => file.modifiedAt)).toEqual([1_700_000_000_000, null])
})

const temporary = ['a.csv.part', 'a.csv.filepart', 'a.csv.x9kz.partial', '.in.a.csv', 'a.csv.tmp']
test.each(temporary)('%s is no arrival until it is renamed', async name => {
  const bytes = someBytes(40_000)
  await client.put(`/stock/inbox/${name}`, bytes)
  expect(under.reception.files).toEqual([])
  await rename(`/stock/inbox/${name}`, '/stock/inbox/a.csv')
  expect(under.reception.files).toMatchObject([{ name: 'a.csv', state: 'received', bytes: bytes.length }])
  expect(await spooled(0)).toEqual(bytes)
  expect(await client.list('/stock/inbox')).toEqual(['a.csv'])
})

test('a file that is still written cannot arrive by a rename', async () => {
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/a.csv.part', 'w', done))
  await client.call(done => client.sftp.write(handle, Buffer.from('half'), 0, 4, 0, done))
  await expect(rename('/stock/inbox/a.csv.part', '/stock/inbox/a.csv')).rejects.toThrow(/still being written/)
  await client.call(done => client.sftp.close(handle, done))
  await rename('/stock/inbox/a.csv.part', '/stock/inbox/a.csv')
  expect(under.reception.files).toMatchObject([{ name: 'a.csv', state: 'received' }])
})

test('a temporary upload that is cut is interrupted, too', async () => {
  const cutter = await connectClient(under.server.port)
  const handle = await cutter.call<Buffer>(done => cutter.sftp.open('/stock/inbox/a.csv.part', 'w', done))
  await cutter.call(done => cutter.sftp.write(handle, Buffer.from('half'), 0, 4, 0, done))
  cutter.socket.destroy()
  await under.reception.settled(1)
  expect(under.reception.files).toMatchObject([{ name: 'a.csv.part', state: 'interrupted', bytes: 4 }])
  expect((await spooled(0)).toString()).toBe('half')
})

test('a file dragged from failed/ to inbox/ is an upload again, and its note goes', async () => {
  await writeFile(onDisk('stock/failed/20261123T235035Z_1_a.csv'), 'rows')
  await writeFile(onDisk('stock/failed/20261123T235035Z_1_a.csv.reason.txt'), 'why')
  await rename('/stock/failed/20261123T235035Z_1_a.csv', '/stock/inbox/20261123T235035Z_1_a.csv')
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: 4 }])
  expect(await client.list('/stock/failed')).toEqual([])
})

test('the beginning of a file that was cut cannot come in by being dragged back', async () => {
  await writeFile(onDisk('stock/failed/20261123T235035Z_1_a.csv'), 'half')
  under.reception.parts.push('20261123T235035Z_1_a.csv')
  await expect(rename('/stock/failed/20261123T235035Z_1_a.csv', '/stock/inbox/a.csv')).rejects.toThrow(/upload the whole file again/)
  expect(under.reception.files).toEqual([])
  expect(await client.list('/stock/failed')).toEqual(['20261123T235035Z_1_a.csv'])
})

test('an upload that goes on where another ended is the same file, with all bytes', async () => {
  const bytes = someBytes(90_000)
  const cutter = await connectClient(under.server.port)
  const first = await cutter.call<Buffer>(done => cutter.sftp.open('/stock/inbox/a.csv', 'w', done))
  await cutter.call(done => cutter.sftp.write(first, bytes, 0, 30_000, 0, done))
  cutter.socket.destroy()
  await under.reception.settled(1)
  const second = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/a.csv', 'r+', done))
  await client.call(done => client.sftp.write(second, bytes, 30_000, 60_000, 30_000, done))
  await client.call(done => client.sftp.close(second, done))
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: 90_000 }])
  expect(await spooled(0)).toEqual(bytes)
})

test('a file with a hole in it is not whole', async () => {
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/a.csv', 'w', done))
  await client.call(done => client.sftp.write(handle, Buffer.from('end'), 0, 3, 1_000, done))
  await expect(client.call(done => client.sftp.close(handle, done))).rejects.toThrow(/missing/)
  expect(under.reception.files).toMatchObject([{ state: 'interrupted' }])
})

test('a close is not answered with yes while the database is away', async () => {
  under.reception.beforeReceived = () => Promise.reject(new Error('the database is away'))
  await expect(client.put('/stock/inbox/a.csv', Buffer.from('rows'))).rejects.toThrow(/away/)
  await client.put('/stock/inbox/b.csv.part', Buffer.from('rows'))
  await expect(rename('/stock/inbox/b.csv.part', '/stock/inbox/b.csv')).rejects.toThrow(/away/)
  expect(under.reception.inState('received')).toEqual([])
  under.reception.beforeReceived = async () => {}
  await rename('/stock/inbox/b.csv.part', '/stock/inbox/b.csv')
  expect(under.reception.inState('received')).toMatchObject([{ name: 'b.csv' }])
})

test('what was put away a moment ago still answers under the name it was uploaded under, for a minute', async () => {
  const bytes = someBytes(5_000)
  await client.put('/stock/inbox/a.csv', bytes)
  const { spoolName } = under.reception.files[0] ?? { spoolName: '' }
  await under.files.putAway({
    spoolName,
    home: 'erp',
    folder: 'stock',
    inboxName: 'a.csv',
    kind: 'archive',
    restName: '20261123T235035Z_1_a.csv',
  })
  expect(existsSync(onDisk('stock/inbox/a.csv'))).toBe(false)
  expect(await sizeOf('/stock/inbox/a.csv')).toBe(5_000)
  expect(await client.get('/stock/inbox/a.csv')).toEqual(bytes)
  await client.call(done => client.sftp.utimes('/stock/inbox/a.csv', 1_700_000_000, 1_700_000_000, done))
  expect((await stat(onDisk('stock/archive/20261123T235035Z_1_a.csv'))).mtimeMs).toBe(1_700_000_000_000)
  const other = await connectClient(under.server.port, { username: 'somebody' })
  await expect(other.call(done => other.sftp.stat('/stock/inbox/a.csv', done))).rejects.toThrow(/No such file/)
  await other.end()
  under.clock.ms += 60_001
  await expect(sizeOf('/stock/inbox/a.csv')).rejects.toThrow(/No such file/)
})

test('archive/, failed/ and error/ can be read, and nothing else', async () => {
  await writeFile(onDisk('stock/archive/kept.csv'), 'kept')
  expect((await client.get('/stock/archive/kept.csv')).toString()).toBe('kept')
  const attempts: Promise<unknown>[] = [
    client.call(done => client.sftp.unlink('/stock/archive/kept.csv', done)),
    client.put('/stock/archive/new.csv', Buffer.from('x')),
    client.put('/stock/archive/kept.csv', Buffer.from('x')),
    rename('/stock/archive/kept.csv', '/stock/inbox/kept.csv'),
    rename('/stock/archive/kept.csv', '/kept.csv'),
    client.call(done => client.sftp.mkdir('/stock/error/deep', done)),
    client.call(done => client.sftp.rmdir('/stock/inbox', done)),
    rename('/stock', '/stock2'),
    rename('/netsuite/inventoryitem', '/moved'),
  ]
  for (const outcome of await Promise.allSettled(attempts)) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 3 } })
  expect((await readFile(onDisk('stock/archive/kept.csv'))).toString()).toBe('kept')
})

test('nobody gets out of the home: not by dots, not by a link', async () => {
  await mkdir(path.join(under.homesDir, 'other'))
  await writeFile(path.join(under.homesDir, 'other', 'secret.csv'), 'secret')
  await symlink(path.join(under.homesDir, 'other'), onDisk('door'))
  await symlink(path.join(under.homesDir, 'other', 'secret.csv'), onDisk('link.csv'))
  const attempts: Promise<unknown>[] = [
    client.get('/../other/secret.csv'),
    client.get('../../../../../../etc/passwd'),
    client.get('/door/secret.csv'),
    client.get('/link.csv'),
    client.list('/door'),
    client.put('/door/new.csv', Buffer.from('x')),
    client.put('/link.csv', Buffer.from('x')),
    client.call(done => client.sftp.symlink('/etc/passwd', '/mine', done)),
    rename('/stock/inbox', '/door/inbox'),
    client.get('/stock/inbox/\0'),
  ]
  for (const outcome of await Promise.allSettled(attempts)) expect(outcome.status).toBe('rejected')
  expect(await client.call<string>(done => client.sftp.realpath('../..', done))).toBe('/')
  expect(await readdir(path.join(under.homesDir, 'other'))).toEqual(['secret.csv'])
  expect((await readFile(path.join(under.homesDir, 'other', 'secret.csv'))).toString()).toBe('secret')
})

test('files outside of a feed are kept and belong to nobody', async () => {
  await client.call(done => client.sftp.mkdir('/notes', done))
  await client.put('/notes/a.txt', Buffer.from('hello'))
  await client.put('/stock/a.csv', Buffer.from('lost'))
  expect((await client.get('/notes/a.txt')).toString()).toBe('hello')
  expect(under.reception.files).toEqual([])
  await rename('/stock/a.csv', '/stock/inbox/a.csv')
  expect(under.reception.files).toMatchObject([{ name: 'a.csv', state: 'received' }])
})

test('an upload that was under way when the server stopped is interrupted by the stop', async () => {
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/a.csv', 'w', done))
  await client.call(done => client.sftp.write(handle, Buffer.from('half'), 0, 4, 0, done))
  await under.server.stop()
  expect(under.reception.files).toMatchObject([{ state: 'interrupted', code: 'FILE_INTERRUPTED_STOP', bytes: 4 }])
})

test('a server that has stopped touches no folder any more, also for a client that had just come', async () => {
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<string[]>()
  under.reception.foldersOf = () => {
    asked.resolve()
    return answered.promise
  }
  const late = await connectClient(under.server.port)
  await asked.promise
  const stopping = under.server.stop().then(() => existsSync(onDisk('late/error')))
  answered.resolve(['late'])
  expect(await stopping).toBe(true)
  await late.end()
})

test('many uploads at once, from many clients, are each received whole', async () => {
  const clients = await Promise.all(Array.from({ length: 5 }, () => connectClient(under.server.port)))
  const sent = clients.flatMap((each, who) =>
    Array.from({ length: 8 }, async (_, file) => {
      const bytes = someBytes(40_000 + who * 1_000 + file, who * 10 + file)
      await each.put(`/stock/inbox/${who}-${file}.csv`, bytes)
      return { name: `${who}-${file}.csv`, bytes }
    }),
  )
  for (const { name, bytes } of await Promise.all(sent)) {
    const index = under.reception.files.findIndex(file => file.name === name)
    expect(under.reception.files[index]).toMatchObject({ state: 'received', bytes: bytes.length })
    expect(await spooled(index)).toEqual(bytes)
  }
  await Promise.all(clients.map(each => each.end()))
})
