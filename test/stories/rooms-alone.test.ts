import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { heartbeats } from '../../src/jobs/store.ts'
import { readStreet } from '../../src/reconcile/routes.ts'
import { SEED, seededChance, times } from './chance.ts'
import { runRoom } from './room-process.ts'
import { openStreet, type Street } from './street.ts'

/*
 * No room needs the one before to be alive, only its rows: each runs alone in a process of its own, in an order drawn from a seed, and
 * some are killed in the middle. What comes of it has to be what comes of one process that walks the street.
 */
const ROOMS = ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'put-away'] as const
const DRAWS = times({ ci: 10, soak: 120 })
/** A process that is killed dies somewhere in its step, which takes up to about so long. */
const KILLED_WITHIN_MS = 150
/** Longer than a killed sender's call belongs to it. */
const STEP_AHEAD_MS = 6_000
const ROUNDS_MAX = 20

let whole: Street
let apart: Street
let aheadMs = 0
beforeAll(async () => {
  ;[whole, apart] = await Promise.all([openStreet(), openStreet()])
})
afterAll(() => Promise.all([whole?.close(), apart?.close()]))

test('rooms in processes of their own, in any order and killed at any moment, end where one process ends', {
  timeout: 300_000,
}, async () => {
  const file = await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE))
  for (const street of [whole, apart]) await street.bring(DEMO_FEED, DEMO_STOCK_FILE, file)
  await whole.walk()

  const chance = seededChance(SEED)
  const killed = await inAnyOrder(chance)
  await untilAtRest(chance)
  expect(killed).toBeGreaterThan(0)
  expect(await stateOf(apart)).toEqual(await stateOf(whole))
})

test('as long as nobody reads back, nothing says that it is in sync', async () => {
  expect((await syncOf(apart)).state).toBe('unknown')
})

test('in sync is said when the shop was read back, and no longer when reading back stops', async () => {
  await inOneMoment(['catalog', ...ROOMS, 'reconcile'])
  expect(await syncOf(apart)).toMatchObject({ state: 'in_sync', levelsDifferent: 0, levelsWaiting: 0 })
  aheadMs += 30_000
  await inOneMoment(ROOMS)
  expect((await syncOf(apart)).state).toBe('unknown')
})

/** Two at a time, since nothing keeps two rooms, or one room twice, from working side by side. Gives how many were killed. */
async function inAnyOrder(chance: () => number): Promise<number> {
  let killed = 0
  for (let draw = 0; draw < DRAWS; draw++) {
    aheadMs += STEP_AHEAD_MS
    const drawn = [drawRoom(chance), drawRoom(chance)]
    const runs = drawn.map(room =>
      runRoom(apart, room, { aheadMs, killAfterMs: chance() < 0.5 ? Math.floor(chance() * KILLED_WITHIN_MS) : null }),
    )
    killed += (await Promise.all(runs)).filter(run => run.outcome === 'killed').length
  }
  return killed
}

/** Every room, in an order drawn anew each round, until a whole round writes nothing. */
async function untilAtRest(chance: () => number): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let wrote = 0
    const order = ROOMS.map(room => ({ room, at: chance() })).toSorted((one, other) => one.at - other.at)
    for (const pair of [order.slice(0, 2), order.slice(2, 4), order.slice(4, 6), order.slice(6)]) {
      aheadMs += STEP_AHEAD_MS
      const runs = await Promise.all(pair.map(({ room }) => runRoom(apart, room, { aheadMs, killAfterMs: null })))
      for (const run of runs) wrote += run.outcome === 'finished' ? run.wrote : 0
    }
    if (wrote === 0) return
  }
  throw new Error(`the rooms did not come to rest in ${ROUNDS_MAX} rounds`)
}

async function inOneMoment(rooms: readonly Parameters<typeof runRoom>[1][]): Promise<void> {
  for (const room of rooms) await runRoom(apart, room, { aheadMs, killAfterMs: null })
}

function drawRoom(chance: () => number): (typeof ROOMS)[number] {
  return ROOMS[Math.floor(chance() * ROOMS.length)] ?? 'feed'
}

async function syncOf({ house: { db }, world }: Street) {
  const clock = { now: () => world.clock.now() + aheadMs }
  return (await readStreet({ db, clock, heartbeats: () => heartbeats(db) })).sync
}

/** All that the street knows and all that the shop shows, without what tells the time or counts attempts. */
async function stateOf({ house: { db }, shopUrl }: Street) {
  const shop = (await (await fetch(`${shopUrl}/_simulator/state`)).json()) as {
    levels: { inventoryItemId: string; locationId: string; available: number; onHand: number }[]
  }
  return {
    files: await db.query('select name, state, reason from feed.file order by file_id'),
    movements: await db.query(
      'select facility_id, product_id, count(*) as n, sum(on_hand_units) as on_hand, sum(reserved_units) as reserved from inventory.movement group by 1, 2 order by 1, 2',
    ),
    positions: await db.query('select facility_id, product_id, on_hand_units, reserved_units from inventory.position order by 1, 2'),
    targets: await db.query('select shop_id, location_id, product_id, sellable_units from availability.target order by 1, 2, 3'),
    intents: await db.query('select location_id, product_id, inventory_item_gid, units, state from outbox.intent order by 1, 2, state'),
    levels: shop.levels.map(level => [level.inventoryItemId, level.locationId, level.available, level.onHand].join(' ')).toSorted(),
  }
}
