import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JOBS, knownJob } from '../../src/jobs/job.ts'
import { openQueue, type Queue } from '../../src/jobs/queue.ts'
import { madeWith } from '../../src/jobs/schedule.ts'
import { setSchedule } from '../../src/jobs/schedule-store.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { inSoak } from '../rounds.ts'
import { SEED, seededChance } from './chance.ts'
import { SECRET_KEY, silentLog } from './street.ts'

/*
 * Two processes share the work of one PostgreSQL, and one of them dies without a word in the middle of it, again and again, at moments
 * and of a choice drawn from a seed. Jobs tick every minute meanwhile, and people ask for more.
 */
const KILLS = inSoak({ full: 100, sample: 1 })
const TAKEN_OVER_MS_MAX = 30_000
const WORK_MS = 3_000
const ROOM_OF = {
  'Import Catalogue from Shopify': 'catalog',
  'Check Shopify Shops': 'shop-check',
  'Hard Sync Job': 'hard-sync',
  'Check Ledger': 'check-ledger',
} as const
const NAMES = Object.keys(ROOM_OF) as (keyof typeof ROOM_OF)[]
const PROGRAM = path.join(import.meta.dirname, 'worker-program.ts')
const MINUTE_MS = 60_000

let database: TestDatabase
let dataDir: string
let queue: Queue
let workers: Worker[] = []

