/** How long to wait before the next attempt. Doubles to a bound; a part of it is left to chance, so that many do not come at once. */
export type Curve = { baseMs: number; maxMs: number }

/** A shop that does not answer. */
export const OUTAGE: Curve = { baseMs: 1_000, maxMs: 60_000 }
/** A level that others keep changing: at once, then a little later each time. */
export const STALE: Curve = { baseMs: 250, maxMs: 5_000 }

/** The part of a wait that chance decides. */
const JITTER_SHARE = 0.2

/** `attempt` counts from 1; `chance` is in [0, 1) and comes from outside. */
export function delayMs(curve: Curve, attempt: number, chance: number): number {
  const full = Math.min(curve.maxMs, curve.baseMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full * (1 - JITTER_SHARE * chance))
}

/** A number in [0, 1) out of a random UUID, for those who are handed ids and no dice. */
export function chanceOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16) / 2 ** 32
}
