import type { InstantMs } from '../kernel/clock.ts'

/** What a file did to one position, and what is known of that position by now. */
export type Deed = {
  /** The sum of what the file booked there. */
  onHandUnits: number
  /** The moment at which that took effect. */
  effectiveAt: InstantMs
  /** The newest count that is in the books from any other file; null where there is none. */
  otherCount: { asOf: InstantMs; isBookedAfter: boolean } | null
}

export type Reversal = { kind: 'reversed'; onHandUnits: number } | { kind: 'overruled' }

/**
 * How a file is taken back at one position: by a movement against it, at the moment at which the file took effect. What sold
 * since stays sold. A count of a later moment, or one of the same moment that was booked later, has measured the position
 * anew, whatever the file had done: it stands, and there is nothing to take back. The specification of `reverse` in
 * undo-store.ts.
 */
export function reversalOf({ onHandUnits, effectiveAt, otherCount }: Deed): Reversal {
  if (otherCount === null || otherCount.asOf < effectiveAt) return { kind: 'reversed', onHandUnits: -onHandUnits }
  if (otherCount.asOf > effectiveAt || otherCount.isBookedAfter) return { kind: 'overruled' }
  return { kind: 'reversed', onHandUnits: -onHandUnits }
}
