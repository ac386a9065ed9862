/*
 * Customers. An order takes `available` down and `committed` up where the shop assigns it, at that instant, which may be
 * before anybody can see the order: what is on hand stays. Fulfilling takes `committed` down, and so what is on hand;
 * cancelling gives the units back, or writes them off. What happens to an order later on is in `order-changes.ts`.
 */

import type { FulfillmentOrderRow, ItemRow, LineRow, OrderRow } from './rows.ts'
import { isSimple, levelOf, placeOf, type Shop } from './shop.ts'
import { move } from './stock.ts'
import { levelKey } from './tables.ts'
import { tellOfOrder, tellOfRefund, tellOfRouting } from './webhook-events.ts'

export type Wish = { itemId: number; units: number; locationId: number | null }

export class OrderRefused extends Error {}

export type Placing = {
  now: number
  onlyIfAvailable: boolean
  /** The stock is taken now; the order comes into being so much later. */
  existsAfterMs?: number
  /** From the order to its fulfilment orders, that is until anybody is told which location it holds. */
  routedAfterMs?: number
  /** Whether routing shows in `updatedAt`. */
  routingTouches?: boolean
}

/** Sells, even what is not there unless `onlyIfAvailable`: what did not exist is counted as oversold. */
export function placeOrder(shop: Shop, wishes: readonly Wish[], placing: Placing): OrderRow {
  if (wishes.length === 0) throw new OrderRefused('An order has at least one line.')
  const { now } = placing
  const assigned = wishes.map(wish => ({ ...wish, item: itemOf(shop, wish), locationId: wish.locationId ?? assign(shop, wish) }))
  if (placing.onlyIfAvailable) refuseWhatIsGone(shop, assigned)
  for (const { item, locationId, units } of assigned) takeFor(shop, item, { locationId, units, now })
  return enterOrder(shop, assigned, placing)
}

type Assigned = { item: ItemRow; units: number; locationId: number }

/** The order itself, for units that are committed already. */
export function enterOrder(shop: Shop, assigned: readonly Assigned[], placing: Placing): OrderRow {
  const { tables } = shop
  const createdAt = placing.now + (placing.existsAfterMs ?? 0)
  const routedAt = createdAt + (placing.routedAfterMs ?? 0)
  const orderId = tables.next('orders', 6_000_000_001)
  const lines = assigned.map(wish => newLine(shop, orderId, wish))
  const order: OrderRow = {
    kind: 'Order',
    id: orderId,
    number: tables.next('order numbers', 1_001),
    lines,
    fulfillmentOrders: [...new Set(assigned.map(wish => wish.locationId))].map(locationId => {
      const held = lines.filter((_, index) => assigned[index]?.locationId === locationId)
      return newFulfillmentOrder(shop, { orderId, locationId, lines: held, now: routedAt })
    }),
    fulfillments: [],
    refunds: [],
    createdAt,
    cancelledAt: null,
    closedAt: null,
    restocked: false,
    changes: routedAt > createdAt && placing.routingTouches !== false ? [createdAt, routedAt] : [createdAt],
  }
  tables.add(
    'units sold',
    assigned.reduce((sum, wish) => sum + wish.units, 0),
  )
  tables.put('orders', order)
  tellOfOrder(shop, order, 'ORDERS_CREATE', createdAt)
  tellOfRouting(shop, order)
  if (order.changes.length > 1) tellOfOrder(shop, order, 'ORDERS_UPDATED', routedAt)
  return order
}

export function cancelOrder(shop: Shop, order: OrderRow, options: { now: number; restock: boolean }): void {
  const { now, restock } = options
  if (order.cancelledAt !== null) throw new OrderRefused('The order is cancelled already.')
  const lines: OrderRow['refunds'][0]['lines'] = []
  forEachOpenLine(order, (line, part, locationId) => {
    letGo(shop, line.itemId, { locationId, units: part.remainingUnits, restock, now })
    lines.push({
      lineId: line.id,
      units: part.remainingUnits,
      restockType: restock ? 'CANCEL' : 'NO_RESTOCK',
      locationId: restock ? locationId : null,
    })
    line.removedUnits += part.remainingUnits
    part.remainingUnits = 0
  })
  for (const part of order.fulfillmentOrders) if (part.status === 'OPEN') Object.assign(part, { status: 'CANCELLED', updatedAt: now })
  if (lines.length > 0) addRefund(shop, order, lines, now)
  order.restocked = restock
  order.cancelledAt = now
  order.closedAt = now
  changed(shop, order, now)
  tellOfOrder(shop, order, 'ORDERS_CANCELLED', now)
}

