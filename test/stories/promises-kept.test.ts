import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isNeeded } from '../../src/availability/history.ts'
import { purgeHistory } from '../../src/availability/history-step.ts'
import { sellable } from '../../src/availability/sellable-store.ts'
import { promisedAt } from '../../src/reconcile/explain-store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

const MARCH = Date.UTC(2026, 2, 1)
const DAY_MS = 86_400_000
const clock = { now: () => Date.UTC(2026, 5, 1) }

let home: TestDatabase
beforeEach(async () => {
  home = await openTestDatabase()
  await home.db.query(`insert into catalog.product (name, created_at) select 'P' || n, to_timestamp(0) from generate_series(1, 3) n`)
})
afterEach(() => home.drop())

const purgedUpTo = (month: string) =>
  home.db.query(`insert into inventory.month_purge (month, movements, carried, purged_at) values ($1::date, 0, 0, $2)`, [
    `${month}-01`,
    new Date(clock.now()),
  ])
async function changes(rows: readonly { seq: number; at: number; units: number; productId?: number }[]): Promise<void> {
  for (const { seq, at, units, productId = 1 } of rows)
    await home.db.query(
      `insert into availability.promise_history (product_id, shop_id, location_id, seq, at, promised_units, free_units, spare_units, queued_units, threshold_units)
       values ($1, 1, 1, $2, $3, $4, $4, $4, 0, 0)`,
      [productId, seq, new Date(at), units],
    )
}
const kept = async () =>
  (await home.db.query<{ seq: number }>('select seq from availability.promise_history order by 1')).map(row => row.seq)
const promised = async (at: number) => (await promisedAt(home.db, { shopId: 1, locationId: 1, productId: 1 }, at))?.promisedUnits ?? null

test('as long as no month of the ledger has gone, every promise is kept', async () => {
  await changes([1, 2, 3].map(seq => ({ seq, at: seq * DAY_MS, units: seq })))
  expect(await purgeHistory({ db: home.db, clock })).toMatchObject({ wrote: 0 })
  expect(await kept()).toEqual([1, 2, 3])
})

test('with the months of the ledger the promises of before go, but for the one that held then: every later instant is explained as before', async () => {
  await changes([
    { seq: 1, at: MARCH - 40 * DAY_MS, units: 5 },
    { seq: 2, at: MARCH - 20 * DAY_MS, units: 6 },
    { seq: 3, at: MARCH - DAY_MS, units: 7 },
    { seq: 4, at: MARCH + DAY_MS, units: 8 },
    { seq: 5, at: MARCH - 30 * DAY_MS, units: 9, productId: 2 },
  ])
  const instants = [MARCH, MARCH + 1, MARCH + DAY_MS, MARCH + 2 * DAY_MS]
  const before = await Promise.all(instants.map(promised))
  expect(before).toEqual([7, 7, 8, 8])
  await purgedUpTo('2026-02')
  expect(await purgeHistory({ db: home.db, clock })).toMatchObject({ wrote: 2 })
  expect(await kept()).toEqual([3, 4, 5])
  expect(await Promise.all(instants.map(promised))).toEqual(before)
  expect(await purgeHistory({ db: home.db, clock }), 'once for each month').toMatchObject({ wrote: 0 })
})

test('what has not gone out by file is kept until it has; a file whose promises have gone says so', async () => {
  await changes([1, 2, 3, 4].map(seq => ({ seq, at: MARCH - (10 - seq) * DAY_MS, units: seq })))
  await home.db.query(`insert into inventory.report_target (kind, home, folder) values ('sellable', 'erp', 'out')`)
  await home.db.query(
    `insert into inventory.report (kind, home, folder, name, lines, made_at, written_at) values ('sellable', 'erp', 'out', 'one.csv', 1, $1, $1)`,
    [new Date(MARCH - 5 * DAY_MS)],
  )
  await home.db.query('insert into availability.sellable_report (report_id, after_seq, up_to_seq) values (1, 0, 2)')
  await purgedUpTo('2026-02')
  await purgeHistory({ db: home.db, clock })
  expect(await kept()).toEqual([3, 4])
  await expect(sellable.content(home.db, 1)).rejects.toMatchObject({ code: 'AVAILABILITY_FILE_NOT_KEPT' })
})

test('which changes go is what isNeeded says, for any history', async () => {
  await purgedUpTo('2026-02')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ productId: fc.integer({ min: 1, max: 3 }), day: fc.integer({ min: -9, max: 9 }) }), { maxLength: 14 }),
      fc.option(fc.integer({ min: 0, max: 14 })),
      async (drawn, sent) => {
        await home.db.query('truncate availability.promise_history, availability.sellable_report')
        await home.db.query(`delete from street.cursor where reader = 'availability:history'`)
        if (sent !== null) await home.db.query('insert into availability.sellable_report values (1, 0, $1)', [sent])
        const rows = drawn
          .toSorted((one, other) => one.day - other.day)
          .map(({ productId, day }, at) => ({ productId, seq: at + 1, at: MARCH + day * DAY_MS, units: 1 }))
        await changes(rows)
        await purgeHistory({ db: home.db, clock })
        const needed = rows.filter(row => {
          const next = rows.find(later => later.productId === row.productId && later.seq > row.seq)
          return isNeeded({ ...row, nextAt: next?.at ?? null }, { keptSince: MARCH, sentUpTo: sent })
        })
        expect(await kept()).toEqual(needed.map(row => row.seq))
      },
    ),
    { numRuns: 40 },
  )
})
