import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { explainAvailability } from '../../src/availability/availability.ts'
import { termsOfProduct } from '../../src/availability/terms-store.ts'
import { addFeed } from '../../src/feed/store.ts'
import { checkLedger } from '../../src/inventory/check-store.ts'
import { openStreet, type Street } from './street.ts'

/*
 * What people really bought on three days (UCI Online Retail), out of the stock of AdventureWorks. The two know nothing of each
 * other: each code of the shop is given a product that stands in the warehouse.
 */

const DAYS = ['2010-12-01', '2010-12-02', '2010-12-03']
const DEMAND = path.resolve(import.meta.dirname, '../../simulator/shopify/demand')
/** Finished Goods Storage: where most products of AdventureWorks stand. */
const WAREHOUSE = '7'
/** Postage, discounts, fees: what is on an invoice and is no product. */
const NO_PRODUCTS = ['POST', 'D', 'C2', 'DOT', 'M', 'BANK CHARGES']

type Invoice = { InvoiceNo: string; StockCode: string; Quantity: string }

let street: Street
const files: { name: string; bytes: Buffer; rows: Invoice[] }[] = []
beforeAll(async () => {
  street = await openStreet()
  // Telling a shop so much takes a minute of its patience, and other stories tell of it.
  await street.house.db.query('update catalog.shop set is_enabled = false')
  for (const day of DAYS) {
    const bytes = await readFile(path.join(DEMAND, `${day}.csv`))
    files.push({ name: `${day}.csv`, bytes, rows: parse(bytes, { columns: true, relaxQuotes: true }) as Invoice[] })
  }
  // The invoices are older than the file: said so, a count of today has none of them, since nobody acknowledged one.
  await street.house.db.query(`update feed.feed set settings = $2 where name = $1`, [DEMO_FEED, { contains: { what: 'acknowledged' } }])
  await street.bring(DEMO_FEED, DEMO_STOCK_FILE, await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE)))
  await street.walk()
  await nameProducts()
  const feedId = await addFeed(street.house.db, {
    name: 'invoices',
    home: 'shop',
    folder: 'invoices',
    layout: 'ONLINE_RETAIL_INVOICES',
    now: street.world.clock.now(),
  })
  await street.house.db.query(`update feed.feed set settings = $2 where feed_id = $1`, [
    feedId,
    { orders: { status: 'shipped', facility: WAREHOUSE } },
  ])
})
afterAll(() => street.close())

/** Gives each stock code of the invoices that is a product one that stands in the warehouse. */
async function nameProducts(): Promise<void> {
  const { db } = street.house
  const codes = [...new Set(files.flatMap(({ rows }) => rows.map(row => row.StockCode)))].filter(code => !NO_PRODUCTS.includes(code)).sort()
  const products = await db.query<{ id: number }>(
    'select product_id as id from inventory.position join catalog.facility using (facility_id) where code = $1 order by 1',
    [WAREHOUSE],
  )
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'STOCK_CODE', code, id from unnest($1::text[], $2::integer[]) as n (code, id)`,
    [codes, codes.map((_, n) => products[n % products.length]?.id)],
  )
}

const isCredit = (row: Invoice) => row.InvoiceNo.startsWith('C')
const isUsable = (row: Invoice) => !NO_PRODUCTS.includes(row.StockCode) && (Number(row.Quantity) > 0 || isCredit(row))

test('three days of real invoices are booked: what was sold is gone, what came back is there, and nothing else moved', async () => {
  const { db } = street.house
  const onHand = async () =>
    (await db.query<{ units: number }>('select sum(on_hand_units) as units from inventory.position'))[0]?.units ?? 0
  const before = await onHand()
  for (const { name, bytes } of files) await street.bring('invoices', name, bytes)
  await street.walk()
  const sold = files.flatMap(({ rows }) => rows.filter(isUsable)).reduce((units, row) => units + Number(row.Quantity), 0)
  expect(sold).toBeGreaterThan(60_000)
  expect(await onHand()).toBe(before - sold)
})

test('every row is booked or reported with its reason, and the reasons are those of the data', async () => {
  const { db } = street.house
  for (const { name, rows } of files) {
    const [verdict] = await db.query<{ read: number; accepted: number; rejected: number; fileId: number }>(
      `select v.rows_read as read, v.rows_accepted as accepted, v.rows_rejected as rejected, f.file_id as "fileId"
         from import.verdict v join feed.file f using (file_id) where f.name = $1`,
      [name],
    )
    expect(verdict).toMatchObject({
      read: rows.length,
      accepted: rows.filter(isUsable).length,
      rejected: rows.filter(row => !isUsable(row)).length,
    })
    const rejected = await db.query<{ line: number; code: string; raw: string }>(
      'select line, code, raw from import.rejected_row where file_id = $1',
      [verdict?.fileId],
    )
    for (const { line, code } of rejected) {
      const row = rows[line - 2]
      const isNegative = Number(row?.Quantity) < 0 && row !== undefined && !isCredit(row)
      expect([line, code]).toEqual([line, isNegative ? 'ROW_UNITS_NEGATIVE' : 'ROW_PRODUCT_UNKNOWN'])
    }
  }
})

test('every level is explained: by its terms to the stored number, by its movements to the line of a file', async () => {
  const { db } = street.house
  expect(await db.transaction(tx => checkLedger(tx, street.world.clock.now()))).toMatchObject({ differing: 0, differingReservations: 0 })
  const unexplained = await db.query(
    `select 1 from inventory.movement m left join feed.file f using (file_id) where m.document_id is null and (f.file_id is null or m.line is null) limit 1`,
  )
  expect(unexplained).toEqual([])
  const products = await db.query<{ id: number }>('select distinct product_id as id from availability.target')
  let levels = 0
  for (const { id } of products)
    for (const terms of await termsOfProduct(db, id)) {
      const { sellableUnits, deficitUnits, sentence } = explainAvailability(terms)
      expect([terms.shop, terms.location, id, sellableUnits, deficitUnits], sentence).toEqual([
        terms.shop,
        terms.location,
        id,
        terms.sellableUnits,
        terms.deficitUnits,
      ])
      levels++
    }
  expect(levels).toBeGreaterThan(1_400)
})

test('the same day once more moves nothing', async () => {
  const { db } = street.house
  const movements = async () => (await db.query<{ n: number }>('select count(*) as n from inventory.movement'))[0]?.n
  const before = await movements()
  await street.bring('invoices', 'again.csv', files[0]?.bytes ?? Buffer.alloc(0))
  await street.walk()
  expect(await movements()).toBe(before)
})