/** Ships what is open, of one fulfilment order or of all. */
export function fulfilOrder(shop: Shop, order: OrderRow, options: { now: number; fulfillmentOrderId: number | null }): void {
  const { now } = options
  if (order.cancelledAt !== null) throw new OrderRefused('The order is cancelled.')
  const parts = order.fulfillmentOrders.filter(part => part.status === 'OPEN' && (options.fulfillmentOrderId ?? part.id) === part.id)
  if (parts.length === 0) throw new OrderRefused('There is nothing left to fulfil.')
  forEachOpenLine({ ...order, fulfillmentOrders: parts }, (line, part, locationId) => {
    ship(shop, line.itemId, { locationId, units: part.remainingUnits, now })
    line.fulfilledUnits += part.remainingUnits
  })
  for (const part of parts) {
    order.fulfillments.push(newFulfillment(shop, part, now))
    for (const piece of part.lines) piece.remainingUnits = 0
    Object.assign(part, { status: 'CLOSED', updatedAt: now })
  }
  const isWhole = order.fulfillmentOrders.every(part => part.status !== 'OPEN')
  if (isWhole) order.closedAt = now
  changed(shop, order, now)
  tellOfOrder(shop, order, isWhole ? 'ORDERS_FULFILLED' : 'ORDERS_PARTIALLY_FULFILLED', now)
}

/** The parcel comes back before it was ever on its way: its units are to be shipped from there again. */
export function cancelFulfilment(shop: Shop, order: OrderRow, options: { now: number; fulfillmentId: number | null }): void {
  const { now } = options
  const parcel = order.fulfillments.find(each => each.status === 'SUCCESS' && (options.fulfillmentId ?? each.id) === each.id)
  if (parcel === undefined) throw new OrderRefused('There is no such fulfilment.')
  for (const { lineId, units, partId } of parcel.lines) {
    const line = order.lines.find(each => each.id === lineId)
    const part = order.fulfillmentOrders.find(each => each.id === partId)
    const piece = part?.lines.find(each => each.lineId === lineId)
    if (line === undefined || part === undefined || piece === undefined) continue
    ship(shop, line.itemId, { locationId: parcel.locationId, units: -units, now })
    line.fulfilledUnits -= units
    piece.remainingUnits += units
    Object.assign(part, { status: 'OPEN', updatedAt: now })
  }
  Object.assign(parcel, { status: 'CANCELLED', updatedAt: now })
  order.closedAt = null
  changed(shop, order, now)
}

function newFulfillment(shop: Shop, part: FulfillmentOrderRow, now: number): OrderRow['fulfillments'][0] {
  return {
    kind: 'Fulfillment',
    id: shop.tables.next('fulfillments', 46_000_000_001),
    orderId: part.orderId,
    locationId: part.locationId,
    status: 'SUCCESS',
    lines: part.lines
      .filter(piece => piece.remainingUnits > 0)
      .map(piece => ({ lineId: piece.lineId, units: piece.remainingUnits, partId: part.id })),
    createdAt: now,
    updatedAt: now,
  }
}

/** The search index never lags by more changes than this. */
const CHANGES_KEPT_MAX = 50

export function changed(shop: Shop, order: OrderRow, now: number): void {
  order.changes = [...order.changes, now].sort((one, other) => one - other).slice(-CHANGES_KEPT_MAX)
  shop.tables.put('orders', order)
  tellOfOrder(shop, order, 'ORDERS_UPDATED', now)
}

type Units = { locationId: number; units: number; now: number }

/** Sold: out of available, into committed. */
export function takeFor(shop: Shop, item: ItemRow, { locationId, units, now }: Units): void {
  if (!isSimple(item)) return
  const level = levelOf(shop.tables, { itemId: item.id, locationId, activeIfNew: true, now })
  const below = (available: number): number => Math.max(0, -available)
  const before = below(level.quantities.available)
  move(level, 'available', -units, now)
  move(level, 'committed', units, now)
  shop.tables.put('levels', level)
  const oversold = shop.world.truth.sold(placeOf(shop, item.id, locationId), units, below(level.quantities.available) - before)
  shop.tables.add('units oversold', oversold)
}

/** No longer sold: out of committed, and back into available, or written off. */
export function letGo(shop: Shop, itemId: number, { locationId, units, now, restock }: Units & { restock: boolean }): void {
  ship(shop, itemId, { locationId, units, now })
  if (restock) putBack(shop, itemId, { locationId, units, now })
}

/** Out of the building. */
export function ship(shop: Shop, itemId: number, { locationId, units, now }: Units): void {
  const item = shop.tables.items.get(itemId)
  const level = shop.tables.levels.get(levelKey(itemId, locationId))
  if (item === undefined || !isSimple(item) || level === undefined) return
  move(level, 'committed', -units, now)
  shop.tables.put('levels', level)
}

