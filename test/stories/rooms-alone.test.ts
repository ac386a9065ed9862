import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { heartbeats } from '../../src/jobs/heartbeat-store.ts'
import { readStreet } from '../../src/reconcile/routes.ts'
import { rounds } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'
import { runRoom } from './room-process.ts'
import { isProofAwaited, openStreet, proofAwaited, type Street } from './street.ts'

/*
 * No room needs the one before to be alive, only its rows: each runs alone in a process of its own, in an order drawn from a seed, and
 * some are killed in the middle. What comes of it has to be what comes of one process that walks the street.
 */
const ROOMS = ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'put-away'] as const
const KILLS_PER_ROOM = Math.ceil(rounds() / 2)
const MOVED_PLACES_MAX = 5
/** Where a process dies in its step: before or after it committed; telling the shop takes its time. */
const KILLED_WITHIN_MS = 60
const KILLED_WHILE_TELLING_WITHIN_MS = 600
/** Longer than a killed sender's call belongs to it. */
const STEP_AHEAD_MS = 21_000
const ROUNDS_MAX = KILLS_PER_ROOM * ROOMS.length + 20

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
  const killed = await untilAtRest(chance)
  expect(await stateOf(apart)).toEqual(await stateOf(whole))
  expect(killed).toBeGreaterThan(0)
})

test('as long as nobody reads back, nothing says that it is in sync', async () => {
  expect((await streetOf(apart)).sync.state).toBe('unknown')
})

// Seventeen processes start one after the other: 12 s beside other work, too near to the usual limit of 20.
test('in sync is said when the shop was read back, and no longer when reading back stops', { timeout: 60_000 }, async () => {
  await inOneMoment(['catalog', ...ROOMS, 'reconcile'])
  expect((await streetOf(apart)).sync).toMatchObject({ state: 'in_sync', levelsDifferent: 0, levelsWaiting: 0 })
  aheadMs += 30_000
  await inOneMoment(ROOMS)
  expect((await streetOf(apart)).sync.state).toBe('unknown')
})

/**
 * Every room once a round, in an order drawn anew, until a whole round writes nothing. Two at a time, since nothing keeps two rooms
 * from working side by side. Where work waits, the first processes that go at it are killed. Gives how many were.
 */
async function untilAtRest(chance: () => number): Promise<number> {
  const killsLeft = new Map<string, number>(ROOMS.map(room => [room, KILLS_PER_ROOM]))
  let killed = 0
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let isAtRest = true
    const order = shuffled(chance)
    while (order.length > 0) {
      aheadMs += STEP_AHEAD_MS
      const waiting = await roomsWithWork()
      const pair = order.splice(0, 2).map(room => {
        const left = killsLeft.get(room) ?? 0
        const killAfterMs =
          left > 0 && waiting.has(room)
            ? Math.floor(chance() * (room === 'channel' ? KILLED_WHILE_TELLING_WITHIN_MS : KILLED_WITHIN_MS))
            : null
        if (killAfterMs !== null) killsLeft.set(room, left - 1)
        return runRoom(apart, room, { aheadMs, killAfterMs })
      })
      for (const run of await Promise.all(pair)) {
        if (run.outcome === 'killed') killed++
        if (run.outcome === 'killed' || run.wrote > 0) isAtRest = false
      }
    }
    if (isAtRest && !(await isProofAwaited(apart.house.db))) return killed
  }
  const awaited = JSON.stringify(await proofAwaited(apart.house.db))
  throw new Error(`the rooms did not come to rest in ${ROUNDS_MAX} rounds; ${awaited}`)
}

async function roomsWithWork(): Promise<Set<string>> {
  const { rooms } = await streetOf(apart)
  return new Set(rooms.filter(room => room.backlog > 0).map(room => room.room))
}

/** The street's order with every room moved by up to so many places: any pair may change places, and a round still gets somewhere. */
function shuffled(chance: () => number): (typeof ROOMS)[number][] {
  const places = ROOMS.map((room, index) => ({ room, at: index + chance() * MOVED_PLACES_MAX }))
  return places.toSorted((one, other) => one.at - other.at).map(({ room }) => room)
}

async function inOneMoment(rooms: readonly Parameters<typeof runRoom>[1][]): Promise<void> {
  const left = [...rooms]
  while (left.length > 0) await Promise.all(left.splice(0, 3).map(room => runRoom(apart, room, { aheadMs, killAfterMs: null })))
}

async function streetOf({ house: { db }, world }: Street) {
  const clock = { now: () => world.clock.now() + aheadMs }
  return readStreet({ db, clock, heartbeats: () => heartbeats(db) })
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
