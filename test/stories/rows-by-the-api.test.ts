import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { realIds } from '../../src/app/world.ts'
import { createReception } from '../../src/feed/step.ts'
import type { JsonRoute } from '../../src/http/contract/route.ts'
import { rowsOutcome } from '../../src/http/contract/rows.ts'
import { requestRoutes } from '../../src/import/request-routes.ts'
import { openWarehouse, type Warehouse } from './warehouse.ts'

let warehouse: Warehouse
let route: JsonRoute
beforeAll(async () => {
  warehouse = await openWarehouse(['A', 'B', 'C'])
  const { house, clock } = warehouse
  const reception = createReception({ db: house.db, clock, ids: realIds })
  const [found] = requestRoutes({
    ...{ db: house.db, clock, ids: realIds },
    // Where a server would wait for its rooms, the rooms run.
    sleep: () => warehouse.walk(),
    upload: file => receiveUpload({ spoolDir: house.spoolDir, reception }, { ...file, declaredBytes: null }),
    arrived() {},
  })
  route = found as JsonRoute
})
afterAll(() => warehouse.close())

async function ask(feed: string, rows: object[], idempotencyKey: string | null = null) {
  const asked = {
    params: { name: feed },
    query: undefined,
    body: { rows },
    who: { name: 'pos', role: 'operator' as const },
    idempotencyKey,
  }
  return rowsOutcome.parse(await route.handle({ ...asked, signal: AbortSignal.timeout(10_000) }))
}
const counted = (idValue: string, availableQty: unknown) => ({ facilityId: 'NYC', idType: 'SKU', idValue, availableQty })

test('a list of resets: good rows count, bad ones come back with their number and reason', async () => {
  expect(await ask('counts', [counted('A', 5), counted('B', 1.5), counted('NO-SUCH', 1), counted('C', 3)])).toMatchObject({
    ...{ state: 'applied', accepted: 2, unchanged: 0 },
    rejected: [
      { row: 2, code: 'ROW_UNITS_NOT_WHOLE' },
      { row: 3, code: 'ROW_PRODUCT_UNKNOWN' },
    ],
  })
  expect([await warehouse.stock('A', 'NYC'), await warehouse.stock('C', 'NYC')]).toEqual(['5/5', '3/3'])
})

test('a single change, asked twice under its key, is one change; asked under a new key, it is another', async () => {
  const change = [{ facilityId: 'NYC', idType: 'SKU', idValue: 'A', availableDelta: -1 }]
  const first = await ask('variances', change, 'sale-1')
  expect(first).toMatchObject({ state: 'applied', accepted: 1, isRepeat: false })
  expect(await ask('variances', change, 'sale-1')).toEqual({ ...first, isRepeat: true })
  expect(await ask('variances', change, 'sale-2')).toMatchObject({ state: 'applied', accepted: 1, isRepeat: false })
  expect(await warehouse.stock('A', 'NYC')).toBe('3/3')
})

test('many repeats at the same time are one change', async () => {
  const change = [{ facilityId: 'NYC', idType: 'SKU', idValue: 'C', availableDelta: -1 }]
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => ask('variances', change, 'at-once')))
  const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason.code] : []))
  expect(new Set([...refused, 'IMPORT_KEY_IN_USE'])).toEqual(new Set(['IMPORT_KEY_IN_USE']))
  await warehouse.walk()
  expect(await warehouse.stock('C', 'NYC')).toBe('2/2')
})

test('one key never stands for two requests', async () => {
  await ask('counts', [counted('B', 4)], 'count-b')
  await expect(ask('counts', [counted('B', 9)], 'count-b')).rejects.toMatchObject({ code: 'IMPORT_KEY_REUSED' })
  expect(await warehouse.stock('B', 'NYC')).toBe('4/4')
})

test('orders come the same way', async () => {
  const told = [{ orderId: 'O-1', status: 'ordered', facilityId: 'NYC', idValue: 'B', quantity: 3 }]
  expect(await ask('orders', told)).toMatchObject({ state: 'applied', accepted: 1 })
  expect(await warehouse.stock('B', 'NYC')).toBe('4/1')
})

test('the guards look at rows as they look at files', async () => {
  await warehouse.house.db.query(
    `update feed.feed set settings = '{"belief": {"guards": {"largestChangeUnits": 100}}}' where name = 'counts'`,
  )
  expect(await ask('counts', [counted('A', 9_999)])).toMatchObject({ state: 'held', code: 'FILE_HELD_BY_GUARD', accepted: 0 })
  expect(await warehouse.stock('A', 'NYC')).toBe('3/3')
})
