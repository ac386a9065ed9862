/**
 * What a level should show, and whether to write it now. The thin form of the merge: without a proved base, whatever the
 * shop has committed beyond the orders we know is a sale that we have not seen, and is subtracted instead of overwritten.
 * The deeper form adds the base (what others did to `available` since a proved read) and shares pools between levels.
 *
 *   target   what we may promise there          open      units of known open orders that the shop committed here
 *   A C V    available, committed, reserved, read together
 *
 *   unseen = max(C − open, 0)        want = max(target − unseen − V, min(A, 0))
 *
 * The target is floored at nothing, so what is wanted is not pushed below it; but a level that the shop oversold stays
 * where it is: raised to nothing, it would show stock as soon as one of those orders is cancelled.
 */
export type LevelTerms = {
  sellableUnits: number
  availableUnits: number
  committedUnits: number
  openUnits: number
  reservedUnits: number
}

export function unseenUnits(level: Pick<LevelTerms, 'committedUnits' | 'openUnits'>): number {
  return Math.max(level.committedUnits - level.openUnits, 0)
}

export function wantedUnits(level: LevelTerms): number {
  return Math.max(level.sellableUnits - unseenUnits(level) - level.reservedUnits, Math.min(level.availableUnits, 0))
}

export type Decision =
  /** The shop shows it already. */
  | { kind: 'agrees' }
  | { kind: 'write'; fromUnits: number; units: number }
  /** An increase on old knowledge could give sold units back to the shop. A decrease never waits. */
  | { kind: 'wait'; code: 'CHANNEL_WAITS_FOR_ORDERS' | 'CHANNEL_WAITS_FOR_PROMISE' }

export type LevelToDecide = LevelTerms & {
  /** The shop's open orders were read whole at least once. */
  areOrdersKnown: boolean
  /**
   * Something changed (an order that we know, a movement, a newer target) that the target does not hold yet. An order that is
   * known but not in the target is neither unseen nor subtracted.
   */
  isPromiseBehind: boolean
}

export function decideLevel(level: LevelToDecide): Decision {
  const units = wantedUnits(level)
  if (units === level.availableUnits) return { kind: 'agrees' }
  if (units > level.availableUnits) {
    if (!level.areOrdersKnown) return { kind: 'wait', code: 'CHANNEL_WAITS_FOR_ORDERS' }
    if (level.isPromiseBehind) return { kind: 'wait', code: 'CHANNEL_WAITS_FOR_PROMISE' }
  }
  return { kind: 'write', fromUnits: level.availableUnits, units }
}
