import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'

/* Proofs as they are read, downloaded and released, and what a person may ask for. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
  const { db } = house.database
  const at = new Date(house.clock.at - 60_000)
  const [shop] = await db.query<{ code: string }>('select code from catalog.shop order by shop_id limit 1')
  code = shop?.code ?? ''
  await db.query('delete from reconcile.run')
  const [run] = await db.query<{ runId: number }>(
    `insert into reconcile.run (shop_id, kind, started_at, finished_at, levels_compared, levels_equal, levels_different, units_over, rows_kept, code, reason)
     values (1, 'hard_sync', $1, $1, 3, 1, 2, 8, 2, 'RECONCILE_BRAKE', '2 levels differ; at most 1 are corrected without a person') returning run_id as "runId"`,
    [at],
  )
  runId = run?.runId ?? 0
  await db.query(
    `insert into reconcile.difference (run_id, location_id, product_id, location, location_gid, sku, inventory_item_gid, verdict, cause, expected_units, shop_units, different_since, read_at)
     values ($1, 1, 1, 'Main', 'L', 'AR-5381', 'I1', 'different', 'another_writer', 3, 10, $2, $2),
            ($1, 1, 2, 'Main', 'L', '50%_off', 'I2', 'different', 'inactive', 4, 5, $2, $2)`,
    [runId, at],
  )
})
afterAll(() => house.close())

let code = ''
let runId = 0
const ask = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })

test('a proof is listed, and shown with its differences by cause and age', async () => {
  expect((await ask('GET', '/proofs?kind=hard_sync')).json()).toMatchObject({ total: 1, rows: [{ runId, levelsDifferent: 2 }] })
  expect((await ask('GET', '/proofs?kind=sweep')).json()).toMatchObject({ total: 0 })
  expect((await ask('GET', `/proofs/${runId}`)).json()).toMatchObject({
    byCause: [
      { cause: 'another_writer', levels: 1, units: 7 },
      { cause: 'inactive', levels: 1, units: 1 },
    ],
    byAge: [{ age: 'hour', levels: 2, units: 8 }],
  })
  expect((await ask('GET', '/proofs/999999')).json()).toMatchObject({ status: 404, code: 'RECONCILE_PROOF_NOT_FOUND' })
})

test.each([
  ['everything, the largest first', '', ['AR-5381', '50%_off']],
  ['one cause', '?cause=inactive', ['50%_off']],
  ['a SKU with signs that a pattern is made of', '?search=50%25_', ['50%_off']],
  ['what is not there', '?search=nothing', []],
])('its rows: %s', async (_title, query, skus) => {
  const rows = (await ask('GET', `/proofs/${runId}/rows${query}`)).json().rows as { sku: string }[]
  expect(rows.map(row => row.sku)).toEqual(skus)
})

test('the file has the digest, as CSV and as JSON', async () => {
  const csv = await ask('GET', `/proofs/${runId}/csv`)
  expect(csv.headers['content-disposition']).toContain(`proof-${runId}-${code}.csv`)
  const digest = createHash('sha256').update(csv.rawPayload).digest('hex')
  await house.database.db.query('update reconcile.run set digest = $2 where run_id = $1', [runId, digest])
  const json = (await ask('GET', `/proofs/${runId}/json`)).json()
  expect(json).toMatchObject({ proof: { digest, levelsCompared: 3 }, differences: [{ sku: 'AR-5381' }, { sku: '50%_off' }] })
})

test('its brake is lifted once, with a reason, and that is in the log', async () => {
  expect((await ask('POST', `/proofs/${runId}/release`, { reason: ' ' })).statusCode).toBe(400)
  expect((await ask('POST', `/proofs/${runId}/release`, { reason: 'stocktaking in the shop' })).statusCode).toBe(200)
  expect((await ask('POST', `/proofs/${runId}/release`, { reason: 'once more' })).json()).toMatchObject({
    status: 409,
    code: 'RECONCILE_NOT_HELD',
  })
  const log = (await ask('GET', '/audit?subject=proof')).json().rows as { action: string; reason: string }[]
  expect(log).toMatchObject([{ action: 'proof.release', reason: 'stocktaking in the shop' }])
  expect(house.done.jobs).toContain('channel')
})

test('Sync now takes a SKU of a shop, and refuses what is not there', async () => {
  expect((await ask('POST', '/sync-now', { shop: code, sku: 'AR-5381' })).statusCode).toBe(202)
  expect((await ask('POST', '/sync-now', { shop: code, sku: 'ar-5381' })).json()).toMatchObject({ code: 'RECONCILE_SKU_NOT_FOUND' })
  expect((await ask('POST', '/sync-now', { shop: 'nowhere' })).json()).toMatchObject({ code: 'SHOP_NOT_FOUND' })
  expect(await house.database.db.query('select product_id as "productId" from reconcile.request')).toEqual([{ productId: 1 }])
})

test('Sync now takes a channel: every location that shows it', async () => {
  const asked = await ask('POST', '/sync-now', { channel: 'ONLINE', sku: 'AR-5381' })
  expect(asked.json().requestIds).toHaveLength(1)
  const [kept] = await house.database.db.query(
    'select shop_id as shop, location_id as location, product_id as product from reconcile.request order by request_id desc limit 1',
  )
  expect(kept).toEqual({ shop: 1, location: 2, product: 1 })
  await ask('POST', '/groups', { code: 'EMPTY', facilities: ['6'] })
  for (const [body, code] of [
    [{ channel: 'NOWHERE' }, 'CATALOG_GROUP_NOT_FOUND'],
    [{ channel: 'EMPTY' }, 'RECONCILE_CHANNEL_NOT_SHOWN'],
    [{ channel: 'ONLINE', locationId: 1 }, 'HTTP_REQUEST_INVALID'],
    [{ sku: 'AR-5381' }, 'HTTP_REQUEST_INVALID'],
  ] as const)
    expect((await ask('POST', '/sync-now', body)).json()).toMatchObject({ code })
})

test('the brake of a shop has limits of its own, changed by an administrator with a reason', async () => {
  const limits = { correctionsMax: 20_000, unitsMax: 100_000, reason: 'first load' }
  expect((await ask('PUT', `/shops/${code}/brake`, limits)).statusCode).toBe(200)
  const drift = (await ask('GET', '/drift')).json().rows as { shop: string }[]
  expect(drift.find(row => row.shop === code)).toMatchObject({ correctionsMax: 20_000, unitsMax: 100_000, compared: 3, different: 2 })
})
