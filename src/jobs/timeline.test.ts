import { expect, test } from 'vitest'
import { madeWith, type Schedule } from './schedule.ts'
import { comingTicks, missedTicks } from './timeline.ts'

const MINUTE_MS = 60_000
const NOON = Date.UTC(2026, 10, 26, 12)
const at = (minute: number) => NOON + minute * MINUTE_MS
const quarterly: Schedule = madeWith({ cron: '*/15 * * * *' })
const minutes = (ticks: readonly number[]) => ticks.map(tick => (tick - NOON) / MINUTE_MS)

test.each([
  ['every tick began something', quarterly, [0, 15, 30, 45], []],
  ['nobody was there for two of them', quarterly, [0, 45], [15, 30]],
  ['one that came late is made up for', quarterly, [0, 22, 30, 45], []],
  ['it was paused', { ...quarterly, paused: { at: NOON, by: 'ada', reason: 'x' } }, [], []],
  ['before its first run', { ...quarterly, firstRunAt: at(40) }, [], [45]],
  ['one was to be passed over', { ...quarterly, skippedUntil: at(15) }, [30, 45], []],
  ['it had another schedule before', { ...quarterly, changedAt: at(31) }, [45], []],
] as [string, Schedule, number[], number[]][])('%s', (_what, schedule, starts, missed) => {
  expect(minutes(missedTicks(schedule, starts.map(at), { from: NOON, now: at(59) }))).toEqual(missed)
})

test('two days of every five minutes are looked at to the end', () => {
  const often = madeWith({ cron: '*/5 * * * *' })
  const missed = missedTicks(often, [], { from: at(-48 * 60), now: at(4) })
  expect(missed).toHaveLength(48 * 12 + 1)
  expect(missed.at(-1)).toBe(NOON)
})

test('what comes is what will run', () => {
  expect(minutes(comingTicks(quarterly, { now: at(59), until: at(90) }))).toEqual([60, 75, 90])
  expect(comingTicks({ ...quarterly, paused: { at: 1, by: 'ada', reason: 'x' } }, { now: at(59), until: at(90) })).toEqual([])
})
