/*
 * Customers. Placing an order takes `available` down and `committed` up where the shop assigns it, at that instant:
 * what is on hand stays. Fulfilling takes `committed` down, and so what is on hand; cancelling gives the units back,
 * or writes them off.
 */

import type { FulfillmentOrderRow, ItemRow, LineRow, OrderRow } from './rows.ts'
import { isSimple, levelOf, type Shop } from './shop.ts'
import { move } from './stock.ts'
import { levelKey } from './tables.ts'

export type Wish = { itemId: number; units: number; locationId: number | null }

export class OrderRefused extends Error {}

/** Sells, even what is not there unless `onlyIfAvailable`: what goes below zero is counted as oversold. */
export function placeOrder(shop: Shop, wishes: readonly Wish[], options: { now: number; onlyIfAvailable: boolean }): OrderRow {
  if (wishes.length === 0) throw new OrderRefused('An order has at least one line.')
  const { now } = options
  const { tables } = shop
  const assigned = wishes.map(wish => ({ ...wish, item: itemOf(shop, wish), locationId: wish.locationId ?? assign(shop, wish) }))
  for (const wish of assigned) {
    const left = tables.levels.get(levelKey(wish.itemId, wish.locationId))?.quantities.available ?? 0
    if (options.onlyIfAvailable && wish.item.tracked && left < wish.units) throw new OrderRefused(`Only ${left} of ${wish.item.sku} left.`)
  }
  const orderId = tables.next('orders', 6_000_000_001)
  const lines = assigned.map((wish): LineRow => {
    commit(shop, wish.item, wish.locationId, wish.units, now)
    return {
      kind: 'LineItem',
      id: tables.next('lines', 16_000_000_001),
      orderId,
      itemId: wish.itemId,
      units: wish.units,
      fulfilledUnits: 0,
      removedUnits: 0,
    }
  })
  const order: OrderRow = {
    kind: 'Order',
    id: orderId,
    number: tables.next('order numbers', 1_001),
    lines,
    fulfillmentOrders: [...new Set(assigned.map(wish => wish.locationId))].map(locationId => {
      const held = lines.filter((_, index) => assigned[index]?.locationId === locationId)
      return fulfillmentOrder(shop, { orderId, locationId, lines: held, now })
    }),
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    closedAt: null,
    restocked: false,
    changes: [now],
  }
  tables.add(
    'units sold',
    wishes.reduce((sum, wish) => sum + wish.units, 0),
  )
  tables.put('orders', order)
  return order
}

export function cancelOrder(shop: Shop, order: OrderRow, options: { now: number; restock: boolean }): void {
  if (order.cancelledAt !== null) throw new OrderRefused('The order is cancelled already.')
  forEachOpenLine(order, (line, part, locationId) => {
    release(shop, line.itemId, locationId, part.remainingUnits, { restock: options.restock, now: options.now })
    line.removedUnits += part.remainingUnits
    part.remainingUnits = 0
  })
  for (const part of order.fulfillmentOrders)
    if (part.status === 'OPEN') Object.assign(part, { status: 'CANCELLED', updatedAt: options.now })
  order.restocked = options.restock
  order.cancelledAt = options.now
  order.closedAt = options.now
  changed(shop, order, options.now)
}

/** Ships what is open, of one fulfilment order or of all. */
export function fulfilOrder(shop: Shop, order: OrderRow, options: { now: number; fulfillmentOrderId: number | null }): void {
  if (order.cancelledAt !== null) throw new OrderRefused('The order is cancelled.')
  const parts = order.fulfillmentOrders.filter(part => part.status === 'OPEN' && (options.fulfillmentOrderId ?? part.id) === part.id)
  if (parts.length === 0) throw new OrderRefused('There is nothing left to fulfil.')
  forEachOpenLine({ ...order, fulfillmentOrders: parts }, (line, part, locationId) => {
    release(shop, line.itemId, locationId, part.remainingUnits, { restock: false, now: options.now })
    line.fulfilledUnits += part.remainingUnits
    part.remainingUnits = 0
  })
  for (const part of parts) Object.assign(part, { status: 'CLOSED', updatedAt: options.now })
  if (order.fulfillmentOrders.every(part => part.status !== 'OPEN')) order.closedAt = options.now
  changed(shop, order, options.now)
}

export function openUnits(line: LineRow): number {
  return line.units - line.fulfilledUnits - line.removedUnits
}

/** The search index never lags by more changes than this. */
const CHANGES_KEPT_MAX = 50

function changed(shop: Shop, order: OrderRow, now: number): void {
  order.updatedAt = now
  order.changes = [...order.changes, now].slice(-CHANGES_KEPT_MAX)
  shop.tables.put('orders', order)
}

function commit(shop: Shop, item: ItemRow, locationId: number, units: number, now: number): void {
  if (!isSimple(item)) return
  const level = levelOf(shop.tables, { itemId: item.id, locationId, activeIfNew: true, now })
  const below = (available: number): number => Math.max(0, -available)
  const before = below(level.quantities.available)
  move(level, 'available', -units, now)
  move(level, 'committed', units, now)
  shop.tables.put('levels', level)
  shop.tables.add('units oversold', below(level.quantities.available) - before)
}

function release(shop: Shop, itemId: number, locationId: number, units: number, options: { restock: boolean; now: number }): void {
  const item = shop.tables.items.get(itemId)
  const level = shop.tables.levels.get(levelKey(itemId, locationId))
  if (item === undefined || !isSimple(item) || level === undefined) return
  move(level, 'committed', -units, options.now)
  if (options.restock) move(level, 'available', units, options.now)
  shop.tables.put('levels', level)
}

function fulfillmentOrder(
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

function forEachOpenLine(order: OrderRow, act: (line: LineRow, part: { remainingUnits: number }, locationId: number) => void): void {
  for (const part of order.fulfillmentOrders) {
    for (const piece of part.lines) {
      const line = order.lines.find(each => each.id === piece.lineId)
      if (line !== undefined && piece.remainingUnits > 0) act(line, piece, part.locationId)
    }
  }
}

function itemOf(shop: Shop, wish: Wish): ItemRow {
  const item = shop.tables.items.get(wish.itemId)
  if (item === undefined) throw new OrderRefused('An ordered item does not exist.')
  if (!Number.isInteger(wish.units) || wish.units <= 0) throw new OrderRefused('Units have to be a whole number above zero.')
  if (wish.locationId !== null && !shop.tables.locations.has(wish.locationId)) throw new OrderRefused('An ordered location does not exist.')
  return item
}

/** The first location that has enough, else the one that has most: the shop's routing, made simple. */
function assign(shop: Shop, wish: Wish): number {
  const levels = shop.tables
    .levelsOfItem(wish.itemId)
    .filter(level => level.active && shop.tables.locations.get(level.locationId)?.active === true)
  const enough = levels.find(level => level.quantities.available >= wish.units)
  const most = levels.toSorted((a, b) => b.quantities.available - a.quantities.available)[0]
  const location = enough?.locationId ?? most?.locationId ?? [...shop.tables.locations.values()].find(each => each.active)?.id
  if (location === undefined) throw new OrderRefused('No active location could fulfil the order.')
  return location
}
