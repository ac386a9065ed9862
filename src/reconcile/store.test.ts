import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { compareLevel } from './drift.ts'
import { causeOf } from './proof.ts'
import * as proofs from './proof-store.ts'
import * as store from './store.ts'

const NOW = Date.UTC(2026, 10, 23)
const LEVEL = { locationGid: 'L', inventoryItemGid: 'I' }
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  await db.query(`insert into catalog.shop (code, name, api_url) values ('s', 'S', 'http://127.0.0.1:9')`)
  await db.query(`insert into catalog.product (name, created_at) values ('P', now())`)
  await db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'L', 'L', true, now())`)
  await db.query(`insert into catalog.item_link values (1, 1, 'I')`)
})
afterAll(() => database.drop())

const units = fc.integer({ min: 0, max: 12 })
const level = fc.record({
  promisedUnits: fc.integer({ min: -4, max: 12 }),
  openUnits: units,
  isConfirmed: fc.boolean(),
  isWrittenMeanwhile: fc.boolean(),
  /** By an order that became known, not by a write of ours. */
  isOrderedMeanwhile: fc.boolean(),
  isActive: fc.boolean(),
  decided: fc.option(fc.record({ wantedUnits: units, heldUnits: units })),
  seen: fc.option(fc.record({ availableUnits: fc.integer({ min: -4, max: 12 }), committedUnits: units, reservedUnits: units }), {
    freq: 4,
  }),
})

type Given = typeof level extends fc.Arbitrary<infer T> ? T : never
const run = { runId: 1, shopId: 1, startedAt: NOW, readAt: NOW + 1_000 }

async function arrange(given: Given): Promise<void> {
  const { db } = database
  for (const table of [
    'reconcile.difference',
    'reconcile.seen',
    'reconcile.observation',
    'channel.level',
    'outbox.intent',
    'availability.target',
    'orders.open_line',
    'orders.demand_change',
  ])
    await db.query(`delete from ${table}`)
  await db.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, deficit_units, revision, seq, changed_at)
     values (1, 1, 1, greatest($1::integer, 0), greatest(-$1::integer, 0), 3, 1, $2)`,
    [given.promisedUnits, new Date(NOW)],
  )
  await db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
     values (1, 1, 1, 3, $1, 'I', $2, $3, $3, $3)`,
    [given.promisedUnits, given.isConfirmed ? 'confirmed' : 'pending', new Date(NOW)],
  )
  await db.query(
    `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at, touched_at, wanted_units)
     values (1, 1, 1, 'I', 0, $2, 0, true, $1, $1, $3)`,
    [
      new Date(NOW + (given.isWrittenMeanwhile && !given.isOrderedMeanwhile ? 500 : -500)),
      given.decided?.heldUnits ?? 0,
      given.decided?.wantedUnits ?? null,
    ],
  )
  await db.query(`insert into orders.open_line values (1, 'O', 'LI', 'I', 'L', $1)`, [given.openUnits])
  if (given.isWrittenMeanwhile && given.isOrderedMeanwhile)
    await db.query(
      `insert into orders.demand_change (shop_id, order_gid, inventory_item_gid, location_gid, units, recorded_at) values (1, 'O', 'I', 'L', 1, $1)`,
      [new Date(NOW + 500)],
    )
}

const seenOf = (given: Given) => (given.seen === null ? [] : [{ ...LEVEL, ...given.seen, onHandUnits: 0, isActive: given.isActive }])

test('a comparison that is kept says what the pure function says, whatever the shop shows', async () => {
  const { db } = database
  await fc.assert(
    fc.asyncProperty(level, async given => {
      await arrange(given)
      await db.transaction(tx => store.recordObservations(tx, run, [LEVEL], seenOf(given)))
      const kept = await db.query('select verdict, expected_units as "expectedUnits" from reconcile.observation')
      expect(kept).toEqual([compareLevel(given)])
    }),
    { numRuns: 150 },
  )
})

test('a whole shop is compared by the same rule, and every difference has its cause', async () => {
  const { db } = database
  await db.query(`insert into reconcile.run (shop_id, kind, started_at) values (1, 'hard_sync', $1)`, [new Date(NOW)])
  await fc.assert(
    fc.asyncProperty(level, async given => {
      await arrange(given)
      await db.query('update reconcile.run set rows_kept = 0, levels_compared = 0, levels_equal = 0, units_over = 0, units_under = 0')
      await proofs.keepSeen(db, 1, seenOf(given))
      const compared = await db.transaction(tx => proofs.compareSeen(tx, run, { after: { locationId: 0, productId: 0 }, limit: 10 }))
      expect(compared).toEqual({ locationId: 1, productId: 1, levels: 1 })
      const { verdict, expectedUnits } = compareLevel(given)
      const kept = await db.query('select verdict, expected_units as "expectedUnits" from reconcile.observation')
      expect(kept).toEqual([{ verdict, expectedUnits }])
      const causes = await db.query<{ cause: string }>('select cause from reconcile.difference')
      const intent = given.isConfirmed ? 'confirmed' : 'pending'
      const isActive = given.seen === null ? null : given.isActive
      expect(causes).toEqual(verdict === 'equal' ? [] : [{ cause: causeOf({ verdict, intent, isActive }) }])
      const [counts] = await db.query(
        'select levels_compared as compared, levels_equal as equal, units_over as over, units_under as under from reconcile.run',
      )
      const off = verdict === 'different' || verdict === 'not_stocked' ? (given.seen?.availableUnits ?? 0) - expectedUnits : 0
      expect(counts).toEqual({ compared: 1, equal: verdict === 'equal' ? 1 : 0, over: Math.max(off, 0), under: Math.max(-off, 0) })
    }),
    { numRuns: 150 },
  )
})
