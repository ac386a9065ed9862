import type { Effect } from '../import/effect.ts'
import type { InstantMs } from '../kernel/clock.ts'

/**
 * What one line of a stock file does to a position. This is the specification of `layBooking` in booking-store.ts, which decides
 * the same in one statement for a whole file; a property test holds the two together.
 *
 * A line speaks of a moment, and what is known to have moved since then stands: 40 counted at 02:00 with 3 sold since is 37.
 * A reset states a total and books the difference, so the ledger stays append-only. Reservations are orders' business: no
 * stock file touches them.
 */
export type Balance = {
  onHandUnits: number
  reservedUnits: number
  /** The moment of which the newest count in the books spoke; null where none was ever booked. */
  countedAsOf: InstantMs | null
}

/** What the ledger holds with an effect after the moment of the line. */
export type Since = {
  onHandUnits: number
  /** Units that orders took since the sender last heard of orders, which for a count by ATP may be before its moment. */
  reservedUnits: number
}

export const NOTHING_SINCE: Since = { onHandUnits: 0, reservedUnits: 0 }

export type MovementDecision =
  | { kind: 'moved'; onHandUnits: number }
  | { kind: 'unchanged' }
  /** A newer count of the position is in the books: this line is kept as evidence and changes nothing. */
  | { kind: 'outdated' }
  | { kind: 'rejected'; code: 'ROW_RESULT_NEGATIVE' }

export type Line = { effect: Effect; units: number; asOf: InstantMs }

/**
 * @param balance the position as it is, or null where nothing was ever counted: a first count of 0 is a movement too,
 *   since it turns "unknown" into "none".
 */
export function decideMovement(line: Line, balance: Balance | null, since: Since = NOTHING_SINCE): MovementDecision {
  const countedAsOf = balance?.countedAsOf ?? null
  // A change that a newer count had seen already changes nothing either.
  if (countedAsOf !== null && line.asOf < countedAsOf) return { kind: 'outdated' }
  const onHandUnits = balance?.onHandUnits ?? 0
  const difference = differenceOf(line, { onHandUnits, reservedUnits: balance?.reservedUnits ?? 0 }, since)
  // What adds is taken even where more had left than was known.
  if (line.effect === 'delta' && difference < 0 && onHandUnits + difference < 0) return { kind: 'rejected', code: 'ROW_RESULT_NEGATIVE' }
  if (difference === 0 && balance !== null) return { kind: 'unchanged' }
  return { kind: 'moved', onHandUnits: difference }
}

function differenceOf({ effect, units }: Line, balance: Pick<Balance, 'onHandUnits' | 'reservedUnits'>, since: Since): number {
  const onHandThen = balance.onHandUnits - since.onHandUnits
  switch (effect) {
    case 'on_hand_reset':
      return units - onHandThen
    case 'atp_reset':
      return units - (onHandThen - (balance.reservedUnits - since.reservedUnits))
    case 'delta':
      return units
  }
}

/**
 * When a movement took effect. A change that bears the very moment of the count before it follows that count by a hair, so
 * that a later correction of the count does not swallow it.
 */
export function effectiveAt(line: Pick<Line, 'effect' | 'asOf'>, countedAsOf: InstantMs | null): InstantMs {
  return line.effect === 'delta' && line.asOf === countedAsOf ? line.asOf + 1 : line.asOf
}
