import type { InstantMs } from '../kernel/clock.ts'
import type { Look } from './port.ts'

/**
 * By how much our clock is ahead of a shop's at least, or behind it (below zero), as one answer shows: asked and answered by our clock, made
 * by the shop's. null: the answer was not dated.
 */
export function clockSkewMs(ours: { askedAt: InstantMs; answeredAt: InstantMs }, theirs: Look): number | null {
  if (theirs.from <= 0) return null
  if (ours.askedAt > theirs.until) return Math.round(ours.askedAt - theirs.until)
  return Math.min(0, Math.round(ours.answeredAt - theirs.from))
}
