import { expect, test } from 'vitest'
import { heard, newBucket, spent, waitMs } from './throttle.ts'

const T = 1_000_000
const standard = heard({ maximumAvailable: 2_000, currentlyAvailable: 100, restoreRate: 100 }, T)

test.each([
  ['what fits goes at once', 100, T, 0],
  ['what does not fit waits until it does', 150, T, 500],
  ['time restores', 300, T + 1_000, 1_000],
  ['never beyond the bucket', 2_000, T + 3_600_000, 0],
  ['a call larger than the bucket waits for the full bucket', 9_000, T, 19_000],
  ['a clock that goes back restores nothing', 150, T - 60_000, 500],
])('%s', (_, points, now, expected) => expect(waitMs(standard, points, now)).toBe(expected))

test('what was asked since the last answer counts', () => expect(waitMs(spent(standard, 80, T), 50, T)).toBe(300))

test('a shop that said nothing yet is taken for a small one', () => expect(waitMs(newBucket(T), 1_001, T)).toBe(0))
