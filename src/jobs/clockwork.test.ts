import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openWorkedDatabase, startTestClockwork, until } from '../../test/clockwork.ts'
import type { TestDatabase } from '../../test/database.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import type { Clockwork, startClockwork } from './clockwork.ts'
import { heartbeats } from './heartbeat-store.ts'
import { JOBS, type Job, knownJob, type RoomStep } from './job.ts'
import type { Step } from './room-loop.ts'
import { madeWith, type Schedule } from './schedule.ts'
import { setSchedule } from './schedule-store.ts'
import { ASKED_RUNS_KEPT, askToEnd, latestRuns, purgeRuns } from './store.ts'

/*
 * The clockwork on the real job library and a real database. The rooms are two counters on a table of the test's own:
 * `feed` moves one waiting thing on to the next shelf, `import` takes what lies there.
 */
let home: TestDatabase
let running: Clockwork[] = []
let lines: Record<string, unknown>[] = []

beforeEach(async () => {
  home = await openWorkedDatabase()
  lines = []
  await home.db.query('create table thing (id integer primary key, shelf text not null)')
})
afterEach(async () => {
  await Promise.all(running.map(clockwork => clockwork.stop()))
  running = []
  await home.drop()
})

const log = {
  debug() {},
  info: (line: Record<string, unknown>) => lines.push(line),
  warn: (line: Record<string, unknown>) => lines.push(line),
}

/** Takes everything from one shelf to the next, in one statement. */
const moving =
  (from: string, to: string): Step =>
  async () => {
    const moved = await home.db.query('update thing set shelf = $2 where shelf = $1 returning id', [from, to])
    return { read: moved.length, wrote: moved.length, more: false }
  }

async function start(steps: Partial<Record<RoomStep, Step>>, more: Partial<Parameters<typeof startClockwork>[0]> = {}) {
  const clockwork = await startTestClockwork(home, steps, { log, ...more })
  running.push(clockwork)
  return clockwork
}

const put = (...ids: number[]) => home.db.query(`insert into thing select id, 'door' from unnest($1::int[]) id`, [ids])
const onShelf = async (shelf: string) => (await home.db.query('select id from thing where shelf = $1', [shelf])).length

test('what a room wrote is taken on by the next within milliseconds, without a hop over a queue', async () => {
  const clockwork = await start({ feed: moving('door', 'hall'), import: moving('hall', 'shelf') })
  await put(1, 2, 3)
  const nudgedAt = performance.now()
  clockwork.nudge('feed')
  await until(async () => (await onShelf('shelf')) === 3)
  expect(performance.now() - nudgedAt).toBeLessThan(500)
  expect(lines.filter(line => line.room !== undefined)).toEqual([
    { room: 'feed', read: 3, wrote: 3, more: false, tookMs: expect.any(Number) },
    { room: 'import', read: 3, wrote: 3, more: false, tookMs: expect.any(Number) },
  ])
})

test('a run that somebody asks for does the rooms of the job in order and is on record', async () => {
  const order: string[] = []
  const noting =
    (room: string): Step =>
    async () => {
      order.push(room)
      return { read: 2, wrote: 1, more: false }
    }
  const clockwork = await start(
    { import: noting('import'), inventory: noting('inventory') },
    { follows: {}, floorMs: { import: null, inventory: null } },
  )
  expect(await clockwork.runNow('job_prc_pnd_dml')).toEqual({ job: 'Process Bulk Imported Files', isQueued: true })
  const runs = async () => (await latestRuns(home.db, { job: null, limit: 9 })).filter(run => run.finishedAt !== null)
  await until(async () => (await runs()).length === 2)
  expect(order).toEqual(['import', 'inventory'])
  expect(await runs()).toMatchObject([
    { job: 'Process Bulk Imported Files', room: 'inventory', cause: 'person', outcome: 'finished', read: 2, wrote: 1 },
    { job: 'Process Bulk Imported Files', room: 'import', cause: 'person', outcome: 'finished', read: 2, wrote: 1 },
  ])
})

test('a room that fails says so, does not stop the others, and goes on when the world is mended', async () => {
  let isBroken = true
  const broken: Step = async signal => {
    if (isBroken) throw new Error('the shop is away')
    return moving('hall', 'shelf')(signal)
  }
  const clockwork = await start({ feed: moving('door', 'hall'), import: broken })
  await put(1)
  clockwork.nudge('feed')
  await until(async () => (await heartbeats(home.db)).some(beat => beat.room === 'import' && beat.outcome === 'failed'))
  await put(2)
  clockwork.nudge('feed')
  await until(async () => (await onShelf('hall')) === 2)
  isBroken = false
  await clockwork.drained()
  expect(await onShelf('shelf')).toBe(2)
  expect((await heartbeats(home.db)).find(beat => beat.room === 'import')).toMatchObject({ outcome: 'finished', code: null })
  const failed = (await latestRuns(home.db, { job: 'Process Bulk Imported Files', limit: 99 })).filter(run => run.outcome === 'failed')
  expect(failed[0]).toMatchObject({ code: 'JOBS_STEP_BROKE', message: 'the shop is away', cause: 'nudge' })
})

