import type { Effect } from '../import/effect.ts'

/**
 * What one line of a stock file does to a position. This is the specification of `applyStaged` in store.ts, which decides
 * the same in one statement for a whole file; a property test holds the two together.
 *
 * A reset states a total and books the difference, so the ledger stays append-only. Reservations are orders' business:
 * no stock file touches them.
 */
export type Balance = { onHandUnits: number; reservedUnits: number }

export type MovementDecision =
  | { kind: 'moved'; onHandUnits: number }
  | { kind: 'unchanged' }
  | { kind: 'rejected'; code: 'ROW_RESULT_NEGATIVE' }

/**
 * @param balance the position as it is, or null where nothing was ever counted: a first count of 0 is a movement too,
 *   since it turns "unknown" into "none".
 */
export function decideMovement(effect: Effect, units: number, balance: Balance | null): MovementDecision {
  const onHandUnits = balance?.onHandUnits ?? 0
  const reservedUnits = balance?.reservedUnits ?? 0
  const difference = differenceOf(effect, units, { onHandUnits, reservedUnits })
  if (effect === 'delta' && onHandUnits + difference < 0) return { kind: 'rejected', code: 'ROW_RESULT_NEGATIVE' }
  if (difference === 0 && balance !== null) return { kind: 'unchanged' }
  return { kind: 'moved', onHandUnits: difference }
}

function differenceOf(effect: Effect, units: number, balance: Balance): number {
  switch (effect) {
    case 'on_hand_reset':
      return units - balance.onHandUnits
    case 'atp_reset':
      return units - (balance.onHandUnits - balance.reservedUnits)
    case 'delta':
      return units
  }
}
