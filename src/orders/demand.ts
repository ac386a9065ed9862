import type { OrderLine, SeenOrder } from './port.ts'

/** What one order newly holds (or, negative, no longer holds) at one level. */
export type DemandChange = { orderGid: string; inventoryItemGid: string; locationGid: string; units: number }

/**
 * The differences that a new word on an order makes to the word before, summed per level. `recordOrders` in store.ts does
 * this in SQL for a whole poll; this is its specification.
 */
export function demandChanges(orderGid: string, before: readonly OrderLine[], after: readonly OrderLine[]): DemandChange[] {
  const units = new Map<string, DemandChange>()
  const add = (line: OrderLine, sign: 1 | -1) => {
    const key = JSON.stringify([line.inventoryItemGid, line.locationGid])
    const { inventoryItemGid, locationGid } = line
    const change = units.get(key) ?? { orderGid, inventoryItemGid, locationGid, units: 0 }
    units.set(key, { ...change, units: change.units + sign * line.openUnits })
  }
  for (const line of after) add(line, 1)
  for (const line of before) add(line, -1)
  return [...units.values()].filter(change => change.units !== 0)
}

/** Several words on one order in one poll (a page seen twice): the newest counts. */
export function newestWords(orders: readonly SeenOrder[]): SeenOrder[] {
  const newest = new Map<string, SeenOrder>()
  for (const order of orders) {
    const known = newest.get(order.orderGid)
    if (!known || known.updatedAt <= order.updatedAt) newest.set(order.orderGid, order)
  }
  return [...newest.values()]
}

/** One line can stand at one location in several fulfilment orders: what it holds there is their sum. */
export function mergedLines(lines: readonly OrderLine[]): OrderLine[] {
  const merged = new Map<string, OrderLine>()
  for (const line of lines) {
    const key = JSON.stringify([line.lineGid, line.locationGid])
    const known = merged.get(key)
    const sum = { openUnits: line.openUnits + (known?.openUnits ?? 0), takenUnits: line.takenUnits + (known?.takenUnits ?? 0) }
    merged.set(key, { ...line, ...sum })
  }
  return [...merged.values()].filter(line => line.openUnits > 0 || line.takenUnits !== 0)
}
