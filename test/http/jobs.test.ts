import { afterAll, beforeAll, expect, test } from 'vitest'
import { askingAs } from './asking.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

let house: TestGate
let ask: Awaited<ReturnType<typeof askingAs>>
beforeAll(async () => {
  house = await openTestGate()
  ask = await askingAs(house, { name: 'operator', password: PASSWORD })
})
afterAll(() => house.close())

const UPLOADS = '/jobs/process-uploads-to-ecommerce'

test.each(['Hard Sync', 'Hard Sync Job', 'hard-sync-job', 'JOB_UL_INV', 'UL_RCNT_INV', 'Process Uploads to eCommerce'])(
  '%s is found',
  async name => {
    expect((await ask('GET', `/jobs/${encodeURIComponent(name)}`)).status).toBe(200)
  },
)

test('a schedule is previewed, set, shown and on record', async () => {
  const change = { cron: '30 6 * * *', timeZone: 'Europe/Berlin' }
  const preview = await ask('POST', `${UPLOADS}/schedule/preview`, change)
  expect(preview.body.nextAt).toHaveLength(5)
  expect(preview.body.nextAt[0]).toMatch(/T05:30:00\.000Z$/)
  const set = await ask('PUT', `${UPLOADS}/schedule`, change)
  expect(set.body.schedule).toMatchObject({ ...change, changedBy: 'operator' })
  expect(house.done.jobs).toContain('schedule of process-uploads-to-ecommerce')
  const shown = await ask('GET', UPLOADS)
  expect(shown.body).toMatchObject({ schedule: change, nextAt: preview.body.nextAt })
  expect(shown.body.edits[0]).toMatchObject({ who: 'operator', action: 'job.schedule', before: { cron: '*/15 * * * *' }, after: change })
})

test('paused with a reason, found by name while work waits, resumed', async () => {
  expect((await ask('POST', `${UPLOADS}/pause`, { reason: ' ' })).status).toBe(400)
  const paused = await ask('POST', `${UPLOADS}/pause`, { reason: 'stocktaking' })
  expect(paused.body).toMatchObject({ schedule: { paused: { by: 'operator', reason: 'stocktaking' } }, nextAt: [] })
  expect((await ask('POST', `${UPLOADS}/skip`)).body).toMatchObject({ code: 'JOBS_NOTHING_TO_SKIP' })
  const resumed = await ask('POST', `${UPLOADS}/resume`)
  expect(resumed.body.schedule.paused).toBeNull()
})

test('skip once leaves out the next run and no other', async () => {
  const before = (await ask('GET', UPLOADS)).body.nextAt
  expect((await ask('POST', `${UPLOADS}/skip`)).body.nextAt.slice(0, 4)).toEqual(before.slice(1))
})

test('a schedule that is another passes over nothing: what was skipped was a tick of the one before', async () => {
  const hard = '/jobs/hard-sync'
  await ask('POST', `${hard}/skip`)
  expect((await ask('GET', hard)).body.schedule.skippedUntil).not.toBeNull()
  expect((await ask('PUT', `${hard}/schedule`, { isRealTime: true })).body.schedule.skippedUntil).not.toBeNull()
  const other = await ask('PUT', `${hard}/schedule`, { cron: '0 */6 * * *' })
  expect(other.body.schedule.skippedUntil).toBeNull()
  expect(Date.parse(other.body.nextAt[0]) - house.clock.at).toBeLessThanOrEqual(6 * 3_600_000)
  await ask('PUT', `${hard}/schedule`, { cron: '0 2 * * *' })
})

test('a room that failed is seen though the room after it did not; a job for one shop is not late while that one has its runs', async () => {
  const { db } = house.database
  const at = new Date(house.clock.at)
  const insert = (room: string, outcome: string, parameters: object, job = 'Import Inventory') =>
    db.query(
      `insert into jobs.run (job, room, started_at, finished_at, outcome, code, message, cause, parameters) values ($6, $1, $2, $2, $3, $4, $4, 'tick', $5::jsonb)`,
      [room, at, outcome, outcome === 'failed' ? 'SOURCE_UNREACHABLE' : null, JSON.stringify(parameters), job],
    )
  await insert('sources', 'failed', {})
  await insert('feed', 'finished', {})
  const seen = await ask('GET', '/jobs/import-inventory')
  expect(seen.body).toMatchObject({ lastRun: { room: 'sources', outcome: 'failed' }, findings: [{ code: 'JOB_FAILED' }] })
  await insert('sources', 'finished', {})
  await insert('feed', 'finished', {})
  expect((await ask('GET', '/jobs/import-inventory')).body.findings).toEqual([])

  const [shop] = (await ask('GET', '/shops')).body.rows
  await ask('PUT', '/jobs/import-orders/schedule', { cron: '*/5 * * * *', parameters: { shop: shop.code } })
  await insert('orders', 'finished', { shop: shop.code }, 'Import Orders')
  expect((await ask('GET', '/jobs/import-orders')).body).toMatchObject({
    lastRun: { outcome: 'finished', parameters: { shop: shop.code } },
  })
  await ask('PUT', '/jobs/import-orders/schedule', { parameters: {} })
})

