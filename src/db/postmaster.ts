import { spawn } from 'node:child_process'
import { open, readdir, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Sleep } from '../kernel/clock.ts'
import { unlessMissing } from './errno.ts'
import type { OrdinaryUser } from './ordinary-user.ts'
import { isAlive, markOf, type ProcessMark, workingDirectoryOf } from './process-alive.ts'

/** A running PostgreSQL: its first process, the port it listens on, and whether it takes connections yet. */
export type Postmaster = { mark: ProcessMark; port: number; isReady: boolean }

const POLL_MS = 25

/** What runs on this cluster according to `postmaster.pid`, if it really does. */
export async function findPostmaster(clusterDir: string): Promise<Postmaster | null> {
  const text = await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8').catch(unlessMissing(''))
  const [pid, , , port, , , , state] = text.split('\n')
  const mark = Number(pid) > 0 ? await markOf(Number(pid)) : null
  if (mark === null || !(await standsIn(mark.pid, clusterDir))) return null
  return { mark, port: Number(port), isReady: state?.trim() === 'ready' }
}

/**
 * Deletes a `postmaster.pid` whose number now belongs to a stranger: PostgreSQL would take the stranger for its older self and
 * refuse to start. Only where the system shows that no process, not even a left-over child, stands in the cluster.
 */
export async function forgetStranger(clusterDir: string): Promise<void> {
  const processes = await readdir('/proc').catch(() => [] as string[])
  if (!processes.includes(String(process.pid))) return
  for (const pid of processes) {
    if (/^\d+$/.test(pid) && (await standsIn(Number(pid), clusterDir))) return
  }
  await rm(path.join(clusterDir, 'postmaster.pid'), { force: true })
}

async function standsIn(pid: number, clusterDir: string): Promise<boolean> {
  const place = await workingDirectoryOf(pid)
  // macOS does not tell; there the password decides, when we connect.
  if (place === null) return process.platform !== 'linux'
  return place === (await realpath(clusterDir))
}

/**
 * How a program names the directory it is started in. Linux lets a process walk there through /proc even if the folders above are
 * closed to it, so root can keep a cluster in its own home and still run PostgreSQL as an ordinary user.
 */
export function ownDirectory(clusterDir: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : clusterDir
}

export type PostgresLaunch = {
  program: string
  user: OrdinaryUser
  clusterDir: string
  logFile: string
  settings: Readonly<Record<string, string | number>>
}

/** Starts PostgreSQL and returns its mark at once. It writes its own log file, since it may outlive us. */
export async function launchPostgres(options: PostgresLaunch): Promise<{ mark: ProcessMark; hasEnded(): boolean }> {
  const { program, user, clusterDir, logFile, settings } = options
  const log = await open(logFile, 'a', 0o600)
  try {
    const child = spawn(
      program,
      ['-D', ownDirectory(clusterDir), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // A group of its own: Ctrl-C in a terminal is for us, and we stop PostgreSQL last.
      { cwd: clusterDir, detached: true, stdio: ['ignore', log.fd, log.fd], env: { TZ: 'UTC', LC_ALL: 'C' }, ...user },
    )
    let ended = false
    child.on('exit', () => {
      ended = true
    })
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    return { mark: (await markOf(Number(child.pid))) ?? { pid: Number(child.pid), startTicks: 0 }, hasEnded: () => ended }
  } finally {
    await log.close()
  }
}

/** Waits until the cluster's server takes connections. Null if it ended, or if the time is over. */
export async function waitUntilReady(options: {
  clusterDir: string
  hasEnded: () => boolean
  sleep: Sleep
  waitMs: number
}): Promise<Postmaster | null> {
  for (let waitedMs = 0; waitedMs < options.waitMs && !options.hasEnded(); waitedMs += POLL_MS) {
    const found = await findPostmaster(options.clusterDir)
    if (found?.isReady) return found
    await options.sleep(POLL_MS)
  }
  return null
}

/** Waits until a process is gone; false if the time is over first. */
export async function waitUntilGone(mark: ProcessMark, options: { sleep: Sleep; waitMs: number }): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < options.waitMs; waitedMs += POLL_MS) {
    if (!(await isAlive(mark))) return true
    await options.sleep(POLL_MS)
  }
  return !(await isAlive(mark))
}
