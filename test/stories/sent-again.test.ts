import { afterAll, beforeAll, expect, test } from 'vitest'
import * as catalog from '../../src/catalog/store.ts'
import { releaseHeld } from '../../src/feed/store.ts'
import { undoFile } from '../../src/inventory/undo-step.ts'
import { openStockRoom, type StockRoom, varianceFile } from './stock-room.ts'

/*
 * Files of changes whose rows have no numbers, and of which a part took effect: cut where it looked whole, torn and let go, refused in
 * part. The sender sends the whole file again, under the same name or another, and no change counts twice.
 */
const SKUS = Array.from({ length: 30 }, (_, n) => `S${String(n).padStart(2, '0')}`)

let room: StockRoom
let feeds = 0
beforeAll(async () => {
  room = await openStockRoom()
  const products = SKUS.map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] }))
  await room.house.db.transaction(tx => catalog.importProducts(tx, products, room.clock.at))
})
afterAll(() => room.close())

/** A feed of its own for each story, and nothing on hand but what its files bring. */
async function newFeed(belief: object = {}): Promise<string> {
  const name = `variance-${feeds++}`
  await room.addFeed(name, { layout: 'MDM_INV_VARIANCE', fileKind: 'delta', settings: { belief } })
  return name
}

const rows = (from: number, to: number, units = 1) => SKUS.slice(from, to).map(sku => `${sku} ${units}`)
const counts = async (fileId: number) => {
  const [seen] = await room.house.db.query<{ repeated: number; accepted: number; of: number | null }>(
    `select rows_repeated as repeated, rows_accepted as accepted, repeats_file_id as of from import.verdict where file_id = $1`,
    [fileId],
  )
  return seen
}
async function moved(work: () => Promise<unknown>): Promise<(number | null)[]> {
  const before = await Promise.all(SKUS.map(async sku => (await room.onHand(sku)) ?? 0))
  await work()
  const after = await Promise.all(SKUS.map(async sku => (await room.onHand(sku)) ?? 0))
  return after.map((units, at) => units - (before[at] ?? 0))
}
const ones = (from: number, to: number) => SKUS.map((_, at) => (at >= from && at < to ? 1 : 0))

test.each(['same.csv', 'another.csv'])(
  'cut at the end of a line, and sent again whole as %s: 20 already applied, 10 applied now',
  async name => {
    const feed = await newFeed()
    const first = await room.bring(feed, 'same.csv', varianceFile(...rows(0, 20)))
    let again = 0
    const moves = await moved(async () => {
      again = await room.bring(feed, name, varianceFile(...rows(0, 30)))
    })
    expect(moves).toEqual(ones(20, 30))
    expect(await counts(again)).toEqual({ repeated: 20, accepted: 10, of: first })
    expect((await room.file(again)).state).toBe('applied')
    // And once more, with rows that were in neither.
    const third = varianceFile(...rows(0, 30), ...SKUS.slice(0, 5).map(sku => `${sku}@DEPOT 1`))
    expect(await moved(() => room.bring(feed, 'third.csv', third))).toEqual(ones(0, 0))
  },
)

test('sent again after rows were refused: those that were mended count, and have come home', async () => {
  const feed = await newFeed()
  const bad = rows(0, 20).map((row, at) => (at === 4 || at === 7 ? row.replace(' 1', ' one') : row))
  const first = await room.bring(feed, 'bad.csv', varianceFile(...bad))
  expect(await room.file(first)).toMatchObject({ accepted: 18, rejected: 2 })
  const half = rows(0, 20).map((row, at) => (at === 7 ? row.replace(' 1', ' one') : row))
  let second = 0
  expect(
    await moved(async () => {
      second = await room.bring(feed, 'bad.csv', varianceFile(...half))
    }),
  ).toEqual(ones(4, 5))
  expect(await counts(second)).toMatchObject({ repeated: 18, accepted: 1 })
  const waiting = () =>
    room.house.db.query('select file_id as "fileId", line from import.rejected_row where resolved_at is null and root_file_id = $1', [
      first,
    ])
  expect((await waiting()).map(row => (row as { line: number }).line)).toEqual([9, 9])
  // The line that came home once is not applied again, though the first file had refused it.
  expect(await moved(() => room.bring(feed, 'whole.csv', varianceFile(...rows(0, 20))))).toEqual(ones(7, 8))
  expect(await waiting()).toEqual([])
})

test('cut inside its last line, where it still looked whole, and sent again: a person is asked, since that line counted less', async () => {
  const feed = await newFeed()
  const whole = varianceFile(...rows(0, 12, 1), 'S20 15')
  const torn = await room.bring(feed, 'torn.csv', whole.slice(0, -2))
  expect(await room.file(torn)).toMatchObject({ state: 'applied' })
  const again = await room.bring(feed, 'torn.csv', `${whole}STORE,SKU,S21,1\n`)
  expect(await room.file(again)).toMatchObject({ state: 'held', code: 'FILE_CHANGES_SEEN_BEFORE' })
  expect((await room.file(again)).reason).toContain('all but its last line, which may have been cut')
})

test('a few lines that agree may be an accident: a person is asked, and let go, only the rest counts', async () => {
  const feed = await newFeed()
  await room.bring(feed, 'morning.csv', varianceFile(...rows(0, 2)))
  const second = await room.bring(feed, 'noon.csv', varianceFile(...rows(0, 3)))
  expect(await room.file(second)).toMatchObject({ state: 'held', code: 'FILE_CHANGES_SEEN_BEFORE' })
  const moves = await moved(async () => {
    await room.house.db.transaction(tx => releaseHeld(tx, { fileId: second, who: 'Ada', now: room.clock.at }))
    await room.walk()
  })
  expect(moves).toEqual(ones(2, 3))
  // What does not begin alike was not kept waiting, and is asked about by nobody.
  expect(await moved(() => room.bring(feed, 'evening.csv', varianceFile(...rows(10, 13))))).toEqual(ones(10, 13))
})

test('a feed whose files may begin alike says so, and every change counts', async () => {
  const feed = await newFeed({ appliedBefore: 'count' })
  await room.bring(feed, 'morning.csv', varianceFile(...rows(0, 20)))
  expect(await moved(() => room.bring(feed, 'noon.csv', varianceFile(...rows(0, 21))))).toEqual(ones(0, 21))
})

test('a file that was taken back says nothing of what is applied', async () => {
  const feed = await newFeed()
  const first = await room.bring(feed, 'first.csv', varianceFile(...rows(0, 20)))
  await undoFile({ db: room.house.db, clock: room.clock }, { fileId: first, who: 'Ada', reason: 'by mistake' })
  expect(await moved(() => room.bring(feed, 'again.csv', varianceFile(...rows(0, 21))))).toEqual(ones(0, 21))
})
