import { expect, test } from 'vitest'
import { clockSkewMs } from './clock-skew.ts'

const ours = { askedAt: 100_000, answeredAt: 101_000 }

test.each<[says: string, theirs: { from: number; until: number }, skewMs: number | null]>([
  ['the same clock', { from: 99_000, until: 103_000 }, 0],
  ['an answer that was made before it was asked: ours is ahead', { from: 20_000, until: 24_000 }, 76_000],
  ['an answer that is made later than it came: ours is behind', { from: 191_000, until: 195_000 }, -90_000],
  ['within what one answer can tell', { from: 101_000, until: 105_000 }, 0],
  ['a clock that counts parts of a millisecond', { from: 20_000, until: 24_000.4 }, 76_000],
  ['an answer without a date', { from: 0, until: 8_640_000_000_000_000 }, null],
])('%s', (_, theirs, skewMs) => expect(clockSkewMs(ours, theirs)).toBe(skewMs))
