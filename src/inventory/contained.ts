import type { InstantMs } from '../kernel/clock.ts'

/**
 * Which of our own movements (shipments, returns, corrections) a sender's count has in it already. Declared per feed, never
 * guessed: what its count has is not taken off twice, and what it lacks is taken off.
 */
export type Contains =
  /** All that took effect up to the moment of which the count speaks. */
  | { what: 'as_of' }
  /** The sender books what it learns from us so much later. */
  | { what: 'lag'; lagMinutes: number }
  /** What it said that it has booked, and nothing else. */
  | { what: 'acknowledged' }

export const CONTAINS_ALL: Contains = { what: 'as_of' }

export type OwnMovement = { units: number; effectiveAt: InstantMs; acknowledgedAt: InstantMs | null }

const MINUTE_MS = 60_000

export function isContained(contains: Contains, { effectiveAt, acknowledgedAt }: OwnMovement, countAsOf: InstantMs): boolean {
  switch (contains.what) {
    case 'as_of':
      return effectiveAt <= countAsOf
    case 'lag':
      return effectiveAt <= countAsOf - contains.lagMinutes * MINUTE_MS
    case 'acknowledged':
      return acknowledgedAt !== null && acknowledgedAt <= countAsOf
  }
}

/**
 * What is on hand after a count, whichever of the two was learnt first: the count, and what of ours it does not contain. The
 * SQL in as-of-store.ts and in `bookShipments` does the same for whole files.
 */
export function onHandAfterCount(countedUnits: number, own: readonly OwnMovement[], contains: Contains, countAsOf: InstantMs): number {
  return own.filter(one => !isContained(contains, one, countAsOf)).reduce((units, one) => units + one.units, countedUnits)
}
