import { afterAll, beforeAll, expect, test } from 'vitest'
import { sellable } from '../../src/availability/sellable-store.ts'
import { AVAILABILITY_HEAD } from '../../src/availability/store.ts'
import { setHead } from '../../src/db/cursor.ts'
import { reportStep } from '../../src/inventory/report-step.ts'
import { setTarget } from '../../src/inventory/report-store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

const MINUTE_MS = 60_000
let home: TestDatabase
let now = Date.UTC(2026, 10, 24, 12)
const written = new Map<string, string>()
let isDiskFull = false
const files = {
  async writeWhole({ name }: { name: string }, chunks: AsyncIterable<string>) {
    if (isDiskFull) throw new Error('no space left')
    let text = ''
    for await (const chunk of chunks) text += chunk
    if (written.has(name)) throw new Error(`${name} was written twice`)
    written.set(name, text)
  },
}
const walk = async () => {
  for (let turn = 0; turn < 10; turn++) await reportStep({ db: home.db, clock: { now: () => now }, files, sources: { sellable } })
}

beforeAll(async () => {
  home = await openTestDatabase()
  const { db } = home
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, to_timestamp(0) from generate_series(1, 1500) n`)
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'S-' || product_id, product_id from catalog.product`,
  )
  await db.query(`insert into catalog.facility (code, external_id, name, created_at) values ('NYC', '101', 'New York', to_timestamp(0))`)
  await db.query(`insert into catalog.facility_group (code, name) values ('ONLINE', 'Online')`)
  await db.query(`insert into catalog.shop (code, name, api_url) values ('shop', 'Shop', 'http://127.0.0.1:9')`)
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'a', 'Store, NYC', true, to_timestamp(0)), (1, 'b', 'Web', true, to_timestamp(0))`,
  )
  await db.query(
    'insert into catalog.location_mapping (shop_id, location_id, facility_id, group_id) values (1, 1, 1, null), (1, 2, null, 1)',
  )
  await db.transaction(tx => setTarget(tx, { kind: 'sellable', home: 'wms', folder: 'stock', isEnabled: true, everyMinutes: 15 }))
})
afterAll(() => home.drop())

let seq = 0
async function promised(productId: number, locationId: number, units: number, { isPublished = true } = {}): Promise<void> {
  await home.db.query(
    `insert into availability.promise_history (product_id, shop_id, location_id, seq, at, promised_units, free_units, spare_units, queued_units, threshold_units)
     values ($1, 1, $2, $3, $4, $5, $5, $5, 0, 0)`,
    [productId, locationId, ++seq, new Date(now), units],
  )
  if (isPublished) await home.db.transaction(tx => setHead(tx, AVAILABILITY_HEAD, seq))
}

const linesOf = (name: string | undefined) => (written.get(name ?? '') ?? '').trimEnd().split('\n').slice(1)

test('what may be sold goes out once its time has come, each level once with its newest number, and nothing below 0', async () => {
  await promised(1, 1, 5)
  await promised(1, 2, 9)
  await promised(1, 1, 4)
  await promised(2, 2, -3)
  await walk()
  expect(written.size).toBe(0)
  now += 15 * MINUTE_MS
  await walk()
  expect([...written.keys()]).toEqual(['sellable-20261124T121500Z-1.csv'])
  expect(written.get('sellable-20261124T121500Z-1.csv')).toBe(
    [
      'idType,idValue,facilityId,externalFacilityId,channel,shop,location,sellableQty,changedAt',
      'SKU,S-1,NYC,101,,shop,"Store, NYC",4,2026-11-24T12:00:00.000Z',
      'SKU,S-1,,,ONLINE,shop,Web,9,2026-11-24T12:00:00.000Z',
      'SKU,S-2,,,ONLINE,shop,Web,0,2026-11-24T12:00:00.000Z',
      '',
    ].join('\n'),
  )
})

test('what did not change does not go again; what is not published yet goes with the next file', async () => {
  now += 60 * MINUTE_MS
  await walk()
  expect(written.size).toBe(1)
  await promised(1, 1, 7, { isPublished: false })
  now += 60 * MINUTE_MS
  await walk()
  expect(written.size).toBe(1)
  await promised(2, 2, 6)
  now += 15 * MINUTE_MS
  await walk()
  expect(linesOf([...written.keys()][1])).toEqual([
    expect.stringContaining('S-1,NYC,101,,shop,"Store, NYC",7,'),
    expect.stringContaining('S-2,,,ONLINE,shop,Web,6,'),
  ])
})

test('a disk that is full, and numbers that change meanwhile: the same file is written later, and the newer numbers in the next', async () => {
  isDiskFull = true
  await promised(1, 1, 8)
  now += 15 * MINUTE_MS
  await expect(walk()).rejects.toThrow('no space left')
  await promised(1, 1, 9)
  isDiskFull = false
  await walk()
  expect(linesOf([...written.keys()][2])).toEqual([expect.stringContaining(',8,')])
  now += 15 * MINUTE_MS
  await walk()
  expect(linesOf([...written.keys()][3])).toEqual([expect.stringContaining(',9,')])
})

test('more than a file takes is several files, and every level is in one of them', async () => {
  const before = written.size
  for (let product = 1; product <= 1_500; product++) await promised(product, 2, product, { isPublished: product === 1_500 })
  await walk()
  now += 15 * MINUTE_MS
  await walk()
  const made = [...written.keys()].slice(before)
  expect(made.map(name => linesOf(name).length)).toEqual([1_000, 500])
  expect(new Set(made.flatMap(linesOf).map(line => line.split(',')[1])).size).toBe(1_500)
})
