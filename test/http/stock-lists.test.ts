import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
})
afterAll(() => house.close())

const get = async (url: string) =>
  (await house.gate.app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } })).json()
const book = (lines: { idValue: string; units: number }[]) =>
  house.gate.app.inject({
    ...{ method: 'POST', url: '/api/v1/ledger/documents', headers: { authorization: `Bearer ${house.cliToken}` } },
    payload: { kind: 'variance', facility: '1', reason: 'VAR_DAMAGED', comment: 'fell down', lines },
  })

test('every position page by page, each once, with what is free of it', async () => {
  const seen: string[] = []
  let after = ''
  for (let page = 0; page < 10; page++) {
    const { rows, next } = await get(`/positions?limit=1${after && `&after=${after}`}`)
    seen.push(...rows.map((row: { sku: string; facility: string; freeUnits: number }) => `${row.sku}@${row.facility} ${row.freeUnits}`))
    if (next === null) break
    after = next
  }
  expect(seen).toEqual(['AR-5381@1 26', 'BA/8327@1 408', 'AR-5381@6 12'])
})

test.each([
  ['?sku=AR-5381', ['AR-5381@1', 'AR-5381@6']],
  ['?sku=AR-5381&sku=BA%2F8327&facility=1', ['AR-5381@1', 'BA/8327@1']],
  ['?facility=6', ['AR-5381@6']],
  ['?sku=nobody', []],
])('positions%s', async (query, wanted) => {
  const { rows } = await get(`/positions${query}`)
  expect(rows.map((row: { sku: string; facility: string }) => `${row.sku}@${row.facility}`)).toEqual(wanted)
})

test.each(['/positions?after=1', '/positions?after=x', '/promises?after=1.2', '/positions?limit=5000', '/promises/changes'])(
  '%s is refused, not taken for the beginning',
  async url => {
    expect(await get(url)).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
  },
)

test('what was never counted is unknown, and not zero', async () => {
  await house.database.db.query(
    'insert into inventory.position (facility_id, product_id, on_hand_units, reserved_units, counted_at) values (2, 3, 0, 1, null)',
  )
  const { rows } = await get('/positions?sku=BE-2349')
  expect(rows).toMatchObject([{ onHandUnits: null, freeUnits: null, reservedUnits: 1, countedAt: null }])
  await house.database.db.query('delete from inventory.position where product_id = 3')
})

test('who read the list once asks for changes only: each moved position comes once, as it is now', async () => {
  const { changes } = await get('/positions')
  expect(await get(`/positions/changes?since=${changes}`)).toEqual({ rows: [], changes, isMore: false })
  await book([{ idValue: 'AR-5381', units: -1 }])
  await book([
    { idValue: 'AR-5381', units: -1 },
    { idValue: 'BA/8327', units: 2 },
  ])
  const first = await get(`/positions/changes?since=${changes}&limit=1`)
  expect(first).toMatchObject({ rows: [{ sku: 'AR-5381', onHandUnits: 28 }], isMore: true })
  const rest = await get(`/positions/changes?since=${first.changes}`)
  expect(rest).toMatchObject({
    rows: [
      { sku: 'AR-5381', onHandUnits: 28 },
      { sku: 'BA/8327', onHandUnits: 410 },
    ],
    isMore: false,
  })
  expect((await get(`/positions/changes?since=${rest.changes}`)).rows).toEqual([])
  expect((await get(`/positions/changes?since=${changes}&sku=BA%2F8327`)).rows).toHaveLength(1)
})

test('promises by facility and by channel, with what the shop showed', async () => {
  const { rows } = await get('/promises?sku=AR-5381')
  expect(rows).toMatchObject([
    { location: 'Tool Crib', facility: '1', channel: null, sellableUnits: 24, state: 'confirmed', shownUnits: 24 },
    { location: 'Online', facility: null, channel: 'ONLINE', sellableUnits: 31, state: 'confirmed', shownUnits: 31 },
  ])
  expect((await get('/promises?channel=ONLINE')).rows).toHaveLength(2)
  expect((await get('/promises?facility=1&sku=BA%2F8327')).rows).toMatchObject([{ sellableUnits: 408 }])
  expect((await get('/promises?shop=other')).rows).toEqual([])
  const page = await get('/promises?limit=3')
  expect((await get(`/promises?limit=3&after=${page.next}`)).rows).toHaveLength(1)
})

test('a promise that changed comes with its terms, by the number that the list gave', async () => {
  const { changes } = await get('/promises')
  const { db } = house.database
  await db.query(
    `update availability.target set sellable_units = 20, seq = 6, revision = 3, changed_at = $1 where location_id = 1 and product_id = 1`,
    [new Date(NOW)],
  )
  await db.query(
    `insert into availability.promise_history (product_id, shop_id, location_id, seq, at, promised_units, free_units, spare_units, queued_units, threshold_units)
     values (1, 1, 1, 6, $1, 20, 24, 22, 1, 1)`,
    [new Date(NOW)],
  )
  // Written, and not published yet: whoever asks now must not step over it.
  expect((await get(`/promises/changes?since=${changes}`)).rows).toEqual([])
  await db.query(`update street.cursor set position = 6 where reader = 'availability:head'`)
  expect(await get(`/promises/changes?since=${changes}`)).toMatchObject({
    rows: [{ sku: 'AR-5381', sellableUnits: 20, terms: { freeUnits: 24, spareUnits: 22, queuedUnits: 1, thresholdUnits: 1 } }],
    changes: 6,
    isMore: false,
  })
})

test('a SKU over time: from each instant on what was there, and what was promised', async () => {
  const history = await get('/stock/AR-5381/history')
  const steps = history.stock.map((step: { onHandUnits: number; reservedUnits: number }) => [step.onHandUnits, step.reservedUnits])
  expect(steps).toEqual([
    [42, 0],
    [42, 4],
    [40, 4],
  ])
  const here = await get('/stock/AR-5381/history?locationId=1')
  expect(here.stock.at(-1)).toMatchObject({ onHandUnits: 28, reservedUnits: 4 })
  expect(here.promised).toMatchObject([{ units: 20 }])
  const late = await get(`/stock/AR-5381/history?from=${new Date(NOW - 60_000).toISOString()}`)
  expect(late.stock.map((step: { onHandUnits: number }) => step.onHandUnits)).toEqual([40])
})
