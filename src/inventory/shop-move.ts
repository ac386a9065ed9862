import type { StockMove } from '../orders/port.ts'

/**
 * What a shop's word on shipped and returned units does to on hand at the facility of the location that it names. What the order held
 * there goes by the order's own lines: a shipment ends it, so that what can be promised stays as it was.
 */
export function effectOfMove({ kind, units }: Pick<StockMove, 'kind' | 'units'>): number {
  return kind === 'shipped' || kind === 'lost' ? -units : units
}

/**
 * A location of several facilities ships from one of them, and the shop does not say which. Such units stay reserved against the
 * channel until every facility that has the product was counted after they left; `countedAsOf` null: never counted, so never promised.
 */
export function isPlacedByCounts(since: number, countedAsOf: readonly (number | null)[]): boolean {
  return countedAsOf.every(at => at === null || at > since)
}