test('emptying the queues of the job library loses nothing', async () => {
  await start({ feed: moving('door', 'hall'), import: moving('hall', 'shelf') }, { follows: {}, floorMs: { feed: 100, import: 100 } })
  await put(1, 2)
  await home.db.query('truncate pgboss.job')
  await put(3)
  await until(async () => (await onShelf('shelf')) === 3)
})

test('a wake-up reaches the process that has the room', async () => {
  await start({ import: moving('door', 'shelf') })
  const gate = await start({})
  await put(1)
  gate.nudge('import')
  await until(async () => (await onShelf('shelf')) === 1, 3_000)
})

test('two processes share the ticks of one schedule: each tick runs once', async () => {
  const everyMinute: Job[] = JOBS.filter(job => job.slug === 'check-ledger').map(job => ({ ...job, cron: '* * * * *' }))
  const first = await start({}, { catalogue: everyMinute })
  await first.stop()
  // As if nobody had looked at the schedules for a while: the occurrence of this minute is due at the next start.
  await home.db.query('update pgboss.version set cron_on = null')
  const ran: string[] = []
  const checkedBy =
    (name: string): Step =>
    async () => {
      ran.push(name)
      return NOTHING_TO_DO
    }
  await Promise.all(['one', 'two'].map(name => start({ 'check-ledger': checkedBy(name) }, { catalogue: everyMinute })))
  await until(() => ran.length > 0, 12_000)
  await delay(1_500)
  expect(ran).toHaveLength(1)
  expect((await latestRuns(home.db, { job: 'Check Ledger', limit: 9 })).map(run => run.cause)).toEqual(['tick'])
})

test('what only its schedule calls is called once at the very first start, and not at the next', async () => {
  await home.db.query(`delete from jobs.heartbeat where room = 'catalog'`)
  let calls = 0
  const catalog: Step = async () => {
    calls += 1
    return NOTHING_TO_DO
  }
  const first = await start({ catalog })
  await until(async () => calls > 0 && (await heartbeats(home.db)).some(beat => beat.room === 'catalog'))
  await first.stop()
  await start({ catalog })
  await delay(1_500)
  expect(calls).toBe(1)
})

test('a stop waits for the step that runs and cuts the waits short', async () => {
  let isWholeStepDone = false
  const clockwork = await start(
    {
      feed: async () => {
        await delay(400)
        isWholeStepDone = true
        return NOTHING_TO_DO
      },
      import: moving('hall', 'shelf'),
    },
    { floorMs: { feed: null, import: 60_000 } },
  )
  clockwork.nudge('feed')
  await delay(20)
  const stopAt = performance.now()
  await clockwork.stop()
  expect(isWholeStepDone).toBe(true)
  expect(performance.now() - stopAt).toBeLessThan(2_500)
})

test('a run whose process died is made up for, and its open record is closed', async () => {
  await home.db.query(`insert into jobs.run (job, room, started_at) values ('Check Ledger', 'check-ledger', '2026-01-01')`)
  let report: StepReport | null = null
  const clockwork = await start({ 'check-ledger': async () => (report = { read: 1, wrote: 0, more: false }) })
  await clockwork.runNow('Check Ledger')
  await until(async () => report !== null && (await latestRuns(home.db, { job: null, limit: 9 })).every(run => run.finishedAt !== null))
  expect((await latestRuns(home.db, { job: null, limit: 9 })).map(run => run.code)).toEqual([null, 'JOBS_RUN_LOST'])
})

test('a run for one shop says nothing about one for all that goes on in another process', async () => {
  await home.db.query(`insert into jobs.run (job, room, started_at) values ('Hard Sync Job', 'hard-sync', '2026-01-01')`)
  const clockwork = await start({ 'hard-sync': async () => NOTHING_TO_DO })
  await clockwork.runNow('Hard Sync', { by: 'ada', parameters: { shop: 'corner' } })
  const runs = () => latestRuns(home.db, { job: 'Hard Sync Job', limit: 9 })
  await until(async () => (await runs())[0]?.outcome === 'finished')
  expect((await runs()).map(run => run.outcome)).toEqual(['finished', null])
})

