import { expect, test } from 'vitest'
import { fastClock, virtualClock } from './clock.ts'

test('a virtual clock stands still until somebody sleeps by it or pushes it', async () => {
  const clock = virtualClock(1_000)
  expect(clock.now()).toBe(1_000)
  await clock.sleep(86_400_000)
  clock.advance(5)
  expect(clock.now()).toBe(86_401_005)
})

test('by a fast clock several sleep side by side, and minutes are milliseconds', async () => {
  const clock = fastClock(0, 1_000)
  const woke: number[] = []
  await Promise.all([120_000, 80_000, 40_000].map(ms => clock.sleep(ms).then(() => woke.push(ms))))
  expect(woke).toEqual([40_000, 80_000, 120_000])
  expect(clock.now()).toBeGreaterThanOrEqual(119_000)
})
