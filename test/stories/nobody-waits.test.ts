import { afterAll, beforeAll, expect, test } from 'vitest'
import * as catalog from '../../src/catalog/store.ts'
import type { Tx } from '../../src/db/connection.ts'
import { layLarge } from '../../src/inventory/large-step.ts'
import { missingCount } from '../../src/inventory/missing-store.ts'
import * as inventory from '../../src/inventory/step.ts'
import { openStockRoom, resetFile, type StockRoom, varianceFile } from './stock-room.ts'

/*
 * A file of millions of rows is booked part by part, so that nobody waits for it. Here the millions are a thousand, and a part is one page of
 * the database; what has to be true of the whole is the same.
 */
const PRODUCTS = 500
const LARGE_ROWS = 300

let room: StockRoom
const skus = Array.from({ length: PRODUCTS }, (_, n) => `P${String(n).padStart(3, '0')}`)
const rowsOf = (units: (n: number) => number, from = 0) =>
  skus.slice(from).flatMap((sku, n) => [`${sku} ${units(n + from)}`, `${sku}@DEPOT ${units(n + from) + 1_000}`])

beforeAll(async () => {
  room = await openStockRoom()
  const { db } = room.house
  await db.transaction(tx =>
    catalog.importProducts(
      tx,
      skus.map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] })),
      room.clock.at,
    ),
  )
  await room.addFeed('big', { layout: 'RESET_INVENTORY', settings: { belief: { missingRows: 'zero', missingPercent: 100 } } })
  await room.addFeed('small', { layout: 'MDM_INV_VARIANCE', fileKind: 'delta' })
  await room.addFeed('guarded', { layout: 'RESET_INVENTORY', settings: { belief: { guards: { zeroPercent: 10 } } } })
})
afterAll(() => room.close())

const deps = () => ({ db: room.house.db, clock: room.clock, largeRows: LARGE_ROWS })
const book = () => inventory.step(deps())
const states = () => room.house.db.query<{ name: string; state: string }>('select name, state from feed.file order by file_id')
const stateOf = async (name: string) => (await states()).find(one => one.name === name)?.state

/** Brings a file as far as its verdict, and no further. */
async function read(feed: string, name: string, text: string): Promise<number> {
  const { inventory: own, ...others } = room.house.steps
  const steps = room.house.steps
  steps.inventory = async () => ({ read: 0, wrote: 0, more: false })
  try {
    return await room.bring(feed, name, text)
  } finally {
    Object.assign(steps, { ...others, inventory: own })
  }
}

async function layOut(): Promise<void> {
  expect((await layLarge(deps())).read).toBeGreaterThan(LARGE_ROWS)
  await room.house.db.query('update import.large_file set pages_a_part = 1')
}

async function bookToTheEnd(): Promise<number> {
  let turns = 0
  while ((await room.house.db.query('select 1 from import.large_file')).length > 0) {
    await book()
    turns++
    if (turns > 200) throw new Error('the large file does not come to its end')
  }
  return turns
}

const sums = async () => {
  const [row] = await room.house.db.query<{ positions: number; units: number; wrong: number }>(
    `select count(*) as positions, sum(p.on_hand_units) as units, count(*) filter (where p.on_hand_units <> m.units) as wrong
       from inventory.position p
       join (select facility_id, product_id, sum(on_hand_units) as units from inventory.movement group by 1, 2) m using (facility_id, product_id)`,
  )
  return row
}

type Verdict = { accepted: number; unchanged: number; outdated: number; zeroed: number; missing: number; figures: object }
const verdictOf = async (fileId: number) => {
  const [verdict] = await room.house.db.query<Verdict>(
    `select rows_accepted as accepted, rows_unchanged as unchanged, rows_outdated as outdated, rows_zeroed as zeroed, rows_missing as missing, figures
       from import.verdict where file_id = $1`,
    [fileId],
  )
  return verdict
}

test('a small file of another feed is booked between two parts of the large one', async () => {
  await read('big', 'first.csv', resetFile(...rowsOf(n => n + 100)))
  await layOut()
  await book()
  room.clock.at += 1_000
  await read('small', 'sold.csv', varianceFile('P000 -6'))
  await book()
  expect([await stateOf('first.csv'), await stateOf('sold.csv')]).toEqual(['staged', 'applied'])
  expect(await bookToTheEnd()).toBeGreaterThan(3)
  expect(await stateOf('first.csv')).toBe('applied')
  expect([await room.onHand('P000'), await room.onHand('P499', 'DEPOT')]).toEqual([94, 1_599])
  expect(await sums()).toMatchObject({ positions: 2 * PRODUCTS, wrong: 0 })
})

