import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbedded } from '../src/db/embedded.ts'
import { messageOf, TrueupError } from '../src/kernel/error.ts'

/*
 * A program that keeps an embedded PostgreSQL on the directory it is given, for tests that kill it: prints one line of JSON when the
 * server is up, and stops it on SIGTERM.
 */
const [dataDir = ''] = process.argv.slice(2)
try {
  const server = await startEmbedded({
    dataDir,
    sleep: (durationMs, signal) => sleep(durationMs, undefined, signal ? { signal } : {}).catch(() => {}),
    randomPassword: () => randomBytes(16).toString('hex'),
    settings: { shared_buffers: '32MB', max_wal_size: '64MB' },
  })
  const alive = setInterval(() => {}, 1_000)
  process.once('SIGTERM', async () => {
    await server.stop()
    clearInterval(alive)
  })
  // Last, since the test may send its signal at once.
  console.log(JSON.stringify({ url: server.url, adopted: server.adopted }))
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof TrueupError ? error.code : 'BUG', message: messageOf(error) }))
  process.exitCode = 1
}
