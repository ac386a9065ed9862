/*
 * What becomes of an order after it was placed: lines come and go, goods are sent back, another location takes over. And
 * draft orders, which hold goods as reserved before there is an order at all.
 */

import {
  addRefund,
  assign,
  changed,
  enterOrder,
  itemOf,
  letGo,
  newFulfillmentOrder,
  newLine,
  OrderRefused,
  type Placing,
  putBack,
  takeFor,
  type Wish,
} from './orders.ts'
import type { DraftRow, FulfillmentOrderRow, ItemRow, LineRow, OrderRow } from './rows.ts'
import { isSimple, levelOf, placeOf, type Shop } from './shop.ts'
import { move } from './stock.ts'
import { tellOfMove, tellOfOrder } from './webhook-events.ts'

/** A line more, taken from stock at once. */
export function addLine(shop: Shop, order: OrderRow, wish: Wish, now: number): void {
  refuseIfOver(order)
  const item = itemOf(shop, wish)
  const locationId = wish.locationId ?? order.fulfillmentOrders.find(part => part.status === 'OPEN')?.locationId ?? assign(shop, wish)
  takeFor(shop, item, { locationId, units: wish.units, now })
  const line = newLine(shop, order.id, { item, units: wish.units, locationId })
  order.lines.push(line)
  const part = newFulfillmentOrder(shop, { orderId: order.id, locationId, lines: [line], now })
  const open = order.fulfillmentOrders.find(each => each.status === 'OPEN' && each.locationId === locationId)
  if (open === undefined) order.fulfillmentOrders.push(part)
  else open.lines.push(...part.lines)
  order.closedAt = null
  shop.tables.add('units sold', wish.units)
  changed(shop, order, now)
  tellOfOrder(shop, order, 'ORDERS_EDITED', now)
}

/** Units that were ordered and not shipped leave the order. */
export function removeUnits(shop: Shop, order: OrderRow, of: { lineId: number; units: number; restock: boolean; now: number }): void {
  refuseIfOver(order)
  const line = lineOf(order, of.lineId)
  const lines: OrderRow['refunds'][0]['lines'] = []
  let left = of.units
  for (const part of order.fulfillmentOrders) {
    for (const piece of part.lines) {
      const units = piece.lineId === line.id ? Math.min(left, piece.remainingUnits) : 0
      if (units === 0) continue
      letGo(shop, line.itemId, { locationId: part.locationId, units, restock: of.restock, now: of.now })
      piece.remainingUnits -= units
      line.removedUnits += units
      left -= units
      const restockType = of.restock ? 'CANCEL' : 'NO_RESTOCK'
      lines.push({ lineId: line.id, units, restockType, locationId: of.restock ? part.locationId : null })
    }
    if (part.status === 'OPEN' && part.lines.every(piece => piece.remainingUnits === 0)) part.status = 'CLOSED'
  }
  if (lines.length === 0) throw new OrderRefused('Nothing of this line is open.')
  addRefund(shop, order, lines, of.now)
  changed(shop, order, of.now)
}

/** Goods that were shipped come back, to the shelf of a location or to nowhere. */
export function returnUnits(
  shop: Shop,
  order: OrderRow,
  of: { lineId: number; units: number; locationId: number | null; now: number },
): void {
  const line = lineOf(order, of.lineId)
  const returned = order.refunds
    .flatMap(refund => refund.lines)
    .filter(each => each.lineId === line.id && each.restockType === 'RETURN')
    .reduce((sum, each) => sum + each.units, 0)
  if (of.units > line.fulfilledUnits - returned) throw new OrderRefused('So many were never shipped.')
  if (of.locationId !== null) putBack(shop, line.itemId, { locationId: of.locationId, units: of.units, now: of.now })
  const restockType = of.locationId === null ? 'NO_RESTOCK' : 'RETURN'
  addRefund(shop, order, [{ lineId: line.id, units: of.units, restockType, locationId: of.locationId }], of.now)
  changed(shop, order, of.now)
}

