import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkedDatabase, startTestClockwork, until } from '../../test/clockwork.ts'
import type { TestDatabase } from '../../test/database.ts'
import { NOTHING_TO_DO } from '../kernel/report.ts'
import type { Clockwork } from './clockwork.ts'
import { knownJob } from './job.ts'
import { madeWith, type Schedule } from './schedule.ts'
import { setSchedule } from './schedule-store.ts'
import { latestRuns } from './store.ts'

/* Two processes on one database, each with the room of the same job. */
let home: TestDatabase
let running: Clockwork[]
let busy: string[]
let seen: string[]
beforeEach(async () => {
  home = await openWorkedDatabase()
  running = []
  busy = []
  seen = []
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

test('a tick that waits for its turn is not run once its job was paused; one that is skipped meanwhile is the next', async () => {
  await startTwo()
  const sync = knownJob('Hard Sync')
  const change = (schedule: Partial<Schedule>) =>
    setSchedule(home.db, sync, { ...madeWith(sync), ...schedule }, { by: 'ada', at: Date.now(), whose: 'corner' })
  const queued = async () => {
    const inQueue = 'select state::text from pgboss.job where name = $1 order by created_on'
    return (await home.db.query<{ state: string }>(inQueue, [`job.${sync.slug}`])).map(({ state }) => state).join()
  }
  /* While a run for all goes on, a tick of the shop's own schedule comes and waits, and the schedule is changed. */
  const tickAndThen = async (schedule: Partial<Schedule>, before: string) => {
    await change({})
    await running[0]?.runNow('Hard Sync', { by: 'ada' })
    await until(() => busy.length === 1)
    const tick = JSON.stringify({ cause: 'tick', parameters: { shop: 'corner' } })
    await home.db.query(`insert into pgboss.job (name, data, singleton_key) values ($1, $2::jsonb, 'corner')`, [`job.${sync.slug}`, tick])
    await until(async () => (await queued()) === `${before}active,active`)
    await delay(200)
    await change(schedule)
    await until(async () => (await queued()) === `${before}completed,completed`, 12_000)
  }
  await tickAndThen({ paused: { at: Date.now(), by: 'eve', reason: 'counting' } }, '')
  expect(seen).toEqual(['all'])
  await home.db.query('delete from jobs.tick')
  await tickAndThen({ skippedUntil: Date.now() + 24 * 3_600_000 }, 'completed,completed,')
  expect(seen).toEqual(['all', 'all', 'corner'])
})
