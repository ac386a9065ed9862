import { expect, test } from 'vitest'
import { nextTick } from './next-tick.ts'

const AT = Date.UTC(2026, 10, 23, 10, 7, 30) // a Monday

test.each([
  ['*/15 * * * *', '2026-11-23T10:15:00.000Z'],
  ['0 2 * * *', '2026-11-24T02:00:00.000Z'],
  ['0 * * * *', '2026-11-23T11:00:00.000Z'],
  ['7 10 * * *', '2026-11-24T10:07:00.000Z'],
  ['30 3 * * 0', '2026-11-29T03:30:00.000Z'],
  ['30 3 * * 7', '2026-11-29T03:30:00.000Z'],
  ['0 0 1 1 *', '2027-01-01T00:00:00.000Z'],
  ['0 9-17/4 * * 1-5', '2026-11-23T13:00:00.000Z'],
])('%s ticks next at %s', (cron, expected) => {
  expect(new Date(nextTick(cron, AT) ?? 0).toISOString()).toBe(expected)
})

test.each(['', '* * * *', '60 * * * *', 'x * * * *', '*/0 * * * *', '0 0 31 2 *'])('%j never ticks', cron => {
  expect(nextTick(cron, AT)).toBeNull()
})
