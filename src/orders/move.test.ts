import { expect, test } from 'vitest'
import { movedAt } from './move.ts'
import type { StockMove } from './port.ts'

const NOW = 1_800_000_000_000
/** The shop's clock is a minute and a half behind, and the look took three seconds of it. */
const LOOK = { from: NOW - 93_000, until: NOW - 90_000 }

test.each<[string, StockMove['kind'], number, { from: number; until: number }, number]>([
  ['what left by a clock that is behind left later by ours', 'shipped', NOW - 120_000, LOOK, NOW - 26_000],
  ['so did what was lost', 'lost', NOW - 120_000, LOOK, NOW - 26_000],
  ['what came back is taken to have come back as early as can be', 'returned', NOW - 120_000, LOOK, NOW - 30_000],
  ['so is what was not shipped after all', 'unshipped', NOW - 120_000, LOOK, NOW - 30_000],
  ['never after we heard of it', 'shipped', NOW - 93_000, LOOK, NOW],
  ['by a clock that is ahead', 'shipped', NOW + 30_000, { from: NOW + 58_000, until: NOW + 61_000 }, NOW - 27_000],
  ['where nobody told the clock it is believed', 'shipped', NOW - 5_000, { from: 0, until: 0 }, NOW - 5_000],
])('%s', (_title, kind, at, look, expected) => expect(movedAt({ kind, at }, look, NOW)).toBe(expected))
