import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { knownJob } from './job.ts'
import { watchLeftOutTicks } from './left-out.ts'
import { madeWith, tickOf } from './schedule.ts'
import { setSchedule, takeTick } from './schedule-store.ts'

/* In the night of 29 March 2026 the clocks of Berlin go from two to three, and the library that ticks knows of no half past two. */
const TICK = Date.UTC(2026, 2, 29, 1, 30)
const MINUTE_MS = 60_000
const berlin = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' }
const [hardSync, orders] = [knownJob('Hard Sync'), knownJob('Import Orders')]

let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
  const set = { by: 'ada', at: TICK - 30 * 24 * 60 * MINUTE_MS }
  await setSchedule(home.db, hardSync, { ...madeWith(hardSync), ...berlin }, set)
  await setSchedule(home.db, orders, { ...madeWith(orders), ...berlin }, { ...set, whose: 'corner' })
})
afterAll(() => home.drop())

/** What one look at this instant sends. */
async function sentAt(now: number) {
  const sent: [string, object][] = []
  const once = new AbortController()
  let looks = 0
  await watchLeftOutTicks({
    ...{ db: home.db, clock: { now: () => now }, jobs: [hardSync, orders], signal: once.signal },
    log: { debug() {}, info() {}, warn: line => expect.unreachable(JSON.stringify(line)) },
    sleep: async () => {
      looks += 1
      if (looks > 1) once.abort()
    },
    send: async (job, parameters) => void sent.push([job.name, parameters]),
  })
  return sent
}
const both = [
  ['Hard Sync Job', {}],
  ['Import Orders', { shop: 'corner' }],
]

test('a tick that the night left out is sent when it is due, for the job and for a shop with a schedule of its own', async () => {
  expect(await sentAt(TICK - MINUTE_MS)).toEqual([])
  expect(await sentAt(TICK + MINUTE_MS)).toEqual(both)
})

test('it is sent late where nobody was there, once, and not when the next one is near', async () => {
  expect(await sentAt(TICK + 6 * 60 * MINUTE_MS)).toEqual(both)
  expect(await sentAt(TICK + 21 * 60 * MINUTE_MS)).toEqual([])
  const queuedAt = TICK + MINUTE_MS
  await takeTick(home.db, {
    job: hardSync,
    whose: '',
    at: tickOf({ ...madeWith(hardSync), ...berlin }, queuedAt) ?? 0,
    queuedId: '00000000-0000-4000-8000-000000000001',
  })
  expect(await sentAt(queuedAt)).toEqual(both.slice(1))
})

test('whoever set another schedule since is sent nothing for the one before; on any other day the library does it', async () => {
  await setSchedule(home.db, orders, { ...madeWith(orders), ...berlin }, { by: 'ada', at: TICK + MINUTE_MS, whose: 'corner' })
  expect(await sentAt(TICK + 2 * MINUTE_MS)).toEqual([])
  for (const days of [-1, 1, 200]) expect(await sentAt(TICK + days * 24 * 60 * MINUTE_MS + MINUTE_MS)).toEqual([])
})
