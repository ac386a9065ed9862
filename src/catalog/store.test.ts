import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type CatalogItem, linkItems } from './identity.ts'
import * as reading from './reading-store.ts'
import * as store from './store.ts'

const NOW = Date.UTC(2026, 10, 23)
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.drop())

const sku = fc.constantFrom('AR-5381', 'ar-5381', 'AR-5381 ', 'BB-1', 'bb-1', 'C 3', 'C3', 'D4', 'GIFT', '', ' ')
const anyItem = fc.record({
  ...{ sku: fc.option(sku), isTracked: fc.boolean(), isBundleParent: fc.boolean(), isSoldAtZero: fc.boolean() },
  vendor: fc.option(fc.constantFrom('Alpha', 'alpha ', 'Beta')),
  productType: fc.option(fc.constantFrom('Boots', 'boots')),
  tags: fc.array(fc.constantFrom('sync', 'Sync', 'a "quoted", one', 'back\\slash'), { maxLength: 3 }),
})
const anyChoice = fc.record({
  tags: fc.subarray(['sync', 'a "quoted", one', 'back\\slash']),
  vendors: fc.subarray(['ALPHA', 'Gamma']),
  productTypes: fc.subarray([' boots']),
  skus: fc.subarray(['D4', 'AR-5381 ']),
})
const products = [
  { name: 'Race', identifiers: [{ type: 'sku', value: 'AR-5381' }] },
  {
    name: 'Ball',
    identifiers: [
      { type: 'SKU', value: 'BB-1' },
      { type: 'SKU', value: 'BB-ALT' },
    ],
  },
  {
    name: 'Cup',
    identifiers: [
      { type: 'SKU', value: 'C 3' },
      { type: 'ERP_ID', value: '3' },
    ],
  },
  { name: 'Disc', identifiers: [{ type: 'SKU', value: 'D4' }] },
]

test('the statement links and reports exactly what the pure function says, whatever the shop sells', async () => {
  const shopId = await store.addShop(database.db, {
    code: 's',
    name: 'S',
    apiUrl: 'http://x',
    apiVersion: '2026-10',
    accessScope: 'read_only',
    tokenSealed: null,
  })
  await database.db.transaction(tx => store.importProducts(tx, products, NOW))
  const known = await database.db.query<{ productId: number; skus: string[] }>(
    `select product_id as "productId", array_agg(value order by value) as skus from catalog.product_identifier where type = 'SKU' group by product_id order by 1`,
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItem, { maxLength: 8 }),
      anyChoice,
      fc.subarray([0, 1, 2, 3]),
      fc.boolean(),
      async (given, choice, linked, isChosenAnew) => {
        const items: CatalogItem[] = given.map((item, index) => ({ ...item, inventoryItemGid: `item-${index}` }))
        await database.db.query('delete from catalog.shop_item')
        await database.db.query('delete from catalog.item_link')
        await database.db.query(
          `insert into catalog.item_link (shop_id, product_id, inventory_item_gid) select $1, n + 1, 'item-' || n from unnest($2::integer[]) as l (n)`,
          [shopId, linked],
        )
        await database.db.query(
          `insert into catalog.shop_choice (shop_id, tags, vendors, product_types, skus) values ($1, $2, $3, $4, $5)
         on conflict (shop_id) do update set tags = $2, vendors = $3, product_types = $4, skus = $5`,
          [shopId, choice.tags, choice.vendors, choice.productTypes, choice.skus],
        )
        await database.db.transaction(async tx => {
          await reading.recordItems(
            tx,
            shopId,
            items.map(item => ({ ...item, variantGid: `v-${item.inventoryItemGid}`, productGid: 'p' })),
            NOW,
          )
          await reading.relink(tx, shopId, NOW, { isChosenAnew })
        })
        const links = await database.db.query<{ l: string }>(`select product_id || ' ' || inventory_item_gid as l from catalog.item_link`)
        const findings = await database.db.query<{ f: string }>(
          `select code || ' ' || coalesce(inventory_item_gid, product_id::text) as f from catalog.link_finding`,
        )
        const expected = linkItems(known, items, choice, new Set(isChosenAnew ? [] : linked.map(n => `item-${n}`)))
        expect(links.map(row => row.l).sort()).toEqual(expected.links.map(link => `${link.productId} ${link.inventoryItemGid}`).sort())
        expect(findings.map(row => row.f).sort()).toEqual(
          expected.findings.map(found => `${found.code} ${found.inventoryItemGid ?? found.productId}`).sort(),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('importing the same products again adds none, and renames what was renamed', async () => {
  await database.db.transaction(tx =>
    store.importProducts(tx, [{ name: 'Race, adjustable', identifiers: [{ type: 'SKU', value: 'AR-5381' }] }, ...products.slice(1)], NOW),
  )
  const rows = await database.db.query<{ name: string }>('select name from catalog.product order by product_id')
  expect(rows.map(row => row.name)).toEqual(['Race, adjustable', 'Ball', 'Cup', 'Disc'])
})

test('a location that the shop no longer has stays, as inactive', async () => {
  const location = (locationGid: string) => ({ locationGid, name: locationGid, isActive: true, isFulfillmentService: false })
  await database.db.transaction(tx => reading.recordLocations(tx, 1, [location('a'), location('b')], NOW))
  await database.db.transaction(tx => reading.recordLocations(tx, 1, [location('a')], NOW + 1))
  const rows = await database.db.query('select location_gid as gid, is_active as active from catalog.location order by 1')
  expect(rows).toEqual([
    { gid: 'a', active: true },
    { gid: 'b', active: false },
  ])
})

test('a row that would join two products, or take the external id of another facility, is pointed at and no other', async () => {
  const { db, drop } = await openTestDatabase()
  try {
    await db.transaction(async tx => {
      const named = (value: string) => ({ type: 'SKU', value })
      await store.importProducts(
        tx,
        [
          { name: 'A', identifiers: [named('A')] },
          { name: 'B', identifiers: [named('B')] },
        ],
        0,
      )
      const products = [[named('A')], [named('A'), named('B')], [named('C')]].map(identifiers => ({ name: 'new', identifiers }))
      expect(await store.productsInConflict(tx, products)).toEqual([1])

      const facility = (code: string, externalId: string | null) => ({ code, externalId, name: code, type: 'WAREHOUSE' })
      await store.importFacilities(tx, [facility('W1', '6'), facility('W2', null)], 0)
      const facilities = [facility('W1', '6'), facility('W2', '6'), facility('W3', null)]
      expect(await store.facilitiesInConflict(tx, facilities)).toEqual([1])
    })
  } finally {
    await drop()
  }
})
