import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Hands } from '../../src/cli/hands.ts'
import { finishRun, startRun } from '../../src/jobs/store.ts'
import { runLine } from '../hands.ts'
import { openTestGate, QUEUED_ID, type TestGate } from './gate.ts'

/* `trueup job …` against the real routes, on a database. */

let house: TestGate
let dataDir: string
beforeAll(async () => {
  house = await openTestGate()
  const { url } = await house.gate.listen({ host: '127.0.0.1', port: 0 })
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-jobs-'))
  await writeFile(path.join(dataDir, 'server.json'), JSON.stringify({ url, pid: 42 }))
  await writeFile(path.join(dataDir, 'cli-token'), house.cliToken)
})
afterAll(async () => {
  await house.close()
  await rm(dataDir, { recursive: true })
})
beforeEach(() => {
  house.done.jobs.length = 0
})

const job = (line: string[], hands: Partial<Hands> = {}) =>
  runLine(['job', ...line], { fetch, dataDirs: async () => [dataDir], now: () => house.clock.at, ...hands })
const said = async (line: string[]) => JSON.parse((await job([...line, '--json'])).out)

test('list shows each job with its frequency, and ends with 1 while one does not run as it should', async () => {
  const all = await job(['list'])
  expect(all.out).toMatch(/^Job +State +Runs +Last run +Next run +Waiting\n/)
  expect(all.out).toMatch(/Hard Sync Job +\S+ +Daily at 02:00 \(UTC\)/)
  const { rows } = await said(['list', '--category', 'inventory'])
  expect(new Set(rows.map((row: { category: string }) => row.category))).toEqual(new Set(['Inventory']))
  const isWell = (await said(['list'])).rows.every((row: { findings: unknown[] }) => row.findings.length === 0)
  expect(all.status).toBe(isWell ? 0 : 1)
})

test('a job is found by whatever it is called, and one that there is not is the answer no', async () => {
  for (const name of ['Hard Sync', 'hard-sync-job', 'JOB_UL_INV']) {
    const { out } = await job(['show', name])
    expect(out).toContain('Hard Sync Job (hard-sync-job), Inventory')
    expect(out).toContain('shop (shop): The code of one shop; without it, all of them.')
    expect(out).toContain('facilityGroupId (is said by the settings)')
  }
  expect(await job(['show', 'Soft Sync'])).toMatchObject({ status: 1, out: '', err: expect.stringContaining('JOBS_UNKNOWN') })
})

test('a schedule is shown before, set, shown after, and taken back', async () => {
  const hard = (...words: string[]) => job(['schedule', 'Hard Sync', ...words])
  const zone = ['--time-zone', 'Europe/Berlin']
  const dry = await hard('--cron', '0 3 * * *', ...zone, '--dry-run')
  expect(dry).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^Hard Sync would run:\n( {2}\d{4}-\d\d-\d\dT0[12]:00:00.000Z\n){5}$/),
  })
  expect((await said(['show', 'Hard Sync'])).schedule).toMatchObject({ cron: '0 2 * * *', timeZone: 'UTC' })

  expect(await hard('--cron', '0 3 * * *', ...zone)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^Hard Sync: 0 3 \* \* \* \(Europe\/Berlin\)/),
  })
  expect(await hard('--every', 'day', '--time-zone', 'UTC', '--no-real-time')).toMatchObject({ status: 0 })
  expect((await said(['show', 'Hard Sync'])).schedule).toMatchObject({ cron: '0 2 * * *', timeZone: 'UTC', isRealTime: false })
  expect(await hard('--real-time')).toMatchObject({ status: 0 })
  expect((await said(['show', 'Hard Sync'])).edits.map((edit: { action: string }) => edit.action)).toEqual(Array(3).fill('job.schedule'))
  expect(house.done.jobs).toEqual(Array(3).fill('schedule of hard-sync-job'))
})