test.each([
  ['PUT', `${UPLOADS}/schedule`, { cron: 'now and then' }, 'JOBS_SCHEDULE_INVALID'],
  ['PUT', `${UPLOADS}/schedule`, { timeZone: 'Europe/Atlantis' }, 'JOBS_SCHEDULE_INVALID'],
  ['PUT', '/jobs/hard-sync/schedule', { cron: '*/5 * * * *' }, 'JOBS_TOO_OFTEN'],
  ['POST', '/jobs/hard-sync/run', { parameters: { speed: 'fast' } }, 'JOBS_PARAMETER_REFUSED'],
  ['POST', '/jobs/sweep/pause', { reason: 'x' }, 'JOBS_UNKNOWN'],
  ['POST', '/jobs/runs/4711/again', undefined, 'JOBS_RUN_UNKNOWN'],
] as const)('%s %s %j is refused with %s', async (method, url, payload, code) => {
  const answer = await ask(method, url, payload)
  expect([answer.status >= 400 && answer.status < 500, answer.body.code]).toEqual([true, code])
})

test('a schedule for a shop or source that there is not is refused, where it is set and before', async () => {
  for (const [method, url] of [
    ['POST', '/preview'],
    ['PUT', ''],
  ] as const) {
    const hard = await ask(method, `/jobs/hard-sync/schedule${url}`, { parameters: { shop: 'ghost' } })
    expect(hard).toMatchObject({ status: 409, body: { code: 'JOBS_NOT_PER_SHOP' } })
    const files = await ask(method, `/jobs/import-inventory/schedule${url}`, { parameters: { source: 'nowhere' } })
    expect(files).toMatchObject({ status: 409, body: { code: 'JOBS_NOT_PER_SOURCE' } })
  }
  expect((await ask('GET', '/jobs/hard-sync')).body.schedule.parameters).toEqual({})
})

test('a run with a parameter that its job takes no more is not run again', async () => {
  const again = async (parameters: object) => {
    const [run] = await house.database.db.query<{ id: number }>(
      `insert into jobs.run (job, room, started_at, finished_at, outcome, cause, parameters)
       values ('Check Ledger', 'check-ledger', $1, $1, 'failed', 'person', $2::jsonb) returning run_id as id`,
      [new Date(house.clock.at), JSON.stringify(parameters)],
    )
    return ask('POST', `/jobs/runs/${run?.id}/again`)
  }
  expect((await again({ since: 'yesterday' })).body).toMatchObject({ code: 'JOBS_PARAMETER_REFUSED' })
  expect((await again({ exceptShops: 'corner' })).status).toBe(202)
})

test('an earlier run is run again; a running one is ended and a finished one cannot be', async () => {
  const [run] = (await ask('GET', '/jobs/runs')).body.rows
  expect((await ask('POST', `/jobs/runs/${run.runId}/again`)).body).toMatchObject({ job: expect.any(String), isQueued: true })
  expect((await ask('POST', `/jobs/runs/${run.runId}/end`)).body.isQueued).toBe(false)
  const { db } = house.database
  await db.query('update jobs.run set finished_at = null where run_id = $1', [run.runId])
  expect((await ask('POST', `/jobs/runs/${run.runId}/end`)).body.isQueued).toBe(true)
  await db.query('update jobs.run set finished_at = started_at, cancel_asked_at = null, cancel_asked_by = null where run_id = $1', [
    run.runId,
  ])
})

