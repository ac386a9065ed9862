import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { compareLevel } from './drift.ts'
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
  sellableUnits: units,
  openUnits: units,
  isConfirmed: fc.boolean(),
  isWrittenMeanwhile: fc.boolean(),
  seen: fc.option(fc.record({ availableUnits: fc.integer({ min: -4, max: 12 }), committedUnits: units, reservedUnits: units }), {
    freq: 4,
  }),
})

test('a comparison that is kept says what the pure function says, whatever the shop shows', async () => {
  const { db } = database
  await fc.assert(
    fc.asyncProperty(level, async given => {
      for (const table of ['reconcile.observation', 'channel.level', 'outbox.intent', 'availability.target', 'orders.open_line'])
        await db.query(`delete from ${table}`)
      await db.query('insert into availability.target values (1, 1, 1, $1, 3, 1, $2)', [given.sellableUnits, new Date(NOW)])
      await db.query(
        `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
         values (1, 1, 1, 3, $1, 'I', $2, $3, $3, $3)`,
        [given.sellableUnits, given.isConfirmed ? 'confirmed' : 'pending', new Date(NOW)],
      )
      await db.query(
        `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at, touched_at)
         values (1, 1, 1, 'I', 0, 0, 0, true, $1, $1)`,
        [new Date(NOW + (given.isWrittenMeanwhile ? 500 : -500))],
      )
      await db.query(`insert into orders.open_line values (1, 'O', 'LI', 'I', 'L', $1)`, [given.openUnits])
      const run = { runId: 1, shopId: 1, startedAt: NOW, readAt: NOW + 1_000 }
      const seen = given.seen === null ? [] : [{ ...LEVEL, ...given.seen, isActive: true }]
      await db.transaction(tx => store.recordObservations(tx, run, [LEVEL], seen))
      const kept = await db.query('select verdict, expected_units as "expectedUnits" from reconcile.observation')
      expect(kept).toEqual([compareLevel(given)])
    }),
    { numRuns: 150 },
  )
})
