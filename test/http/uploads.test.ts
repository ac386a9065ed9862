import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordExchange } from '../../src/channel/exchange-store.ts'
import { openTestGate, type TestGate } from './gate.ts'

/* Uploads as operators see them: the answer to every row, and the three things that can be done. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
  const { db } = house.database
  const at = new Date(house.clock.at - 60_000)
  await db.query('delete from channel.call_row')
  await db.query(
    `insert into channel.upload (shop_id, state, result, operation_gid, shop_status, calls, levels, calls_done, created_at)
     values (1, 'ended', 'failed', 'gid://shopify/BulkOperation/1', 'FAILED', 3, 3, 2, $1), (1, 'running', null, 'gid://shopify/BulkOperation/2', 'RUNNING', 1, 1, 0, $1),
            (1, 'waiting', null, null, null, 1, 1, 0, $1)`,
    [at],
  )
  const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
  for (const [n, upload, state, outcome, row, code] of [
    [1, 1, 'answered', 'confirmed', null, null],
    [2, 1, 'answered', 'rows_refused', 'refused', 'CHANNEL_ROW_BUNDLE_PARENT'],
    [3, 1, 'claimed', null, null, null],
    [4, 3, 'claimed', null, null, null],
  ] as const) {
    await db.query(
      `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, outcome, lease_until, attempts, claimed_at, upload_id, upload_ordinal)
       values ($1, 1, $1, 'adjust_available', '{}', $2, $3, $4, 1, $5, $6, $7)`,
      [uuid(n), state, outcome, new Date(house.clock.at + 9e8), at, upload, n - 1],
    )
    await db.query(
      `insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units, outcome, code)
       values ($1, 0, 1, $2, 1, 7, 0, 5, 7, $3, $4)`,
      [uuid(n), Math.min(n, 3), row, code],
    )
  }
})
afterAll(() => house.close())

const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })

test.each([
  ['all of them, the newest first', '', [3, 2, 1]],
  ['those under way', '?state=open', [3, 2]],
  ['those that held a SKU', '?sku=AR-5381', [1]],
  ['a SKU to the letter', '?sku=ar-5381', []],
])('the list: %s', async (_title, query, ids) => {
  expect(((await ask('GET', `/uploads${query}`)).json().rows as { uploadId: number }[]).map(row => row.uploadId)).toEqual(ids)
})

test('from a shop of Shopify it leads to the app’s page there, a level to its history, and from another address to nowhere', async () => {
  const { db } = house.database
  const links = async () => {
    const { rows } = (await ask('GET', '/stock/AR-5381/levels')).json() as { rows: { link: string | null }[] }
    const [row] = (await ask('GET', '/uploads/1/rows')).json().rows as { link: string | null; reference: string }[]
    expect(row?.reference).toBe('gid://trueup/Call/00000000-0000-4000-8000-000000000001')
    return [(await ask('GET', '/uploads/1')).json().link, row?.link, ...rows.map(each => each.link)]
  }
  expect(await links()).toEqual([null, null, null, null])
  await db.query(`update catalog.shop set api_url = 'https://corner.myshopify.com' where shop_id = 1`)
  expect((await links()).toSorted()).toEqual([
    'https://admin.shopify.com/store/corner/products/inventory/1/inventory_history?location_id=1',
    'https://admin.shopify.com/store/corner/products/inventory/1/inventory_history?location_id=1',
    'https://admin.shopify.com/store/corner/products/inventory/1/inventory_history?location_id=2',
    'https://admin.shopify.com/store/corner/settings/apps',
  ])
})

test('its answers by kind, Shopify’s status beside ours', async () => {
  expect((await ask('GET', '/uploads/1')).json()).toMatchObject({
    ...{ state: 'ended', result: 'failed', shopStatus: 'FAILED', callsDone: 2 },
    byOutcome: [
      { outcome: 'confirmed', code: null, levels: 1 },
      { outcome: 'refused', code: 'CHANNEL_ROW_BUNDLE_PARENT', levels: 1 },
      { outcome: 'unanswered', code: null, levels: 1 },
    ],
  })
  expect((await ask('GET', '/uploads/99')).json()).toMatchObject({ status: 404, code: 'CHANNEL_UPLOAD_NOT_FOUND' })
})

test.each([
  ['all', '', ['confirmed', 'refused', 'unanswered']],
  ['one kind', '?outcome=refused', ['refused']],
  ['one SKU', '?search=AR-53', ['confirmed']],
])('its rows: %s', async (_title, query, outcomes) => {
  expect(((await ask('GET', `/uploads/1/rows${query}`)).json().rows as { outcome: string }[]).map(row => row.outcome)).toEqual(outcomes)
})

test.each([
  ['ask', 2, 200],
  ['ask', 1, 409],
  ['cancel', 2, 200],
  ['cancel', 1, 409],
  ['retry', 1, 200],
  ['retry', 2, 409],
] as const)('%s of upload %i is answered with %i, and what was done is in the log', async (verb, id, status) => {
  const answer = await ask('POST', `/uploads/${id}/${verb}`, { reason: 'to see' })
  expect(answer.statusCode).toBe(status)
  if (status === 409) expect(answer.json()).toMatchObject({ code: 'CHANNEL_UPLOAD_NOT_SO' })
  else
    expect((await ask('GET', `/audit?subject=upload&name=${id}`)).json().rows[0]).toMatchObject({
      action: `upload.${verb}`,
      reason: 'to see',
    })
})

test('one that the shop does not have yet ends at once when it is cancelled, and its calls are anybody’s', async () => {
  await ask('POST', '/uploads/3/cancel', { reason: 'wrong file' })
  expect((await ask('GET', '/uploads/3')).json()).toMatchObject({ state: 'ended', result: 'canceled', cancelAskedBy: expect.any(String) })
  const [call] = await house.database.db.query<{ free: boolean }>(
    'select lease_until <= $1 as free from channel.call where upload_id = 3',
    [new Date(house.clock.at)],
  )
  expect(call?.free).toBe(true)
})

test('a SKU finds the upload that carried it in the job log, though its own requests name a file and no item', async () => {
  const heard = (requestId: string, upload: number) =>
    recordExchange(house.database.db, 1, {
      ...{ at: house.clock.at, tookMs: 5, operation: 'RunBulkMutation', effect: 'write', outcome: { kind: 'answered' }, status: 200 },
      ...{ requestId, bulkOperationGid: `gid://shopify/BulkOperation/${upload}`, idempotencyKey: null, inventoryItemGids: [] },
      ...{ costPoints: 10, availablePoints: 1, maxPoints: 2, answer: '{}' },
    })
  await heard('of upload 1', 1)
  await heard('of upload 2', 2)
  await heard('of a bulk query', 3)
  const found = async (search: string) =>
    ((await ask('GET', `/shops/demo/job-log?search=${search}`)).json().rows as { requestId: string; uploadId: number | null }[]).map(
      row => [...[row.requestId, row.uploadId]],
    )
  expect(await found('AR-5381')).toEqual([['of upload 1', 1]])
  expect(await found('nobody')).toEqual([])
  expect(await found('2')).toEqual([['of upload 2', 2]])
  expect(await found('3')).toEqual([['of a bulk query', null]])
})
