import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { checkLedger } from './check-store.ts'
import type { LedgerLine } from './document.ts'
import { book } from './document-step.ts'
import type { Month } from './month.ts'
import { keepMonths, purgeOld } from './month-step.ts'
import { monthsOf, recordExport, setPolicy, stockAt } from './month-store.ts'

const DAY_MS = 86_400_000
let home: TestDatabase
let now = Date.UTC(2026, 0, 10)
const clock = { now: () => now }
beforeAll(async () => {
  home = await openTestDatabase()
  await home.db.query(`insert into catalog.product (name, created_at) values ('Ball', to_timestamp(0)), ('Bat', to_timestamp(0))`)
  await home.db.query(`insert into catalog.product_identifier (type, value, product_id) values ('SKU', 'BALL', 1), ('SKU', 'BAT', 2)`)
  await home.db.query(`insert into catalog.facility (code, name, created_at) values ('NYC', 'New York', to_timestamp(0))`)
  // From January to April, month by month: 10 balls in, 3 out; bats in bins.
  for (let month = 0; month < 4; month++) {
    await keepMonths(home.db, now)
    await moved(
      { productId: 1, units: 10 },
      { productId: 1, units: -3 },
      { productId: 2, units: 2, bin: 'A' },
      { productId: 2, units: 1, bin: 'B' },
    )
    now = Date.UTC(2026, month + 1, 10)
  }
})
afterAll(() => home.drop())

function moved(...lines: { productId: number; units: number; bin?: string }[]) {
  const asked = lines.map(
    ({ productId, units, bin = null }): LedgerLine => ({ facilityId: 1, productId, bin, effect: 'add', units, reason: 'VAR_MANUAL' }),
  )
  return home.db.transaction(tx => book(tx, { kind: 'receipt', lines: asked, who: 'anna', effectiveAt: now, now }))
}

const check = () => home.db.transaction(tx => checkLedger(tx, now))
const balances = () => home.db.query('select product_id, on_hand_units, reserved_units from inventory.position order by 1')
const bins = () => home.db.query('select product_id, bin, on_hand_units from inventory.bin order by 1, 2')
const rowsIn = async (table: string) => (await home.db.query<{ n: number }>(`select count(*) as n from inventory.${table}`))[0]?.n

test('each month has its own part before anything is written there', async () => {
  expect((await monthsOf(home.db)).map(({ month }) => month)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'])
  expect([
    await rowsIn('movement_2026_01'),
    await rowsIn('movement_2026_04'),
    await rowsIn('movement_2026_05'),
    await rowsIn('movement_rest'),
  ]).toEqual([4, 4, 0, 0])
})

test('what was where at an instant: as it was known then, and as it is known now', async () => {
  const at = (day: number) => Date.UTC(2026, 1, 10) + day * DAY_MS
  expect(await stockAt(home.db, { sku: 'BALL', at: at(-1) })).toMatchObject([{ code: 'NYC', onHandUnits: 7, onHandAsKnownNowUnits: 7 }])
  expect(await stockAt(home.db, { sku: 'BALL', at: at(1) })).toMatchObject([{ onHandUnits: 14 }])
  // In May somebody finds the paper of a receipt of February.
  await home.db.transaction(tx =>
    book(tx, {
      ...{ kind: 'receipt', who: 'anna', effectiveAt: at(2), now },
      lines: [{ facilityId: 1, productId: 1, bin: null, effect: 'add', units: 5, reason: 'VAR_SHIP_RECV' }],
    }),
  )
  expect(await stockAt(home.db, { sku: 'BALL', at: at(3) })).toMatchObject([{ onHandUnits: 14, onHandAsKnownNowUnits: 19 }])
})

test('nothing is purged while all is kept, nor before it was exported, nor where the ledger does not add up', async () => {
  expect(await purgeOld({ db: home.db, clock })).toMatchObject({ months: [], kept: null })
  await home.db.transaction(tx => setPolicy(tx, { keptMonths: 2, needsExport: true }))
  expect(await purgeOld({ db: home.db, clock })).toMatchObject({ months: [], kept: 'waits for its export' })
  await home.db.query('update inventory.position set on_hand_units = on_hand_units + 1 where product_id = 2')
  expect(await purgeOld({ db: home.db, clock })).toMatchObject({ months: [], kept: 'the ledger does not add up' })
  await home.db.query('update inventory.position set on_hand_units = on_hand_units - 1 where product_id = 2')
})

test('a purged month is carried forward: every balance is still the sum of what is there', async () => {
  const before = [await balances(), await bins()]
  for (const month of ['2026-01', '2026-02'] as Month[]) await recordExport(home.db, { month, movements: 4, who: 'anna', now })
  expect(await purgeOld({ db: home.db, clock })).toMatchObject({ months: ['2026-01', '2026-02'], movements: 8, kept: null })
  expect([await balances(), await bins()]).toEqual(before)
  expect(await check()).toMatchObject({ differing: 0, differingBins: 0 })
  const carried = await home.db.query(
    `select product_id, bin, on_hand_units, reference from inventory.movement where reason = 'CARRIED_FORWARD' order by product_id, bin nulls first`,
  )
  expect(carried).toEqual([
    { product_id: 1, bin: null, on_hand_units: 14, reference: 'from before 2026-03' },
    { product_id: 2, bin: 'A', on_hand_units: 4, reference: 'from before 2026-03' },
    { product_id: 2, bin: 'B', on_hand_units: 2, reference: 'from before 2026-03' },
  ])
  expect((await monthsOf(home.db)).map(({ month }) => month)).toEqual(['2026-03', '2026-04', '2026-05'])
})

test('what is asked of the time that is kept is answered as before', async () => {
  expect(await stockAt(home.db, { sku: 'BALL', at: Date.UTC(2026, 2, 5) })).toMatchObject([{ onHandUnits: 14 }])
  await moved({ productId: 1, units: 1 })
  expect(await check()).toMatchObject({ differing: 0 })
})
