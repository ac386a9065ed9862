import { expect, test } from 'vitest'
import { withEveryFault } from '../stories/sale/trouble.ts'

/* Five hundred seeds of every fault. TRUEUP_SEEDS=50 takes fewer. */
const SEEDS = Number(process.env.TRUEUP_SEEDS ?? 500)

test(`${SEEDS} seeds with every fault`, async () => {
  let [deaths, calls, slowestMs] = [0, 0, 0]
  for (let seed = 1; seed <= SEEDS; seed++) {
    const after = await withEveryFault(seed, 60_000)
    expect(after.notOnce, `seed ${seed}`).toEqual([])
    expect(after.keysTwice, `seed ${seed}`).toEqual([])
    expect(after.equalAfterMs, `seed ${seed}`).not.toBeNull()
    expect(after.equalAfterMs, `seed ${seed}`).toBeLessThanOrEqual(60_000)
    deaths += after.deaths
    calls += after.calls
    slowestMs = Math.max(slowestMs, after.equalAfterMs ?? 0)
    if (seed % 25 === 0 || seed === SEEDS)
      process.stdout.write(`${seed} seeds: ${calls} calls, ${deaths} deaths, all equal at the latest after ${slowestMs / 1_000} s\n`)
  }
})
