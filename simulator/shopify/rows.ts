/*
 * What the shop remembers. Every row is plain JSON, so that it can be written to the state file as it is, and carries
 * the name of its GraphQL type as `kind`, so that interfaces such as Node can be resolved.
 */

import type { BulkFate } from './dials.ts'
import type { ApiVersion } from './schema.ts'

export type LocationRow = {
  kind: 'Location'
  id: number
  name: string
  active: boolean
  fulfillsOnlineOrders: boolean
  fulfillmentService: string | null
  createdAt: number
  updatedAt: number
}

export type ProductRow = {
  kind: 'Product'
  id: number
  title: string
  vendor: string
  productType: string
  tags: string[]
  status: string
  createdAt: number
  updatedAt: number
}

export type VariantRow = {
  kind: 'ProductVariant'
  id: number
  productId: number
  itemId: number
  title: string
  barcode: string | null
  price: string
  position: number
  inventoryPolicy: 'DENY' | 'CONTINUE'
  createdAt: number
  updatedAt: number
}

export type ItemRow = {
  kind: 'InventoryItem'
  id: number
  variantId: number
  sku: string | null
  tracked: boolean
  bundleParent: boolean
  requiresShipping: boolean
  createdAt: number
  updatedAt: number
}

/** The quantities that are stored. `on_hand` is none of them: it is the sum of all but `incoming`. */
export const STORED_NAMES = ['available', 'committed', 'damaged', 'incoming', 'quality_control', 'reserved', 'safety_stock'] as const
export type StoredName = (typeof STORED_NAMES)[number]
export type QuantityName = StoredName | 'on_hand'

export type LevelRow = {
  kind: 'InventoryLevel'
  id: number
  itemId: number
  locationId: number
  active: boolean
  quantities: Record<StoredName, number>
  changedAt: Partial<Record<QuantityName, number>>
  createdAt: number
  updatedAt: number
}

export type OrderRow = {
  kind: 'Order'
  id: number
  number: number
  lines: LineRow[]
  fulfillmentOrders: FulfillmentOrderRow[]
  fulfillments: FulfillmentRow[]
  refunds: RefundRow[]
  /** It holds stock before; until then nobody can see it. */
  createdAt: number
  cancelledAt: number | null
  closedAt: number | null
  restocked: boolean
  /** When it changed, oldest first: the search index lags behind, and so has to know what it knew before. */
  changes: number[]
}

export type LineRow = {
  kind: 'LineItem'
  id: number
  orderId: number
  itemId: number
  units: number
  fulfilledUnits: number
  removedUnits: number
}

/** A parcel that left a location. A clerk can say that it did not after all. */
export type FulfillmentRow = {
  kind: 'Fulfillment'
  id: number
  orderId: number
  locationId: number
  status: 'SUCCESS' | 'CANCELLED'
  lines: { lineId: number; units: number; partId: number }[]
  createdAt: number
  updatedAt: number
}

/** Units that left an order: cancelled, taken out of it, or sent back. */
export type RefundRow = {
  kind: 'Refund'
  id: number
  orderId: number
  createdAt: number
  lines: { lineId: number; units: number; restockType: 'CANCEL' | 'RETURN' | 'NO_RESTOCK'; locationId: number | null }[]
}

/** Goods laid aside for a draft order: reserved, and no order anywhere. */
export type DraftRow = {
  kind: 'DraftOrder'
  id: number
  status: 'OPEN' | 'COMPLETED' | 'RELEASED'
  lines: { itemId: number; units: number; locationId: number }[]
  createdAt: number
}

export type FulfillmentOrderRow = {
  kind: 'FulfillmentOrder'
  id: number
  orderId: number
  locationId: number
  status: 'OPEN' | 'CLOSED' | 'CANCELLED'
  lines: FulfillmentLineRow[]
  /** Routing may come later than the order; until then it is in no list of its order. */
  createdAt: number
  updatedAt: number
}

export type FulfillmentLineRow = {
  kind: 'FulfillmentOrderLineItem'
  id: number
  orderId: number
  lineId: number
  itemId: number
  totalUnits: number
  remainingUnits: number
}

export type UserError = { field: string[] | null; message: string; code: string | null }

/** The answer of a mutation, kept so that the same key gets it again. References, not copies: a replay shows today's rows. */
export type Payload = {
  userErrors: UserError[]
  group?: GroupRow | null
  levelKeys?: string[]
  itemId?: number
  bulkId?: number
  webhookId?: number
}

export type GroupRow = {
  kind: 'InventoryAdjustmentGroup'
  id: number
  name: QuantityName
  reason: string
  referenceDocumentUri: string | null
  ledgerDocumentUri: string | null
  createdAt: number
  /** Item, location, delta of the named quantity; where a call moves between quantities, each delta names its own. */
  deltas: [itemId: number, locationId: number, delta: number, own?: { name: QuantityName; ledgerDocumentUri: string | null }][]
}

export type KeyRow = { key: string; fingerprint: string; firstSeenAt: number; payload: Payload }

export type BulkStatus = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELING' | 'CANCELED' | 'EXPIRED'
export type BulkType = 'QUERY' | 'MUTATION'

export type BulkRow = {
  kind: 'BulkOperation'
  id: number
  type: BulkType
  /** The bulk query, or the mutation. */
  query: string
  version: ApiVersion
  stagedUploadPath: string | null
  clientIdentifier: string | null
  status: BulkStatus
  errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT' | null
  createdAt: number
  /** When it goes on by itself to its next status. */
  runsAt: number
  endsAt: number
  completedAt: number | null
  objectCount: number
  rootObjectCount: number
  hasResult: boolean
  /** The result is of what was done before it failed. */
  isPartial: boolean
  /** Of the uploaded file, when it was started. */
  checksum: string | null
  /** What a dial has in store for it. */
  fate: BulkFate | null
}

export type WebhookRow = {
  kind: 'WebhookSubscription'
  id: number
  /** As in the schema: `INVENTORY_LEVELS_UPDATE`. */
  topic: string
  uri: string
  format: string
  filter: string | null
  includeFields: string[]
  name: string | null
  createdAt: number
  updatedAt: number
}

export type CounterRow = { name: string; value: number }
