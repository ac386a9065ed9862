import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rounds } from '../../test/rounds.ts'
import { EFFECT_CODE, type Effect } from '../import/effect.ts'
import { foldMarks, MARK_KEPT_MS } from './as-of-store.ts'
import { type Booked, bookLaid, dropLaid, layBooking } from './booking-store.ts'
import { checkLedger } from './check-store.ts'
import { type Balance, decideMovement, effectiveAt, type Since } from './movement.ts'

const NOW = Date.UTC(2026, 10, 23)
const MINUTE_MS = 60_000
let database: TestDatabase
let files = 0
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.drop())

type Row = { productId: number; effect: Effect; units: number; asOf?: number }
type File = { rows: readonly Row[]; asOf: number; hasRowAsOf?: boolean; orderLagMs?: number; now?: number }

/** Lays rows down as import does, and books them. */
async function book({ rows, asOf, hasRowAsOf = false, orderLagMs = 0, now = NOW }: File): Promise<Booked> {
  const fileId = ++files
  return database.db.transaction(async tx => {
    await tx.query(
      `create unlogged table import.staged_${fileId} as
       select 1 as facility_id, product_id, units, effect::smallint, line, line * 10 as byte_offset, null::text as reason, 'raw' as raw, null::text as cells, as_of
         from unnest($1::integer[], $2::integer[], $3::integer[], $4::timestamptz[]) with ordinality as r (product_id, units, effect, as_of, line)`,
      [
        rows.map(row => row.productId),
        rows.map(row => row.units),
        rows.map(row => EFFECT_CODE[row.effect]),
        rows.map(row => (row.asOf === undefined ? null : new Date(row.asOf))),
      ],
    )
    const file = { fileId, feedId: 1, asOf, hasRowAsOf, orderLagMs, missingRows: 'keep', now } as const
    const laid = await layBooking(tx, file)
    const booked = await bookLaid(tx, file, laid)
    await dropLaid(tx, fileId, laid)
    return booked
  })
}

async function reserve(productId: number, units: number, at: number): Promise<void> {
  await database.db.query(
    `with moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, reserved_units, recorded_at, effective_at, reason)
       values (nextval('inventory.movement_seq'), 1, $1, 0, $2, $3, $3, 'ORDER_RESERVED')
     )
     insert into inventory.position as p (facility_id, product_id, on_hand_units, reserved_units) values (1, $1, 0, $2)
     on conflict (facility_id, product_id) do update set reserved_units = p.reserved_units + excluded.reserved_units`,
    [productId, units, new Date(at)],
  )
}

async function clear(): Promise<void> {
  await database.db.query('truncate inventory.movement, inventory.position, inventory.count_mark')
}

type Stored = { productId: number; onHandUnits: number; reservedUnits: number; countedAsOf: number | null; isKnown: boolean }

async function positions(): Promise<Map<number, Stored>> {
  const rows = await database.db.query<Stored>(
    `select product_id as "productId", on_hand_units as "onHandUnits", reserved_units as "reservedUnits", counted_as_of as "countedAsOf",
            counted_at is not null as "isKnown" from inventory.position`,
  )
  return new Map(rows.map(row => [row.productId, row]))
}

async function ledgerDiffers(): Promise<number> {
  const [sums] = await database.db.query<{ differing: number }>(
    `select count(*) as differing from inventory.position p
      where on_hand_units <> (select sum(on_hand_units) from inventory.movement m where m.facility_id = p.facility_id and m.product_id = p.product_id)`,
  )
  return sums?.differing ?? -1
}

/** The same history, reckoned by the pure function over lists of movements. */
type Told = { moves: { onHandUnits: number; reservedUnits: number; at: number }[]; countedAsOf: number | null; isKnown: boolean }

function tell(world: Map<number, Told>, file: File): { moved: number; refused: number; outdated: number } {
  const counted = { moved: 0, refused: 0, outdated: 0 }
  for (const row of file.rows) {
    const told = world.get(row.productId) ?? { moves: [], countedAsOf: null, isKnown: false }
    const asOf = row.asOf ?? file.asOf
    const sum = (key: 'onHandUnits' | 'reservedUnits', from: number) =>
      told.moves.filter(move => move.at > from).reduce((total, move) => total + move[key], 0)
    const since: Since = { onHandUnits: sum('onHandUnits', asOf), reservedUnits: sum('reservedUnits', asOf - (file.orderLagMs ?? 0)) }
    const all = { onHandUnits: sum('onHandUnits', Number.NEGATIVE_INFINITY), reservedUnits: sum('reservedUnits', Number.NEGATIVE_INFINITY) }
    const balance: Balance = { ...all, countedAsOf: told.countedAsOf }
    const decision = decideMovement({ ...row, asOf }, balance, since)
    const isFirst = !told.isKnown && decision.kind === 'unchanged'
    if (decision.kind === 'outdated') counted.outdated++
    else if (decision.kind === 'rejected') counted.refused++
    else {
      if (decision.kind === 'moved' || isFirst) {
        const onHandUnits = decision.kind === 'moved' ? decision.onHandUnits : 0
        told.moves.push({ onHandUnits, reservedUnits: 0, at: effectiveAt({ ...row, asOf }, told.countedAsOf) })
        told.isKnown = true
        counted.moved++
      }
      if (row.effect !== 'delta') told.countedAsOf = asOf
    }
    world.set(row.productId, told)
  }
  return counted
}

