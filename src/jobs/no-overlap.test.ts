import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestClockwork, until } from '../../test/clockwork.ts'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { NOTHING_TO_DO } from '../kernel/report.ts'
import type { Clockwork } from './clockwork.ts'
import { ROOM_STEPS } from './job.ts'
import { latestRuns } from './store.ts'

/* Two processes on one database, each with the room of the same job. */
let home: TestDatabase
let running: Clockwork[]
let busy: string[]
let seen: string[]
beforeEach(async () => {
  home = await openTestDatabase()
  running = []
  busy = []
  seen = []
  await home.db.query(`insert into jobs.heartbeat select room, '2026-01-01', 'finished' from unnest($1::text[]) room`, [ROOM_STEPS])
})
afterEach(async () => {
  await Promise.all(running.map(clockwork => clockwork.stop()))
  await home.drop()
})

async function startTwo() {
  for (const _ of [1, 2]) {
    running.push(
      await startTestClockwork(home, {
        'hard-sync': async (_signal, parameters) => {
          const whose = parameters?.shop ?? 'all'
          busy.push(whose)
          seen.push(busy.join(' beside '))
          await delay(1_500)
          busy.splice(busy.indexOf(whose), 1)
          return NOTHING_TO_DO
        },
      }),
    )
  }
}

const runs = async () => (await latestRuns(home.db, { job: 'Hard Sync Job', limit: 9 })).map(run => run.outcome)

test.each([
  ['all', {}, { shop: 'corner' }, ['all', 'corner']],
  ['one shop', { shop: 'corner' }, {}, ['corner', 'all']],
  ['one shop, asked for in other words', { shop: 'corner' }, { shop: 'corner', sku: 'A' }, ['corner', 'corner']],
  ['one shop; another shop need not wait', { shop: 'corner' }, { shop: 'east' }, ['corner', 'corner beside east']],
])('a run that finds one for the same shop in another process waits for it and is not lost: first %s', async (_, first, then, wanted) => {
  await startTwo()
  await running[0]?.runNow('Hard Sync', { by: 'ada', parameters: first })
  await until(() => busy.length === 1)
  await running[0]?.runNow('Hard Sync', { by: 'eve', parameters: then })
  await until(async () => (await runs()).join() === 'finished,finished', 12_000)
  expect(seen).toEqual(wanted)
})
