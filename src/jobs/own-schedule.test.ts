import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openWorkedDatabase, startTestClockwork, until } from '../../test/clockwork.ts'
import type { TestDatabase } from '../../test/database.ts'
import { NOTHING_TO_DO } from '../kernel/report.ts'
import type { Clockwork } from './clockwork.ts'
import { knownJob, type RoomStep } from './job.ts'
import { EXCEPT_SHOPS } from './job-parameter.ts'
import type { Step } from './room-loop.ts'
import { madeWith, type Schedule } from './schedule.ts'
import { setSchedule } from './schedule-store.ts'

/* Shops and sources that have a schedule of their own, on the real job library. */
let home: TestDatabase
let running: Clockwork | null = null
beforeEach(async () => {
  home = await openWorkedDatabase()
})
afterEach(async () => {
  await running?.stop()
  await home.drop()
})

async function start(steps: Partial<Record<RoomStep, Step>>, floorMs: Partial<Record<RoomStep, number | null>> = {}) {
  running = await startTestClockwork(home, steps, { floorMs })
  return running
}

describe('a shop with a schedule of its own', () => {
  const uploads = knownJob('Process Uploads to eCommerce')
  const own = (change: Partial<Schedule>) =>
    setSchedule(home.db, uploads, { ...madeWith(uploads), ...change }, { by: 'ada', at: Date.now(), whose: 'corner' })
  const tick = (parameters: object, hoursAgo = 0) =>
    home.db.query(
      `insert into pgboss.job (name, data, created_on) values ('job.process-uploads-to-ecommerce', $1::jsonb, now() - $2 * interval '1 hour')`,
      [JSON.stringify({ cause: 'tick', parameters }), hoursAgo],
    )
  let told: object[]
  const channel: Step = async (_signal, parameters) => {
    told.push(parameters ?? {})
    return NOTHING_TO_DO
  }
  beforeEach(() => {
    told = []
  })

  test('ticks by it, and the tick of all the others leaves it out', async () => {
    await own({ cron: '0 3 * * *', timeZone: 'Asia/Tokyo' })
    const clockwork = await start({ channel }, { channel: null })
    const ticking = `select key, cron, timezone from pgboss.schedule where name = 'job.process-uploads-to-ecommerce' order by key`
    const general = { key: '', cron: uploads.cron, timezone: 'UTC' }
    expect(await home.db.query(ticking)).toEqual([general, { key: 'corner', cron: '0 3 * * *', timezone: 'Asia/Tokyo' }])
    await tick({ shop: 'corner' })
    await until(() => told.length === 1)
    await tick({})
    await until(() => told.length === 2)
    expect(told).toEqual([{ shop: 'corner' }, { [EXCEPT_SHOPS]: 'corner' }])
    // Sent once more by a process that knew of no other: it is the same tick.
    await tick({})
    await delay(1_500)
    expect(told).toHaveLength(2)

    await home.db.query(`delete from jobs.schedule where whose = 'corner'`)
    await clockwork.scheduleChanged(uploads, 'corner')
    expect(await home.db.query(ticking)).toEqual([general])
    // A tick that was on its way already is for nobody now: the shop runs with the others.
    await tick({ shop: 'corner' }, 1)
    await tick({}, 1)
    await delay(2_500)
    expect(told.slice(2).every(one => Object.keys(one).length === 0)).toBe(true)
  })

  test('that is paused is left out of what runs by itself, and not when a person asks', async () => {
    await own({ paused: { at: 1, by: 'ada', reason: 'moving house' } })
    const clockwork = await start({ channel }, { channel: null })
    clockwork.nudge('channel')
    await until(() => told.length === 1)
    await tick({ shop: 'corner' })
    await clockwork.runNow(uploads.slug, { by: 'ada', parameters: { shop: 'corner' } })
    await until(() => told.length === 2)
    await delay(1_200)
    expect(told).toEqual([{ [EXCEPT_SHOPS]: 'corner' }, { shop: 'corner' }])
  })
})

test('a source ticks by a schedule of its own, whatever it is called, and with the others again when that is taken away', async () => {
  const [job, name] = [knownJob('Import Inventory'), 'Größe & Söhne / ERP']
  await setSchedule(home.db, job, { ...madeWith(job), cron: '30 4 * * *' }, { by: 'ada', at: Date.now(), whose: name })
  let told: object[] = []
  const clockwork = await start({
    sources: async (_signal, parameters) => {
      told.push(parameters ?? {})
      return NOTHING_TO_DO
    },
  })
  const ticking = () =>
    home.db.query<{ cron: string; data: { parameters?: object } }>(
      `select cron, data from pgboss.schedule where name = 'job.import-inventory' order by key`,
    )
  expect((await ticking()).map(one => [one.cron, one.data.parameters])).toEqual([
    [job.cron, undefined],
    ['30 4 * * *', { source: name }],
  ])
  told = []
  await home.db.query(`insert into pgboss.job (name, data, created_on) values ('job.import-inventory', $1::jsonb, now())`, [
    JSON.stringify({ cause: 'tick', parameters: { source: name } }),
  ])
  await until(() => told.some(one => 'source' in one))
  expect(told).toContainEqual({ source: name })
  await home.db.query('delete from jobs.schedule where whose = $1', [name])
  await clockwork.scheduleChanged(job, name)
  expect(await ticking()).toHaveLength(1)
})
