import type { InstantMs } from '../kernel/clock.ts'

/** One shop's orders, as far as they hold stock. No names, addresses or payments are asked for. */
export type ShopOrdersPort = {
  /**
   * Every order changed at or after `since` (null: every order that is still open), to the last page.
   * `startedAt` and each order's times are Shopify's clock.
   */
  changedSince(since: InstantMs | null, signal?: AbortSignal): Promise<OrdersPage>
}

export type OrdersPage = {
  /** Shopify's clock when the first page was answered (its `Date` header). */
  startedAt: InstantMs
  orders: SeenOrder[]
}

export type SeenOrder = {
  orderGid: string
  createdAt: InstantMs
  updatedAt: InstantMs
  /** What the order still holds; empty once it was cancelled or wholly fulfilled. */
  openLines: OpenLine[]
}

export type OpenLine = {
  lineGid: string
  inventoryItemGid: string
  /** Where Shopify committed the units. */
  locationGid: string
  openUnits: number
}