beforeAll(async () => {
  database = await openTestDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-workers-'))
  await database.db.query(
    'create table work (work_id integer generated always as identity primary key, room text, pid integer, began_at timestamptz, ended_at timestamptz)',
  )
  for (const name of NAMES) {
    const job = knownJob(name)
    await setSchedule(database.db, job, { ...madeWith(job), cron: '* * * * *' }, { by: 'the story', at: Date.now() })
  }
  workers = await Promise.all([startWorker(), startWorker()])
  queue = await openQueue({
    ...{
      databaseUrl: database.url,
      jobs: JOBS,
      schedules: new Map(NAMES.map(name => [knownJob(name).slug, { cron: '* * * * *', timeZone: 'UTC' }])),
    },
    ...{ steps: [], onRun: async () => {}, onWake() {}, log: silentLog },
  })
}, 60_000)
afterAll(async () => {
  for (const worker of workers) worker.child.kill('SIGKILL')
  await queue?.stop({ timeoutMs: 1_000 })
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test(`of two workers one is killed ${KILLS} times: each tick runs once, no run is lost, none overlap, and another takes over within 30 s`, {
  timeout: KILLS * 90_000,
}, async () => {
  const chance = seededChance(SEED)
  const takenOverMs: number[] = []
  await untilQuiet()
  const since = Date.now()
  while (takenOverMs.length < KILLS) {
    for (const name of NAMES) await queue.sendRun(knownJob(name), { cause: 'person', by: 'the story', parameters: {} })
    await delay(200 + chance() * WORK_MS)
    const victim = await oneThatWorks(chance)
    if (victim === null) continue
    const rooms = await kill(victim)
    if (rooms.length === 0) continue
    takenOverMs.push(Math.max(...(await Promise.all(rooms.map(room => takenOver(room, victim.killedAt))))))
    await untilQuiet()
  }
  const until = Date.now()
  await untilTicked(since, until)
  await untilQuiet()
  const wrong = { overlapping: await overlapping(), unfinished: await unfinished(), ticksNotRunOnce: await ticksNotRunOnce(since, until) }
  // Said at once: the other database's turn takes as long again before the failures are listed.
  const said = Object.entries(wrong).map(([name, rows]) => `${name} ${rows.length}`)
  process.stdout.write(`${KILLS} kills, taken over after ${summary(takenOverMs)}; ${said.join(', ')}\n`)

  expect(Math.max(...takenOverMs)).toBeLessThanOrEqual(TAKEN_OVER_MS_MAX)
  expect(wrong).toEqual({ overlapping: [], unfinished: [], ticksNotRunOnce: [] })
  // A tick may be handed out at this very moment; it is done a few seconds later.
  await expect.poll(runsUnlikeWork, { timeout: 4 * WORK_MS }).toEqual([])
})

test('a worker that is stopped ends what it does, and the other goes on with the rest', { timeout: 60_000 }, async () => {
  for (const name of NAMES) await queue.sendRun(knownJob(name), { cause: 'person', by: 'the story', parameters: {} })
  await delay(WORK_MS / 2)
  const [first] = workers
  if (first === undefined) throw new Error('no worker is left')
  first.child.kill('SIGTERM')
  await first.ended
  expect(await database.db.query('select room from work where pid = $1 and ended_at is null', [first.child.pid])).toEqual([])
  await untilQuiet()
  expect(await unfinished()).toEqual([])
})

type Worker = { child: ChildProcess; ended: Promise<unknown>; killedAt: number }

async function startWorker(): Promise<Worker> {
  const words = [PROGRAM, database.url, dataDir, SECRET_KEY, String(WORK_MS)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(([code]) => {
      throw new Error(`a worker ended with ${code} before it was up`)
    }),
  ])
  return { child, ended, killedAt: 0 }
}

/** One of those that are in the middle of something, drawn; null: neither is just now. */
async function oneThatWorks(chance: () => number): Promise<Worker | null> {
  const busy = await database.db.query<{ pid: number }>('select distinct pid from work where ended_at is null order by pid')
  const candidates = workers.filter(worker => busy.some(({ pid }) => pid === worker.child.pid))
  return candidates[Math.floor(chance() * candidates.length)] ?? null
}

/** Ends it without a word, starts another in its place, and says what it was at. */
async function kill(victim: Worker): Promise<string[]> {
  victim.child.kill('SIGKILL')
  await victim.ended
  victim.killedAt = Date.now()
  const cut = await database.db.query<{ room: string }>(
    'update work set ended_at = $2 where pid = $1 and ended_at is null returning room',
    [victim.child.pid, new Date(victim.killedAt)],
  )
  workers = [...workers.filter(worker => worker !== victim), await startWorker()]
  return cut.map(({ room }) => room)
}

/** How long after a death somebody began the same again. */
async function takenOver(room: string, killedAt: number): Promise<number> {
  for (;;) {
    const [next] = await database.db.query<{ at: number }>(
      'select began_at as at from work where room = $1 and began_at > $2 order by began_at limit 1',
      [room, new Date(killedAt)],
    )
    if (next !== undefined) return next.at - killedAt
    if (Date.now() - killedAt > 3 * TAKEN_OVER_MS_MAX) return Number.POSITIVE_INFINITY
    await delay(50)
  }
}

/** Until nothing of these jobs runs or waits to run. */
async function untilQuiet(): Promise<void> {
  const end = Date.now() + 80_000
  while (Date.now() < end) {
    const [waiting] = await database.db.query<{ n: number }>(
      `select count(*) as n from pgboss.job where name = any($1) and state in ('created', 'retry', 'active')`,
      [queues()],
    )
    if (waiting?.n === 0) return
    await delay(50)
  }
  throw new Error('the workers did not come to rest')
}

/** Until each minute has handed out its ticks, or ought to have: the queue looks twice a minute for what is due. */
async function untilTicked(since: number, until: number): Promise<void> {
  while (Date.now() < until + MINUTE_MS && (await ticksNotRunOnce(since, until)).length > 0) await delay(200)
}

/** Two pieces of work of one job that went on at the same time. */
function overlapping(): Promise<object[]> {
  return database.db.query(
    `select one.room, one.work_id, other.work_id as with from work one join work other using (room)
      where one.work_id < other.work_id and one.began_at < other.ended_at and other.began_at < one.ended_at`,
  )
}

/** What was asked for and never came to its end. */
function unfinished(): Promise<object[]> {
  return database.db.query(
    `select name, state::text from pgboss.job where name = any($1) and state <> 'completed'
     union all select job, coalesce(outcome, 'open') from jobs.run where job = any($2) and (outcome is null or outcome not in ('finished', 'crashed'))`,
    [queues(), NAMES],
  )
}

/** Minutes whose tick was not taken once, and ticks that were taken without a run that ended. */
async function ticksNotRunOnce(since: number, until: number): Promise<object[]> {
  const first = Math.ceil(since / MINUTE_MS)
  const last = Math.floor(until / MINUTE_MS)
  const slugs = NAMES.map(name => knownJob(name).slug)
  return database.db.query(
    `select job, to_timestamp(minute * 60) as minute from unnest($1::text[]) job, generate_series($2::int, $3::int) minute
      where not exists (select 1 from jobs.tick t join pgboss.job q on q.id = t.queued_id and q.state = 'completed'
                         where t.job = job.job and t.tick_at = to_timestamp(minute * 60))`,
    [slugs, first, last],
  )
}

/** Each tick and each request did its work to the end once, however often it was cut; and the books say so. */
async function runsUnlikeWork(): Promise<object[]> {
  const wrong: object[] = []
  for (const [name, room] of Object.entries(ROOM_OF)) {
    const [counted] = await database.db.query<{ asked: number; finished: number; crashed: number; begun: number }>(
      `select (select count(*) from pgboss.job where name = 'job.' || $1 and data->>'cause' = 'person')
              + (select count(*) from jobs.tick where job = $1) as asked,
              (select count(*) from jobs.run where job = $2 and cause <> 'nudge' and outcome = 'finished') as finished,
              (select count(*) from jobs.run where job = $2 and cause <> 'nudge' and outcome = 'crashed') as crashed,
              (select count(*) from work where room = $3) as begun`,
      [knownJob(name).slug, name, room],
    )
    if (counted !== undefined && counted.finished !== counted.asked) wrong.push({ name, ...counted })
  }
  return wrong
}

function queues(): string[] {
  return NAMES.map(name => `job.${knownJob(name).slug}`)
}

function summary(ms: readonly number[]): string {
  const sorted = ms.toSorted((one, other) => one - other)
  const at = (share: number) => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1)
  return `${at(0)} s at the least, ${at(0.5)} s in the middle, ${at(1)} s at the most`
}
