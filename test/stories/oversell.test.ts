import { describe, expect, test } from 'vitest'
import { SEED } from './chance.ts'
import { flashSale } from './sale/flash-sale.ts'
import { splitPools } from './sale/other-writers.ts'
import { openSaleWorld, type SaleWorld } from './sale/sale-world.ts'

/*
 * Flash sales: thousands of orders an hour, deliveries and corrections of the ERP in between; the shop's clock is wrong, its orders
 * and webhooks come late, twice or not at all. `npm run soak -- test/soak/oversell` takes a hundred seeds of each.
 */

describe('what nobody has is not sold', () => {
  test(`one shop, seed ${SEED}`, { timeout: 120_000 }, async () => {
    expect(await flashSale('one shop', SEED, 'trueup')).toMatchObject({ oversoldUnits: 0, differing: [] })
  })

  test(`two shops on one pool, which is split, seed ${SEED}`, { timeout: 120_000 }, async () => {
    expect(await flashSale('two shops on one pool', SEED, 'trueup, pool split')).toMatchObject({ oversoldUnits: 0, differing: [] })
  })

  test(`an aggregate location beside single ones, and the pool is split, seed ${SEED}`, { timeout: 120_000 }, async () => {
    expect(await flashSale('aggregate beside one to one', SEED, 'trueup, pool split')).toMatchObject({ oversoldUnits: 0, differing: [] })
  })
})

test('a writer that compares and asserts its number again sells what nobody has: the sale is one that would show it', {
  timeout: 120_000,
}, async () => {
  expect((await flashSale('one shop', SEED, 're-assert')).oversoldUnits).toBeGreaterThan(0)
})

test.each([
  ['in one call', 'aggregate beside one to one', false],
  ['by two shops at the same moment', 'two shops on one pool', true],
] as const)(
  'the parts of a split pool that are raised %s do not grow into the same room',
  { timeout: 120_000 },
  async (_, shape, isTogether) => {
    const sale = await openSaleWorld(shape, SEED, { items: 1 })
    try {
      await splitPools(sale)
      await becomesKnown(sale)
      const before = shown(sale)
      expect(before.every(units => units > 0)).toBe(true)
      const places = await sale.home.db.query<{ id: number; units: number }>(
        'select facility_id as id, on_hand_units as units from inventory.position order by 1',
      )
      for (const { id, units } of places) await sale.erpSays(id, 1, -units)
      await becomesKnown(sale)
      expect(shown(sale)).toEqual(before.map(() => 0))
      // One piece comes, which more than one level could show.
      await sale.erpSays(1, 1, 1)
      await becomesKnown(sale, isTogether)
      expect(shown(sale).reduce((sum, units) => sum + units)).toBe(1)
    } finally {
      await sale.close()
    }
  },
)

const ROUNDS = 12

/** `isTogether`: the shops are told by processes of their own, which know nothing of each other. */
async function becomesKnown(sale: SaleWorld, isTogether = false): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    sale.pass(20_000)
    await sale.poll()
    await sale.reckon()
    if (isTogether) await sale.tellTogether()
    else await sale.tell()
  }
}

function shown(sale: SaleWorld): number[] {
  return sale.shops.flatMap(({ simulator }) =>
    [...simulator.simulated.shop.tables.levels.values()].map(level => level.quantities.available),
  )
}
