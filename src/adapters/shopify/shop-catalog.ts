import { ITEMS_PER_CALL_MAX, type ShopCatalogPort, type ShopItem, type ShopLocation } from '../../catalog/port.ts'
import { assert } from '../../kernel/assert.ts'
import type { Bulk } from './bulk.ts'
import { BULK_VARIANTS, LOCATIONS, VARIANTS_FOUND, VARIANTS_OF_ITEMS } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { everyPage, type Page } from './page.ts'

const VARIANTS_PER_PAGE = 100
const PRODUCTS_PER_QUERY_MAX = 20
/** More that changed at once than fits on so many pages is read with the whole catalogue. */
const CHANGED_PAGES_MAX = 10

/** What a shop has: its locations page by page, its variants by a bulk query. */
export function shopCatalog({ graphql, bulk }: { graphql: Graphql; bulk: Bulk }): ShopCatalogPort {
  async function* pagesOf(query: string, signal?: AbortSignal): AsyncIterable<ShopItem[]> {
    const ask = async (after: string | null) =>
      (await graphql.ask<{ productVariants: Page<VariantLine> }>(VARIANTS_FOUND, { query, after }, signal)).data.productVariants
    for await (const page of everyPage(ask)) yield page.map(asItem)
  }

  return {
    async locations(signal) {
      const ask = (after: string | null) => graphql.ask<{ locations: Page<LocationNode> }>(LOCATIONS, { after }, signal)
      const found: ShopLocation[] = []
      for await (const page of everyPage(async after => (await ask(after)).data.locations)) found.push(...page.map(asLocation))
      return found
    },
    async *items(signal) {
      for await (const { lines } of bulk.run<VariantLine>(BULK_VARIANTS, signal)) yield lines.map(asItem)
    },
    async itemsOfProducts(productGids, signal) {
      const found: ShopItem[] = []
      for (let at = 0; at < productGids.length; at += PRODUCTS_PER_QUERY_MAX) {
        const query = productGids
          .slice(at, at + PRODUCTS_PER_QUERY_MAX)
          .map(gid => `product_id:${numberOf(gid)}`)
          .join(' OR ')
        for await (const page of pagesOf(query, signal)) found.push(...page)
      }
      return found
    },
    async itemsNamed(inventoryItemGids, signal) {
      assert(inventoryItemGids.length <= ITEMS_PER_CALL_MAX, 'a call names at most 100 items')
      const { data } = await graphql.ask<{ nodes: (ItemNode | null)[] }>(VARIANTS_OF_ITEMS, { ids: inventoryItemGids }, signal)
      return data.nodes.flatMap(node => node?.variants?.nodes.map(asItem) ?? [])
    },
    async itemsChangedSince(since, signal) {
      const items: ShopItem[] = []
      let pages = 0
      for await (const page of pagesOf(`updated_at:>='${new Date(since).toISOString()}'`, signal)) {
        items.push(...page)
        pages += 1
        if (pages === CHANGED_PAGES_MAX && page.length === VARIANTS_PER_PAGE) return { items, isWhole: false }
      }
      return { items, isWhole: true }
    },
  }
}

type LocationNode = { id: string; name: string; isActive: boolean; isFulfillmentService: boolean }

function asLocation(node: LocationNode): ShopLocation {
  return { locationGid: node.id, name: node.name, isActive: node.isActive, isFulfillmentService: node.isFulfillmentService }
}

type VariantLine = {
  id: string
  sku: string | null
  requiresComponents: boolean
  inventoryPolicy: 'DENY' | 'CONTINUE'
  inventoryItem: { id: string; tracked: boolean }
  product: { id: string; vendor: string; productType: string; tags: string[] }
}
type ItemNode = { id: string; variants?: { nodes: VariantLine[] } }

/** `gid://shopify/Product/7` is searched for as 7. */
function numberOf(gid: string): string {
  return gid.slice(gid.lastIndexOf('/') + 1)
}

function asItem(line: VariantLine): ShopItem {
  return {
    inventoryItemGid: line.inventoryItem.id,
    variantGid: line.id,
    sku: line.sku === '' ? null : line.sku,
    isTracked: line.inventoryItem.tracked,
    isBundleParent: line.requiresComponents,
    isSoldAtZero: line.inventoryPolicy === 'CONTINUE',
    productGid: line.product.id,
    vendor: line.product.vendor || null,
    productType: line.product.productType || null,
    tags: line.product.tags,
  }
}
