import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askingAs } from './asking.ts'
import { openTestGate, PASSWORD, QUEUED_ID, type TestGate } from './gate.ts'

let house: TestGate
let ask: Awaited<ReturnType<typeof askingAs>>
beforeAll(async () => {
  house = await openTestGate()
  ask = await askingAs(house, { name: 'operator', password: PASSWORD })
})
afterAll(() => house.close())

const UPLOADS = '/jobs/process-uploads-to-ecommerce'

test('two who change one schedule at once both have their way: a pause is not lost to another frequency', async () => {
  const { db } = house.database
  await ask('PUT', `${UPLOADS}/schedule`, { cron: '*/15 * * * *' })
  const both = await db.transaction(async tx => {
    await tx.query(`select 1 from jobs.schedule where job = 'process-uploads-to-ecommerce' for update`)
    const asked = [
      ask('POST', `${UPLOADS}/pause`, { reason: 'stocktaking' }),
      ask('PUT', `${UPLOADS}/schedule`, { cron: '*/5 * * * *' }),
      ask('PUT', `${UPLOADS}/schedule`, { isRealTime: false }),
    ]
    await delay(300)
    return asked
  })
  expect((await Promise.all(both)).map(answer => answer.status)).toEqual([200, 200, 200])
  expect((await ask('GET', UPLOADS)).body.schedule).toMatchObject({
    ...{ cron: '*/5 * * * *', isRealTime: false, paused: { reason: 'stocktaking' } },
  })
  await ask('PUT', `${UPLOADS}/schedule`, { cron: '*/15 * * * *', isRealTime: true })
  await ask('POST', `${UPLOADS}/resume`)
})

test('what a shop had of its own can be paused and taken away when the shop is off', async () => {
  const [shop] = (await ask('GET', '/shops')).body.rows
  const { db } = house.database
  const at = `${UPLOADS}/schedule?shop=${shop.code}`
  await ask('PUT', at, { cron: '0 3 * * *' })
  await db.query('update catalog.shop set is_enabled = false where code = $1', [shop.code])
  try {
    expect((await ask('POST', `${UPLOADS}/pause?shop=${shop.code}`, { reason: 'closed' })).status).toBe(200)
    expect((await ask('DELETE', at)).status).toBe(200)
    expect((await ask('GET', UPLOADS)).body.own).toEqual([])
    expect((await ask('PUT', at, { cron: '0 3 * * *' })).body.code).toBe('JOBS_NOT_PER_SHOP')
  } finally {
    await db.query('update catalog.shop set is_enabled = true where code = $1', [shop.code])
  }
})

test('a run that waits on its queue is seen, with who asked for it and for which shop', async () => {
  expect((await ask('GET', '/jobs/queued')).body.rows).toEqual([
    {
      ...{ job: 'Hard Sync Job', slug: 'hard-sync-job', cause: 'person', by: 'ada', parameters: { shop: 'corner' } },
      queuedAt: new Date(house.clock.at).toISOString(),
      queuedId: QUEUED_ID,
    },
  ])
})

test('a run that has not begun is taken back by who may run the job, and that is in the history and in the audit log', async () => {
  const unknown = '/jobs/queued/00000000-0000-4000-8000-000000000000/end'
  expect((await ask('POST', unknown)).body.code).toBe('JOBS_RUN_UNKNOWN')
  expect((await ask('POST', `/jobs/queued/${QUEUED_ID}/end`)).body).toEqual({ job: 'Hard Sync Job', isQueued: true })
  const [run] = (await ask('GET', '/jobs/runs?job=Hard Sync Job')).body.rows
  expect(run).toMatchObject({
    outcome: 'cancelled',
    askedBy: 'ada',
    parameters: { shop: 'corner' },
    message: expect.stringContaining(' ended this run before'),
  })
  const [deed] = (await ask('GET', '/audit?action=job.end')).body.rows
  expect(deed).toMatchObject({ name: 'Hard Sync Job', before: { queuedId: QUEUED_ID, parameters: { shop: 'corner' } } })
})