test.each<[string, string[], number, string]>([
  ['too often for a slow job', ['Hard Sync', '--every', '5m'], 2, 'JOBS_TOO_OFTEN'],
  ['that is looked at first', ['Hard Sync', '--every', '5m', '--dry-run'], 1, 'REFUSED JOBS_TOO_OFTEN'],
  ['that cannot be read', ['Hard Sync', '--cron', '* * *'], 2, 'JOBS_SCHEDULE_INVALID'],
  ['with two frequencies', ['Hard Sync', '--cron', '0 2 * * *', '--every', '5m'], 2, 'CLI_USAGE'],
  ['whose first run has no zone', ['Hard Sync', '--first-run', '2026-12-24T02:00:00'], 2, 'CLI_USAGE'],
  ['of a shop that there is not', ['Hard Sync', '--shop', 'nowhere', '--every', '6h'], 2, 'JOBS_NOT_PER_SHOP'],
  ['of a shop and a source', ['Hard Sync', '--shop', 'a', '--source', 'b'], 2, 'CLI_USAGE'],
])('a schedule %s is refused', async (_, line, status, code) => {
  const done = await job(['schedule', ...line])
  expect(done.status).toBe(status)
  expect(done.out + done.err).toContain(code)
})

test('a shop is paused with a reason, resumed, skipped once, and ticks with all the others again', async () => {
  const [shop] = (await house.database.db.query<{ code: string }>('select code from catalog.shop order by code limit 1')).map(
    row => row.code,
  )
  const of = ['Process Uploads to eCommerce', '--shop', shop ?? '']
  expect(await job(['pause', ...of])).toMatchObject({ status: 2, err: expect.stringContaining('--reason') })
  expect(await job(['pause', ...of, '--reason', 'stocktaking'])).toMatchObject({ status: 0, out: expect.stringContaining('is paused') })
  expect((await job(['show', 'process-uploads-to-ecommerce'])).out).toMatch(
    new RegExp(`For ${shop}:\\n.*\\n {2}Paused: since .* by command line: stocktaking`),
  )
  const resumed = await job(['resume', ...of, '--json'])
  const [next, after] = JSON.parse(resumed.out).nextAt
  expect(JSON.parse((await job(['skip', ...of, '--json'])).out).nextAt[0]).toBe(after)
  expect(after > next).toBe(true)
  expect(await job(['schedule', ...of, '--remove'])).toMatchObject({ status: 0 })
  expect((await said(['show', 'process-uploads-to-ecommerce'])).own).toEqual([])
})

test('a run is asked for with its parameters, followed to its end, and run again', async () => {
  const { db } = house.database
  const [shop] = (await db.query<{ code: string }>('select code from catalog.shop order by code limit 1')).map(row => row.code)
  const parameters = { shop: shop ?? '' }
  const line = ['run', 'Hard Sync', '--param', `shopId=${shop}`]
  expect(await job(line)).toMatchObject({ status: 0, out: 'Hard Sync Job is asked for.\n' })
  expect(await job([...line, '--param', 'colour=red'])).toMatchObject({ status: 2, err: expect.stringContaining('JOBS_PARAMETER_REFUSED') })
  expect(await job([...line, '--param', 'colour'])).toMatchObject({ status: 2, err: expect.stringContaining('name=value') })

  const started = { job: 'Hard Sync Job', room: 'hard-sync', startedAt: house.clock.at, cause: 'person' as const, askedBy: 'command line' }
  const ended = { finishedAt: house.clock.at + 2_000, read: 7, wrote: 3, errors: 0, code: null, message: null }
  let runId = 0
  let looks = 0
  const wait = (outcome: 'finished' | 'failed') =>
    job(['run', 'Hard Sync', '--shop', shop ?? '', '--wait', '60'], {
      async sleep() {
        looks += 1
        if (looks % 2 === 1) runId = await startRun(db, { ...started, parameters })
        else
          await finishRun(db, runId, {
            ...ended,
            outcome,
            ...(outcome === 'failed' ? { code: 'CHANNEL_UNREACHABLE', message: 'No answer.' } : {}),
          })
      },
    })
  expect(await wait('finished')).toMatchObject({ status: 0, out: expect.stringMatching(/hard-sync .* finished +7 +3 +0 +command line\n/) })
  expect(looks).toBe(2)
  expect(await wait('failed')).toMatchObject({ status: 1, out: expect.stringContaining('CHANNEL_UNREACHABLE: No answer.') })

  expect(await job(['runs', 'Hard Sync', '--outcome', 'failed', '--shop', shop ?? ''])).toMatchObject({
    status: 0,
    out: expect.stringContaining(`${runId}  Hard Sync Job  hard-sync  ${shop}`),
  })
  expect(await job(['runs', '--search', 'nobody said this'])).toMatchObject({ status: 1, out: 'Nothing ran.\n' })
  house.done.jobs.length = 0
  expect(await job(['again', String(runId)])).toMatchObject({ status: 0, out: expect.stringContaining(`as in run ${runId}`) })
  expect(house.done.jobs).toEqual(['hard-sync-job'])
  expect(await job(['again', '999999'])).toMatchObject({ status: 1 })
})

