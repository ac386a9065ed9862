import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeSettings, type FeedSettings } from '../../src/feed/settings-store.ts'
import { addFeed, feedCalled } from '../../src/feed/store.ts'
import { identifierDamage } from '../../src/import/identifier-damage.ts'
import { exportRoutes } from '../../src/inventory/export-routes.ts'
import { openStreet, type Street } from './street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet()
  await street.house.db.query(
    `insert into catalog.product_identifier (type, value, product_id)
     select 'EAN', '0004012345678', product_id from catalog.product_identifier where type = 'SKU' and value = 'AR-5381'`,
  )
})
afterAll(() => street.close())

let feeds = 0

/** Brings a file into a feed of its own and gives what became of it. */
async function bring(layout: string, settings: FeedSettings, name: string, bytes: string | Uint8Array) {
  const { db } = street.house
  const feed = `declared-${++feeds}`
  await addFeed(db, { name: feed, home: 'erp', folder: `declared/store-${feeds}`, layout, now: street.world.clock.now() })
  await db.transaction(async tx => changeSettings(tx, (await feedCalled(tx, feed))?.feedId ?? 0, settings))
  const fileId = await street.bring(feed, name, Buffer.from(bytes))
  // As far as the ledger: what a shop is told of it is the business of other stories.
  for (const room of ['feed', 'feed', 'import', 'inventory', 'put-away'] as const) await street.house.steps[room]()
  const [file] = await db.query<Record<string, unknown>>(
    `select f.state, coalesce(f.code, v.code) as code, coalesce(f.reason, v.reason) as reason, v.rows_read as read, v.rows_accepted + v.rows_unchanged as taken,
            v.rows_rejected as rejected, v.treated
       from feed.file f left join import.verdict v using (file_id) where f.file_id = $1`,
    [fileId],
  )
  const rows = await db.query<{ line: number; code: string }>(
    'select line, code from import.rejected_row where file_id = $1 order by line',
    [fileId],
  )
  return { ...file, rows: rows.map(({ line, code }) => `${line} ${code}`) }
}

async function onHand(sku: string, externalId: string): Promise<number | null> {
  const [row] = await street.house.db.query<{ units: number }>(
    `select p.on_hand_units as units from inventory.position p join catalog.facility f using (facility_id)
       join catalog.product_identifier i using (product_id) where i.type = 'SKU' and i.value = $1 and f.external_id = $2`,
    [sku, externalId],
  )
  return row?.units ?? null
}

test('without a word of the feed, fractions, minus and repetition are refused', async () => {
  const file =
    'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,5\n1,SKU,BA-8327,-2\n6,SKU,BA-8327,2.5\n6,SKU,BE-2349,1\n6,SKU,BE-2349,2\n'
  expect(await bring('RESET_INVENTORY', {}, 'plain.csv', file)).toMatchObject({
    ...{ read: 5, taken: 1, treated: {} },
    rows: ['3 ROW_UNITS_NEGATIVE', '4 ROW_UNITS_NOT_WHOLE', '5 ROW_DUPLICATE_KEY', '6 ROW_DUPLICATE_KEY'],
  })
})

test('with it they are taken as it says, and the file shows how many', async () => {
  const rows = { negative: 'floor', fraction: 'round_down', repeated: 'sum' }
  const file =
    'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,5\n1,SKU,BA-8327,-2\n6,SKU,BA-8327,2.5\n6,SKU,BE-2349,1\n6,SKU,BE-2349,2\n'
  expect(await bring('RESET_INVENTORY', { rows }, 'rules.csv', file)).toMatchObject({
    ...{ state: 'applied', read: 5, taken: 5, rejected: 0 },
    treated: { floored: 1, rounded_down: 1, merged: 1 },
  })
  expect([await onHand('BA-8327', '1'), await onHand('BA-8327', '6'), await onHand('BE-2349', '6')]).toEqual([0, 2, 3])
})

test('a minus may be kept, and a sum that is no stock any more is refused', async () => {
  const file = 'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,-5\n6,SKU,BE-2349,2147483647\n6,SKU,BE-2349,2\n'
  expect(await bring('RESET_INVENTORY', { rows: { negative: 'keep', repeated: 'sum' } }, 'kept.csv', file)).toMatchObject({
    ...{ taken: 1, treated: { kept_negative: 1 }, rows: ['3 ROW_DUPLICATE_KEY', '4 ROW_DUPLICATE_KEY'] },
  })
  expect(await onHand('AR-5381', '1')).toBe(-5)
})

