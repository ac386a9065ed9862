/**
 * What a level should show, and whether to write it now. The thin form of the merge: without a proved base, whatever the
 * shop has committed beyond the orders we know is a sale that we have not seen, and is subtracted instead of overwritten.
 * The deeper form adds the base (what others did to `available` since a proved read) and shares pools between levels.
 *
 *   target   what we may promise there          open      units of known open orders that the shop committed here
 *   A C V    available, committed, reserved, read together
 *
 *   unseen = max(C − open, 0)        want = max(target − unseen − V, 0)
 */
export type LevelTerms = { sellableUnits: number; committedUnits: number; openUnits: number; reservedUnits: number }

export function unseenUnits(level: Pick<LevelTerms, 'committedUnits' | 'openUnits'>): number {
  return Math.max(level.committedUnits - level.openUnits, 0)
}

export function wantedUnits(level: LevelTerms): number {
  return Math.max(level.sellableUnits - unseenUnits(level) - level.reservedUnits, 0)
}

export type Decision =
  /** The shop shows it already. */
  | { kind: 'agrees' }
  | { kind: 'write'; fromUnits: number; units: number }
  /** An increase before the shop's orders are known could give sold units back to the shop. A decrease never waits. */
  | { kind: 'wait'; code: 'CHANNEL_WAITS_FOR_ORDERS' }

export function decideLevel(level: LevelTerms & { availableUnits: number; areOrdersKnown: boolean }): Decision {
  const units = wantedUnits(level)
  if (units === level.availableUnits) return { kind: 'agrees' }
  if (units > level.availableUnits && !level.areOrdersKnown) return { kind: 'wait', code: 'CHANNEL_WAITS_FOR_ORDERS' }
  return { kind: 'write', fromUnits: level.availableUnits, units }
}
