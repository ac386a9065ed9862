import { readFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { someBytes } from '../../../../test/doors/door-contract.ts'
import { connectClient } from '../../../../test/doors/sftp-client.ts'
import { type ServerUnderTest, startTestServer } from '../../../../test/doors/sftp-server.ts'

const KEEPALIVE_MS = 100
let under: ServerUnderTest
const wires: Wire[] = []

beforeEach(async () => {
  under = await startTestServer({ keepaliveMs: KEEPALIVE_MS })
})
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close()
  await under.close()
})

const FILE_BYTES = 300_000
const CUTS = 30
const SEED = 20_261_123

test(`a client cut at ${CUTS} random bytes leaves ${CUTS} interrupted files and none received (seed ${SEED})`, async () => {
  const bytes = someBytes(FILE_BYTES)
  const random = seeded(SEED)
  for (let cut = 1; cut <= CUTS; cut++) {
    const wire = await layWire(under.server.port)
    const client = await connectClient(wire.port)
    // From the byte that opens the file on, so that there is a file to be torn; up to just before the close.
    const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/stock.csv', 'w', done))
    wire.cutAfter(Math.floor(random() * FILE_BYTES))
    for (let at = 0; at < FILE_BYTES; at += 30_000) client.sftp.write(handle, bytes, at, 30_000, at, () => {})
    client.sftp.close(handle, () => {})
    await under.reception.settled(cut)
    const file = under.reception.files[cut - 1]
    expect(file).toMatchObject({ state: 'interrupted', code: 'FILE_INTERRUPTED' })
    const torn = await readFile(path.join(under.spoolDir, file?.spoolName ?? 'none'))
    expect(torn.length).toBeLessThan(FILE_BYTES)
  }
  expect(under.reception.inState('interrupted')).toHaveLength(CUTS)
  const client = await connectClient(under.server.port)
  await client.put('/stock/inbox/stock.csv', bytes)
  await client.end()
  expect(under.reception.inState('received')).toMatchObject([{ bytes: FILE_BYTES }])
})

test('a peer that falls silent without a goodbye is noticed, and its upload interrupted', async () => {
  const wire = await layWire(under.server.port)
  const client = await connectClient(wire.port)
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/stock.csv', 'w', done))
  await client.call(done => client.sftp.write(handle, Buffer.from('half'), 0, 4, 0, done))
  // Both ends stay open and nothing passes any more: what a pulled cable looks like.
  wire.freeze()
  await under.reception.settled(1)
  expect(under.reception.files).toMatchObject([{ state: 'interrupted', bytes: 4 }])
})

test('a peer that is only slow keeps its connection', async () => {
  const client = await connectClient(under.server.port)
  const handle = await client.call<Buffer>(done => client.sftp.open('/stock/inbox/stock.csv', 'w', done))
  await new Promise(resolve => setTimeout(resolve, KEEPALIVE_MS * 10))
  await client.call(done => client.sftp.write(handle, Buffer.from('late'), 0, 4, 0, done))
  await client.call(done => client.sftp.close(handle, done))
  expect(under.reception.files).toMatchObject([{ state: 'received', bytes: 4 }])
  await client.end()
})

type Wire = { port: number; cutAfter(bytes: number): void; freeze(): void; close(): void }

/** A wire between client and server that can be cut or frozen at a byte of choice. */
async function layWire(to: number): Promise<Wire> {
  let left = Number.POSITIVE_INFINITY
  let ends: Socket[] = []
  const server: Server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    ends = [near, far]
    near.on('data', chunk => {
      far.write(chunk.subarray(0, Math.min(chunk.length, left)))
      left -= chunk.length
      // What was let through arrives; then the far end sees the line drop.
      if (left <= 0) far.end(() => near.destroy())
    })
    far.on('data', chunk => near.write(chunk))
    for (const end of ends) end.on('error', () => {})
    far.on('close', () => near.destroy())
    near.on('close', () => far.destroySoon())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  const wire: Wire = {
    port,
    cutAfter: bytes => {
      left = bytes
    },
    freeze: () => {
      for (const end of ends) end.pause().removeAllListeners('data')
    },
    close: () => {
      for (const end of ends) end.destroy()
      server.close()
    },
  }
  wires.push(wire)
  return wire
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
