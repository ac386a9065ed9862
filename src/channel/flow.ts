/*
 * How many calls are claimed at a time. A shop that has points to spare is given many, decided as one set; one that lets a call through
 * every tenth of a second is given few, since what is claimed waits frozen, and a decrease that comes meanwhile waits behind it.
 */

/** Longer than this from claim to answer: too many were claimed at a time. */
export const CLAIM_TOOK_MS_MAX = 1_200
/** Shorter than this: there is room for more. */
export const CLAIM_TOOK_MS_MIN = 600

/** The calls of the next claim, after those of one claim took so long to be answered. */
export function callsPerClaim(before: number, tookMs: number, most: number): number {
  if (tookMs > CLAIM_TOOK_MS_MAX) return Math.max(1, Math.floor(before / 2))
  return tookMs < CLAIM_TOOK_MS_MIN ? Math.min(most, before * 2) : before
}
