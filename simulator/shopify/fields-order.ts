/* Orders, as far as they hold stock. No names, no money: what the simulator does not know it does not answer. */

import type { Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { type PageArgs, page } from './connection.ts'
import { gid, numberOf } from './ids.ts'
import { openUnits, updatedAtOf } from './order-state.ts'
import { notSimulated } from './problem.ts'
import type { FulfillmentLineRow, FulfillmentOrderRow, FulfillmentRow, LineRow, OrderRow, RefundRow } from './rows.ts'
import { byInstant, byNumber, byText, byWord, type Filters, TEXT } from './search.ts'
import { searched } from './searched.ts'

export const orderFields: Record<string, Fields> = {
  QueryRoot: {
    order: (_row, args, call) => orderById(call, numberOf('Order', args.id)),
    orders: (_row, args, call) => {
      if (args.savedSearchId != null) throw notSimulated('A saved search')
      const indexed = [...call.shop.tables.orders.values()].filter(order => indexedChange(call, order) !== null && isRecent(call, order))
      return page(searched(call, 'orders', indexed, args.query, filters(call)), args, {
        everything: call.everything,
        sortBy: sortBy(call, args.sortKey),
      })
    },
    fulfillmentOrders: (_row, args, call) => {
      const routed = [...call.shop.tables.orders.values()].flatMap(order => routedParts(call, order))
      const shown = args.includeClosed ? routed : routed.filter(part => part.status !== 'CLOSED' && part.status !== 'CANCELLED')
      return page(searched(call, 'fulfillmentOrders', shown, args.query, FULFILLMENT_FILTERS), args, {
        everything: call.everything,
        sortBy: fulfillmentSortBy(args.sortKey),
      })
    },
  },
  Order: {
    id: (row: OrderRow) => gid('Order', row.id),
    legacyResourceId: (row: OrderRow) => String(row.id),
    name: (row: OrderRow) => `#${row.number}`,
    number: 'property',
    createdAt: (row: OrderRow) => instant(row.createdAt),
    processedAt: (row: OrderRow) => instant(row.createdAt),
    updatedAt: (row: OrderRow, _args: unknown, call: Call) => instant(updatedAtOf(row, call.now)),
    cancelledAt: (row: OrderRow) => instant(row.cancelledAt),
    closedAt: (row: OrderRow) => instant(row.closedAt),
    closed: (row: OrderRow) => row.closedAt !== null,
    confirmed: () => true,
    test: () => false,
    requiresShipping: () => true,
    displayFulfillmentStatus: fulfillmentStatus,
    lineItems: (row: OrderRow, args: PageArgs, call: Call) => page(row.lines, args, { everything: call.everything }),
    fulfillmentOrders: (row: OrderRow, args: PageArgs & { query?: string | null }, call: Call) =>
      page(searched(call, ['order', 'fulfillmentOrders'], routedParts(call, row), args.query, FULFILLMENT_FILTERS), args, {
        everything: call.everything,
      }),
    fulfillments: (row: OrderRow, args: { first?: number | null }) => row.fulfillments.slice(0, args.first ?? undefined),
    refunds: (row: OrderRow, args: { first?: number | null }) => row.refunds.slice(0, args.first ?? undefined),
  },
  Fulfillment: {
    id: (row: FulfillmentRow) => gid('Fulfillment', row.id),
    legacyResourceId: (row: FulfillmentRow) => String(row.id),
    name: (row: FulfillmentRow) => `F${row.id}`,
    status: 'property',
    createdAt: (row: FulfillmentRow) => instant(row.createdAt),
    updatedAt: (row: FulfillmentRow) => instant(row.updatedAt),
    requiresShipping: () => true,
    totalQuantity: (row: FulfillmentRow) => row.lines.reduce((sum, line) => sum + line.units, 0),
    location: (row: FulfillmentRow, _args: unknown, call: Call) => call.shop.tables.locations.get(row.locationId) ?? null,
    order: (row: FulfillmentRow, _args: unknown, call: Call) => call.shop.tables.orders.get(row.orderId),
    fulfillmentLineItems: (row: FulfillmentRow, args: PageArgs, call: Call) =>
      page(
        row.lines.map((line, index) => ({ ...line, id: row.id * 100 + index, orderId: row.orderId })),
        args,
        { everything: call.everything },
      ),
  },
  FulfillmentLineItem: {
    id: (row: ShippedLine) => gid('FulfillmentLineItem', row.id),
    quantity: (row: ShippedLine) => row.units,
    lineItem: (row: ShippedLine, _args: unknown, call: Call) =>
      call.shop.tables.orders.get(row.orderId)?.lines.find(line => line.id === row.lineId),
  },
  Refund: {
    id: (row: RefundRow) => gid('Refund', row.id),
    legacyResourceId: (row: RefundRow) => String(row.id),
    createdAt: (row: RefundRow) => instant(row.createdAt),
    processedAt: (row: RefundRow) => instant(row.createdAt),
    updatedAt: (row: RefundRow) => instant(row.createdAt),
    order: (row: RefundRow, _args: unknown, call: Call) => call.shop.tables.orders.get(row.orderId),
    refundLineItems: (row: RefundRow, args: PageArgs, call: Call) =>
      page(
        row.lines.map((line, index) => ({ ...line, id: row.id * 100 + index, orderId: row.orderId })),
        args,
        { everything: call.everything },
      ),
  },
  RefundLineItem: {
    id: (row: RefundLine) => gid('RefundLineItem', row.id),
    quantity: (row: RefundLine) => row.units,
    restockType: 'property',
    restocked: (row: RefundLine) => row.restockType !== 'NO_RESTOCK',
    location: (row: RefundLine, _args: unknown, call: Call) => call.shop.tables.locations.get(row.locationId ?? -1) ?? null,
    lineItem: (row: RefundLine, _args: unknown, call: Call) =>
      call.shop.tables.orders.get(row.orderId)?.lines.find(line => line.id === row.lineId),
  },
  LineItem: {
    id: (row: LineRow) => gid('LineItem', row.id),
    sku: (row: LineRow, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId)?.sku ?? null,
    title: (row: LineRow, _args: unknown, call: Call) => productOf(call, row.itemId)?.title ?? '',
    name: (row: LineRow, _args: unknown, call: Call) => productOf(call, row.itemId)?.title ?? '',
    quantity: (row: LineRow) => row.units,
    currentQuantity: (row: LineRow) => row.units - row.removedUnits,
    unfulfilledQuantity: (row: LineRow) => openUnits(row),
    requiresShipping: () => true,
    variant: (row: LineRow, _args: unknown, call: Call) => variantOf(call, row.itemId),
    product: (row: LineRow, _args: unknown, call: Call) => productOf(call, row.itemId),
  },
  FulfillmentOrder: {
    id: (row: FulfillmentOrderRow) => gid('FulfillmentOrder', row.id),
    status: 'property',
    order: (row: FulfillmentOrderRow, _args: unknown, call: Call) => call.shop.tables.orders.get(row.orderId),
    orderId: (row: FulfillmentOrderRow) => gid('Order', row.orderId),
    createdAt: (row: FulfillmentOrderRow) => instant(row.createdAt),
    updatedAt: (row: FulfillmentOrderRow) => instant(row.updatedAt),
    assignedLocation: (row: FulfillmentOrderRow, _args: unknown, call: Call) => call.shop.tables.locations.get(row.locationId),
    lineItems: (row: FulfillmentOrderRow, args: PageArgs, call: Call) => page(row.lines, args, { everything: call.everything }),
  },
  FulfillmentOrderAssignedLocation: { location: (row: object) => row, name: 'property' },
  FulfillmentOrderLineItem: {
    id: (row: FulfillmentLineRow) => gid('FulfillmentOrderLineItem', row.id),
    inventoryItemId: (row: FulfillmentLineRow) => gid('InventoryItem', row.itemId),
    sku: (row: FulfillmentLineRow, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId)?.sku ?? null,
    totalQuantity: (row: FulfillmentLineRow) => row.totalUnits,
    remainingQuantity: (row: FulfillmentLineRow) => row.remainingUnits,
    requiresShipping: () => true,
    variant: (row: FulfillmentLineRow, _args: unknown, call: Call) => variantOf(call, row.itemId),
    lineItem: (row: FulfillmentLineRow, _args: unknown, call: Call) =>
      call.shop.tables.orders.get(row.orderId)?.lines.find(line => line.id === row.lineId),
  },
}

type RefundLine = RefundRow['lines'][0] & { id: number; orderId: number }
type ShippedLine = FulfillmentRow['lines'][0] & { id: number; orderId: number }

/** An order that holds stock already but does not exist yet is in no answer. */
export function orderById(call: Call, id: number | null): OrderRow | null {
  const order = call.shop.tables.orders.get(id ?? -1)
  return order !== undefined && order.createdAt <= call.now ? order : null
}

/** The fulfilment orders that routing has made by now. */
export function routedParts(call: Call, order: OrderRow): FulfillmentOrderRow[] {
  return order.createdAt > call.now ? [] : order.fulfillmentOrders.filter(part => part.createdAt <= call.now)
}

/** Older orders need the scope `read_all_orders`. */
const RECENT_MS = 60 * 24 * 60 * 60 * 1_000

function isRecent(call: Call, order: OrderRow): boolean {
  return call.granted.has('read_all_orders') || call.now - order.createdAt < RECENT_MS
}

/** The newest change that the search index has heard of; null while it does not know the order. */
function indexedChange(call: Call, order: OrderRow): number | null {
  return order.changes.findLast(at => at + call.dials.orderSearchLagMs <= call.now) ?? null
}

function filters(call: Call): Filters<OrderRow> {
  return {
    [TEXT]: byText(row => `#${row.number}`),
    name: byText(row => `#${row.number}`),
    id: byNumber(row => row.id),
    created_at: byInstant(row => row.createdAt),
    processed_at: byInstant(row => row.createdAt),
    updated_at: byInstant(row => indexedChange(call, row)),
    status: byWord(row => [
      'any',
      row.cancelledAt !== null ? 'cancelled' : row.closedAt !== null ? 'closed' : 'open',
      ...(row.closedAt === null ? ['not_closed'] : []),
    ]),
    fulfillment_status: byWord(row => FULFILLMENT_WORDS[fulfillmentStatus(row)] ?? []),
  }
}

const FULFILLMENT_WORDS: Record<string, string[]> = {
  UNFULFILLED: ['unfulfilled', 'unshipped'],
  PARTIALLY_FULFILLED: ['unfulfilled', 'partial'],
  FULFILLED: ['fulfilled', 'shipped'],
  RESTOCKED: ['restocked'],
}
const FULFILLMENT_FILTERS = {
  status: byWord<FulfillmentOrderRow>(row => [row.status.toLowerCase()]),
  id: byNumber<FulfillmentOrderRow>(row => row.id),
  updated_at: byInstant<FulfillmentOrderRow>(row => row.updatedAt),
  assigned_location_id: byNumber<FulfillmentOrderRow>(row => row.locationId),
}

function fulfillmentStatus(row: OrderRow): string {
  if (row.restocked) return 'RESTOCKED'
  const fulfilled = row.lines.reduce((sum, line) => sum + line.fulfilledUnits, 0)
  const open = row.lines.reduce((sum, line) => sum + openUnits(line), 0)
  if (fulfilled > 0) return open > 0 ? 'PARTIALLY_FULFILLED' : 'FULFILLED'
  return 'UNFULFILLED'
}

function sortBy(call: Call, key: string): (row: OrderRow) => number {
  if (key === 'UPDATED_AT') return row => Math.floor((indexedChange(call, row) ?? 0) / 1_000)
  if (key === 'CREATED_AT' || key === 'PROCESSED_AT') return row => Math.floor(row.createdAt / 1_000)
  if (key === 'ID' || key === 'ORDER_NUMBER') return row => row.id
  throw notSimulated(`Sorting orders by ${key}`)
}

function fulfillmentSortBy(key: string): (row: FulfillmentOrderRow) => number {
  if (key === 'ID') return row => row.id
  if (key === 'UPDATED_AT') return row => Math.floor(row.updatedAt / 1_000)
  throw notSimulated(`Sorting fulfilment orders by ${key}`)
}

function variantOf(call: Call, itemId: number): unknown {
  return call.shop.tables.variants.get(call.shop.tables.items.get(itemId)?.variantId ?? -1) ?? null
}

function productOf(call: Call, itemId: number): { title: string } | null {
  const variant = call.shop.tables.variants.get(call.shop.tables.items.get(itemId)?.variantId ?? -1)
  return call.shop.tables.products.get(variant?.productId ?? -1) ?? null
}