/** Into the building, to be sold again. */
export function putBack(shop: Shop, itemId: number, { locationId, units, now }: Units): void {
  const item = shop.tables.items.get(itemId)
  if (item === undefined || !isSimple(item)) return
  const level = levelOf(shop.tables, { itemId, locationId, activeIfNew: true, now })
  move(level, 'available', units, now)
  shop.tables.put('levels', level)
  shop.world.truth.gaveBack(placeOf(shop, itemId, locationId), units)
}

export function newLine(shop: Shop, orderId: number, wish: Assigned): LineRow {
  const id = shop.tables.next('lines', 16_000_000_001)
  return { kind: 'LineItem', id, orderId, itemId: wish.item.id, units: wish.units, fulfilledUnits: 0, removedUnits: 0 }
}

export function addRefund(shop: Shop, order: OrderRow, lines: OrderRow['refunds'][0]['lines'], now: number): void {
  const id = shop.tables.next('refunds', 860_000_001)
  const refund: OrderRow['refunds'][0] = { kind: 'Refund', id, orderId: order.id, createdAt: now, lines }
  order.refunds.push(refund)
  tellOfRefund(shop, order, refund)
}

export function newFulfillmentOrder(
  shop: Shop,
  of: { orderId: number; locationId: number; lines: readonly LineRow[]; now: number },
): FulfillmentOrderRow {
  return {
    kind: 'FulfillmentOrder',
    id: shop.tables.next('fulfillment orders', 26_000_000_001),
    orderId: of.orderId,
    locationId: of.locationId,
    status: 'OPEN',
    lines: of.lines.map(line => ({
      kind: 'FulfillmentOrderLineItem',
      id: shop.tables.next('fulfillment lines', 36_000_000_001),
      orderId: of.orderId,
      lineId: line.id,
      itemId: line.itemId,
      totalUnits: line.units,
      remainingUnits: line.units,
    })),
    createdAt: of.now,
    updatedAt: of.now,
  }
}

export function forEachOpenLine(order: OrderRow, act: (line: LineRow, part: { remainingUnits: number }, locationId: number) => void): void {
  for (const part of order.fulfillmentOrders) {
    for (const piece of part.lines) {
      const line = order.lines.find(each => each.id === piece.lineId)
      if (line !== undefined && piece.remainingUnits > 0) act(line, piece, part.locationId)
    }
  }
}

export function itemOf(shop: Shop, wish: Wish): ItemRow {
  const item = shop.tables.items.get(wish.itemId)
  if (item === undefined) throw new OrderRefused('An ordered item does not exist.')
  if (!Number.isInteger(wish.units) || wish.units <= 0) throw new OrderRefused('Units have to be a whole number above zero.')
  if (wish.locationId !== null && !shop.tables.locations.has(wish.locationId)) throw new OrderRefused('An ordered location does not exist.')
  return item
}

/** What is left is looked at for the whole order: two lines of one item share it. */
function refuseWhatIsGone(shop: Shop, assigned: readonly Assigned[]): void {
  const wanted = new Map<string, { item: ItemRow; units: number; left: number; place: string }>()
  for (const { item, locationId, units } of assigned) {
    if (!item.tracked) continue
    const key = levelKey(item.id, locationId)
    const left = shop.tables.levels.get(key)?.quantities.available ?? 0
    wanted.set(key, { item, units: (wanted.get(key)?.units ?? 0) + units, left, place: placeOf(shop, item.id, locationId) })
  }
  const gone = [...wanted.values()].filter(each => each.units > each.left && !sellsOn(shop, each.item))
  for (const { place, units } of gone) shop.world.truth.refused(place, units)
  const first = gone[0]
  if (first !== undefined) throw new OrderRefused(`Only ${first.left} of ${first.item.sku} left.`)
}

/** A variant may be sold on although nothing is left. */
function sellsOn(shop: Shop, item: ItemRow): boolean {
  return shop.tables.variants.get(item.variantId)?.inventoryPolicy === 'CONTINUE'
}

/** The first location that has enough, else the one that has most: the shop's routing, made simple. */
export function assign(shop: Shop, wish: Wish): number {
  const levels = shop.tables
    .levelsOfItem(wish.itemId)
    .filter(level => level.active && shop.tables.locations.get(level.locationId)?.active === true)
  const enough = levels.find(level => level.quantities.available >= wish.units)
  const most = levels.toSorted((a, b) => b.quantities.available - a.quantities.available)[0]
  const location = enough?.locationId ?? most?.locationId ?? [...shop.tables.locations.values()].find(each => each.active)?.id
  if (location === undefined) throw new OrderRefused('No active location could fulfil the order.')
  return location
}
