import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type Moment, sampleStreet } from './sample-step.ts'
import { streetPoints } from './sample-store.ts'

let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
})
afterAll(() => home.drop())

const MINUTE_MS = 60_000
const START = Date.UTC(2026, 10, 23, 9)
const moment = (levelsEqual: number, waitsSince: number | null): Moment => ({
  sync: { state: 'in_sync', levels: 10, levelsEqual, levelsDifferent: 10 - levelsEqual, unitsAtRisk: 0 },
  rooms: [
    { backlog: waitsSince === null ? 0 : 3, oldestAt: waitsSince },
    { backlog: 0, oldestAt: null },
  ],
})

test('one moment a minute is kept, the worst of a span is shown, and a gap stays a gap', async () => {
  const at = (now: number, seen: Moment) => sampleStreet({ db: home.db, clock: { now: () => now }, moment: async () => seen })
  await at(START, moment(10, null))
  await at(START + 15_000, moment(0, START))
  await at(START + 4 * MINUTE_MS, moment(7, START + 2 * MINUTE_MS))
  await at(START + 20 * MINUTE_MS, moment(10, null))
  const points = await streetPoints(home.db, { since: START, spanMs: 5 * MINUTE_MS })
  expect(points).toEqual([
    { at: START, levels: 10, levelsEqual: 7, levelsDifferent: 3, unitsAtRisk: 0, backlog: 3, oldestMs: 2 * MINUTE_MS },
    { at: START + 20 * MINUTE_MS, levels: 10, levelsEqual: 10, levelsDifferent: 0, unitsAtRisk: 0, backlog: 0, oldestMs: null },
  ])
})

test('what is older than a month is let go', async () => {
  await sampleStreet({ db: home.db, clock: { now: () => START + 32 * 24 * 60 * MINUTE_MS }, moment: async () => moment(10, null) })
  expect(await streetPoints(home.db, { since: 0, spanMs: MINUTE_MS })).toHaveLength(1)
})
