/* What can be told of an order from its row. */

import type { LineRow, OrderRow } from './rows.ts'

/** Ordered, and neither shipped nor taken out. */
export function openUnits(line: LineRow): number {
  return line.units - line.fulfilledUnits - line.removedUnits
}

/** When the order was last changed, as far as can be seen by now. */
export function updatedAtOf(order: OrderRow, now: number): number {
  return order.changes.findLast(at => at <= now) ?? order.createdAt
}
