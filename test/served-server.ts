import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * A PostgreSQL of this machine's own packages, as an operator would serve it, on a temporary cluster. Like database-server.ts it
 * prints the DSN, and stops and deletes everything when its standard input ends.
 */

const ROOT = '/usr/lib/postgresql'
const START_TRIES_MAX = 300
const START_POLL_MS = 100

process.on('SIGINT', () => {})

const bin = path.join(ROOT, newestVersion(), 'bin')
const folder = mkdtempSync(path.join(tmpdir(), 'trueup-served-'))
const dataDir = path.join(folder, 'data')
mkdirSync(dataDir, { mode: 0o700 })
const user = postgresUser()
if (user !== null) for (const place of [folder, dataDir]) chownSync(place, user.uid, user.gid)

const port = await freePort()
execFileSync(
  path.join(bin, 'initdb'),
  ['-D', dataDir, '-U', 'trueup', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
  {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    ...user,
  },
)
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  `port=${port}`,
  'max_connections=300',
  'fsync=off',
  'synchronous_commit=off',
]
const server = spawn(path.join(bin, 'postgres'), ['-D', dataDir, ...settings.flatMap(setting => ['-c', setting])], {
  cwd: folder,
  stdio: 'ignore',
  detached: true,
  ...user,
})
const ended = once(server, 'exit')
await untilReady()
console.log(`postgres://trueup@127.0.0.1:${port}/postgres`)

process.stdin.resume().once('close', async () => {
  server.kill('SIGINT')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

function newestVersion(): string {
  const versions = readdirSync(ROOT).map(Number).filter(Number.isInteger)
  return String(Math.max(...versions))
}

/** PostgreSQL refuses root. Debian's package made a user for it. */
function postgresUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const [, , uid, gid] = (/^postgres:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0] ?? '').split(':')
  if (!uid || !gid) throw new Error('there is no user named postgres, which the package postgresql makes')
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function untilReady(): Promise<void> {
  for (let tries = 0; tries < START_TRIES_MAX; tries++) {
    if (readIfThere(path.join(dataDir, 'postmaster.pid')).includes('ready')) return
    if (server.exitCode !== null) break
    await sleep(START_POLL_MS)
  }
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`PostgreSQL in ${bin} did not start`)
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
