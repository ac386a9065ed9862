import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoFigures, isSynced } from '../../src/app/demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FOLLOWS } from '../../src/app/rooms.ts'
import type { Db } from '../../src/db/connection.ts'
import { type Clockwork, startClockwork } from '../../src/jobs/clockwork.ts'
import { JOBS } from '../../src/jobs/job.ts'
import { openStreet, type Street } from './street.ts'

/*
 * What waits, waits in rows of the rooms; the job library's queues only say that somebody should look. So they are emptied as often as
 * we can while a file walks, and it arrives all the same.
 */
const EMPTY_EVERY_MS = 25
const ARRIVES_MS_MAX = 60_000

let street: Street
let clockwork: Clockwork
beforeAll(async () => {
  street = await openStreet()
  await street.bring(DEMO_FEED, DEMO_STOCK_FILE, await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE)))
})
afterAll(async () => {
  await clockwork?.stop()
  await street?.close()
})

/** Throws away what nobody holds this instant (the next round gets the rest): whoever waits for no lock is in no deadlock. */
async function throwAwayQueue(db: Db): Promise<number> {
  const thrown = await db.query<{ state: string }>(
    `delete from pgboss.job where (name, id) in (select name, id from pgboss.job for update skip locked) returning state`,
  )
  return thrown.filter(job => job.state !== 'completed').length
}

test('emptying the job queue over and over while a file walks loses nothing of it', { timeout: ARRIVES_MS_MAX + 20_000 }, async () => {
  const { house, world } = street
  const { db, databaseUrl, steps } = house
  clockwork = await startClockwork({ ...world, databaseUrl, db, catalogue: JOBS, steps, follows: FOLLOWS })

  const deadline = performance.now() + ARRIVES_MS_MAX
  let thrownAway = 0
  while (!isSynced(await demoFigures(db)) && performance.now() < deadline) {
    for (const job of JOBS.slice(0, 3)) await clockwork.runNow(job.slug)
    thrownAway += await throwAwayQueue(db)
    await delay(EMPTY_EVERY_MS)
  }

  const figures = await demoFigures(db)
  expect(figures).toMatchObject({
    files: 1,
    rowsAccepted: 1_069,
    positions: 1_069,
    unitsOnHand: 335_974,
    levelsDifferent: 0,
    levelsWaiting: 0,
  })
  expect(figures.levelsEqual).toBe(figures.levelsConfirmed)
  expect(thrownAway).toBeGreaterThan(5)
})
