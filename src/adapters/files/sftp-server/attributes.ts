import type { Stats } from 'node:fs'
import type { Attributes } from 'ssh2'

/** A file's attributes as the protocol carries them. Who owns it on this machine is nobody's business. */
export function attributesOf(stats: Stats): Attributes {
  return {
    mode: stats.mode,
    uid: 0,
    gid: 0,
    size: stats.size,
    atime: Math.floor(stats.atimeMs / 1_000),
    mtime: Math.floor(stats.mtimeMs / 1_000),
  }
}

const KINDS: readonly [number, string][] = [
  [0o040000, 'd'],
  [0o120000, 'l'],
  [0o100000, '-'],
]
const KIND_MASK = 0o170000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HALF_A_YEAR_MS = 182 * 24 * 60 * 60 * 1_000

/** The line that `ls -l` shows: some clients print it as it is, others read it. Times are UTC. */
export function longNameOf(name: string, stats: Stats, nowMs: number): string {
  const kind = KINDS.find(([bits]) => (stats.mode & KIND_MASK) === bits)?.[1] ?? '?'
  const rights = [6, 3, 0].map(shift => rwx(stats.mode >> shift)).join('')
  return `${kind}${rights}    1 trueup   trueup   ${String(stats.size).padStart(12)} ${dateOf(stats.mtimeMs, nowMs)} ${name}`
}

function rwx(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`
}

function dateOf(ms: number, nowMs: number): string {
  const at = new Date(ms)
  const day = `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`
  const isRecent = Math.abs(nowMs - ms) < HALF_A_YEAR_MS
  return isRecent ? `${day} ${at.toISOString().slice(11, 16)}` : `${day}  ${at.getUTCFullYear()}`
}
