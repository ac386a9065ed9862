import { expect, test } from 'vitest'
import { type CatalogItem, linkItems } from './identity.ts'

const item = (sku: string | null, more: Partial<CatalogItem> = {}): CatalogItem => ({
  inventoryItemGid: `gid:${sku}:${JSON.stringify(more)}`,
  sku,
  isTracked: true,
  isBundleParent: false,
  isSoldAtZero: false,
  ...{ vendor: null, productType: null, tags: [] },
  ...more,
})
const product = { productId: 1, skus: ['AR-5381'] }

const table: [string, CatalogItem[], string[]][] = [
  ['the same SKU to the letter is linked', [item('AR-5381')], ['linked']],
  ['another case is reported, not guessed', [item('ar-5381')], ['CATALOG_SKU_NEAR', 'CATALOG_PRODUCT_NOT_IN_SHOP']],
  ['white space is reported, not guessed', [item('AR-5381 ')], ['CATALOG_SKU_NEAR', 'CATALOG_PRODUCT_NOT_IN_SHOP']],
  [
    'a SKU that two items carry links neither',
    [item('AR-5381'), item('AR-5381', { inventoryItemGid: 'second' })],
    ['CATALOG_SKU_DUPLICATE', 'CATALOG_SKU_DUPLICATE'],
  ],
  ['an item beside it in another case leaves the exact one linked', [item('AR-5381'), item('Ar-5381')], ['linked', 'CATALOG_SKU_NEAR']],
  ['an untracked item is reported', [item('AR-5381', { isTracked: false })], ['CATALOG_ITEM_UNTRACKED']],
  ['a bundle parent is reported', [item('AR-5381', { isBundleParent: true })], ['CATALOG_ITEM_BUNDLE_PARENT']],
  ['no SKU', [item(null), item('AR-5381')], ['linked', 'CATALOG_ITEM_NO_SKU']],
  ['sold in the shop, unknown to the ERP', [item('GIFT'), item('AR-5381')], ['linked', 'CATALOG_ITEM_NOT_IN_ERP']],
  ['linked, and sold on when nothing is left', [item('AR-5381', { isSoldAtZero: true })], ['linked', 'CATALOG_ITEM_SOLD_AT_ZERO']],
  ['known to the ERP, not in the shop', [], ['CATALOG_PRODUCT_NOT_IN_SHOP']],
]

test.each(table)('%s', (_title, items, expected) => {
  const linking = linkItems([product], items)
  expect([...linking.links.map(() => 'linked'), ...linking.findings.map(finding => finding.code)]).toEqual(expected)
})

test('what lost in the shop what it was chosen by stays linked, and is asked about', () => {
  const left = item('AR-5381', { tags: ['other'] })
  const choice = { tags: ['sync'], vendors: [], productTypes: [], skus: [] }
  const { links, findings } = linkItems([product], [left], choice, new Set([left.inventoryItemGid]))
  expect([links.length, findings.map(found => found.code)]).toEqual([1, ['CATALOG_ITEM_LEFT_CHOICE']])
  expect(linkItems([product], [left], choice)).toEqual({ links: [], findings: [] })
})

const chosen: [string, CatalogItem[], string[]][] = [
  ['what was chosen is linked', [item('AR-5381', { tags: ['sync'] })], ['linked']],
  ['what was not chosen is neither linked nor reported', [item('AR-5381'), item('GIFT')], []],
  [
    'of two with one SKU the chosen one is linked',
    [item('AR-5381', { tags: ['sync'] }), item('AR-5381', { inventoryItemGid: 'second' })],
    ['linked'],
  ],
]

test.each(chosen)('%s', (_title, items, expected) => {
  const linking = linkItems([product], items, { tags: ['sync'], vendors: [], productTypes: [], skus: [] })
  expect([...linking.links.map(() => 'linked'), ...linking.findings.map(finding => finding.code)]).toEqual(expected)
})