test('what moves meanwhile counts once, whether the part with its position is booked already or not', async () => {
  room.clock.at += 60_000
  await read('big', 'second.csv', resetFile(...rowsOf(n => n + 50)))
  room.clock.at += 1_000
  await layOut()
  await book()
  await read('small', 'sold-2.csv', varianceFile('P000 -5', 'P499@DEPOT -5'))
  await book()
  expect(await stateOf('second.csv')).toBe('staged')
  await bookToTheEnd()
  expect([await room.onHand('P000'), await room.onHand('P499', 'DEPOT')]).toEqual([45, 1_544])
  expect((await sums())?.wrong).toBe(0)
})

test('a newer count of another feed stands, whether the part with its position is booked already or not', async () => {
  await room.addFeed('counts', { layout: 'RESET_INVENTORY' })
  room.clock.at += 60_000
  const big = await read('big', 'third.csv', resetFile(...rowsOf(n => n + 10)))
  room.clock.at += 1_000
  await layOut()
  await book()
  await read('counts', 'recount.csv', resetFile('P000 7', 'P499@DEPOT 8'))
  await book()
  await bookToTheEnd()
  expect([await room.onHand('P000'), await room.onHand('P499', 'DEPOT')]).toEqual([7, 8])
  expect(await verdictOf(big)).toMatchObject({ outdated: 1 })
})

test('nothing of it is lost or booked twice when a part fails in the middle', async () => {
  room.clock.at += 60_000
  await read('big', 'fourth.csv', resetFile(...rowsOf(n => n + 20)))
  await layOut()
  const { db } = room.house
  let calls = 0
  const failing = {
    ...db,
    transaction: <T>(work: (tx: Tx) => Promise<T>) =>
      db.transaction(async tx => {
        const done = await work(tx)
        if (++calls % 5 === 0) throw new Error('the connection is gone')
        return done
      }),
  }
  for (let turn = 0; turn < 40; turn++) await inventory.step({ ...deps(), db: failing }).catch(() => {})
  await bookToTheEnd()
  expect(calls).toBeGreaterThan(20)
  expect([await room.onHand('P000'), await room.onHand('P250'), await room.onHand('P499', 'DEPOT')]).toEqual([20, 270, 1_519])
  expect((await sums())?.wrong).toBe(0)
})

test('booked in parts or as one, a file comes to the same: its verdict, what it leaves out, every position', async () => {
  // A row of a product that nobody knows, so that the second round does not bring the bytes of the first.
  const whole = (unknown: string) => resetFile(...rowsOf(n => n + 30), unknown)
  const changed = (unknown: string) => resetFile(...rowsOf(n => (n % 10 === 0 ? n + 31 : n + 30), 3), unknown)
  const came = async (isLarge: boolean) => {
    room.clock.at += 60_000
    await room.bring('big', `base-${isLarge}.csv`, whole(`Z-${isLarge} 1`))
    room.clock.at += 60_000
    const fileId = await read('big', `next-${isLarge}.csv`, changed(`Z-${isLarge} 1`))
    if (isLarge) await layOut()
    else await inventory.step({ ...deps(), largeRows: 1_000_000 })
    await bookToTheEnd()
    const positions = await room.house.db.query('select facility_id, product_id, on_hand_units from inventory.position order by 1, 2')
    return { verdict: await verdictOf(fileId), positions, missing: await missingCount(room.house.db, fileId) }
  }
  const asOne = await came(false)
  expect(asOne.verdict).toMatchObject({ missing: 6, zeroed: 6, accepted: 100 - 2 })
  expect(await came(true)).toEqual(asOne)
})

test('a large file that is unlike those before it is held before its first part', async () => {
  room.clock.at += 60_000
  const fileId = await read('guarded', 'zeroes.csv', resetFile(...rowsOf(() => 0)))
  const [before] = await room.house.db.query('select count(*) as n from inventory.movement')
  await layLarge(deps())
  expect(await room.file(fileId)).toMatchObject({ state: 'held', code: 'FILE_HELD_BY_GUARD' })
  expect(await room.house.db.query('select 1 from import.large_file')).toEqual([])
  expect((await room.house.db.query('select count(*) as n from inventory.movement'))[0]).toEqual(before)
})
