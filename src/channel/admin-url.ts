/*
 * Where a thing stands in Shopify's own admin, so that a person can look at both sides. The addresses are those that the
 * admin itself uses; one that Shopify moves leads to the admin's own search or its not-found page, never to another shop.
 */

export const SHOPIFY_STATUS_URL = 'https://www.shopifystatus.com/'

/** Our name for a call: it stands beside each change that the call made, in the history of the item there. */
export function referenceOf(callId: string): string {
  return `gid://trueup/Call/${callId}`
}

export type AdminPlace =
  | { kind: 'shop' }
  | { kind: 'sku'; sku: string }
  /** An inventory item's history, where our reference stands beside each change. */
  | { kind: 'inventory_history'; inventoryItemGid: string; locationGid: string | null }
  | { kind: 'variant'; productGid: string; variantGid: string }
  | { kind: 'location'; locationGid: string }
  /** What the app may do, for a missing scope. */
  | { kind: 'app_permissions' }
  /** Bulk operations have no page of their own: the app's page is where Shopify shows what it did. */
  | { kind: 'upload' }

/** Null: the shop's address does not say which Shopify shop it is (a simulated one, or a domain of its own). */
export function adminUrl(apiUrl: string, place: AdminPlace, app: { handle: string | null } = { handle: null }): string | null {
  const store = storeOf(apiUrl)
  if (store === null) return null
  const at = (path: string) => `https://admin.shopify.com/store/${store}${path}`
  switch (place.kind) {
    case 'shop':
      return at('')
    case 'sku':
      return at(`/products/inventory?query=${encodeURIComponent(place.sku)}`)
    case 'inventory_history': {
      const location = place.locationGid === null ? '' : `?location_id=${numberOf(place.locationGid)}`
      return at(`/products/inventory/${numberOf(place.inventoryItemGid)}/inventory_history${location}`)
    }
    case 'variant':
      return at(`/products/${numberOf(place.productGid)}/variants/${numberOf(place.variantGid)}`)
    case 'location':
      return at(`/settings/locations/${numberOf(place.locationGid)}`)
    case 'app_permissions':
      return at(app.handle === null ? '/settings/apps' : `/settings/apps/app_installations/app/${encodeURIComponent(app.handle)}`)
    case 'upload':
      return at(app.handle === null ? '/settings/apps' : `/apps/${encodeURIComponent(app.handle)}`)
  }
}

/** `https://name.myshopify.com` is the store `name`. */
function storeOf(apiUrl: string): string | null {
  return /^https:\/\/([a-z0-9][a-z0-9-]*)\.myshopify\.com(?:[:/]|$)/i.exec(apiUrl)?.[1]?.toLowerCase() ?? null
}

/** `gid://shopify/InventoryItem/42` is 42; a level's gid names its item behind a question mark, which is not part of it. */
function numberOf(gid: string): string {
  return encodeURIComponent(/\/([^/?]+)(?:\?|$)/.exec(gid)?.[1] ?? gid)
}
