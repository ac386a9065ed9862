import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkedDatabase, startTestClockwork, until } from '../../test/clockwork.ts'
import type { TestDatabase } from '../../test/database.ts'
import { NOTHING_TO_DO } from '../kernel/report.ts'
import type { Clockwork } from './clockwork.ts'
import { knownJob, type RoomStep } from './job.ts'
import type { Step } from './room-loop.ts'
import { latestRuns } from './store.ts'

/* What waits on the queue of a job: how much of it, what is the same, and taking it back. On the real job library. */
let home: TestDatabase
let running: Clockwork | null = null
beforeEach(async () => {
  home = await openWorkedDatabase()
})
afterEach(async () => {
  await running?.stop()
  await home.drop()
})

async function start(steps: Partial<Record<RoomStep, Step>>) {
  running = await startTestClockwork(home, steps)
  return running
}

test('asking twenty times for a job that runs leaves one more waiting, not twenty', async () => {
  let calls = 0
  const clockwork = await start({
    catalog: async () => {
      calls += 1
      await delay(300)
      return NOTHING_TO_DO
    },
  })
  await clockwork.runNow('Import Catalogue from Shopify')
  await until(() => calls === 1)
  const asked = await Promise.all(Array.from({ length: 20 }, () => clockwork.runNow('import-catalogue-from-shopify')))
  expect(asked.filter(one => one.isQueued)).toHaveLength(1)
  expect((await clockwork.waiting()).map(one => [one.job.name, one.cause])).toEqual([['Import Catalogue from Shopify', 'person']])
  await until(() => calls === 2)
  await delay(1_500)
  expect(calls).toBe(2)
  expect(await clockwork.waiting()).toEqual([])
})

test('a run that waits is taken back, and one that has begun is not', async () => {
  let calls = 0
  const clockwork = await start({
    catalog: async () => {
      calls += 1
      await delay(600)
      return NOTHING_TO_DO
    },
  })
  const sync = knownJob('Import Catalogue from Shopify')
  await clockwork.runNow(sync.slug)
  await until(() => calls === 1)
  const [begun] = await home.db.query<{ id: string }>(`select id from pgboss.job where name = $1`, [`job.${sync.slug}`])
  expect(await clockwork.drop(sync, begun?.id ?? '')).toBe(false)
  await clockwork.runNow(sync.slug)
  const [waits] = await clockwork.waiting()
  expect(await clockwork.drop(sync, waits?.queuedId ?? '')).toBe(true)
  expect([await clockwork.waiting(), await clockwork.drop(sync, waits?.queuedId ?? '')]).toEqual([[], false])
  await delay(2_000)
  expect(calls).toBe(1)
})

test('a run for all but those with a schedule of their own is no other than the run for all', async () => {
  const clockwork = await start({
    'hard-sync': async () => {
      await delay(500)
      return NOTHING_TO_DO
    },
  })
  await clockwork.runNow('Hard Sync')
  await until(async () => (await latestRuns(home.db, { job: null, limit: 1 })).length === 1)
  const asked = [
    await clockwork.runNow('Hard Sync'),
    await clockwork.runNow('Hard Sync', { by: 'ada', parameters: { exceptShops: 'corner' } }),
  ]
  expect(asked.map(one => one.isQueued)).toEqual([true, false])
})
