import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { TrueupError } from '../kernel/error.ts'
import { unlessMissing } from './errno.ts'
import { isAlive, markOf, type ProcessMark } from './process-alive.ts'

const LOCK_FILE = 'trueup.lock'
const TAKE_TRIES_MAX = 5

export type DirectoryLock = { release(): Promise<void> }

/**
 * Makes this program the only one on a data directory. PostgreSQL's own lock does not do: it outlives a killed program, and
 * the next one then adopts it, so two programs could believe that they own one database.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = path.join(directory, LOCK_FILE)
  const mine = `${JSON.stringify(await markOf(process.pid))}\n`
  const draft = `${file}.${process.pid}`
  await writeFile(draft, mine, { mode: 0o644 })
  try {
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries++) {
      // A hard link appears whole or not at all, and never over another.
      const taken = await link(draft, file).then(
        () => true,
        () => false,
      )
      if (taken) return { release: () => release(file, mine) }
      await clearStale(file, directory)
    }
  } finally {
    await rm(draft, { force: true })
  }
  throw inUse(directory, null)
}

async function clearStale(file: string, directory: string): Promise<void> {
  const seen = await readFile(file, 'utf8').catch(unlessMissing(null))
  if (seen === null) return
  const holder = parseMark(seen)
  if (holder !== null && (await isAlive(holder))) throw inUse(directory, holder.pid)
  // Move it aside before deleting: if a third program replaced it since we looked, what we moved is a living lock, and goes back.
  const aside = `${file}.stale.${process.pid}`
  await rename(file, aside).catch(unlessMissing(undefined))
  const moved = await readFile(aside, 'utf8').catch(unlessMissing(null))
  if (moved !== null && moved !== seen) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
}

async function release(file: string, mine: string): Promise<void> {
  const now = await readFile(file, 'utf8').catch(unlessMissing(null))
  if (now === mine) await rm(file, { force: true })
}

function parseMark(text: string): ProcessMark | null {
  try {
    const { pid, startTicks } = JSON.parse(text) as Partial<ProcessMark>
    return Number.isInteger(pid) && Number.isInteger(startTicks) ? { pid: Number(pid), startTicks: Number(startTicks) } : null
  } catch {
    // Written whole or not at all, so this is not one of ours: nobody can hold it.
    return null
  }
}

function inUse(directory: string, pid: number | null): TrueupError {
  const holder = pid === null ? 'another program' : pid === process.pid ? `this program (process ${pid})` : `process ${pid}`
  return new TrueupError('DB_DATA_DIR_IN_USE', `the data directory ${directory} is in use by ${holder}`, {
    retry: 'after-operator',
    hint: `Stop ${pid === null ? 'it' : `process ${pid}`} first, or give this program a data directory of its own.`,
    detail: { directory, pid },
  })
}