test('decimal commas and points between thousands are read where they are declared, and nowhere else', async () => {
  const file = 'externalFacilityId;idType;idValue;availableQty\n1;SKU;AR-5381;1.234,0\n6;SKU;AR-5381;12,00\n'
  expect(await bring('RESET_INVENTORY', {}, 'comma.csv', file)).toMatchObject({ code: 'FILE_ALL_REJECTED' })
  expect(await bring('RESET_INVENTORY', { rows: { decimalSign: ',' } }, 'declared.csv', file)).toMatchObject({ taken: 2 })
  expect([await onHand('AR-5381', '1'), await onHand('AR-5381', '6')]).toEqual([1234, 12])
})

test('what a spreadsheet did to an identifier is named', async () => {
  const ids = ['4012345678', '1.23E+12', 'Mar-12', '2026-03-12', 'NO-SUCH', 'Total']
  const file = `externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,5\n${ids.map(id => `1,EAN,${id},5\n`).join('')}Total,,,30\n`
  const outcome = await bring('RESET_INVENTORY', {}, 'damaged.csv', file)
  expect(outcome.rows).toEqual([
    ...['3 ROW_ID_ZEROES_LOST', '4 ROW_ID_SCIENTIFIC', '5 ROW_ID_DATE', '6 ROW_ID_DATE', '7 ROW_PRODUCT_UNKNOWN', '8 ROW_TOTAL'],
    '9 ROW_TOTAL',
  ])
  // The pure function names the same, but for zeroes, which only the catalogue can tell.
  expect(ids.slice(1).map(id => identifierDamage(id) ?? 'ROW_PRODUCT_UNKNOWN')).toEqual(outcome.rows.slice(1, -1).map(row => row.slice(2)))
})

test('a mapped feed: facility from the file name, quantity computed, codes translated, rows left out', async () => {
  const mapping = {
    columns: [
      { to: 'externalFacilityId', from: { fileName: 'stock_{}_*.json.gz' }, translate: { CRIB: '1' } },
      { to: 'idType', from: { constant: 'SKU' } },
      { to: 'idValue', from: { column: 'item.code' } },
      { to: 'availableQty', from: { formula: '[cases] * 12 + [loose]? - [allocated]' } },
    ],
    leaveOut: [{ column: 'status', operator: 'is', values: ['discontinued'] }],
  }
  const stock = [
    { item: { code: 'AR-5381' }, cases: 2, loose: 3, allocated: 7, status: 'active' },
    { item: { code: 'BA-8327' }, cases: 1, allocated: 0, status: 'active' },
    { item: { code: 'BE-2349' }, cases: 9, allocated: 0, status: 'discontinued' },
    { item: { code: 'AR-5381' }, cases: '1.2.3', allocated: 0, status: 'active' },
  ]
  const outcome = await bring('RESET_INVENTORY', { mapping }, 'stock_CRIB_20261123.json.gz', gzipSync(JSON.stringify(stock)))
  expect(outcome).toMatchObject({ state: 'applied', read: 3, taken: 2, treated: { left_out: 1 }, rows: ['4 ROW_UNITS_NOT_WHOLE'] })
  expect([await onHand('AR-5381', '1'), await onHand('BA-8327', '1')]).toEqual([20, 12])
})

test('a file with a column for each facility: a bad cell costs itself, and rejected cells keep their line', async () => {
  const mapping = {
    columns: [
      { to: 'idType', from: { constant: 'SKU' } },
      { to: 'idValue', from: { column: 'SKU' } },
    ],
    wide: { facilityTo: 'externalFacilityId', unitsTo: 'availableQty', translate: { Crib: '1', Store: '6', Nowhere: '99' } },
  }
  const file = 'SKU,Crib,Store,Nowhere\nAR-5381,41,42,\nBA-8327,43,many,\nNO-SUCH,1,2,\nBE-2349,,44,7\n'
  const outcome = await bring('RESET_INVENTORY', { mapping }, 'wide.csv', file)
  expect(outcome).toMatchObject({
    ...{ read: 8, taken: 4 },
    rows: ['3 ROW_UNITS_NOT_WHOLE', '4 ROW_PRODUCT_UNKNOWN', '4 ROW_PRODUCT_UNKNOWN', '5 ROW_FACILITY_UNKNOWN'],
  })
  expect([await onHand('AR-5381', '1'), await onHand('AR-5381', '6'), await onHand('BA-8327', '1'), await onHand('BE-2349', '6')]).toEqual([
    41, 42, 43, 44,
  ])
})

