import type { OrderWord } from '../import/order-row.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** What was told of one order line of another system. */
export type LineEvent = {
  word: OrderWord
  units: number
  facilityId: number | null
  at: InstantMs
}

export type LineState = {
  orderedUnits: number
  cancelledUnits: number
  shippedUnits: number
  returnedUnits: number
  /** Rejected by the facility since it was last assigned. */
  rejectedUnits: number
  facilityId: number | null
  orderedAt: InstantMs | null
}

/**
 * What a line is after everything that was told of it, in whatever order it was told: of what was ordered and where, the newest
 * word counts; what happened adds up. `recordLines` in system-store.ts does the same in SQL.
 */
export function lineAfter(events: readonly LineEvent[]): LineState {
  const ordered = events.filter(event => event.word === 'ordered')
  const newest = ordered.reduce<LineEvent | null>((best, event) => (best === null || event.at >= best.at ? event : best), null)
  const sum = (word: OrderWord, since: InstantMs = Number.NEGATIVE_INFINITY) =>
    events.filter(event => event.word === word && event.at >= since).reduce((units, event) => units + event.units, 0)
  return {
    orderedUnits: newest?.units ?? 0,
    cancelledUnits: sum('cancelled'),
    shippedUnits: sum('shipped'),
    returnedUnits: sum('returned'),
    rejectedUnits: sum('rejected', newest?.at),
    facilityId: newest?.facilityId ?? null,
    orderedAt: newest?.at ?? null,
  }
}

/** What the line still holds, and where: at its facility, or parked, since none has it or since it rejected them. */
export function openUnits(line: LineState): { heldUnits: number; parkedUnits: number } {
  const open = Math.max(0, line.orderedUnits - line.cancelledUnits - line.shippedUnits)
  const parkedUnits = line.facilityId === null ? open : Math.min(open, line.rejectedUnits)
  return { heldUnits: open - parkedUnits, parkedUnits }
}
