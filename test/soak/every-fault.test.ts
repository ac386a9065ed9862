import { expect, test } from 'vitest'
import { withEveryFault, withOutage } from '../stories/sale/trouble.ts'

/* Five hundred seeds of every fault. TRUEUP_SEEDS=50 takes fewer, TRUEUP_FIRST_SEED=51 goes on where a run was broken off. */
const SEEDS = Number(process.env.TRUEUP_SEEDS ?? 500)
const FIRST_SEED = Number(process.env.TRUEUP_FIRST_SEED ?? 1)
/** Real time that a seed, or an outage, may take on a busy machine. */
const SEED_MS_MAX = 20_000
const OUTAGE_MS_MAX = 120_000

test(`seeds ${FIRST_SEED} to ${SEEDS} with every fault`, { timeout: SEEDS * SEED_MS_MAX }, async () => {
  let [deaths, calls, slowestMs] = [0, 0, 0]
  for (let seed = FIRST_SEED; seed <= SEEDS; seed++) {
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

/** A run takes as long as a dozen seeds of every fault. */
const OUTAGES = Math.ceil(SEEDS / 25)

test(`${OUTAGES} outages of twenty minutes: 503 to everything, while numbers change`, { timeout: OUTAGES * OUTAGE_MS_MAX }, async () => {
  for (let seed = 1; seed <= OUTAGES; seed++) {
    const after = await withOutage(seed, 20 * 60_000)
    process.stdout.write(
      `seed ${seed}: ${after.changes} changes in 20 min of 503; ${after.differingWhenItEnded} levels differed when it ended; ` +
        `equal after ${(after.equalAfterMs ?? Number.NaN) / 1_000} s with ${after.writtenRowsAfter} levels written, ` +
        `${after.unansweredRowsWhenItEnded} of a call that was out when it began\n`,
    )
    expect(after.equalAfterMs, `seed ${seed}`).not.toBeNull()
    expect(after.equalAfterMs, `seed ${seed}`).toBeLessThanOrEqual(60_000)
    expect(after.writtenTooOften, `seed ${seed}`).toEqual([])
    expect(after.writtenRowsAfter, `seed ${seed}`).toBeLessThanOrEqual(after.differingWhenItEnded + after.unansweredRowsWhenItEnded)
    expect(after.notOnce, `seed ${seed}`).toEqual([])
    expect(after.keysTwice, `seed ${seed}`).toEqual([])
  }
})