test('a shop has a schedule of its own, which is set, paused, shown with what is wrong, and taken away', async () => {
  const [shop] = (await ask('GET', '/shops')).body.rows
  const at = `${UPLOADS}/schedule?shop=${shop.code}`
  const set = await ask('PUT', at, { cron: '0 3 * * *', timeZone: 'Asia/Tokyo' })
  expect(set.body.schedule).toMatchObject({ cron: '0 3 * * *', timeZone: 'Asia/Tokyo' })
  await ask('POST', `${UPLOADS}/pause?shop=${shop.code}`, { reason: 'moving house' })
  const shown = (await ask('GET', UPLOADS)).body
  expect(shown.own).toMatchObject([{ whose: shop.code, schedule: { paused: { reason: 'moving house' } }, nextAt: [] }])
  expect(shown.schedule.paused).toBeNull()
  expect(shown.edits[0]).toMatchObject({ action: 'job.pause', after: { shop: shop.code, paused: 'moving house' } })

  expect((await ask('PUT', `${UPLOADS}/schedule?shop=nowhere`, { cron: '0 3 * * *' })).body.code).toBe('JOBS_NOT_PER_SHOP')
  expect((await ask('PUT', `/jobs/import-inventory/schedule?shop=${shop.code}`, { cron: '0 3 * * *' })).body.code).toBe('JOBS_NOT_PER_SHOP')
  expect((await ask('DELETE', at)).status).toBe(200)
  expect((await ask('GET', UPLOADS)).body.own).toEqual([])
})

test('a source has a schedule of its own as a shop has: previewed, set, paused, skipped, run, on record, and gone with the source', async () => {
  const admin = await askingAs(house, house.admin)
  const operator = ask
  const [name, IMPORT] = ['ERP in the cellar', '/jobs/import-inventory']
  const of = `?source=${encodeURIComponent(name)}`
  ask = admin
  await ask('POST', '/sources', { name, host: '127.0.0.1', port: 9, user: 'erp', proof: 'password', secret: 'secret' })
  ask = operator
  const change = { cron: '30 4 * * *', timeZone: 'Europe/Berlin', isRealTime: false }
  const preview = await ask('POST', `${IMPORT}/schedule/preview${of}`, {
    ...change,
    firstRunAt: new Date(house.clock.at + 3 * 86_400_000).toISOString(),
  })
  expect(preview.body.nextAt).toHaveLength(5)
  expect(preview.body.nextAt[0]).toMatch(/T0[23]:30:00/)
  expect(preview.body.objections).toMatchObject([{ kind: 'warning', code: 'JOBS_FIRST_RUN_FAR' }])
  expect((await ask('PUT', `${IMPORT}/schedule${of}`, change)).body.schedule).toMatchObject(change)
  expect((await ask('GET', IMPORT)).body).toMatchObject({
    per: 'source',
    schedule: { cron: '*/15 * * * *' },
    own: [{ whose: name, schedule: change }],
  })

  const skipped = await ask('POST', `${IMPORT}/skip${of}`)
  expect(skipped.body.nextAt[0]).toBe(preview.body.nextAt[0] === skipped.body.nextAt[0] ? null : skipped.body.nextAt[0])
  expect((await ask('POST', `${IMPORT}/pause${of}`, { reason: 'stocktaking' })).body.nextAt).toEqual([])
  expect((await ask('GET', IMPORT)).body.own[0]).toMatchObject({
    schedule: { paused: { by: 'operator', reason: 'stocktaking' } },
    findings: [],
  })
  expect((await ask('POST', `${IMPORT}/resume${of}`)).body.schedule.paused).toBeNull()
  expect((await ask('POST', `${IMPORT}/run`, { parameters: { source: name } })).status).toBe(202)
  expect((await ask('GET', `${IMPORT}${of}`)).body.edits.map((one: { action: string }) => one.action)).toEqual([
    ...['job.run', 'job.resume', 'job.pause', 'job.skip', 'job.schedule'],
  ])

  ask = admin
  await ask('PUT', `${IMPORT}/people`, { people: ['olga'] })
  ask = operator
  expect((await ask('POST', `${IMPORT}/pause${of}`, { reason: 'x' })).body.code).toBe('JOBS_NOT_PERMITTED')
  ask = admin
  await ask('PUT', `${IMPORT}/people`, { people: null })
  await ask('DELETE', `/sources/${encodeURIComponent(name)}`)
  ask = operator
  expect((await ask('GET', IMPORT)).body.own).toEqual([])
  for (const [method, at, payload] of [
    ['PUT', `${IMPORT}/schedule${of}`, { cron: '0 3 * * *' }],
    ['POST', `${IMPORT}/run`, { parameters: { source: name } }],
    ['PUT', `${UPLOADS}/schedule${of}`, { cron: '0 3 * * *' }],
    ['DELETE', `${IMPORT}/schedule`, undefined],
  ] as const)
    expect((await ask(method, at, payload)).body.code).toBe('JOBS_NOT_PER_SOURCE')
})

