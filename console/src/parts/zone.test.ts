import { afterEach, expect, test } from 'vitest'
import { keepMine } from './mine.ts'
import { clockTime, exact, instantOf, localOf } from './zone.ts'

afterEach(() => keepMine({ locale: null, timeZone: null }))

test.each([
  ['Europe/Berlin', '2026-11-26T10:05', '2026-11-26T09:05:00.000Z'],
  ['Europe/Berlin', '2026-07-01T00:00', '2026-06-30T22:00:00.000Z'],
  ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00:00.000Z'],
  ['America/Los_Angeles', '2026-12-31T23:59', '2027-01-01T07:59:00.000Z'],
  ['Asia/Kathmandu', '2026-01-01T05:45', '2026-01-01T00:00:00.000Z'],
  ['UTC', '2026-11-26T10:05', '2026-11-26T10:05:00.000Z'],
  // It comes twice: the first of them.
  ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
])('in %s, %s is %s', (zone, local, instant) => {
  expect(instantOf(local, zone)).toBe(instant)
  if (local.length > 10) expect(localOf(instant, zone)).toBe(local)
})

test('an hour that the clocks leap over is the one after it, and nothing is nothing', () => {
  expect(instantOf('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
  expect([instantOf(''), instantOf('soon'), localOf(null), localOf('')]).toEqual([null, null, '', ''])
})

test.each([
  ['en-GB', 'Europe/Berlin', '26 Nov 2026, 10:05:07 CET', '26 Nov, 10:05'],
  ['de-DE', 'Europe/Berlin', '26.11.2026, 10:05:07 MEZ', '26. Nov., 10:05'],
  ['de-DE', 'Asia/Tokyo', '26.11.2026, 18:05:07 GMT+9', '26. Nov., 18:05'],
])('in %s and %s', (locale, timeZone, whole, short) => {
  keepMine({ locale, timeZone })
  const at = Date.UTC(2026, 10, 26, 9, 5, 7)
  expect(exact(at)).toBe(whole)
  expect(clockTime(at, Date.UTC(2026, 10, 28))).toBe(short)
  expect(clockTime(at, at)).toBe(short.split(', ')[1])
})