test('a mapping that does not fit the file fails it, and says which column is missing', async () => {
  const mapping = { columns: [{ to: 'idValue', from: { column: 'SKU' } }] }
  expect(await bring('RESET_INVENTORY', { mapping }, 'other.csv', 'Item,Qty\nA,1\n')).toMatchObject({
    ...{ state: 'failed', code: 'FILE_MAPPING_MISFIT', reason: expect.stringContaining('no column SKU') },
  })
})

test('short rows are filled up where the feed says so', async () => {
  const file = 'externalFacilityId,idType,idValue,availableQty,comments\n1,SKU,AR-5381,15\n6,SKU,AR-5381,16,,\n'
  expect(await bring('RESET_INVENTORY', {}, 'ragged.csv', file)).toMatchObject({ code: 'FILE_ALL_REJECTED' })
  expect(await bring('RESET_INVENTORY', { reading: { raggedRows: 'pad' } }, 'padded.csv', file)).toMatchObject({ taken: 2, rejected: 0 })
})

test('receipts add, sales of a store take away, and neither takes a minus', async () => {
  await bring('RESET_INVENTORY', {}, 'base.csv', 'externalFacilityId,idType,idValue,availableQty\n1,SKU,AR-5381,10\n')
  const receipt = 'externalFacilityId,idType,idValue,quantityReceived\n1,SKU,AR-5381,5\n1,SKU,BA-8327,-1\n'
  expect(await bring('IMP_ITM_RECEIPT', {}, 'receipt.csv', receipt)).toMatchObject({ taken: 1, rows: ['3 ROW_UNITS_NEGATIVE'] })
  await bring('POS_SALES', {}, 'sales.csv', 'externalFacilityId,sku,quantitySold\n1,AR-5381,3\n')
  expect(await onHand('AR-5381', '1')).toBe(12)
  const [last] = await street.house.db.query<{ reason: string }>('select reason from inventory.movement order by seq desc limit 1')
  expect(last?.reason).toBe('POS_SALE')
})

test('a store resets by on hand or by available to promise, row by row, and a third word is refused', async () => {
  const file = 'externalFacilityId,productId,quantity,resetBy\n1,AR-5381,8,QOH\n6,AR-5381,9,atp\n50,AR-5381,9,BOTH\n'
  const mapping = {
    columns: [
      { to: 'externalFacilityId', from: { column: 'externalFacilityId' } },
      ...[{ to: 'netsuiteProductId', from: { column: 'productId' } }],
      ...['quantity', 'resetBy'].map(column => ({ to: column, from: { column } })),
    ],
  }
  const outcome = await bring('STORE_INV_RESET', { mapping, rows: { idTypeDefault: 'SKU' } }, 'store.csv', file)
  expect(outcome).toMatchObject({ taken: 2, rows: ['4 ROW_RESET_BY_UNKNOWN'] })
})

