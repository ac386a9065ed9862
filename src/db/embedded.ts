import { chmod, mkdir, readFile, realpath, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import type { Sleep } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { findBinaries } from './binaries.ts'
import { createCluster, readPassword } from './cluster.ts'
import { openDb } from './connection.ts'
import { lockDirectory } from './directory-lock.ts'
import { errnoOf, unlessMissing } from './errno.ts'
import { ordinaryUserFor } from './ordinary-user.ts'
import { findPostmaster, forgetStranger, launchPostgres, type Postmaster, waitUntilGone, waitUntilReady } from './postmaster.ts'
import { isAlive } from './process-alive.ts'

export type EmbeddedOptions = {
  /** Everything lies in here: the cluster, its password, its log. Made if missing. */
  dataDir: string
  sleep: Sleep
  /** Called once, when the cluster is made. */
  randomPassword: () => string
  /** What happened, as sentences for the person at the terminal. */
  log?: (line: string) => void
  /** PostgreSQL settings over ours, for a machine that is smaller, or for data that may be lost. */
  settings?: Readonly<Record<string, string>>
}

export type Embedded = {
  /** A DSN for `pg` and `psql`. It holds the password. */
  url: string
  /** True if the server was running already, left behind by a program that was killed. */
  adopted: boolean
  /** Fast shutdown: open transactions are rolled back, what was committed stays. */
  stop(): Promise<void>
}

const DATABASE = 'trueup'
const LOG_FILE_BYTES_MAX = 10 * 1024 * 1024
const LOG_TAIL_LINES = 5
const START_TRIES_MAX = 40
const START_RETRY_MS = 250
/** After a kill of PostgreSQL its children need a moment to let go of the shared memory; and a free port may be taken meanwhile. */
const PASSING_TROUBLE = /pre-existing shared memory|lock file .* already exists|TCP\/IP socket|Address already in use/
/** Long, since after a crash PostgreSQL replays up to max_wal_size of log. */
const READY_WAIT_MS_MAX = 120_000
const FAST_STOP_WAIT_MS_MAX = 30_000
const HARD_STOP_WAIT_MS_MAX = 5_000

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: a path to it may be too long for the system, and whoever may run Trueup has the password anyway.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
}

/** Starts PostgreSQL on a data directory of its own, or takes over the one that a killed program left running there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = await openDataDir(options.dataDir)
  const lock = await lockDirectory(dataDir)
  try {
    const first = await adoptOrStart(dataDir, options)
    const url = await urlOf(dataDir, first.server)
    await createDatabase(url)
    const kept = keepRunning(first.server, dataDir, options)
    let stopping: Promise<void> | undefined
    return {
      url,
      adopted: first.adopted,
      stop() {
        stopping ??= kept
          .end()
          .then(server => stopServer(server, options))
          .finally(() => lock.release())
        return stopping
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** It is looked so often whether PostgreSQL still runs. */
const LOOK_MS = 2_000

/**
 * Starts PostgreSQL again where it has gone without being told to, as when the system ran out of memory: on the port of before, so that
 * whoever waits for it finds it again. `end` gives what runs then.
 */
function keepRunning(first: Postmaster, dataDir: string, options: EmbeddedOptions): { end(): Promise<Postmaster> } {
  const ending = new AbortController()
  let server = first
  const keeping = (async () => {
    for (;;) {
      await options.sleep(LOOK_MS, ending.signal)
      if (ending.signal.aborted) return
      if (await isAlive(server.mark)) continue
      options.log?.(`PostgreSQL (process ${server.mark.pid}) has gone without being told to: it is started again`)
      try {
        server = (await adoptOrStart(dataDir, options)).server
        options.log?.(
          server.port === first.port
            ? `PostgreSQL runs again (process ${server.mark.pid})`
            : `PostgreSQL runs again, on port ${server.port}, since ${first.port} is taken by somebody else: start Trueup again`,
        )
      } catch (error) {
        options.log?.(`PostgreSQL could not be started again: ${messageOf(error)}`)
      }
    }
  })()
  return {
    async end() {
      ending.abort()
      await keeping
      return server
    },
  }
}

async function openDataDir(wanted: string): Promise<string> {
  try {
    await mkdir(wanted, { recursive: true, mode: 0o711 })
    // When we are root, the ordinary user that PostgreSQL runs as has to walk through here; listing it is not needed.
    if (process.getuid?.() === 0) await chmod(wanted, (await stat(wanted)).mode | 0o011)
    return await realpath(wanted)
  } catch (cause) {
    throw new TrueupError('DB_DATA_DIR_UNUSABLE', `the data directory ${wanted} cannot be used: ${messageOf(cause)}`, {
      retry: 'after-operator',
      hint: 'Name a directory that the user who starts Trueup may write, or start it as the user who made this one.',
      detail: { dataDir: wanted, errno: errnoOf(cause) ?? null },
      cause,
    })
  }
}

