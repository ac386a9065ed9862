/* Products, variants and inventory items. */

import type { Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { type PageArgs, page } from './connection.ts'
import { levelsPage } from './fields-level.ts'
import { gid, numberOf } from './ids.ts'
import { notSimulated } from './problem.ts'
import type { ItemRow, ProductRow, VariantRow } from './rows.ts'
import { byInstant, byNumber, byText, byWord, type Filters, TEXT } from './search.ts'
import { searched } from './searched.ts'
import { levelKey } from './tables.ts'

export const catalogueFields: Record<string, Fields> = {
  QueryRoot: {
    inventoryItem: (_row, args, call) => itemById(call, args.id),
    inventoryItems: (_row, args, call) =>
      page(searched(call, 'inventoryItems', [...call.shop.tables.items.values()], args.query, ITEM_FILTERS), args, {
        everything: call.everything,
      }),
    productVariant: (_row, args, call) => call.shop.tables.variants.get(numberOf('ProductVariant', args.id) ?? -1) ?? null,
    productVariants: (_row, args, call) => {
      if (args.savedSearchId != null) throw notSimulated('A saved search')
      const rows = searched(call, 'productVariants', [...call.shop.tables.variants.values()], args.query, variantFilters(call))
      return page(rows, args, { everything: call.everything, sortBy: variantOrder(call, args.sortKey) })
    },
  },
  InventoryItem: {
    id: (row: ItemRow) => gid('InventoryItem', row.id),
    legacyResourceId: (row: ItemRow) => String(row.id),
    sku: 'property',
    tracked: 'property',
    requiresShipping: 'property',
    // How many others have the very same SKU.
    duplicateSkuCount: (row: ItemRow, _args: unknown, call: Call) => Math.max(0, call.shop.tables.itemsWithSku(row.sku) - 1),
    createdAt: (row: ItemRow) => instant(row.createdAt),
    updatedAt: (row: ItemRow) => instant(row.updatedAt),
    variant: (row: ItemRow, _args: unknown, call: Call) => call.shop.tables.variants.get(row.variantId),
    variants: (row: ItemRow, args: PageArgs, call: Call) =>
      page([call.shop.tables.variants.get(row.variantId) as VariantRow], args, { everything: call.everything }),
    locationsCount: (row: ItemRow, _args: unknown, call: Call) => ({
      count: call.shop.tables.levelsOfItem(row.id).filter(level => level.active).length,
      precision: 'EXACT',
    }),
    inventoryLevel: (row: ItemRow, args: { locationId: string; includeInactive: boolean }, call: Call) => {
      const locationId = numberOf('Location', args.locationId)
      const level = locationId === null ? undefined : call.shop.tables.levels.get(levelKey(row.id, locationId))
      return level !== undefined && (level.active || args.includeInactive) ? level : null
    },
    inventoryLevels: (row: ItemRow, args: Parameters<typeof levelsPage>[1], call: Call) =>
      levelsPage(call.shop.tables.levelsOfItem(row.id), args, call, ['inventoryItem', 'inventoryLevels']),
  },
  Count: { count: 'property', precision: 'property' },
  ProductVariant: {
    id: (row: VariantRow) => gid('ProductVariant', row.id),
    legacyResourceId: (row: VariantRow) => String(row.id),
    title: 'property',
    displayName: (row: VariantRow, _args: unknown, call: Call) => `${productOf(call, row).title} - ${row.title}`,
    sku: (row: VariantRow, _args: unknown, call: Call) => itemOf(call, row).sku,
    barcode: 'property',
    price: 'property',
    position: 'property',
    inventoryPolicy: 'property',
    requiresComponents: (row: VariantRow, _args: unknown, call: Call) => itemOf(call, row).bundleParent,
    inventoryQuantity: (row: VariantRow, _args: unknown, call: Call) =>
      call.shop.tables.levelsOfItem(row.itemId).reduce((sum, level) => sum + (level.active ? level.quantities.available : 0), 0),
    product: (row: VariantRow, _args: unknown, call: Call) => productOf(call, row),
    inventoryItem: (row: VariantRow, _args: unknown, call: Call) => itemOf(call, row),
    createdAt: (row: VariantRow) => instant(row.createdAt),
    updatedAt: (row: VariantRow) => instant(row.updatedAt),
  },
  Product: {
    id: (row: ProductRow) => gid('Product', row.id),
    legacyResourceId: (row: ProductRow) => String(row.id),
    title: 'property',
    vendor: 'property',
    productType: 'property',
    tags: 'property',
    status: 'property',
    createdAt: (row: ProductRow) => instant(row.createdAt),
    updatedAt: (row: ProductRow) => instant(row.updatedAt),
  },
}

export function itemById(call: Call, value: unknown): ItemRow | null {
  return call.shop.tables.items.get(numberOf('InventoryItem', value) ?? -1) ?? null
}

function itemOf(call: Call, variant: VariantRow): ItemRow {
  return call.shop.tables.items.get(variant.itemId) as ItemRow
}

function productOf(call: Call, variant: VariantRow): ProductRow {
  return call.shop.tables.products.get(variant.productId) as ProductRow
}

const ITEM_FILTERS: Filters<ItemRow> = {
  [TEXT]: byText(row => row.sku),
  sku: byText(row => row.sku),
  id: byNumber(row => row.id),
  created_at: byInstant(row => row.createdAt),
  updated_at: byInstant(row => row.updatedAt),
}

function variantFilters(call: Call): Filters<VariantRow> {
  return {
    [TEXT]: byText(row => `${itemOf(call, row).sku ?? ''} ${productOf(call, row).title} ${row.title}`),
    sku: byText(row => itemOf(call, row).sku),
    barcode: byText(row => row.barcode),
    title: byText(row => row.title),
    id: byNumber(row => row.id),
    product_id: byNumber(row => row.productId),
    vendor: byText(row => productOf(call, row).vendor),
    product_type: byText(row => productOf(call, row).productType),
    tag: byWord(row => productOf(call, row).tags.map(tag => tag.toLowerCase())),
    product_status: byWord(row => [productOf(call, row).status.toLowerCase()]),
    updated_at: byInstant(row => row.updatedAt),
  }
}

function variantOrder(call: Call, key: string): (row: VariantRow) => string | number {
  if (key === 'ID') return row => row.id
  if (key === 'SKU') return row => itemOf(call, row).sku ?? ''
  if (key === 'POSITION') return row => row.position
  throw notSimulated(`Sorting variants by ${key}`)
}
