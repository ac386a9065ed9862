import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { flashSale, type Outcome, type Writer } from '../stories/sale/flash-sale.ts'
import type { Shape } from '../stories/sale/sale-world.ts'

/* A hundred flash sales of each shape, by each writer, on the same seeds. TRUEUP_SEEDS=12 takes fewer. */
const SEEDS = Number(process.env.TRUEUP_SEEDS ?? 100)
/** Each sale has a world and a clock of its own, so that several may go on at once. */
const AT_ONCE = availableParallelism() + 1
const SALE_MS_MAX = 60_000

type Sum = Omit<Outcome, 'differing'>

const WRITERS: [Shape, Writer[]][] = [
  ['one shop', ['trueup', 'naive', 're-assert']],
  ['two shops on one pool', ['trueup, pool split', 'trueup', 'oracle', 'naive', 're-assert']],
  ['aggregate beside one to one', ['trueup, pool split', 'trueup', 'oracle', 'naive', 're-assert']],
]

describe.each(WRITERS)('%s', (shape, writers) => {
  const sums = new Map<Writer, Sum>()
  const oversoldBy = (writer: Writer) => sums.get(writer)?.oversoldUnits ?? Number.NaN

  test.each(writers)('%s', { timeout: SEEDS * SALE_MS_MAX }, async writer => {
    sums.set(writer, await allSeeds(shape, writer))
  })

  test('nothing is oversold at one level, or with the pool split; at several no more than by an oracle that knows every order at each read', () => {
    if (shape === 'one shop') expect(oversoldBy('trueup')).toBe(0)
    else {
      expect(oversoldBy('trueup, pool split')).toBe(0)
      expect(oversoldBy('trueup')).toBeLessThanOrEqual(oversoldBy('oracle'))
    }
    for (const writer of ['naive', 're-assert'] as const) expect(oversoldBy(writer)).toBeGreaterThan(oversoldBy('trueup'))
  })
})

async function allSeeds(shape: Shape, writer: Writer): Promise<Sum> {
  const sum: Sum = { soldUnits: 0, oversoldUnits: 0, refusedUnits: 0, refusedInVainUnits: 0, orders: 0, writes: 0 }
  const isNeverOversold = writer === 'trueup, pool split' || (writer === 'trueup' && shape === 'one shop')
  let next = 1
  const sell = async () => {
    for (let seed = next++; seed <= SEEDS; seed = next++) {
      const outcome = await flashSale(shape, seed, writer)
      expect(outcome.differing, `seed ${seed}: levels differ at rest`).toEqual([])
      for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += outcome[name]
      if (isNeverOversold) expect(outcome.oversoldUnits, `seed ${seed}: oversold`).toBe(0)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sell))
  const share = ((100 * sum.oversoldUnits) / sum.soldUnits).toFixed(2)
  process.stdout.write(
    `| ${shape} | ${writer} | ${SEEDS} | ${sum.orders} | ${sum.soldUnits} | ${sum.oversoldUnits} (${share} %) | ${sum.refusedUnits} | ${sum.refusedInVainUnits} | ${sum.writes} |\n`,
  )
  return sum
}
