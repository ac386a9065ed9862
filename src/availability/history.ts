import type { InstantMs } from '../kernel/clock.ts'

/** A change of what a level promises. `nextAt`: when it changed again; null: it holds still. */
export type PromiseChange = { seq: number; at: InstantMs; nextAt: InstantMs | null }

/**
 * Whether a change is needed to say what was promised at any instant from `keptSince` on: it came then, or it held then still. A file that
 * has not gone out yet needs everything after `sentUpTo`; null: no such files are made.
 *
 * `purgeOf` in history-store.ts does this for many levels in one statement; this is its specification.
 */
export function isNeeded({ seq, nextAt }: PromiseChange, kept: { keptSince: InstantMs; sentUpTo: number | null }): boolean {
  return nextAt === null || nextAt > kept.keptSince || (kept.sentUpTo !== null && seq > kept.sentUpTo)
}
