import { expect, test } from 'vitest'
import { rounds } from '../rounds.ts'
import { SEED } from './chance.ts'
import { withEveryFault, withOutage } from './sale/trouble.ts'

/*
 * Connections break before and after a call took effect, answers are lost, late, or pages of a proxy, the shop throttles and fails, and
 * the sender dies between any two statements. `npm run soak -- test/soak/every-fault` takes five hundred seeds.
 */
const SEEDS = Array.from({ length: Math.ceil(rounds() / 2) }, (_, at) => SEED + at)

test.each(SEEDS)(
  'seed %i: after the faults stop every level is right within a minute, and each write had its effect once',
  {
    timeout: 120_000,
  },
  async seed => {
    const after = await withEveryFault(seed, 60_000)
    expect(after.notOnce).toEqual([])
    expect(after.keysTwice).toEqual([])
    expect(after.equalAfterMs).not.toBeNull()
    expect(after.equalAfterMs).toBeLessThanOrEqual(60_000)
    expect(after.deaths).toBeGreaterThan(0)
    expect(after.calls).toBeGreaterThan(3)
  },
)

test('twenty minutes of 503: nobody does anything, and a minute later every level is right with no more writes than levels that differed', {
  timeout: 120_000,
}, async () => {
  const after = await withOutage(SEED, 20 * 60_000)
  expect(after.changes).toBeGreaterThan(100)
  expect(after.differingWhenItEnded).toBeGreaterThan(0)
  expect(after.equalAfterMs).not.toBeNull()
  expect(after.equalAfterMs).toBeLessThanOrEqual(60_000)
  // Level by level. The call that was out is sent once more as it was, since nobody knows what became of it.
  expect(after.writtenTooOften).toEqual([])
  expect(after.writtenRowsAfter).toBeLessThanOrEqual(after.differingWhenItEnded + after.unansweredRowsWhenItEnded)
  expect(after.notOnce).toEqual([])
})
