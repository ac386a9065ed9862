import { expect, test } from 'vitest'
import { lastTick, leftOutTick, nextTicks, ticksUntil } from './cron.ts'

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

/* In the night of 29 March 2026 two o'clock is left out in Berlin, in that of 25 October it comes twice. */
test.each<[says: string, cron: string, at: string, last: string, leftOut: boolean]>([
  ['an hour that is left out: half past two is half past three', '30 2 * * *', '2026-03-29T01:30:00Z', '2026-03-29T01:30:00Z', true],
  ['a minute before it', '30 2 * * *', '2026-03-29T01:29:00Z', '2026-03-28T01:30:00Z', false],
  ['the whole day after it', '30 2 * * *', '2026-03-29T20:00:00Z', '2026-03-29T01:30:00Z', true],
  ['the day after that', '30 2 * * *', '2026-03-30T00:30:00Z', '2026-03-30T00:30:00Z', false],
  ['an hour that comes twice: the first counts', '0 2 * * *', '2026-10-25T00:00:00Z', '2026-10-25T00:00:00Z', false],
  ['… and the second is no tick', '0 2 * * *', '2026-10-25T01:00:00Z', '2026-10-25T00:00:00Z', false],
  ['… all day long', '0 2 * * *', '2026-10-25T20:00:00Z', '2026-10-25T00:00:00Z', false],
  ['every quarter of an hour goes on through it', '*/15 * * * *', '2026-03-29T01:05:00Z', '2026-03-29T01:00:00Z', false],
])('%s', (_, cron, at, last, leftOut) => {
  const berlin = { cron, timeZone: 'Europe/Berlin' }
  expect(iso(lastTick(berlin, Date.parse(at)))).toBe(new Date(last).toISOString())
  expect(iso(leftOutTick(berlin, Date.parse(at)))).toBe(leftOut ? new Date(last).toISOString() : null)
})

test.each(['Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Africa/Casablanca', 'Asia/Kathmandu', 'Pacific/Apia'])(
  'what was last is always one of those that were to come, in %s in every night in which the clocks change',
  timeZone => {
    for (const cron of ['30 2 * * *', '0 2 * * *', '15 1 * * *', '0 */6 * * *', '30 1-3 * * 0', '45 0 * * *', '*/30 * * * *']) {
      for (const day of ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01']) {
        const [after, until] = [Date.parse(day) - 36 * 3_600_000, Date.parse(day) + 48 * 3_600_000]
        const ticks = ticksUntil({ cron, timeZone }, { after, until, count: 9_999 })
        const back: number[] = []
        for (let at = lastTick({ cron, timeZone }, until); at !== null && at > after; at = lastTick({ cron, timeZone }, at - 1_000))
          back.unshift(at)
        expect([cron, day, ...back.map(iso)]).toEqual([cron, day, ...ticks.map(iso)])
      }
    }
  },
)
