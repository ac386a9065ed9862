import { afterEach, expect, test } from 'vitest'
import { LEAST_BUDGET } from '../../src/channel/load.ts'
import { budgetOf, measuredUploads } from '../../src/channel/upload-store.ts'
import { openToldShop, sku, type ToldShop } from './told-shop.ts'

/* A full load leaves as an upload: whatever the shop does with it, each level is told once, and shows what it should. */

let told: ToldShop
afterEach(() => told.close())

const LEVELS = 600
const upload = async () =>
  (
    await told.home.db.query<{ state: string; result: string | null; calls: number; levels: number; done: number }>(
      'select state, result, calls, levels, calls_done as done from channel.upload order by upload_id',
    )
  )[0]
/** Time passes, in the shop too, until the upload has ended and nothing is left to be told. */
const untilQuiet = async (): Promise<void> => {
  for (let steps = 0; steps < 60; steps++) {
    told.later(6_000)
    await new Promise(done => setTimeout(done, 30))
    const { more } = await told.tell()
    if (!more && (await upload())?.state === 'ended' && (await told.states()).sending === undefined) return
  }
  throw new Error(`the upload did not end: ${JSON.stringify(await upload())}`)
}
const open = async (special: { bundleParent?: number; inactive?: number; readByBulkFrom?: number } = {}): Promise<void> => {
  told = await openToldShop(LEVELS, { ...special, uploadFromLevels: 300 })
}
const direct = async () =>
  (await told.shop.journal()).filter(entry => entry.roots.some(root => /^inventory(Set|Adjust)Quantities$/.test(root))).length
const each = (units: number) => Array.from({ length: LEVELS }, () => units)

test('six hundred levels go as one upload of three calls, and are confirmed by its answers', async () => {
  await open()
  await told.promise(7)
  await untilQuiet()
  expect(await upload()).toEqual({ state: 'ended', result: 'completed', calls: 3, levels: LEVELS, done: 3 })
  expect(await told.available()).toEqual(each(7))
  expect(await told.states()).toEqual({ confirmed: LEVELS })
  expect(await direct()).toBe(0)
  // What it took is what the next one is decided by: here each turn of six seconds is waiting.
  const took = await measuredUploads(told.home.db, 1)
  expect(took?.overheadMs).toBeGreaterThanOrEqual(0)
  expect(took?.levelsPerSecond).toBeGreaterThan(LEVELS / 60)
})

test('what the shop says of its bucket, and what full calls cost lately, is what direct calls are reckoned by', async () => {
  await open()
  const { db } = told.home
  expect(await budgetOf(db, 1)).toEqual(LEAST_BUDGET)
  const exchange = (effect: string, cost: number, levels: number) =>
    db.query(
      `insert into channel.exchange (shop_id, at, took_ms, operation, effect, outcome, cost_points, max_points, items)
       values (1, $1, 40, 'SetQuantities', $2, 'answered', $3, 20000, array(select generate_series(1, $4::integer)))`,
      [new Date(), effect, cost, levels],
    )
  await exchange('write', 11, 250)
  await exchange('write', 12, 250)
  // What is read, and what is written one by one, says nothing of a full load.
  await exchange('read', 500, 250)
  await exchange('write', 11, 1)
  expect(await budgetOf(db, 1)).toEqual({ bucketPoints: 20_000, pointsPerSecond: 1_000, pointsPerLevel: 23 / 500 })
})

test('what is sold while the upload waits stays sold', async () => {
  await open()
  await told.shop.dial({ bulkDelayMs: 400 })
  await told.promise(7)
  await told.tell()
  await told.shop.order([{ sku: sku(5), units: 2 }])
  await untilQuiet()
  expect((await told.available())[4]).toBe(5)
})

test('it stands still: it is cancelled, and every call is sent by itself, under the same key', async () => {
  await open()
  await told.shop.dial({ bulkFates: [{ kind: 'stall', at: 0.34, type: 'MUTATION' }] })
  await told.promise(7)
  await told.tell()
  told.later(20 * 60_000)
  await untilQuiet()
  expect(await upload()).toMatchObject({ result: 'canceled' })
  expect(await told.available()).toEqual(each(7))
  expect(await direct()).toBe(3)
})

test('it fails half-way: the rest is sent by itself, and nothing is told twice', async () => {
  await open()
  await told.shop.dial({ bulkFates: [{ kind: 'fail', at: 0.67, type: 'MUTATION' }] })
  await told.promise(7)
  await untilQuiet()
  expect(await upload()).toMatchObject({ result: 'failed' })
  expect(await told.available()).toEqual(each(7))
  expect(await direct()).toBe(1)
})

test('the answer that it was begun is lost: it is handed over again, and takes effect once', async () => {
  await open()
  await told.shop.dial({ failNext: [{ kind: 'resetAfter', root: 'bulkOperationRunMutation' }] })
  await told.promise(7)
  await told.tell()
  await untilQuiet()
  expect(await told.available()).toEqual(each(7))
  expect(await told.states()).toEqual({ confirmed: LEVELS })
})

test('the answers break off: they are read again', async () => {
  await open()
  await told.shop.dial({ failNext: [{ kind: 'resetAfter', root: 'bulkResult', skip: 0 }] })
  await told.promise(7)
  await untilQuiet()
  expect(await upload()).toMatchObject({ result: 'completed' })
  expect(await told.available()).toEqual(each(7))
})

test('a line that broke inside the shop, done or not, is asked about by its key', async () => {
  await open()
  await told.shop.dial({
    failNext: [
      { kind: 'internalError', root: 'bulkLine' },
      { kind: 'internalErrorAfter', root: 'bulkLine' },
    ],
  })
  await told.promise(7)
  await untilQuiet()
  expect(await told.available()).toEqual(each(7))
  expect(await direct()).toBe(2)
})

test('one poisoned row keeps only itself', async () => {
  await open({ bundleParent: 17 })
  await told.promise(7)
  await untilQuiet()
  const shown = await told.available()
  expect(shown.filter(units => units === 7)).toHaveLength(LEVELS - 1)
  expect(await told.intent(17)).toMatchObject({ state: 'blocked', code: 'CHANNEL_ROW_BUNDLE_PARENT' })
})

test('a storage that never takes the file: after three times everything goes by itself', async () => {
  await open()
  await told.shop.dial({ faults: [{ kind: 'status', status: 503, root: 'stagedUpload' }] })
  await told.promise(7)
  await untilQuiet()
  expect(await upload()).toMatchObject({ state: 'ended', result: 'not_taken' })
  expect(await told.available()).toEqual(each(7))
})

test('levels that nobody has seen are read by one bulk query, and what is not stocked is stocked all the same', async () => {
  await open({ readByBulkFrom: 500, inactive: 9 })
  await told.promise(7)
  await untilQuiet()
  expect(await told.available()).toEqual(each(7))
  const roots = (await told.shop.journal()).flatMap(entry => entry.roots)
  expect(roots.filter(root => root === 'bulkOperationRunQuery')).toHaveLength(1)
  // The one that was switched off is asked for by itself, before and after it was stocked.
  expect(roots.filter(root => root === 'nodes').length).toBeLessThanOrEqual(2)
})