test('a run that does not end in time is said to be on its way', async () => {
  let at = house.clock.at
  const hands: Partial<Hands> = {
    now: () => at,
    sleep: async ms => {
      at += ms
    },
  }
  expect(await job(['run', 'Check Ledger', '--wait', '1'], hands)).toEqual({
    ...{ status: 1, err: '', out: 'Check Ledger is asked for and has not begun.\n' },
  })
})

test('what runs is terminated by its number or by its job; nothing of it running is the answer no', async () => {
  const { db } = house.database
  const started = {
    job: 'Check Ledger',
    room: 'check-ledger',
    startedAt: house.clock.at,
    cause: 'tick' as const,
    askedBy: null,
    parameters: {},
  }
  expect(await job(['terminate', 'Check Ledger'])).toMatchObject({ status: 1, out: 'Nothing of Check Ledger runs.\n' })
  for (const name of ['Check Ledger', null]) {
    const runId = await startRun(db, started)
    expect(await job(['terminate', name ?? String(runId)])).toMatchObject({
      status: 0,
      out: expect.stringContaining('ends after its present step'),
    })
    const [run] = await db.query<{ by: string }>('select cancel_asked_by as by from jobs.run where run_id = $1', [runId])
    expect(run?.by).toBe('command line')
    await finishRun(db, runId, {
      finishedAt: house.clock.at,
      outcome: 'cancelled',
      read: 0,
      wrote: 0,
      errors: 0,
      code: null,
      message: null,
    })
  }
})

test('what waits is shown, and taken back by its id or its job', async () => {
  expect((await job(['queued'])).out).toMatch(new RegExp(`${QUEUED_ID} +Hard Sync Job +corner +ada`))
  for (const what of [QUEUED_ID, 'Hard Sync'])
    expect(await job(['take-back', what])).toMatchObject({ status: 0, out: 'Hard Sync Job for corner is taken back.\n' })
  for (const what of ['Check Ledger', QUEUED_ID.replace('abcd', 'abce')])
    expect(await job(['take-back', what])).toMatchObject({ status: 1, out: `Nothing of ${what} waits.\n` })
})

test('a job is given to certain people, and to every operator again', async () => {
  expect((await job(['people', 'Check Ledger'])).out).toBe('Check Ledger may be run and changed by every operator.\n')
  expect((await job(['people', 'Check Ledger', '--only', 'olga, nightly'])).out).toContain('olga, nightly and admins.')
  expect((await job(['people', 'Check Ledger', '--only', ''])).out).toContain('by admins only.')
  expect((await said(['people', 'Check Ledger', '--everybody'])).people).toBeNull()
})
