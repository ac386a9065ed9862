import { describe, expect, test } from 'vitest'
import { SEED } from './chance.ts'
import { flashSale } from './sale/flash-sale.ts'

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
