/* One shop: its rows, filled from a shop file or from the state file of an earlier life. */

import { createHash } from 'node:crypto'
import type { ItemRow, LevelRow } from './rows.ts'
import { STORED_NAMES } from './rows.ts'
import type { ShopFile, ShopFileProduct, ShopFileVariant } from './shop-file.ts'
import { checkShopFile } from './shop-file.ts'
import { readStateFile, StateFile } from './state-file.ts'
import { emptyLevel } from './stock.ts'
import { levelKey, Tables } from './tables.ts'
import type { Told } from './webhooks.ts'
import { newWorld, type World } from './world.ts'

export type Shop = {
  readonly file: ShopFile
  readonly tables: Tables
  readonly seed: number
  /** What really exists, and what will happen; several shops may share it. */
  readonly world: World
  /** Tells whoever subscribed; set by the simulator once the shop stands. */
  tell: (told: Told) => void
  readonly close: () => void
}

export function openShop(
  raw: ShopFile,
  options: { seed: number; now: number; stateFile: string | undefined; world?: World | undefined },
): Shop {
  const world = options.world ?? newWorld()
  const file = checkShopFile(raw)
  const tables = new Tables()
  if (options.stateFile === undefined) {
    fill(tables, file, options)
    return { file, tables, seed: options.seed, world, tell: () => undefined, close: () => undefined }
  }
  const digest = createHash('sha256').update(JSON.stringify(file)).digest('hex')
  const earlier = readStateFile(options.stateFile, digest)
  if (earlier === null) fill(tables, file, options)
  else tables.restore(earlier)
  const kept = new StateFile(options.stateFile, digest)
  tables.keepIn(kept)
  return { file, tables, seed: options.seed, world, tell: () => undefined, close: () => kept.close() }
}

/** The level of a pair, made if there is none yet. */
export function levelOf(tables: Tables, options: { itemId: number; locationId: number; activeIfNew: boolean; now: number }): LevelRow {
  const known = tables.levels.get(levelKey(options.itemId, options.locationId))
  if (known !== undefined) return known
  const id = tables.next('levels', LEVEL_ID_FIRST)
  return emptyLevel(id, options.itemId, options.locationId, options.activeIfNew, options.now)
}

/** How the world knows a level: several shops may have the same numbers. */
export function placeOf(shop: Shop, itemId: number, locationId: number): string {
  return `${shop.file.domain}/${levelKey(itemId, locationId)}`
}

export function isSimple(item: ItemRow): boolean {
  return item.tracked && !item.bundleParent
}

const LEVEL_ID_FIRST = 500_000_001

// Far apart, so that an item's number is never by chance a variant's: a mix-up of ids has to be seen.
const ID_FIRST = { locations: 70_000_001, products: 8_000_000_001, variants: 44_000_000_001, items: 46_000_000_001 }
const SEED_STEP = 1_000

function fill(tables: Tables, file: ShopFile, options: { seed: number; now: number }): void {
  const { now } = options
  const shift = (options.seed % SEED_STEP) * SEED_STEP
  const locationIds = new Map<string, number>()

  for (const location of file.locations) {
    const id = location.id ?? tables.next('locations', ID_FIRST.locations + shift)
    locationIds.set(location.name, id)
    tables.put('locations', {
      kind: 'Location',
      id,
      name: location.name,
      active: location.active ?? true,
      fulfillsOnlineOrders: location.fulfillsOnlineOrders ?? true,
      fulfillmentService: location.fulfillmentService ?? null,
      createdAt: now,
      updatedAt: now,
    })
  }

  for (const product of file.products) putProduct(tables, product, { shift, locations: locationIds, now })
}

/** A product that the merchant adds later on; gives its inventory items. */
export function addProduct(shop: Shop, product: ShopFileProduct, of: { locations: ReadonlyMap<string, number>; now: number }): ItemRow[] {
  return putProduct(shop.tables, product, { ...of, shift: (shop.seed % SEED_STEP) * SEED_STEP })
}

function putProduct(
  tables: Tables,
  product: ShopFileProduct,
  of: { shift: number; locations: ReadonlyMap<string, number>; now: number },
): ItemRow[] {
  const { now } = of
  const numberFor = (series: keyof typeof ID_FIRST, given: number | undefined): number =>
    given ?? tables.next(series, ID_FIRST[series] + of.shift)
  const productId = numberFor('products', product.id)
  tables.put('products', {
    kind: 'Product',
    id: productId,
    title: product.title,
    vendor: product.vendor ?? 'Simulated vendor',
    productType: product.productType ?? '',
    tags: product.tags ?? [],
    status: product.status ?? 'ACTIVE',
    createdAt: now,
    updatedAt: now,
  })
  return product.variants.map((variant, index) => {
    const itemId = numberFor('items', variant.inventoryItemId)
    const variantId = numberFor('variants', variant.id)
    putVariant(tables, variant, { productId, itemId, variantId, position: index + 1, now })
    for (const level of variant.levels ?? []) {
      const locationId = of.locations.get(level.location) as number
      const row = levelOf(tables, { itemId, locationId, activeIfNew: level.active ?? true, now })
      for (const name of STORED_NAMES) row.quantities[name] = level[name] ?? 0
      tables.put('levels', row)
    }
    return tables.items.get(itemId) as ItemRow
  })
}

function putVariant(
  tables: Tables,
  variant: ShopFileVariant,
  at: { productId: number; itemId: number; variantId: number; position: number; now: number },
): void {
  tables.put('variants', {
    kind: 'ProductVariant',
    id: at.variantId,
    productId: at.productId,
    itemId: at.itemId,
    title: variant.title ?? 'Default Title',
    barcode: variant.barcode ?? null,
    price: variant.price ?? '0.00',
    position: at.position,
    inventoryPolicy: variant.inventoryPolicy ?? 'DENY',
    createdAt: at.now,
    updatedAt: at.now,
  })
  tables.put('items', {
    kind: 'InventoryItem',
    id: at.itemId,
    variantId: at.variantId,
    sku: variant.sku,
    tracked: variant.tracked ?? true,
    bundleParent: variant.bundleParent ?? false,
    requiresShipping: variant.requiresShipping ?? true,
    createdAt: at.now,
    updatedAt: at.now,
  })
}