test('a source that was not looked at when its own schedule said so is late, though the others are not', async () => {
  const { db } = house.database
  await db.query(
    `insert into feed.source (name, host, port, user_name, proof, root, created_at) values ('late', '127.0.0.1', 9, 'erp', 'password', '/', $1)`,
    [new Date(house.clock.at)],
  )
  await db.query(
    `insert into jobs.schedule (job, whose, cron, is_real_time, changed_at, changed_by) values ('import-inventory', 'late', '0 * * * *', false, $1, 'me')`,
    [new Date(house.clock.at - 90 * 60_000)],
  )
  const late = (rows: { code: string; evidence: string }[]) =>
    rows.filter(one => one.code === 'JOB_LATE' && one.evidence.includes('for late'))
  await db.query(`update migration.applied set applied_at = $1`, [new Date(house.clock.at - 90 * 60_000)])
  expect(late((await ask('GET', '/jobs/import-inventory')).body.own[0].findings)).toHaveLength(1)
  await db.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, cause, parameters)
     values ('Import Inventory', 'sources', $1, $1, 'finished', 'tick', '{"source":"late"}')`,
    [new Date(house.clock.at)],
  )
  expect(late((await ask('GET', '/jobs/import-inventory')).body.own[0].findings)).toEqual([])
  await db.query(`delete from jobs.schedule where whose = 'late'`)
  await db.query(`delete from feed.source where name = 'late'`)
})

test('a shop that is paused while work waits for it says so, with the levels and units; the others go on', async () => {
  const { db } = house.database
  await db.query(`insert into catalog.shop (code, name, api_url) values ('idle', 'Idle', 'http://127.0.0.1:9')`)
  await db.query(`update outbox.intent set state = 'pending', units = units - 5 where product_id = 1`)
  for (const shop of ['demo', 'idle']) await ask('POST', `${UPLOADS}/pause?shop=${shop}`, { reason: 'moving house' })
  const { own, findings } = (await ask('GET', UPLOADS)).body
  const demo = own.find((one: { whose: string }) => one.whose === 'demo')
  expect(demo.waiting).toMatchObject({ backlog: 2, units: 10 })
  expect(demo.findings).toMatchObject([
    {
      code: 'JOB_PAUSED_WITH_WORK_WAITING',
      evidence: `Process Uploads to eCommerce for demo was paused by operator (“moving house”), and 2 things, 10 units apart from what is shown, wait for it.`,
    },
  ])
  expect(own.find((one: { whose: string }) => one.whose === 'idle').findings).toEqual([])
  expect(findings.map((one: { code: string }) => one.code)).not.toContain('JOB_PAUSED_WITH_WORK_WAITING')
  for (const shop of ['demo', 'idle']) await ask('DELETE', `${UPLOADS}/schedule?shop=${shop}`)
})

test('a first run days ahead is taken, and warned of before and after', async () => {
  const change = { firstRunAt: new Date(house.clock.at + 3 * 86_400_000).toISOString() }
  const preview = await ask('POST', `${UPLOADS}/schedule/preview`, change)
  expect(preview.body.objections[0]).toMatchObject({ kind: 'warning', code: 'JOBS_FIRST_RUN_FAR' })
  expect((await ask('PUT', `${UPLOADS}/schedule`, change)).body.warnings[0]).toContain('The first run is 72 hours away.')
  await ask('PUT', `${UPLOADS}/schedule`, { firstRunAt: null })
})

test('a job that was given to certain people is run and changed by them and by admins only', async () => {
  const operator = ask
  const admin = await askingAs(house, house.admin)
  const give = async (people: string[] | null) => {
    ask = admin
    expect((await ask('PUT', `${UPLOADS}/people`, { people })).status).toBe(200)
    ask = operator
  }
  const deeds = [
    ['POST', `${UPLOADS}/run`, {}],
    ['POST', `${UPLOADS}/pause`, { reason: 'x' }],
    ['POST', `${UPLOADS}/resume`, undefined],
    ['POST', `${UPLOADS}/skip`, undefined],
    ['PUT', `${UPLOADS}/schedule`, { cron: '*/30 * * * *' }],
  ] as const
  await give(['olga'])
  for (const [method, url, payload] of deeds) {
    const { status, body } = await ask(method, url, payload)
    expect([url, status, body.code]).toEqual([url, 403, 'JOBS_NOT_PERMITTED'])
  }
  expect((await ask('GET', UPLOADS)).body.people).toEqual(['olga'])
  await give(['operator'])
  for (const [method, url, payload] of deeds) expect((await ask(method, url, payload)).status).toBeLessThan(300)
  await give(null)
  expect((await ask('POST', `${UPLOADS}/run`, {})).status).toBe(202)
})
