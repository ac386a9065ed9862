/* Which change of which row is which webhook, and what stands in it. */

import { instant } from './call.ts'
import { gid, levelGid } from './ids.ts'
import { openUnits, updatedAtOf } from './order-state.ts'
import type { ItemRow, LevelRow, LocationRow, OrderRow, ProductRow, VariantRow } from './rows.ts'
import type { Shop } from './shop.ts'
import type { TableName } from './tables.ts'
import { named, type Told } from './webhooks.ts'

/** Tells of whatever is stored in the shop's tables; what happens to orders is told by those who do it. */
export function watchTables(shop: Shop, now: () => number): void {
  const seen = new Map<number, { available: number; active: boolean }>()
  shop.tables.watch((table, row, what) => {
    for (const told of eventsOf(shop, seen, { table, row, what, now: now() })) shop.tell(told)
  })
}

type Change = { table: TableName; row: object; what: 'new' | 'changed' | 'removed'; now: number }

function eventsOf(shop: Shop, seen: Map<number, { available: number; active: boolean }>, change: Change): Told[] {
  const suffix = { new: 'CREATE', changed: 'UPDATE', removed: 'DELETE' }[change.what]
  switch (change.table) {
    case 'levels':
      return levelEvents(change.row as LevelRow, seen, change)
    case 'items': {
      const item = change.row as ItemRow
      return [{ topic: `INVENTORY_ITEMS_${suffix}`, at: change.now, payload: () => itemPayload(item) }]
    }
    case 'products': {
      const product = change.row as ProductRow
      return [{ topic: `PRODUCTS_${suffix}`, at: change.now, payload: () => productPayload(shop, product) }]
    }
    case 'variants': {
      const product = shop.tables.products.get((change.row as VariantRow).productId)
      if (product === undefined) return []
      return [{ topic: 'PRODUCTS_UPDATE', at: change.now, payload: () => productPayload(shop, product) }]
    }
    case 'locations': {
      const location = change.row as LocationRow
      return [{ topic: `LOCATIONS_${suffix}`, at: change.now, payload: () => locationPayload(location) }]
    }
    default:
      return []
  }
}

function levelEvents(level: LevelRow, seen: Map<number, { available: number; active: boolean }>, { what }: Change): Told[] {
  const before = seen.get(level.id)
  const now = { available: level.quantities.available, active: level.active }
  seen.set(level.id, now)
  const at = level.updatedAt
  const pair = { inventory_item_id: level.itemId, location_id: level.locationId }
  if (what === 'removed' || (before?.active === true && !now.active))
    return [{ topic: 'INVENTORY_LEVELS_DISCONNECT', at, payload: () => pair }]
  const told: Told[] = []
  if (what === 'new' || before?.active === false) {
    if (now.active) told.push({ topic: 'INVENTORY_LEVELS_CONNECT', at, payload: () => levelPayload(level) })
  }
  if (before?.available !== now.available)
    told.push({ topic: 'INVENTORY_LEVELS_UPDATE', at, isLate: true, payload: () => levelPayload(level) })
  return told
}

function levelPayload(level: LevelRow): Record<string, unknown> {
  return {
    inventory_item_id: level.itemId,
    location_id: level.locationId,
    available: level.quantities.available,
    updated_at: instant(level.updatedAt),
    admin_graphql_api_id: levelGid(level.id, level.itemId),
  }
}

function itemPayload(item: ItemRow): Record<string, unknown> {
  return {
    ...named('InventoryItem', item.id),
    sku: item.sku,
    tracked: item.tracked,
    requires_shipping: item.requiresShipping,
    created_at: instant(item.createdAt),
    updated_at: instant(item.updatedAt),
  }
}

function productPayload(shop: Shop, product: ProductRow): Record<string, unknown> {
  const variants = [...shop.tables.variants.values()].filter(variant => variant.productId === product.id)
  return {
    ...named('Product', product.id),
    title: product.title,
    vendor: product.vendor,
    status: product.status.toLowerCase(),
    created_at: instant(product.createdAt),
    updated_at: instant(product.updatedAt),
    variants: variants.map(variant => ({
      ...named('ProductVariant', variant.id),
      product_id: product.id,
      title: variant.title,
      sku: shop.tables.items.get(variant.itemId)?.sku ?? null,
      barcode: variant.barcode,
      inventory_item_id: variant.itemId,
      inventory_policy: variant.inventoryPolicy.toLowerCase(),
      position: variant.position,
    })),
  }
}

function locationPayload(location: LocationRow): Record<string, unknown> {
  return {
    ...named('Location', location.id),
    name: location.name,
    active: location.active,
    legacy: location.fulfillmentService !== null,
    created_at: instant(location.createdAt),
    updated_at: instant(location.updatedAt),
  }
}

/** An order as a webhook has it. */
export function orderPayload(shop: Shop, order: OrderRow, at: number): Record<string, unknown> {
  return {
    ...named('Order', order.id),
    name: `#${order.number}`,
    order_number: order.number,
    created_at: instant(order.createdAt),
    updated_at: instant(updatedAtOf(order, at)),
    cancelled_at: instant(order.cancelledAt),
    closed_at: instant(order.closedAt),
    line_items: order.lines.map(line => ({
      ...named('LineItem', line.id),
      sku: shop.tables.items.get(line.itemId)?.sku ?? null,
      variant_id: shop.tables.items.get(line.itemId)?.variantId ?? null,
      quantity: line.units,
      current_quantity: line.units - line.removedUnits,
      fulfillable_quantity: openUnits(line),
    })),
  }
}

/** Tells of one thing that happened to an order. */
export function tellOfOrder(shop: Shop, order: OrderRow, topic: string, at: number): void {
  shop.tell({ topic, at, payload: () => orderPayload(shop, order, at) })
}

export function tellOfRefund(shop: Shop, order: OrderRow, refund: OrderRow['refunds'][0]): void {
  const payload = (): Record<string, unknown> => ({
    ...named('Refund', refund.id),
    order_id: order.id,
    created_at: instant(refund.createdAt),
    refund_line_items: refund.lines.map(line => ({
      line_item_id: line.lineId,
      quantity: line.units,
      restock_type: line.restockType.toLowerCase(),
      location_id: line.locationId,
    })),
  })
  shop.tell({ topic: 'REFUNDS_CREATE', at: refund.createdAt, payload })
}

export function tellOfRouting(shop: Shop, order: OrderRow): void {
  const first = order.fulfillmentOrders[0]
  if (first === undefined) return
  const payload = (): Record<string, unknown> => ({ fulfillment_order: { id: gid('FulfillmentOrder', first.id), status: 'open' } })
  shop.tell({ topic: 'FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE', at: first.createdAt, payload })
}

export function tellOfMove(shop: Shop, part: OrderRow['fulfillmentOrders'][0], at: number): void {
  const moved = { id: gid('FulfillmentOrder', part.id), status: 'open' }
  const payload = (): Record<string, unknown> => ({
    original_fulfillment_order: moved,
    moved_fulfillment_order: moved,
    destination_location_id: gid('Location', part.locationId),
    fulfillment_order_line_items_requested: [],
  })
  shop.tell({ topic: 'FULFILLMENT_ORDERS_MOVED', at, payload })
}
