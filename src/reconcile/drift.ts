import { wantedUnits } from '../channel/publish.ts'

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
  sellableUnits: number
  /** Units of known open orders that the shop committed at this level. */
  openUnits: number
  isConfirmed: boolean
  /** A write of the level was claimed or settled, or an order of it became known, while it was read. */
  isWrittenMeanwhile: boolean
  /** null: the shop has no such level. */
  seen: { availableUnits: number; committedUnits: number; reservedUnits: number } | null
}

export function compareLevel(level: LevelToCompare): { verdict: Verdict; expectedUnits: number } {
  const { seen, sellableUnits, openUnits } = level
  const expectedUnits = seen === null ? sellableUnits : wantedUnits({ sellableUnits, openUnits, ...seen })
  if (!level.isConfirmed || level.isWrittenMeanwhile) return { verdict: 'waiting', expectedUnits }
  if (seen === null) return { verdict: 'not_stocked', expectedUnits }
  return { verdict: seen.availableUnits === expectedUnits ? 'equal' : 'different', expectedUnits }
}
