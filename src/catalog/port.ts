import type { InstantMs } from '../kernel/clock.ts'

/** What a shop says it has: read whole, so that what disappeared is seen too. */
export type ShopCatalogPort = {
  locations(signal?: AbortSignal): Promise<ShopLocation[]>
  /** Every variant with its inventory item, by a bulk query. Yields in chunks; never the whole catalogue at once. */
  items(signal?: AbortSignal): AsyncIterable<ShopItem[]>
  /** Every variant of these products; one that is gone has none. */
  itemsOfProducts(productGids: readonly string[], signal?: AbortSignal): Promise<ShopItem[]>
  /** These items, at most ITEMS_PER_CALL_MAX; one that is gone is left out. */
  itemsNamed(inventoryItemGids: readonly string[], signal?: AbortSignal): Promise<ShopItem[]>
  /** Variants that changed at or after `since` by the shop's clock; `isWhole`: there were more than are read this way. */
  itemsChangedSince(since: InstantMs, signal?: AbortSignal): Promise<{ items: ShopItem[]; isWhole: boolean }>
}

export const ITEMS_PER_CALL_MAX = 100

export type ShopLocation = {
  locationGid: string
  name: string
  isActive: boolean
  isFulfillmentService: boolean
}

export type ShopItem = {
  inventoryItemGid: string
  variantGid: string
  /** As it stands in Shopify: case and white space included; null where the variant has none. */
  sku: string | null
  isTracked: boolean
  /** The stock of a bundle parent follows from its components; Shopify refuses to set it. */
  isBundleParent: boolean
  /** The shop goes on selling it when nothing is left. */
  isSoldAtZero: boolean
  productGid: string
  /** What the shop sorts it by: what Trueup writes may be chosen by these. */
  vendor: string | null
  productType: string | null
  tags: readonly string[]
}
