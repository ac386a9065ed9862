import { expect, test } from 'vitest'
import { retryAlertMs, TRIES_MAX } from './alert-retry.ts'

test.each([
  [1, 15_000],
  [2, 30_000],
  [8, 30 * 60_000],
  [TRIES_MAX - 1, 30 * 60_000],
  [TRIES_MAX, null],
])('after %d tries: %s ms', (tries, waitMs) => expect(retryAlertMs(tries)).toBe(waitMs))

test('a message is tried for about a day', () => {
  const all = Array.from({ length: TRIES_MAX }, (_, index) => retryAlertMs(index + 1) ?? 0).reduce((sum, ms) => sum + ms, 0)
  expect(all / 3_600_000).toBeGreaterThan(23)
  expect(all / 3_600_000).toBeLessThan(26)
})