/** Another location is to ship it: what was committed here is committed there, in one instant, and nobody says when. */
export function moveFulfillmentOrder(
  shop: Shop,
  order: OrderRow,
  part: FulfillmentOrderRow,
  of: { locationId: number; now: number; touchesOrder: boolean },
): void {
  const from = part.locationId
  if (part.status !== 'OPEN') throw new OrderRefused('Only an open fulfilment order can be moved.')
  if (from === of.locationId) throw new OrderRefused('It is there already.')
  if (shop.tables.locations.get(of.locationId)?.active !== true) throw new OrderRefused('There is no such active location.')
  for (const { itemId, remainingUnits: units } of part.lines) {
    const item = shop.tables.items.get(itemId)
    if (item === undefined || !isSimple(item) || units === 0) continue
    commitUnits(shop, item, { locationId: from, units: -units, now: of.now })
    commitUnits(shop, item, { locationId: of.locationId, units, now: of.now })
    shop.world.truth.moved(placeOf(shop, itemId, from), placeOf(shop, itemId, of.locationId), units)
  }
  part.locationId = of.locationId
  part.updatedAt = of.now
  if (of.touchesOrder) changed(shop, order, of.now)
  else shop.tables.put('orders', order)
  tellOfMove(shop, part, of.now)
}

/** Lays goods aside for a draft order. */
export function holdDraft(shop: Shop, wishes: readonly Wish[], now: number): DraftRow {
  const lines = wishes.map(wish => {
    const item = itemOf(shop, wish)
    const locationId = wish.locationId ?? assign(shop, wish)
    // Goods that are promised to somebody: taken when they are laid aside, not when they are paid.
    takeFor(shop, item, { locationId, units: wish.units, now })
    reserve(shop, item, { locationId, units: wish.units, now })
    return { itemId: item.id, units: wish.units, locationId }
  })
  const draft: DraftRow = { kind: 'DraftOrder', id: shop.tables.next('drafts', 990_000_001), status: 'OPEN', lines, createdAt: now }
  shop.tables.put('drafts', draft)
  return draft
}

/** The customer pays: reserved becomes committed, and there is an order. */
export function completeDraft(shop: Shop, draft: DraftRow, placing: Placing): OrderRow {
  if (draft.status !== 'OPEN') throw new OrderRefused('The draft is not open.')
  const assigned = draft.lines.map(line => ({ ...line, item: shop.tables.items.get(line.itemId) as ItemRow }))
  for (const line of assigned) reserve(shop, line.item, { ...line, units: -line.units, now: placing.now })
  draft.status = 'COMPLETED'
  shop.tables.put('drafts', draft)
  return enterOrder(shop, assigned, placing)
}

/** Nobody wants it after all. */
export function releaseDraft(shop: Shop, draft: DraftRow, now: number): void {
  if (draft.status !== 'OPEN') throw new OrderRefused('The draft is not open.')
  for (const { itemId, locationId, units } of draft.lines) {
    reserve(shop, shop.tables.items.get(itemId) as ItemRow, { locationId, units: -units, now })
    letGo(shop, itemId, { locationId, units, restock: true, now })
  }
  draft.status = 'RELEASED'
  shop.tables.put('drafts', draft)
}

type Units = { locationId: number; units: number; now: number }

/** From committed to reserved; negative: back. */
function reserve(shop: Shop, item: ItemRow, { locationId, units, now }: Units): void {
  if (!isSimple(item)) return
  const level = levelOf(shop.tables, { itemId: item.id, locationId, activeIfNew: true, now })
  move(level, 'committed', -units, now)
  move(level, 'reserved', units, now)
  shop.tables.put('levels', level)
}

/** From available to committed; negative: back. */
function commitUnits(shop: Shop, item: ItemRow, { locationId, units, now }: Units): void {
  const level = levelOf(shop.tables, { itemId: item.id, locationId, activeIfNew: true, now })
  move(level, 'available', -units, now)
  move(level, 'committed', units, now)
  shop.tables.put('levels', level)
}

function refuseIfOver(order: OrderRow): void {
  if (order.cancelledAt !== null) throw new OrderRefused('The order is cancelled.')
}

function lineOf(order: OrderRow, lineId: number): LineRow {
  const line = order.lines.find(each => each.id === lineId)
  if (line === undefined) throw new OrderRefused('The order has no such line.')
  return line
}