const moment = fc.integer({ min: 0, max: 12 }).map(minutes => NOW - minutes * MINUTE_MS)
const row = fc.record({
  productId: fc.integer({ min: 1, max: 6 }),
  effect: fc.constantFrom<Effect>('on_hand_reset', 'atp_reset', 'delta'),
  units: fc.integer({ min: -9, max: 40 }),
  asOf: moment,
})
const deed = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    rows: fc.uniqueArray(row, { selector: r => r.productId, maxLength: 6 }),
    asOf: moment,
    hasRowAsOf: fc.boolean(),
    orderLagMs: fc.constantFrom(0, 3 * MINUTE_MS),
  }),
  fc.record({
    kind: fc.constant('order' as const),
    productId: fc.integer({ min: 1, max: 6 }),
    units: fc.integer({ min: 1, max: 3 }),
    at: moment,
  }),
)

test('files of any moments, in any order, do what the pure function says, and the ledger adds up to the positions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 7 }), async history => {
      await clear()
      const world = new Map<number, Told>()
      for (const one of history) {
        if (one.kind === 'order') {
          await reserve(one.productId, one.units, one.at)
          const told = world.get(one.productId) ?? { moves: [], countedAsOf: null, isKnown: false }
          told.moves.push({ onHandUnits: 0, reservedUnits: one.units, at: one.at })
          world.set(one.productId, told)
          continue
        }
        const rows = one.hasRowAsOf ? one.rows : one.rows.map(({ asOf, ...plain }) => plain)
        const { movements, refused, outdated } = await book({ ...one, rows })
        expect({ moved: movements, refused: refused.length, outdated: outdated.rows }).toEqual(tell(world, { ...one, rows }))
      }
      const found = [...(await positions())].map(([productId, { onHandUnits, isKnown }]) => [productId, onHandUnits, isKnown])
      const expected = [...world].filter(([, told]) => told.moves.length > 0)
      expect(found.sort()).toEqual(
        expected.map(([productId, told]) => [productId, told.moves.reduce((sum, move) => sum + move.onHandUnits, 0), told.isKnown]).sort(),
      )
      expect(await ledgerDiffers()).toBe(0)
    }),
    { numRuns: rounds() * 15 },
  )
}, 60_000)

test('the last word on a position has its newest count, in whatever order the files come', async () => {
  const count = (units: number, minutesAgo: number): File => ({
    rows: [{ productId: 1, effect: 'on_hand_reset', units }],
    asOf: NOW - minutesAgo * MINUTE_MS,
  })
  const change = (units: number, minutesAgo: number): File => ({
    rows: [{ productId: 1, effect: 'delta', units }],
    asOf: NOW - minutesAgo * MINUTE_MS,
  })
  const history = [count(40, 60), count(50, 30), change(-3, 20), count(45, 10), change(-4, 5)]
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(history, { minLength: history.length }), async files => {
      await clear()
      // A variance is refused where it would fall below what is known so far: let there be enough.
      await book({ rows: [{ productId: 1, effect: 'on_hand_reset', units: 100 }], asOf: NOW - 90 * MINUTE_MS })
      for (const file of files) await book(file)
      expect((await positions()).get(1)?.onHandUnits).toBe(41)
    }),
    { numRuns: rounds() * 5 },
  )
})

test('a count that agreed is the newest all the same: an older one changes nothing, and is told by whom', async () => {
  await clear()
  await book({ rows: [{ productId: 1, effect: 'on_hand_reset', units: 40 }], asOf: NOW - 60 * MINUTE_MS })
  const agreed = await book({ rows: [{ productId: 1, effect: 'on_hand_reset', units: 40 }], asOf: NOW - 10 * MINUTE_MS })
  expect(agreed.movements).toBe(0)
  const agreeing = files
  const late = { rows: [{ productId: 1, effect: 'on_hand_reset' as const, units: 35 }], asOf: NOW - 30 * MINUTE_MS }
  expect((await book(late)).outdated).toEqual({ rows: 1, byFileId: agreeing })
  expect((await positions()).get(1)?.onHandUnits).toBe(40)
})

test('old marks are folded into the positions without losing what they know', async () => {
  await clear()
  const count = (units: number, minutesAgo: number, now: number, productIds = [1, 2]): File => ({
    rows: productIds.map(productId => ({ productId, effect: 'on_hand_reset' as const, units })),
    asOf: NOW - minutesAgo * MINUTE_MS,
    now,
  })
  await book(count(40, 60, NOW))
  await book(count(40, 30, NOW))
  // The newest file of the feed counts product 1 only.
  await book(count(40, 20, NOW + MARK_KEPT_MS + 1, [1]))
  const folded = await database.db.transaction(tx => foldMarks(tx, NOW + MARK_KEPT_MS + 1))
  expect(folded).toBe(2)
  expect((await positions()).get(2)?.countedAsOf).toBe(NOW - 30 * MINUTE_MS)
  const late = await book(count(35, 25, NOW))
  expect(late.outdated.rows).toBe(1)
  expect([...(await positions()).values()].map(one => one.onHandUnits)).toEqual([40, 35])
})

test('the nightly check names a position that its movements do not explain', async () => {
  await clear()
  await book({ rows: [{ productId: 77, effect: 'on_hand_reset', units: 5 }], asOf: NOW })
  const sound = await database.db.transaction(tx => checkLedger(tx, NOW))
  expect(sound.differing).toBe(0)
  await database.db.query('update inventory.position set on_hand_units = 6 where product_id = 77')
  const bent = await database.db.transaction(tx => checkLedger(tx, NOW + 1))
  expect(bent.examples).toMatchObject([{ productId: 77, onHandUnits: 6, ledgerUnits: 5 }])
})
