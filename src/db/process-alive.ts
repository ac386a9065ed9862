import { readFile, readlink } from 'node:fs/promises'
import { errnoOf } from './errno.ts'

/** A process, told apart from a later one that was given the same number. `startTicks` is 0 where the system does not tell (macOS). */
export type ProcessMark = { pid: number; startTicks: number }

/** The mark of a living process, or null. A zombie counts as gone: it holds nothing any more. */
export async function markOf(pid: number): Promise<ProcessMark | null> {
  if (!answersSignals(pid)) return null
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return { pid, startTicks: 0 }
  // The second field is the program's name in brackets and may hold anything, so count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  return state === 'Z' || state === 'X' ? null : { pid, startTicks: Number(startTicks) }
}

/** Whether the marked process, and not another with its number, is alive. */
export async function isAlive(mark: ProcessMark): Promise<boolean> {
  const now = await markOf(mark.pid)
  return now !== null && (mark.startTicks === 0 || now.startTicks === 0 || now.startTicks === mark.startTicks)
}

/** The directory a process stands in; null if it is gone, foreign, or the system does not tell. */
export function workingDirectoryOf(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/cwd`).catch(() => null)
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return errnoOf(error) === 'EPERM'
  }
}
