import type { InstantMs } from '../kernel/clock.ts'
import type { Retry } from '../kernel/error.ts'

/*
 *                       ┌──────────────── a visit that went well ◄─────────────┐
 *                       ▼                                                       │
 *   new ──► ok ── trouble ──► failing ── ten in a row ──► given_up (said loudly, tried every quarter of an hour)
 *    │      │                    │
 *    └──────┴── what only a person can mend ──► stopped ── a person said so ──► looked at again
 */
export const SOURCE_STATES = ['new', 'ok', 'failing', 'given_up', 'stopped'] as const
export type SourceState = (typeof SOURCE_STATES)[number]

export const RETRY_MS_MIN = 2_000
export const RETRY_MS_MAX = 5 * 60 * 1_000
export const FAILURES_UNTIL_GIVEN_UP = 10
/** What was given up is still tried so often: a night's outage ends without a person. */
export const GIVEN_UP_RETRY_MS = 15 * 60 * 1_000
/** A wrong password is tried no more than this: servers lock users out. */
export const WRONG_PROOFS_MAX = 3
/** Half of a wait is left to chance, so that many sources do not come back at once. */
const JITTER_SHARE = 0.5

export type AfterVisit = { state: SourceState; failures: number; nextLookAt: InstantMs | null }

/** What becomes of a source after a visit failed. `failures` counts those before in a row; `chance` is in [0, 1). */
export function afterTrouble(
  failures: number,
  trouble: { code: string; retry: Retry },
  { now, chance }: { now: InstantMs; chance: number },
): AfterVisit {
  const count = failures + 1
  if (isForPerson(count, trouble)) return { state: 'stopped', failures: count, nextLookAt: null }
  if (count >= FAILURES_UNTIL_GIVEN_UP) return { state: 'given_up', failures: count, nextLookAt: now + jittered(GIVEN_UP_RETRY_MS, chance) }
  return { state: 'failing', failures: count, nextLookAt: now + waitMs(count, chance) }
}

/** The wait after so many failures in a row: doubles to a bound. */
export function waitMs(failures: number, chance: number): number {
  return jittered(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures - 1, 20)), chance)
}

function jittered(ms: number, chance: number): number {
  return Math.round(ms * (1 - JITTER_SHARE * chance))
}

function isForPerson(count: number, { code, retry }: { code: string; retry: Retry }): boolean {
  if (retry === 'backoff') return false
  return code !== 'SOURCE_AUTHENTICATION' || count >= WRONG_PROOFS_MAX
}
