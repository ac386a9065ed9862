import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoFigures, isSynced } from '../../src/app/demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { readSftpPassword } from '../../src/app/sftp-users.ts'
import { type Db, openDb } from '../../src/db/connection.ts'
import { rounds } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'
import { type DemoProcess, isDatabaseRunning, startDemoProcess } from './demo-process.ts'
import { sftpPut } from './sftp-put.ts'

/*
 * The program dies without a word while a file comes in and walks, three times per story, at moments drawn from a seed. It is started
 * again on what it left behind, its database included, and the client sends again only what was not acknowledged.
 */
/** The first falls into the upload or soon after it, the others anywhere on the way to the shop. */
const KILLED_WITHIN_MS = [250, 700, 1_200]
const STORIES = Array.from({ length: Math.ceil(rounds() / KILLED_WITHIN_MS.length) }, (_, index) => ({ seed: SEED + index }))
const SYNC_MS_MAX = 60_000

let dataDir: string
let running: DemoProcess | undefined
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-killed-'))
  // PostgreSQL runs as an ordinary user when we are root, and has to walk through here.
  await chmod(dataDir, 0o711)
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  await rm(dataDir, { recursive: true, force: true })
})

test.for(STORIES)(
  'killed three times on the way, the program ends in sync and every row took effect once (seed $seed)',
  { timeout: 240_000 },
  async ({ seed }) => {
    const chance = seededChance(seed)
    let isAcknowledged = false
    running = await startDemoProcess(dataDir)
    for (const withinMs of KILLED_WITHIN_MS) {
      const put: Promise<'acknowledged' | 'failed'> = isAcknowledged ? Promise.resolve('acknowledged') : drop(running)
      await delay(Math.floor(chance() * withinMs))
      await running.kill()
      isAcknowledged = (await put) === 'acknowledged'
      expect(isDatabaseRunning(dataDir)).toBe(true)
      running = await startDemoProcess(dataDir)
    }
    if (!isAcknowledged) expect(await drop(running)).toBe('acknowledged')

    const db = openDb({ url: running.databaseUrl, poolMax: 2 })
    try {
      await untilSynced(db)
      expect(await demoFigures(db)).toMatchObject({ positions: 1_069, unitsOnHand: 335_974, levelsDifferent: 0, levelsWaiting: 0 })
      expect(await effectsOf(db)).toEqual({ movements: 1_069, rowsMovedTwice: 0, positionsUnlikeLedger: 0 })
      expect(await levelsUnlike(db, running.shopUrl)).toEqual([])
    } finally {
      await db.end()
    }
    await running.stop()
    expect(isDatabaseRunning(dataDir)).toBe(false)
  },
)

async function drop({ sftp }: DemoProcess): Promise<'acknowledged' | 'failed'> {
  const from = path.join(demoDataDir(), DEMO_STOCK_FILE)
  return sftpPut(sftp, { password: await readSftpPassword(dataDir), from, to: `/${DEMO_FEED}/inbox/${DEMO_STOCK_FILE}` })
}

async function untilSynced(db: Db): Promise<void> {
  const deadline = performance.now() + SYNC_MS_MAX
  while (!isSynced(await demoFigures(db)) && performance.now() < deadline) await delay(100)
}

async function effectsOf(db: Db) {
  const [effects] = await db.query(
    `with moved as (
       select facility_id, product_id, count(*) filter (where file_id is not null) as n, sum(on_hand_units) as units
         from inventory.movement group by 1, 2
     )
     select (select count(*) from inventory.movement where file_id is not null) as movements,
            (select count(*) from moved where n > 1) as "rowsMovedTwice",
            (select count(*) from inventory.position p full join moved m using (facility_id, product_id)
              where p.on_hand_units is distinct from m.units) as "positionsUnlikeLedger"`,
  )
  return effects
}

/** Every confirmed level beside what the shop itself says, not beside what we read. */
async function levelsUnlike(db: Db, shopUrl: string) {
  const shop = (await (await fetch(`${shopUrl}/_simulator/state`)).json()) as {
    levels: { inventoryItemId: string; locationId: string; available: number }[]
  }
  const shown = new Map(shop.levels.map(level => [`${level.inventoryItemId} ${level.locationId}`, level.available]))
  const told = await db.query<{ level: string; units: number }>(
    `select inventory_item_gid || ' ' || location_gid as level, units from outbox.intent join catalog.location using (location_id)
      where state = 'confirmed'`,
  )
  expect(told.length).toBeGreaterThan(1_400)
  return told.filter(({ level, units }) => shown.get(level) !== units)
}
