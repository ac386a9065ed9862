import { setTimeout as delay } from 'node:timers/promises'
import { type Clockwork, startClockwork } from '../src/jobs/clockwork.ts'
import { JOBS, ROOM_STEPS, type RoomStep } from '../src/jobs/job.ts'
import type { Step } from '../src/jobs/room-loop.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

/** A database in which every room has worked before: nothing is asked for only since it never was. */
export async function openWorkedDatabase(): Promise<TestDatabase> {
  const home = await openTestDatabase()
  await home.db.query(`insert into jobs.heartbeat select room, '2026-01-01', 'finished' from unnest($1::text[]) room`, [ROOM_STEPS])
  return home
}

/** The clockwork on the real job library with rooms of the test's own; feed and import run only when somebody asks. */
export function startTestClockwork(
  home: TestDatabase,
  steps: Partial<Record<RoomStep, Step>>,
  more: Partial<Parameters<typeof startClockwork>[0]> = {},
): Promise<Clockwork> {
  return startClockwork({
    ...{ databaseUrl: home.url, db: home.db, clock: { now: () => Date.now() }, catalogue: JOBS, steps },
    sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
    follows: { feed: ['import'] },
    floorMs: { feed: null, import: null },
    log: { debug() {}, info() {}, warn() {} },
    ...more,
  })
}

export async function until(what: () => Promise<boolean> | boolean, limitMs = 8_000) {
  const end = Date.now() + limitMs
  while (!(await what())) {
    if (Date.now() > end) throw new Error('it did not come to pass in time')
    await delay(20)
  }
}
