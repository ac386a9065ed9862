import { expect, test } from 'vitest'
import { chanceOf, delayMs, OUTAGE } from './backoff.ts'

test.each([
  ['the first wait is the base', 1, 0, 1_000],
  ['it doubles', 3, 0, 4_000],
  ['it stays at its bound', 7, 0, 60_000],
  ['after a day of trying too', 10_000, 0, 60_000],
  ['chance takes away at most a fifth', 3, 0.999999, 3_200],
])('%s', (_, attempt, chance, expected) => expect(delayMs(OUTAGE, attempt, chance)).toBe(expected))

test('a UUID is a number between 0 and 1', () => {
  expect(chanceOf('00000000-0000-4000-8000-000000000000')).toBe(0)
  expect(chanceOf('80000000-0000-4000-8000-000000000000')).toBe(0.5)
  expect(chanceOf('ffffffff-0000-4000-8000-000000000000')).toBeLessThan(1)
})
