import type { InstantMs } from '../kernel/clock.ts'

/**
 * A deed that moves units and that no file brought: who did what, when, and why. It is booked whole or not at all. What it
 * adds, `postLines` in document-store.ts adds in SQL; the functions here are its specification.
 */
export type DocumentKind = 'variance' | 'count' | 'receipt' | 'transfer' | 'restock' | 'repair' | 'reversal'

export type LedgerLine = {
  facilityId: number
  productId: number
  /** Where inside the facility; null: said by nobody. */
  bin: string | null
  /** `add`: signed units. `count`: what was found there, as of the document's instant. */
  effect: 'add' | 'count'
  units: number
  reason: string
}

/** One leg is taken, the other given; while the goods travel, they are nowhere. */
export type Transfer = {
  from: { facilityId: number; bin: string | null }
  to: { facilityId: number; bin: string | null }
  lines: readonly { productId: number; units: number }[]
}

export function transferLegs({ from, to, lines }: Transfer): { sent: LedgerLine[]; received: LedgerLine[] } {
  return {
    sent: lines.map(({ productId, units }) => ({ ...from, productId, effect: 'add', units: -units, reason: 'VAR_TRFR_ORD_SHIPPED' })),
    received: lines.map(({ productId, units }) => ({ ...to, productId, effect: 'add', units, reason: 'VAR_SHIP_RECV' })),
  }
}

/**
 * What a count moves. It speaks of the instant at which it was taken: what moved since then stays moved.
 *
 * @param movedSinceUnits the sum of the movements that took effect after the count's instant.
 */
export function countDifference(countedUnits: number, onHandUnits: number, movedSinceUnits: number): number {
  return countedUnits - (onHandUnits - movedSinceUnits)
}

/**
 * What a count of one bin moves. A bin that holds more than was known takes it from what has no bin yet, and only then is
 * it new; a bin that holds less has lost it.
 *
 * @param restUnits what lies in the facility in no known bin.
 */
export function binCountDifference(difference: number, restUnits: number): { binUnits: number; restUnits: number } {
  const taken = Math.min(Math.max(difference, 0), Math.max(restUnits, 0))
  return { binUnits: difference, restUnits: taken === 0 ? 0 : -taken }
}

/** A count that is older than one which stands already is evidence and nothing more. */
export function isOutdatedCount(countAt: InstantMs, newestCountAt: InstantMs | null): boolean {
  return newestCountAt !== null && countAt < newestCountAt
}

/** Facts may show that there was less than nothing; what a person decides may not. */
export function mayGoBelowNothing(kind: DocumentKind): boolean {
  return kind === 'count' || kind === 'repair'
}

/** What has no instant yet waits for it. */
export function isForLater(effectiveAt: InstantMs, now: InstantMs): boolean {
  return effectiveAt > now
}
