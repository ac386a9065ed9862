/* Levels and orders as they are shown behind the curtain. */

import type { Simulated } from './answer.ts'
import { gid, levelGid } from './ids.ts'
import { openUnits, updatedAtOf } from './order-state.ts'
import type { DraftRow, LevelRow, OrderRow } from './rows.ts'
import { quantityOf } from './stock.ts'

export function levelView(simulated: Simulated, level: LevelRow): unknown {
  return {
    id: levelGid(level.id, level.itemId),
    inventoryItemId: gid('InventoryItem', level.itemId),
    locationId: gid('Location', level.locationId),
    sku: simulated.shop.tables.items.get(level.itemId)?.sku ?? null,
    active: level.active,
    available: level.quantities.available,
    committed: level.quantities.committed,
    reserved: level.quantities.reserved,
    onHand: quantityOf(level, 'on_hand'),
    updatedAt: new Date(level.updatedAt).toISOString(),
  }
}

export function orderView(simulated: Simulated, order: OrderRow, now: number): unknown {
  return {
    id: gid('Order', order.id),
    number: order.id,
    name: `#${order.number}`,
    exists: order.createdAt <= now,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(updatedAtOf(order, now)).toISOString(),
    cancelled: order.cancelledAt !== null,
    closed: order.closedAt !== null,
    lines: order.lines.map(line => ({
      id: gid('LineItem', line.id),
      inventoryItemId: gid('InventoryItem', line.itemId),
      sku: simulated.shop.tables.items.get(line.itemId)?.sku ?? null,
      units: line.units,
      openUnits: openUnits(line),
    })),
    fulfillmentOrders: order.fulfillmentOrders.map(part => ({
      id: gid('FulfillmentOrder', part.id),
      locationId: gid('Location', part.locationId),
      status: part.status,
    })),
  }
}

export function draftView(simulated: Simulated, draft: DraftRow): unknown {
  return {
    id: gid('DraftOrder', draft.id),
    number: draft.id,
    status: draft.status,
    lines: draft.lines.map(line => ({
      sku: simulated.shop.tables.items.get(line.itemId)?.sku ?? null,
      units: line.units,
      locationId: gid('Location', line.locationId),
    })),
  }
}
