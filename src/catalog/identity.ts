import { type Choice, type Choosable, EVERYTHING, isChosen } from './choice.ts'

/**
 * Which inventory item of a shop is which product: by the SKU as it is written, to the letter. Anything less is reported
 * and left alone, since a wrong link sells somebody else's stock. This is the specification of `relink` in reading-store.ts.
 */
export type CatalogProduct = { productId: number; skus: readonly string[] }

export type CatalogItem = Choosable & { inventoryItemGid: string; isTracked: boolean; isBundleParent: boolean; isSoldAtZero: boolean }

export type LinkCode =
  | 'CATALOG_SKU_DUPLICATE'
  | 'CATALOG_SKU_NEAR'
  | 'CATALOG_ITEM_UNTRACKED'
  | 'CATALOG_ITEM_BUNDLE_PARENT'
  | 'CATALOG_ITEM_NO_SKU'
  | 'CATALOG_ITEM_NOT_IN_ERP'
  | 'CATALOG_PRODUCT_NOT_IN_SHOP'
  /** It is linked all the same: the shop goes on selling what is not there. */
  | 'CATALOG_ITEM_SOLD_AT_ZERO'
  /** It is linked all the same, until a person has said what becomes of it: in the shop it is no longer what was chosen. */
  | 'CATALOG_ITEM_LEFT_CHOICE'

export type LinkFinding = { code: LinkCode; sku: string; inventoryItemGid: string | null; productId: number | null }

export type Linking = { links: { productId: number; inventoryItemGid: string }[]; findings: LinkFinding[] }

/**
 * What was not chosen is neither linked nor reported: it is nobody's business here. What is linked already and lost in the shop what it
 * was chosen by stays linked: nobody has said yet what becomes of the number that the shop shows. `linkedNow`: the items that are linked.
 */
export function linkItems(
  products: readonly CatalogProduct[],
  everyItem: readonly CatalogItem[],
  choice: Choice = EVERYTHING,
  linkedNow: ReadonlySet<string> = new Set(),
): Linking {
  const items = everyItem.filter(item => isChosen(choice, item) || linkedNow.has(item.inventoryItemGid))
  const bySku = new Map(products.flatMap(product => product.skus.map(sku => [sku, product.productId] as const)))
  const byFolded = new Map(products.flatMap(product => product.skus.map(sku => [folded(sku), product.productId] as const)))
  const sameSku = countBy(items, item => item.sku)
  const sameProduct = countBy(items, item => (item.sku === null ? null : (bySku.get(item.sku) ?? null)))

  const linking: Linking = { links: [], findings: [] }
  for (const item of items) {
    const productId = item.sku === null ? undefined : bySku.get(item.sku)
    const code = codeOf(item, productId, byFolded, { sameSku, sameProduct })
    if (code === null && productId !== undefined) {
      linking.links.push({ productId, inventoryItemGid: item.inventoryItemGid })
      if (item.isSoldAtZero) linking.findings.push({ ...findingOf(item, productId), code: 'CATALOG_ITEM_SOLD_AT_ZERO' })
      if (!isChosen(choice, item)) linking.findings.push({ ...findingOf(item, productId), code: 'CATALOG_ITEM_LEFT_CHOICE' })
    } else if (code !== null) linking.findings.push({ ...findingOf(item, productId), code })
  }
  const inShop = new Set(everyItem.map(item => item.sku))
  for (const product of products) {
    const sku = product.skus[0]
    if (sku !== undefined && !product.skus.some(known => inShop.has(known)))
      linking.findings.push({ code: 'CATALOG_PRODUCT_NOT_IN_SHOP', sku, inventoryItemGid: null, productId: product.productId })
  }
  return linking
}

function findingOf(item: CatalogItem, productId: number | undefined): Omit<LinkFinding, 'code'> {
  return { sku: item.sku ?? '', inventoryItemGid: item.inventoryItemGid, productId: productId ?? null }
}

type Counts = { sameSku: Map<string | number | null, number>; sameProduct: Map<string | number | null, number> }

/** The first that is true names the finding; null means linked. The order is the order of the SQL's `case`. */
function codeOf(item: CatalogItem, productId: number | undefined, byFolded: Map<string, number>, counts: Counts): LinkCode | null {
  if (item.sku === null || item.sku.trim() === '') return 'CATALOG_ITEM_NO_SKU'
  if (productId === undefined) return byFolded.has(folded(item.sku)) ? 'CATALOG_SKU_NEAR' : 'CATALOG_ITEM_NOT_IN_ERP'
  if ((counts.sameSku.get(item.sku) ?? 0) > 1 || (counts.sameProduct.get(productId) ?? 0) > 1) return 'CATALOG_SKU_DUPLICATE'
  if (item.isBundleParent) return 'CATALOG_ITEM_BUNDLE_PARENT'
  if (!item.isTracked) return 'CATALOG_ITEM_UNTRACKED'
  return null
}

/** What differs only in case or white space looks the same to a person and is not the same to Shopify. */
export function folded(sku: string): string {
  return sku.replace(/\s+/g, '').toLowerCase()
}

function countBy<T>(rows: readonly T[], key: (row: T) => string | number | null): Map<string | number | null, number> {
  const counts = new Map<string | number | null, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return counts
}
