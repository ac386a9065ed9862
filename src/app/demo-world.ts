import { createReadStream } from 'node:fs'
import path from 'node:path'
import { delimitedReader } from '../adapters/formats/delimited.ts'
import { proposeMapping } from '../catalog/mapping.ts'
import { setChannelSettings } from '../catalog/setting-store.ts'
import * as catalog from '../catalog/store.ts'
import { setLive } from '../channel/shadow-store.ts'
import { addFeed } from '../feed/store.ts'
import { type FacilityRow, type ProductRow, readFacilityRow, readProductRow } from '../import/catalog-row.ts'
import type { RawRow } from '../import/format-port.ts'
import { type LayoutPlan, planLayout } from '../import/layout.ts'
import { ADVENTUREWORKS_LOCATION, ADVENTUREWORKS_PRODUCT } from '../import/published-layouts.ts'
import type { RowRejected } from '../import/row-code.ts'
import { assert } from '../kernel/assert.ts'
import { setSearchLag } from '../orders/store.ts'
import { type DemoShopFile, demoShop, ONLINE_LOCATION } from './demo-shop.ts'
import { demoDataDir } from './places.ts'
import { FIRST_SFTP_USER } from './sftp-users.ts'
import type { House, World } from './wire.ts'

/** The stock file that the demo's ERP drops, as published: no header, tab-separated. */
export const DEMO_STOCK_FILE = 'ProductInventory.tsv'
export const DEMO_FEED = 'adventureworks'
const SHOP_CODE = 'adventure-works'

/** The simulated shop as it stands before the first file comes: some of what the ERP knows, and the usual accidents. */
export async function demoShopFile(): Promise<DemoShopFile> {
  const [products, facilities, stock] = await Promise.all([readProducts(), readFacilities(), readStock()])
  const nameOf = new Map(facilities.map(facility => [facility.externalFacilityId, facility.name]))
  const stockedAt = new Map<string, string[]>()
  for (const [productId = '', facilityId = ''] of stock)
    stockedAt.set(productId, [...(stockedAt.get(productId) ?? []), nameOf.get(facilityId) ?? ''])
  return demoShop(
    products.map(product => ({
      sku: identifierOf(product, 'SKU'),
      name: product.name,
      stockedAt: stockedAt.get(product.identifiers.find(identifier => identifier.type !== 'SKU')?.value ?? '') ?? [],
    })),
    facilities.map(facility => facility.name),
  )
}

/**
 * What a person would have set up before the first file: products and facilities, the shop with its token, which location is
 * which facility, one channel over all of them, and the feed. Done once; a second start finds it done.
 */
export async function setUpDemo(house: House, world: World, shopUrl: string): Promise<void> {
  const { db, box, steps } = house
  const now = world.clock.now()
  const known = await db.query('select 1 from catalog.shop where code = $1 and catalog_read_at is not null', [SHOP_CODE])
  const shopId = await catalog.addShop(db, {
    code: SHOP_CODE,
    name: 'Adventure Works',
    apiUrl: shopUrl,
    apiVersion: '2026-10',
    accessScope: 'read_and_write',
    tokenSealed: box.seal('shpat_demo'),
  })
  if (known.length > 0) return
  await setLive(db, shopId, now)
  // The simulated shop finds every order at once.
  await setSearchLag(db, shopId, 0)
  const [products, facilities] = await Promise.all([readProducts(), readFacilities()])
  await db.transaction(async tx => {
    await catalog.importProducts(tx, products, now)
    const rows = facilities.map(facility => ({
      code: codeOf(facility),
      externalId: facility.externalFacilityId,
      name: facility.name,
      type: 'WAREHOUSE',
    }))
    await catalog.importFacilities(tx, rows, now)
  })
  const feed = { name: DEMO_FEED, home: FIRST_SFTP_USER, folder: DEMO_FEED, layout: 'ADVENTUREWORKS_PRODUCT_INVENTORY' }
  await addFeed(db, { ...feed, namePattern: '*', door: 'sftp', fileKind: 'snapshot', now })
  await steps.catalog()
  await mapLocations(house, shopId, facilities.map(codeOf), now)
  await keepSafetyStock(house, products)
}

async function mapLocations({ db }: House, shopId: number, facilityCodes: readonly string[], now: number): Promise<void> {
  const locations = await db.query<{ locationId: number; name: string; isActive: boolean; isFulfillmentService: boolean }>(
    'select location_id as "locationId", name, is_active as "isActive", is_fulfillment_service as "isFulfillmentService" from catalog.location where shop_id = $1',
    [shopId],
  )
  const facilities = await db.query<{ facilityId: number; name: string }>('select facility_id as "facilityId", name from catalog.facility')
  await db.transaction(async tx => {
    for (const { locationId, facilityId } of proposeMapping(locations, facilities))
      await catalog.mapLocation(tx, { shopId, locationId, facilityId, groupId: null })
    const groupId = await catalog.addChannelGroup(tx, { code: 'ONLINE', name: 'Online', facilityCodes, now })
    const online = locations.find(location => location.name === ONLINE_LOCATION)
    if (online) await catalog.mapLocation(tx, { shopId, locationId: online.locationId, facilityId: null, groupId })
  })
}

/** AdventureWorks keeps safety stock per product, not per facility: here it is what the whole online channel keeps back. */
async function keepSafetyStock({ db }: House, products: readonly ProductRow[]): Promise<void> {
  const known = await db.query<{ value: string; productId: number }>(
    `select value, product_id as "productId" from catalog.product_identifier where type = 'SKU'`,
  )
  const [group] = await db.query<{ groupId: number }>(`select group_id as "groupId" from catalog.facility_group where code = 'ONLINE'`)
  const productOf = new Map(known.map(row => [row.value, row.productId]))
  const rows = products.flatMap(product => {
    const productId = productOf.get(identifierOf(product, 'SKU'))
    return productId === undefined || product.safetyStockUnits === null
      ? []
      : [{ groupId: group?.groupId ?? 0, productId, thresholdUnits: product.safetyStockUnits }]
  })
  await db.transaction(tx => setChannelSettings(tx, rows))
}

const readProducts = (): Promise<ProductRow[]> => readAll('Product.tsv', ADVENTUREWORKS_PRODUCT, readProductRow)

const readFacilities = (): Promise<FacilityRow[]> => readAll('Location.tsv', ADVENTUREWORKS_LOCATION, readFacilityRow)

async function readStock(): Promise<string[][]> {
  const reading = await delimitedReader.open(createReadStream(path.join(demoDataDir(), DEMO_STOCK_FILE)))
  const rows: string[][] = []
  for await (const batch of reading.batches) rows.push(...batch.rows.map(row => row.cells))
  return rows
}

async function readAll<T extends { kind: 'read' }>(
  file: string,
  layout: Parameters<typeof planLayout>[0],
  read: (plan: LayoutPlan, row: RawRow) => T | RowRejected,
): Promise<T[]> {
  const reading = await delimitedReader.open(createReadStream(path.join(demoDataDir(), file)))
  const plan = planLayout(layout, reading.header)
  assert(plan.kind === 'plan', `${file} does not fit its layout`)
  const rows: T[] = []
  for await (const batch of reading.batches)
    for (const raw of batch.rows) {
      const row = read(plan, raw)
      assert(row.kind === 'read', `${file} has a row that cannot be read`)
      rows.push(row)
    }
  return rows
}

function codeOf(facility: FacilityRow): string {
  return facility.facilityId ?? facility.externalFacilityId ?? facility.name
}

function identifierOf(product: ProductRow, type: string): string {
  return product.identifiers.find(identifier => identifier.type === type)?.value ?? ''
}
