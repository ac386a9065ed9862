import { expect, test } from 'vitest'
import { flashSale, type Outcome, type Writer } from '../stories/sale/flash-sale.ts'
import type { Shape } from '../stories/sale/sale-world.ts'

/* A hundred flash sales of each shape, by each writer, on the same seeds. TRUEUP_SEEDS=12 takes fewer. */
const SEEDS = Number(process.env.TRUEUP_SEEDS ?? 100)

type Sum = Omit<Outcome, 'differing'>
const sums = new Map<string, Sum>()

async function allSeeds(shape: Shape, writer: Writer): Promise<Sum> {
  const known = sums.get(`${shape}, ${writer}`)
  if (known) return known
  const sum: Sum = { soldUnits: 0, oversoldUnits: 0, refusedUnits: 0, refusedInVainUnits: 0, orders: 0, writes: 0 }
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await flashSale(shape, seed, writer)
    expect(outcome.differing, `seed ${seed}: levels differ at rest`).toEqual([])
    for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += outcome[name]
    if (writer === 'trueup, pool split' || (writer === 'trueup' && shape === 'one shop'))
      expect(outcome.oversoldUnits, `seed ${seed}: oversold`).toBe(0)
  }
  sums.set(`${shape}, ${writer}`, sum)
  const share = ((100 * sum.oversoldUnits) / sum.soldUnits).toFixed(2)
  process.stdout.write(
    `| ${shape} | ${writer} | ${SEEDS} | ${sum.orders} | ${sum.soldUnits} | ${sum.oversoldUnits} (${share} %) | ${sum.refusedUnits} | ${sum.refusedInVainUnits} | ${sum.writes} |\n`,
  )
  return sum
}

test('one shop: nothing is oversold, whatever comes late', async () => {
  const ours = await allSeeds('one shop', 'trueup')
  expect(ours.oversoldUnits).toBe(0)
  expect((await allSeeds('one shop', 'naive')).oversoldUnits).toBeGreaterThan(0)
  expect((await allSeeds('one shop', 're-assert')).oversoldUnits).toBeGreaterThan(0)
})

test.each<[Shape]>([['two shops on one pool'], ['aggregate beside one to one']])(
  '%s: no more than by an oracle that knows every order at each read, and nothing with the pool split',
  async shape => {
    expect((await allSeeds(shape, 'trueup, pool split')).oversoldUnits).toBe(0)
    const ours = await allSeeds(shape, 'trueup')
    expect(ours.oversoldUnits).toBeLessThanOrEqual((await allSeeds(shape, 'oracle')).oversoldUnits)
    for (const writer of ['naive', 're-assert'] as const)
      expect((await allSeeds(shape, writer)).oversoldUnits).toBeGreaterThan(ours.oversoldUnits)
  },
)
