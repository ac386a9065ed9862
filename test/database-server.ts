import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbedded } from '../src/db/embedded.ts'

/*
 * The PostgreSQL of one test run, kept by a process of its own: it prints the DSN, and when its standard input ends, for whatever
 * reason (the run is over, was interrupted, or was killed), it stops the server and deletes the data. So nothing is left behind.
 */

// The data lives as long as the run: a crash of the machine may lose it.
const SETTINGS_FOR_TESTS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  max_connections: '300',
}

// Ctrl-C in the terminal is for the test runner; we follow when it has ended.
process.on('SIGINT', () => {})

const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-test-'))
const server = await startEmbedded({
  dataDir,
  sleep: (durationMs, signal) => sleep(durationMs, undefined, signal ? { signal } : {}).catch(() => {}),
  randomPassword: () => randomBytes(16).toString('hex'),
  settings: SETTINGS_FOR_TESTS,
}).catch(async error => {
  await rm(dataDir, { recursive: true, force: true })
  throw error
})
console.log(server.url)

process.stdin.resume().once('close', async () => {
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})
