/**
 * Does a level show what it was told? This is the specification of `recordObservations` in store.ts.
 *
 *   waiting      the newest number is not confirmed yet, or was written while we read: nothing can be said
 *   not_stocked  the shop does not have this item at this location
 *   equal        the shop shows what we want it to show
 *   different    it shows something else although it confirmed ours
 */
export type Verdict = 'equal' | 'different' | 'waiting' | 'not_stocked'

export type LevelToCompare = {
  /** Below nothing where more is reserved than there is. */
  promisedUnits: number
  /** Units of known open orders that the shop committed at this level. */
  openUnits: number
  isConfirmed: boolean
  /** A write of the level was claimed or settled, or an order of it became known, while it was read. */
  isWrittenMeanwhile: boolean
  /** What the channel last decided that it should show, and what was committed and reserved when it looked; null: never. */
  decided: { wantedUnits: number; heldUnits: number } | null
  /** null: the shop has no such level. */
  seen: { availableUnits: number; committedUnits: number; reservedUnits: number } | null
}

export function compareLevel(level: LevelToCompare): { verdict: Verdict; expectedUnits: number } {
  const { seen } = level
  const expectedUnits = seen === null ? level.promisedUnits : expectedOf(level, seen)
  if (!level.isConfirmed || level.isWrittenMeanwhile) return { verdict: 'waiting', expectedUnits }
  if (seen === null) return { verdict: 'not_stocked', expectedUnits }
  return { verdict: seen.availableUnits === expectedUnits ? 'equal' : 'different', expectedUnits }
}

/** What was decided, less what the shop has set aside for customers since; before anything was decided, for unknown ones. */
function expectedOf({ promisedUnits, openUnits, decided }: LevelToCompare, seen: NonNullable<LevelToCompare['seen']>): number {
  const heldUnits = seen.committedUnits + seen.reservedUnits
  if (decided !== null) return decided.wantedUnits - Math.max(0, heldUnits - decided.heldUnits)
  return promisedUnits - Math.max(seen.committedUnits - openUnits, 0) - seen.reservedUnits
}
