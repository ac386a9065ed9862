import type { ShopCatalogPort, ShopItem, ShopLocation } from '../../catalog/port.ts'
import type { Bulk } from './bulk.ts'
import { BULK_VARIANTS, LOCATIONS } from './documents.ts'
import type { Graphql } from './graphql.ts'
import { everyPage, type Page } from './page.ts'

/** What a shop has: its locations page by page, its variants by a bulk query. */
export function shopCatalog({ graphql, bulk }: { graphql: Graphql; bulk: Bulk }): ShopCatalogPort {
  return {
    async locations(signal) {
      const ask = (after: string | null) => graphql.ask<{ locations: Page<LocationNode> }>(LOCATIONS, { after }, signal)
      const found: ShopLocation[] = []
      for await (const page of everyPage(async after => (await ask(after)).data.locations)) found.push(...page.map(asLocation))
      return found
    },
    async *items(signal) {
      for await (const chunk of bulk.run<VariantLine>(BULK_VARIANTS, signal)) yield chunk.map(asItem)
    },
  }
}

type LocationNode = { id: string; name: string; isActive: boolean; isFulfillmentService: boolean }

function asLocation(node: LocationNode): ShopLocation {
  return { locationGid: node.id, name: node.name, isActive: node.isActive, isFulfillmentService: node.isFulfillmentService }
}

type VariantLine = { id: string; sku: string | null; requiresComponents: boolean; inventoryItem: { id: string; tracked: boolean } }

function asItem(line: VariantLine): ShopItem {
  return {
    inventoryItemGid: line.inventoryItem.id,
    variantGid: line.id,
    sku: line.sku === '' ? null : line.sku,
    isTracked: line.inventoryItem.tracked,
    isBundleParent: line.requiresComponents,
  }
}
