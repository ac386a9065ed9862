/** What a shop says it has: read whole, so that what disappeared is seen too. */
export type ShopCatalogPort = {
  locations(signal?: AbortSignal): Promise<ShopLocation[]>
  /** Every variant with its inventory item, by a bulk query. Yields in chunks; never the whole catalogue at once. */
  items(signal?: AbortSignal): AsyncIterable<ShopItem[]>
}

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
}
