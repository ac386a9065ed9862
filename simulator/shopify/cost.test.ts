import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RESTORE_POINTS_PER_SECOND } from './bucket.ts'
import type { Plan } from './shop-file.ts'
import { document, item, type Json, openTestShop, place, row, SMALL_SHOP, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const cost = async (query: string, variables: object = {}): Promise<Json> => (await shop.graphql(query, variables)).extensions.cost

describe('rule 7: calls cost points, out of a bucket that the plan refills', () => {
  const scalars = document('10_set_quantities').replace(/changes \{[\s\S]*?\n {6}\}/, '')
  const bare =
    'mutation($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) { inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) { userErrors { code } } }'
  const mutations: [title: string, query: string, change: [number, number], requested: number, actual: number][] = [
    ['with items and locations of the changes', document('10_set_quantities'), [7, 10], 13, 13],
    ['with the group alone', scalars, [7, 10], 11, 11],
    ['without the group', bare, [7, 10], 10, 10],
    ['asked for everything, nothing changed', document('10_set_quantities'), [10, 10], 13, 10],
  ]
  test.each(mutations)('setting quantities %s', async (_title, query, [to, from], requested, actual) => {
    expect(await cost(query, setCall([row(11, 1, to, from)])[1])).toMatchObject({ requestedQueryCost: requested, actualQueryCost: actual })
  })

  // 2 + max(1, floor(2 ln n)), as every flat recorded list costs.
  test.each([
    [1, 3],
    [5, 5],
    [10, 6],
    [20, 7],
    [50, 9],
    [250, 13],
  ])('a flat list of %i costs %i', async (first, points) => {
    expect(await cost(`{ inventoryItems(first: ${first}) { nodes { id } } }`)).toMatchObject({ requestedQueryCost: points })
  })

  const queries: [title: string, query: string, variables: object, requested: number][] = [
    ['250 rows with an object each', '{ productVariants(first: 250) { nodes { id product { id } } } }', {}, 24],
    [
      'the same by edges',
      '{ productVariants(first: 250) { edges { cursor node { id product { id } } } pageInfo { hasNextPage } } }',
      {},
      24,
    ],
    ['a page size in a variable with a default', 'query($first: Int = 250) { inventoryItems(first: $first) { nodes { id } } }', {}, 13],
    ['looking at a bulk operation', document('23_poll_bulk_operation'), { id: 'gid://shopify/BulkOperation/1' }, 1],
    ['starting one', document('22_run_bulk_query'), { query: '{ productVariants { edges { node { id } } } }' }, 10],
    ['two levels by id', document('06_levels_for_known_items'), { ids: [item(11), item(12)], locationId: place(1) }, 4],
  ]
  test.each(queries)('%s', async (_title, query, variables, requested) => {
    expect(await cost(query, variables)).toMatchObject({ requestedQueryCost: requested })
  })

  test('what was reserved and not used comes back', async () => {
    const { throttleStatus } = await cost('{ inventoryItems(first: 250) { nodes { id } } }') // 13 asked for, 6 rows cost 5
    expect(throttleStatus).toEqual({ maximumAvailable: 2_000, currentlyAvailable: 1_995, restoreRate: 100 })
  })

  test('an empty bucket answers THROTTLED with HTTP 200 and without data, and refills with time', async () => {
    await shop.dials({ failNext: [{ kind: 'throttle' }] })
    const call = setCall([row(11, 1, 7, 10)])
    const { status, json } = await shop.post(...call)
    expect(status).toBe(200)
    expect(json.errors).toEqual([
      { message: 'Throttled', extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' } },
    ])
    expect(json).not.toHaveProperty('data')
    expect(json.extensions.cost).toEqual({
      requestedQueryCost: 13,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 0, restoreRate: 100 },
    })
    shop.clock.now += 120
    expect((await shop.graphql(...call)).errors[0].extensions.code).toBe('THROTTLED')
    shop.clock.now += 10
    expect((await shop.graphql(...call)).data.inventorySetQuantities.userErrors).toEqual([])
  })

  test('a call that asks for more than 1,000 points never runs', async () => {
    const answer = await shop.graphql(
      '{ locations(first: 250) { nodes { inventoryLevels(first: 250) { nodes { item { variant { product { id } } } location { inventoryLevels(first: 250) { nodes { id } } } } } } } }',
    )
    expect(answer.errors[0].extensions).toMatchObject({ code: 'MAX_COST_EXCEEDED', maxCost: 1_000 })
  })

  test.each(Object.entries(RESTORE_POINTS_PER_SECOND))('the plan %s restores %i points a second', async (plan, rate) => {
    const other = await openTestShop({ shop: { ...SMALL_SHOP, plan: plan as Plan } })
    const { extensions } = await other.graphql('{ shop { id } }')
    await other.close()
    expect(extensions.cost.throttleStatus).toMatchObject({ restoreRate: rate, maximumAvailable: rate * 20 })
  })
})