test('safety stock, switches, thresholds and locations by file stand in the catalogue', async () => {
  const { db } = street.house
  const safety =
    'facility-id,facility-external-id,product-id,product-sku,facility-safety-stock,reorder-quantity,allow-pickup\n,1,,AR-5381,7,,N\n,1,,NO-SUCH,7,,\n,1,,BA-8327,,,\n,1,,BA-8327,1,,maybe\n'
  expect(await bring('MDM_FAC_SFTY_STCK', {}, 'safety.csv', safety)).toMatchObject({
    ...{ state: 'applied', read: 4, taken: 1 },
    rows: ['3 ROW_PRODUCT_UNKNOWN', '4 ROW_FIELD_MISSING', '5 ROW_FLAG_UNKNOWN'],
  })
  const [said] = await db.query(
    `select s.safety_stock_units as safety, s.allow_pickup as pickup, s.allow_brokering as brokering from catalog.product_facility s
       join catalog.facility f using (facility_id) join catalog.product_identifier i using (product_id)
      where f.external_id = '1' and i.value = 'AR-5381'`,
  )
  expect(said).toEqual({ safety: 7, pickup: false, brokering: null })

  const [group] = await db.query<{ code: string }>('select code from catalog.facility_group order by group_id limit 1')
  expect(
    await bring(
      'IMP_PROD_THOLD',
      {},
      'thresholds.csv',
      `product-sku,facility-group-id,threshold\nAR-5381,${group?.code},4\nAR-5381,NOWHERE,4\n`,
    ),
  ).toMatchObject({
    ...{ taken: 1, rows: ['3 ROW_CHANNEL_UNKNOWN'] },
  })
  const [threshold] = await db.query('select threshold_units as units from catalog.product_channel where threshold_units = 4')
  expect(threshold).toEqual({ units: 4 })

  const [mapped] = await db.query<{ shop: string; gid: string; facility: string }>(
    `select s.code as shop, l.location_gid as gid, f.code as facility from catalog.location_mapping m
       join catalog.shop s using (shop_id) join catalog.location l using (location_id) join catalog.facility f on f.facility_id = m.facility_id limit 1`,
  )
  const locations = `shopId,facilityId,shopifyLocationId\n${mapped?.shop},${mapped?.facility},${mapped?.gid.split('/').at(-1)}\n${mapped?.shop},_NA_,999\nno-shop,x,1\n`
  expect(await bring('SHOPIFY_SHOP_LOCATION', {}, 'locations.csv', locations)).toMatchObject({
    ...{ taken: 1, rows: ['3 ROW_LOCATION_UNKNOWN', '4 ROW_SHOP_UNKNOWN'] },
  })
  // What a location shows is asked about before it stands for something else; a file cannot be asked.
  const number = mapped?.gid.split('/').at(-1)
  const moves = `shopId,facilityId,shopifyLocationId\n${mapped?.shop},_NA_,${number}\n`
  expect(await bring('SHOPIFY_SHOP_LOCATION', {}, 'moves.csv', moves)).toMatchObject({ taken: 0, rows: ['2 ROW_MAPPING_STANDS'] })
  await db.query('update catalog.facility set closed_at = $1 where code = $2', [new Date(), mapped?.facility])
  await db.query('delete from catalog.location_mapping where facility_id = (select facility_id from catalog.facility where code = $1)', [
    mapped?.facility,
  ])
  const closed = `shopId,facilityId,shopifyLocationId\n${mapped?.shop},${mapped?.facility},${number}\n`
  expect(await bring('SHOPIFY_SHOP_LOCATION', {}, 'closed.csv', closed)).toMatchObject({ taken: 0, rows: ['2 ROW_FACILITY_CLOSED'] })
  await db.query('update catalog.facility set closed_at = null')
  expect(await bring('SHOPIFY_SHOP_LOCATION', {}, 'open.csv', closed)).toMatchObject({ taken: 1 })
})

test('what goes out by file comes in again as it is, and changes nothing', async () => {
  const { db } = street.house
  await bring(
    'RESET_INVENTORY',
    { rows: { negative: 'keep' } },
    'minus.csv',
    'externalFacilityId,idType,idValue,availableQty\n6,SKU,BA-8327,-4\n',
  )
  const out = exportRoutes({ db }).find(route => route.kind === 'download')
  if (out?.kind !== 'download') throw new Error('nothing goes out')
  const restock = 'Shopify Product SKU,Restock Quantity,Schedule Time,Facility,Product Store,Shopify Store,Restock Name'
  await bring('SCHEDULED_RESTOCK', {}, 'restock.csv', `${restock}\nAR-5381,4,2099-01-01T08:00:00Z,1,,,\n`)
  const [stock, settings, places] = [
    ['RESET_INVENTORY', 'SCHEDULED_RESTOCK'],
    ['MDM_FAC_SFTY_STCK', 'IMP_PROD_FACILITY', 'IMP_PROD_THOLD'],
    ['PRODUCTS', 'FACILITIES', 'SHOPIFY_SHOP_LOCATION'],
  ]
  for (const layout of [...stock, ...settings, ...places]) {
    const asked = {
      params: { layout },
      query: {},
      body: undefined,
      who: { name: 'a', role: 'viewer' as const },
      idempotencyKey: null,
      signal: new AbortController().signal,
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of (await out.handle(asked)).chunks) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    for (const line of text.split('\r\n')) expect([line, /(?:^|,)"?[=+\-@]/.test(line)]).toEqual([line, false])
    const [before] = await db.query('select count(*) as movements from inventory.movement')
    const outcome = await bring(layout, { rows: { negative: 'keep' } }, `${layout}.csv`, text)
    expect([layout, outcome]).toMatchObject([layout, { state: 'applied', rejected: 0 }])
    expect(await db.query('select count(*) as movements from inventory.movement')).toEqual([before])
  }
})

test('what Shopify calls not stocked says nothing of a location', async () => {
  const file = 'Handle,Title,SKU,Location,On hand (current)\nrace,Race,AR-5381,1,31\nrace,Race,AR-5381,6,not stocked\n'
  expect(await bring('SHOPIFY_INVENTORY', {}, 'shopify.csv', file)).toMatchObject({ read: 1, taken: 1, treated: { left_out: 1 } })
  expect(await onHand('AR-5381', '1')).toBe(31)
})
