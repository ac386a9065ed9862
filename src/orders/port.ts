import type { InstantMs } from '../kernel/clock.ts'

/** One shop's orders, as far as they hold stock. No names, addresses or payments are asked for. */
export type ShopOrdersPort = {
  /** Every order changed at or after `since` (null: every order that is still open), to the last page. */
  changedSince(since: InstantMs | null, signal?: AbortSignal): Promise<OrdersPage>
  /** These orders, at most ORDERS_PER_CALL_MAX, without the search and so without its lag. */
  ordersById(orderGids: readonly string[], signal?: AbortSignal): Promise<OrdersPage & { goneGids: string[] }>
}

export const ORDERS_PER_CALL_MAX = 10

export type OrdersPage = { look: Look; orders: SeenOrder[] }

/** When something was looked at, by the shop's own clock: not before `from`, not after `until`. */
export type Look = { from: InstantMs; until: InstantMs }

export type SeenOrder = {
  orderGid: string
  createdAt: InstantMs
  updatedAt: InstantMs
  cancelledAt: InstantMs | null
  /** Shopify said where it is to be shipped from: that comes later than the order itself. */
  isRouted: boolean
  /** What the order holds or has taken, by line and location; empty once nothing of it was ever taken or all came back. */
  lines: OrderLine[]
  /** Units that left a shelf, or came back to one. Each is told for ever, under its own id. */
  moves: readonly StockMove[]
  /** What was taken and has come back since, as far as the shop still tells. */
  undone: readonly { inventoryItemGid: string; locationGid: string; units: number }[]
}

/**
 * `shipped` by a fulfilment; `unshipped`: that fulfilment was cancelled; `returned` to the shelf of a location; `lost`: taken out of the
 * order before it was shipped, and not put back.
 */
export const STOCK_MOVES = ['shipped', 'unshipped', 'returned', 'lost'] as const

export type StockMove = {
  /** The line of the fulfilment or of the refund that says so. */
  moveGid: string
  kind: (typeof STOCK_MOVES)[number]
  inventoryItemGid: string
  locationGid: string
  units: number
  at: InstantMs
}

export type OrderLine = {
  lineGid: string
  inventoryItemGid: string
  /** Where Shopify committed the units, or put them back. */
  locationGid: string
  /** Units that are still to be shipped from there. */
  openUnits: number
  /** Units that the line took from `available` there, open and shipped ones, less those that came back. */
  takenUnits: number
}