async function adoptOrStart(dataDir: string, options: EmbeddedOptions): Promise<{ server: Postmaster; adopted: boolean }> {
  const clusterDir = path.join(dataDir, 'cluster')
  const user = await ordinaryUserFor(clusterDir)
  const binaries = await findBinaries({ user, dataDir })
  await createCluster({ dataDir, clusterDir, user, initdb: binaries.initdb, randomPassword: options.randomPassword })
  const logFile = await openLog(dataDir)

  for (let tries = 1; ; tries++) {
    const orphan = await adopt(clusterDir, options)
    if (orphan !== null) return { server: orphan, adopted: true }
    await forgetStranger(clusterDir)
    const settings = { ...SETTINGS, ...options.settings, port: await freePort(clusterDir) }
    const child = await launchPostgres({ program: binaries.postgres, user, clusterDir, logFile, settings })
    const server = await waitUntilReady({ clusterDir, hasEnded: child.hasEnded, sleep: options.sleep, waitMs: READY_WAIT_MS_MAX })
    if (server !== null) return { server, adopted: false }
    const said = await lastLines(logFile)
    if (tries === START_TRIES_MAX || !said.some(line => PASSING_TROUBLE.test(line))) throw notStarted(logFile, said, tries)
    await options.sleep(START_RETRY_MS)
  }
}

/** A server that a killed program left behind: used once it is ready; one that is going down is waited for. */
async function adopt(clusterDir: string, { sleep, log }: EmbeddedOptions): Promise<Postmaster | null> {
  for (let waitedMs = 0; waitedMs < READY_WAIT_MS_MAX; waitedMs += START_RETRY_MS) {
    const found = await findPostmaster(clusterDir)
    if (found === null) return null
    if (found.isReady) {
      log?.(`PostgreSQL was still running (process ${found.mark.pid}), left behind by a program that was killed: taken over`)
      return found
    }
    await sleep(START_RETRY_MS)
  }
  return null
}

/** The port of last time if it is free, so that a DSN somebody noted stays good; else any. */
async function freePort(clusterDir: string): Promise<number> {
  const options = await readFile(path.join(clusterDir, 'postmaster.opts'), 'utf8').catch(unlessMissing(''))
  const last = Number(/"port=(\d+)"/.exec(options)?.[1] ?? 0)
  return (await tryPort(last)) ?? (await tryPort(0)) ?? 0
}

function tryPort(port: number): Promise<number | null> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
}

async function urlOf(dataDir: string, server: Postmaster): Promise<string> {
  const password = await readPassword(dataDir)
  return `postgres://${DATABASE}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${DATABASE}`
}

async function createDatabase(url: string): Promise<void> {
  const system = new URL(url)
  system.pathname = '/postgres'
  const db = openDb({ url: system.href, poolMax: 1, applicationName: 'trueup start' })
  try {
    const found = await db.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (found.length === 0) await db.query(`create database ${DATABASE}`)
  } catch (cause) {
    throw new TrueupError('DB_NOT_ANSWERING', `PostgreSQL runs on port ${system.port}, but does not let us in: ${messageOf(cause)}`, {
      retry: 'after-operator',
      hint: 'The password file and the cluster must be of the same data directory; postgres.log beside them says why it refused.',
      detail: { port: system.port },
      cause,
    })
  } finally {
    await db.end()
  }
}

async function stopServer({ mark }: Postmaster, { sleep, log }: EmbeddedOptions): Promise<void> {
  signal(mark.pid, 'SIGINT')
  if (await waitUntilGone(mark, { sleep, waitMs: FAST_STOP_WAIT_MS_MAX })) return
  log?.(
    `PostgreSQL (process ${mark.pid}) did not stop in ${FAST_STOP_WAIT_MS_MAX / 1000} s: stopped at once, it will recover at the next start`,
  )
  signal(mark.pid, 'SIGQUIT')
  if (await waitUntilGone(mark, { sleep, waitMs: HARD_STOP_WAIT_MS_MAX })) return
  throw new TrueupError('DB_STOP_FAILED', `PostgreSQL (process ${mark.pid}) does not stop`, {
    retry: 'after-operator',
    hint: `Look at what the process waits for (a dead disk?), then run: kill -QUIT ${mark.pid}. The next start takes it over if it lives.`,
    detail: { pid: mark.pid },
  })
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}

async function openLog(dataDir: string): Promise<string> {
  const logFile = path.join(dataDir, 'postgres.log')
  const size = await stat(logFile).then(found => found.size, unlessMissing(0))
  if (size > LOG_FILE_BYTES_MAX) await rename(logFile, `${logFile}.1`)
  return logFile
}

async function lastLines(logFile: string): Promise<string[]> {
  const text = await readFile(logFile, 'utf8').catch(unlessMissing(''))
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES)
}

function notStarted(logFile: string, said: string[], tries: number): TrueupError {
  const reason = said.findLast(line => /FATAL|PANIC|error/.test(line)) ?? said.at(-1) ?? 'it said nothing'
  return new TrueupError('DB_START_FAILED', `PostgreSQL did not start (tries: ${tries}): ${reason}`, {
    retry: 'after-operator',
    hint: `Read the end of ${logFile}; it says what PostgreSQL misses.`,
    detail: { logFile, tries, lastLines: said },
  })
}
