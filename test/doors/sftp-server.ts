import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openFileRoom } from '../../src/adapters/files/file-room.ts'
import { loadOrMakeHostKeys } from '../../src/adapters/files/sftp-server/host-keys.ts'
import type { Proof } from '../../src/adapters/files/sftp-server/login.ts'
import { type SftpServer, startSftpServer } from '../../src/adapters/files/sftp-server/server.ts'
import type { FileRoom, Reception } from '../../src/feed/port.ts'
import { type MemoryReception, memoryReception } from './memory-reception.ts'

export type ServerUnderTest<R extends Reception = MemoryReception> = {
  server: SftpServer
  reception: R
  files: FileRoom
  homesDir: string
  spoolDir: string
  /** What the server reads as the time; a test may set it. */
  clock: { ms: number; now(): number }
  log: Record<string, unknown>[]
  close(): Promise<void>
}

export async function startTestServer(options: { keepaliveMs?: number; keys?: readonly string[] } = {}): Promise<ServerUnderTest> {
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-sftp-'))
  const homesDir = path.join(directory, 'homes')
  const spoolDir = path.join(directory, 'spool')
  const files = await openFileRoom({ homesDir, spoolDir })
  const reception = memoryReception(['stock', 'netsuite/inventoryitem/csv'])
  const clock = { ms: Date.UTC(2026, 10, 23, 23, 50, 35), now: () => clock.ms }
  const log: Record<string, unknown>[] = []
  const server = await startSftpServer({
    host: '127.0.0.1',
    port: 0,
    hostKeys: await testHostKeys(),
    homesDir,
    spoolDir,
    reception,
    authenticate: async (name, proof) => (isProven(proof, options.keys ?? []) ? { home: name } : null),
    clock,
    log: { info: line => log.push(line), warn: line => log.push(line) },
    ...(options.keepaliveMs === undefined ? {} : { keepaliveMs: options.keepaliveMs }),
  })
  return {
    ...{ server, reception, files, homesDir, spoolDir, clock, log },
    async close() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function isProven(proof: Proof, keys: readonly string[]): boolean {
  return proof.kind === 'password' ? proof.password === 'secret' : keys.includes(proof.publicKey)
}

let made: Promise<string[]> | null = null

/** Made once a run: an RSA key takes a second. */
function testHostKeys(): Promise<string[]> {
  made ??= mkdtemp(path.join(tmpdir(), 'trueup-keys-')).then(async directory => {
    const keys = await loadOrMakeHostKeys(directory)
    await rm(directory, { recursive: true, force: true })
    return keys
  })
  return made
}