test('a job that nobody knows is refused, with the names that are known', async () => {
  const clockwork = await start({})
  await expect(clockwork.runNow('Sweep')).rejects.toMatchObject({ code: 'JOBS_UNKNOWN', hint: expect.stringContaining('Hard Sync Job') })
})

describe('what people set', () => {
  const ada = { by: 'ada', at: Date.now() }
  const job = knownJob('Import Inventory')
  const set = (change: Partial<Schedule>) => setSchedule(home.db, job, { ...madeWith(job), ...change }, ada)
  const runs = async () => (await latestRuns(home.db, { job: job.name, limit: 9 })).map(run => [run.cause, run.outcome])

  test('a paused job is not run by a nudge or its floor, but by a person; resumed, it takes at once what waited', async () => {
    await set({ paused: { at: ada.at, by: 'ada', reason: 'stocktaking' } })
    const clockwork = await start({ feed: moving('door', 'shelf') }, { follows: {}, floorMs: { feed: 50 } })
    await put(1)
    clockwork.nudge('feed')
    await until(async () => (await heartbeats(home.db)).some(beat => beat.room === 'feed' && beat.outcome === 'paused'))
    expect(await onShelf('shelf')).toBe(0)
    expect((await heartbeats(home.db)).find(beat => beat.room === 'feed')?.message).toBe('Import Inventory was paused by ada: stocktaking')
    await clockwork.runNow('Import Inventory', { by: 'eve' })
    await until(async () => (await onShelf('shelf')) === 1)
    await put(2)
    await set({ paused: null })
    await clockwork.scheduleChanged(job)
    await until(async () => (await onShelf('shelf')) === 2)
  })

  test('without real time a room waits for its tick', async () => {
    await set({ isRealTime: false })
    const clockwork = await start({ feed: moving('door', 'shelf') }, { follows: {}, floorMs: { feed: 50 } })
    await put(1)
    clockwork.nudge('feed')
    await delay(400)
    expect(await onShelf('shelf')).toBe(0)
    await clockwork.runNow(job.slug)
    await until(async () => (await onShelf('shelf')) === 1)
  })

  test('the next tick is passed over once, and on record', async () => {
    const catalogue: Job[] = [{ ...job, cron: '* * * * *' }]
    await set({ cron: '* * * * *', skippedUntil: Date.now() + 60_000 })
    await start({ feed: moving('door', 'shelf') }, { catalogue, floorMs: { feed: null } })
    await home.db.query(`insert into pgboss.job (name, data) values ('job.import-inventory', '{"cause": "tick"}')`)
    await until(async () => (await runs()).length === 1, 12_000)
    expect(await runs()).toEqual([['tick', 'skipped']])
  })

  test('of two that change a schedule at once the library ticks by the later, however slowly the other is told', async () => {
    let isSlow = false
    const slowOnce: TestDatabase['db'] = {
      ...home.db,
      async query<T>(text: string, values?: readonly unknown[]) {
        const rows = await home.db.query<T>(text, values)
        if (isSlow && text.includes('from jobs.schedule')) {
          isSlow = false
          await delay(500)
        }
        return rows
      },
    }
    const clockwork = await start({}, { db: slowOnce })
    await set({ cron: '7 4 * * *' })
    isSlow = true
    const first = clockwork.scheduleChanged(job)
    await until(() => !isSlow)
    await set({ cron: '9 4 * * *' })
    await Promise.all([first, clockwork.scheduleChanged(job)])
    expect(await home.db.query(`select cron from pgboss.schedule where name = 'job.import-inventory'`)).toEqual([{ cron: '9 4 * * *' }])
  })

  test('the library ticks by the row, also when a process died between the two', async () => {
    await set({ cron: '7 4 * * *', timeZone: 'Europe/Berlin' })
    await start({})
    const ticking = await home.db.query(`select cron, timezone from pgboss.schedule where name = 'job.import-inventory'`)
    expect(ticking).toEqual([{ cron: '7 4 * * *', timezone: 'Europe/Berlin' }])
  })
})

test('a run shows how far it is, and ends after its present step when a person wants that', async () => {
  let calls = 0
  const clockwork = await start({
    'check-ledger': async () => {
      calls += 1
      await delay(300)
      return { read: 10, wrote: 1, more: true }
    },
  })
  await clockwork.runNow('Check Ledger', { by: 'ada' })
  const run = async () => (await latestRuns(home.db, { job: null, limit: 1 }))[0]
  await until(async () => ((await run())?.read ?? 0) >= 10)
  expect(await run()).toMatchObject({ outcome: null, cause: 'person', askedBy: 'ada' })
  expect(await askToEnd(home.db, (await run())?.runId ?? 0, { by: 'eve', at: Date.now() })).toBe(true)
  await until(async () => (await run())?.finishedAt !== null)
  expect(await run()).toMatchObject({ outcome: 'cancelled', read: calls * 10, wrote: calls, message: 'eve ended this run.' })
})

