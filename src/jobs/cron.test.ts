import { expect, test } from 'vitest'
import { lastTick, nextTicks, ticksUntil } from './cron.ts'

const AT = Date.UTC(2026, 10, 23, 10, 7, 30) // a Monday
const utc = (cron: string) => ({ cron, timeZone: 'UTC' })
const iso = (instant: number | null | undefined) => (instant === null || instant === undefined ? null : new Date(instant).toISOString())

test.each([
  ['*/15 * * * *', '2026-11-23T10:15:00.000Z'],
  ['0 2 * * *', '2026-11-24T02:00:00.000Z'],
  ['0 * * * *', '2026-11-23T11:00:00.000Z'],
  ['7 10 * * *', '2026-11-24T10:07:00.000Z'],
  ['30 3 * * 0', '2026-11-29T03:30:00.000Z'],
  ['30 3 * * 7', '2026-11-29T03:30:00.000Z'],
  ['0 0 1 1 *', '2027-01-01T00:00:00.000Z'],
  ['0 9-17/4 * * 1-5', '2026-11-23T13:00:00.000Z'],
])('%s ticks next at %s', (cron, expected) => expect(iso(nextTicks(utc(cron), AT, 1)[0])).toBe(expected))

test('the next five are shown in the zone that was asked for, over the change to winter time', () => {
  const before = Date.UTC(2026, 9, 23, 12)
  expect(nextTicks({ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }, before, 3).map(iso)).toEqual([
    '2026-10-24T00:00:00.000Z',
    '2026-10-25T00:00:00.000Z',
    '2026-10-26T01:00:00.000Z',
  ])
})

test.each([
  ['*/15 * * * *', '2026-11-23T10:00:00.000Z'],
  ['7 10 * * *', '2026-11-23T10:07:00.000Z'],
  ['0 2 * * *', '2026-11-23T02:00:00.000Z'],
])('%s ticked last at %s', (cron, expected) => expect(iso(lastTick(utc(cron), AT))).toBe(expected))

test('a tick of this very second counts as the last one', () => {
  const tick = Date.UTC(2026, 10, 23, 10, 15)
  expect(lastTick(utc('*/15 * * * *'), tick)).toBe(tick)
})

test.each([
  ['', 'fields'],
  ['* * * *', '4 fields'],
  ['* * * * * *', '6 fields'],
  ['60 * * * *', 'cannot be read'],
  ['x * * * *', 'cannot be read'],
  // The thirty-first of February.
  ['0 0 31 2 *', 'cannot be read'],
])('%j is refused, and why is said', (cron, why) => {
  expect(() => nextTicks(utc(cron), AT, 1)).toThrow(
    expect.objectContaining({ code: 'JOBS_SCHEDULE_INVALID', message: expect.stringContaining(why) }),
  )
})

test('a zone that does not exist is refused', () =>
  expect(() => nextTicks({ cron: '0 * * * *', timeZone: 'Europe/Atlantis' }, AT, 1)).toThrow('no time zone'))

test('what is remembered is what is worked out: any two instants, asked in any order', () => {
  const crons = ['*/15 * * * *', '0 2 * * *', '30 2 29 3 *', '* * * * *'].flatMap(cron =>
    ['UTC', 'Europe/Berlin'].map(timeZone => ({ cron, timeZone })),
  )
  const start = Date.UTC(2026, 2, 28, 23, 59, 57)
  for (const cron of crons) {
    const instants = Array.from({ length: 40 }, (_, n) => start + n * 777 + (n % 7) * 3_600_000)
    for (const after of [...instants, ...instants.toReversed()]) {
      expect(nextTicks(cron, after, 3)).toEqual(ticksUntil(cron, { after, count: 3 }))
      for (const tick of nextTicks(cron, after, 3)) expect(tick).toBeGreaterThan(after)
    }
  }
})

test('the ticks up to an instant end there', () => {
  const quarter = { cron: '*/15 * * * *', timeZone: 'UTC' }
  const at = (minute: number) => Date.UTC(2026, 10, 23, 10, minute)
  expect(ticksUntil(quarter, { after: at(0), until: at(30), count: 100 })).toEqual([at(15), at(30)])
  expect(ticksUntil(quarter, { after: at(0), until: at(30) - 1, count: 100 })).toEqual([at(15)])
  expect(ticksUntil(quarter, { after: at(0), until: at(59), count: 1 })).toEqual([at(15)])
})
