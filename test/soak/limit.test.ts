import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Plan, ShopFile } from '../../simulator/shopify/shop-file.ts'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { openShop } from '../../src/adapters/shopify/shop.ts'
import { typedIn } from '../../src/adapters/shopify/tokens.ts'
import { realSleep } from '../../src/app/world.ts'
import { AVAILABILITY_HEAD } from '../../src/availability/store.ts'
import * as channel from '../../src/channel/step.ts'
import * as outbox from '../../src/outbox/step.ts'
import { ALL_SCOPES, EVERYTHING_GOES } from '../contract/simulated-shop.ts'
import { openTestDatabase } from '../database.ts'

/* At the limit of a shop: so many changed levels, last seen and proved, against a shop that answers in 100 ms, by the real clock. */
const LEVELS = Number(process.env.TRUEUP_LEVELS ?? 50_000)
const LATENCY_MS = 100
/** Points that a shop gives back a second, and how many it holds. */
const RATES: Readonly<Record<string, number>> = { basic: 100, advanced: 200, plus: 1_000, enterprise: 2_000 }

/** What our own work and the latency of the shop take: the same changes at a shop that is never out of points. */
let unlimitedSeconds = 0

test.each<[Plan, number]>([
  ['enterprise', LEVELS],
  ['plus', LEVELS],
  ['advanced', LEVELS],
  ['basic', LEVELS],
  // So many that even with our own work done beside it a shop of this plan is what everything waits for.
  ['basic', 6 * LEVELS],
])('%s, %i levels', async (plan, levels) => {
  const world = await openChanged(plan, levels)
  const started = performance.now()
  for (;;) {
    const { more } = await channel.step(world.deps)
    if (!more && (await world.left()) === 0) break
  }
  const seconds = (performance.now() - started) / 1_000
  const calls = await world.calls()
  const points = calls.reduce((sum, call) => sum + (call.cost?.requested ?? 0), 0)
  const rate = RATES[plan] ?? 1
  const floor = Math.max(0, points - 20 * rate) / rate
  const throttled = calls.filter(call => call.answer.errors.includes('THROTTLED')).length
  process.stdout.write(
    `| ${plan} | ${levels} | ${calls.length} | ${points} | ${floor.toFixed(1)} s | ${seconds.toFixed(1)} s | ${throttled} |\n`,
  )
  if (plan === 'enterprise') unlimitedSeconds = seconds
  expect(throttled).toBe(0)
  expect(await world.close(), 'levels that show something else').toBe(0)
  // Where the shop's points are what bounds it, at its limit; where they are not, no slower than where there are points to spare.
  const work = (unlimitedSeconds * levels) / LEVELS
  expect(seconds).toBeLessThanOrEqual(floor > work ? 1.1 * floor : 1.5 * work)
})

async function openChanged(plan: Plan, levels: number) {
  const simulator = await startShopifySimulator({ shop: shopOf(plan, levels), latencyMs: LATENCY_MS })
  const home = await openTestDatabase()
  const { db } = home
  const clock = { now: () => Date.now() }
  const at = new Date()
  await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('s', 'S', $1, 'read_and_write')`, [simulator.url])
  await db.query(`insert into catalog.facility (code, name, created_at) values ('F', 'F', $1)`, [at])
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'gid://shopify/Location/1', 'Main', true, $1)`,
    [at],
  )
  await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id) values (1, 1, 1)')
  await db.query(`insert into availability.supply values (1, 1, 1, null, 'none', true, false)`)
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [levels, at])
  await db.query(`insert into catalog.item_link select 1, n, 'gid://shopify/InventoryItem/' || (1000 + n) from generate_series(1, $1) n`, [
    levels,
  ])
  await db.query('insert into orders.watermark (shop_id, known_since, known_until) values (1, $1, $1)', [at])
  await db.query(
    `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, on_hand_units,
                                is_active, read_at, base_available_units, base_committed_units, base_reserved_units, base_open_units, base_own_units, base_from, base_until)
     select 1, 1, n, 'gid://shopify/InventoryItem/' || (1000 + n), 10, 0, 0, 10, true, $2, 10, 0, 0, 0, 0, $2, $2 from generate_series(1, $1) n`,
    [levels, at],
  )
  await db.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
     select 1, 1, n, 3 + n % 15, 1, nextval('availability.target_seq'), $2 from generate_series(1, $1) n where 3 + n % 15 <> 10`,
    [levels, at],
  )
  await db.query(
    `insert into street.cursor (reader, position) select $1, last_value from availability.target_seq
     on conflict (reader) do update set position = excluded.position`,
    [AVAILABILITY_HEAD],
  )
  const ids = { uuid: () => randomUUID(), secret: () => randomUUID() }
  for (let more = true; more; ) more = (await outbox.step({ db, clock })).more
  await db.query('analyze')
  const port = openShop({
    ...{ apiUrl: simulator.url, apiVersion: '2026-10', token: typedIn('shpat_test'), fetch, clock, guard: EVERYTHING_GOES },
    sleep: realSleep,
  })
  type Call = { roots: string[]; cost: { requested: number } | null; answer: { errors: string[] } }
  return {
    deps: { db, clock, ids, port, shopId: 1 },
    async left() {
      const rows = await db.query<{ n: number }>(`select count(*) as n from outbox.intent where state <> 'confirmed'`)
      return rows[0]?.n ?? 0
    },
    async calls(): Promise<Call[]> {
      const all: Call[] = []
      for (let after = 0; ; ) {
        const page = (await (await fetch(`${simulator.url}/_simulator/journal?after=${after}`)).json()) as {
          entries: (Call & { seq: number })[]
        }
        const last = page.entries.at(-1)
        if (last === undefined) return all
        all.push(...page.entries)
        after = last.seq
      }
    },
    /** Gives how many levels show something else than they were told. */
    async close(): Promise<number> {
      const rows = await db.query<{ item: string; units: number }>('select inventory_item_gid as item, units from outbox.intent')
      const shown = new Map([...simulator.simulated.shop.tables.levels.values()].map(row => [row.itemId, row.quantities.available]))
      await simulator.close()
      await home.drop()
      return rows.filter(row => shown.get(Number(row.item.split('/').at(-1))) !== row.units).length
    },
  }
}

function shopOf(plan: Plan, levels: number): ShopFile {
  return {
    domain: 'limit.myshopify.com',
    plan,
    scopes: ALL_SCOPES,
    locations: [{ name: 'Main', id: 1 }],
    products: Array.from({ length: levels }, (_, index) => ({
      title: `P${index + 1}`,
      variants: [{ sku: `S${index + 1}`, inventoryItemId: 1_001 + index, levels: [{ location: 'Main', available: 10 }] }],
    })),
  }
}