test('a job that ran last night is not forgotten for what rooms have told each other since', async () => {
  await home.db.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, cause, parameters)
     select 'Hard Sync Job', 'hard-sync', timestamptz '2026-01-01', timestamptz '2026-01-01', 'finished', 'tick', '{}'::jsonb from generate_series(1, $1::int + 9)
     union all select 'Check Ledger', 'check-ledger', '2026-01-01', null, null, 'person', '{}'
     union all select 'Put Files Away', 'put-away', '2026-01-01', '2026-01-01', 'finished', 'nudge', '{}' from generate_series(1, 40)`,
    [ASKED_RUNS_KEPT],
  )
  await purgeRuns(home.db, 10)
  const left = await home.db.query(`select job, count(*)::int as n, max(run_id)::int as newest from jobs.run group by job order by job`)
  expect(left).toEqual([
    { job: 'Check Ledger', n: 1, newest: ASKED_RUNS_KEPT + 10 },
    { job: 'Hard Sync Job', n: ASKED_RUNS_KEPT, newest: ASKED_RUNS_KEPT + 9 },
    { job: 'Put Files Away', n: 10, newest: ASKED_RUNS_KEPT + 50 },
  ])
})

test('a first run on the minute is run though the clock here is behind that of the database', async () => {
  const hard = knownJob('Hard Sync')
  const tickAt = Math.floor(Date.now() / 60_000) * 60_000
  const schedule: Schedule = { ...madeWith(hard), cron: '* * * * *', firstRunAt: tickAt }
  await setSchedule(home.db, hard, schedule, { by: 'ada', at: tickAt })
  let ran = 0
  const step: Step = async () => {
    ran += 1
    return NOTHING_TO_DO
  }
  await start({ 'hard-sync': step }, { clock: { now: () => tickAt - 2_000 } })
  await home.db.query(`insert into pgboss.job (name, data, created_on) values ('job.hard-sync-job', '{"cause":"tick"}'::jsonb, $1)`, [
    new Date(tickAt + 300),
  ])
  await until(() => ran > 0)
})

test('a run that a person ends as its room comes to its end goes on to no other room', async () => {
  const clockwork = await start(
    {
      feed: async () => {
        const [run] = await latestRuns(home.db, { job: null, limit: 1 })
        await askToEnd(home.db, run?.runId ?? 0, { by: 'eve', at: Date.now() })
        return { read: 1, wrote: 0, more: false }
      },
      import: moving('hall', 'shelf'),
      inventory: async () => NOTHING_TO_DO,
    },
    { catalogue: [{ ...knownJob('Process Bulk Imported Files'), steps: ['feed', 'import', 'inventory'] }] },
  )
  await clockwork.runNow('Process Bulk Imported Files', { by: 'ada' })
  await until(async () => (await latestRuns(home.db, { job: null, limit: 9 })).length > 1)
  await delay(300)
  expect((await latestRuns(home.db, { job: null, limit: 9 })).map(run => [run.room, run.outcome, run.askedBy, run.message])).toEqual([
    ['import', 'cancelled', 'ada', 'eve ended this run before it came to this room.'],
    ['feed', 'finished', 'ada', null],
  ])
})

test('what a file had wrong is the run\u2019s errors, not its failure', async () => {
  const clockwork = await start({ 'check-ledger': async () => ({ read: 9, wrote: 7, more: false, notes: { rejected: 2 } }) })
  await clockwork.runNow('Check Ledger')
  await until(async () => (await latestRuns(home.db, { job: null, limit: 1 }))[0]?.outcome === 'finished_with_errors')
  expect((await latestRuns(home.db, { job: null, limit: 1 }))[0]?.errors).toBe(2)
})

test('a run for one shop is told so, and does not stand in for a run for all', async () => {
  const told: unknown[] = []
  const clockwork = await start({
    'hard-sync': async (_signal, parameters) => {
      told.push(parameters ?? 'all')
      return NOTHING_TO_DO
    },
  })
  const asked = [await clockwork.runNow('Hard Sync', { by: 'ada', parameters: { shop: 'corner' } }), await clockwork.runNow('Hard Sync')]
  expect(asked.map(one => one.isQueued)).toEqual([true, true])
  await until(() => told.length === 2)
  expect(told).toEqual(expect.arrayContaining([{ shop: 'corner' }, 'all']))
})
