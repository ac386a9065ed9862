import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, item, openTestShop, place, row, SCOPES, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await openTestShop()
})
afterAll(() => shop.close())

describe('rule 8: what the app may not see is ACCESS_DENIED', () => {
  const level = [document('06_levels_for_known_items'), { ids: [item(11)], locationId: place(1) }] as const
  const table: [title: string, scopes: string[], call: readonly [string, object], denied: string | null][] = [
    ['locations want read_locations', ['read_inventory'], [document('02_locations'), {}], 'locations'],
    ['levels want read_inventory', ['read_products'], level, 'inventoryLevel'],
    ['levels are open to write_inventory', ['write_inventory'], level, null],
    ['variants want read_products', ['read_inventory'], [document('05_variants_by_sku'), { query: '', first: 1 }], 'productVariants'],
    ['items are open to either', ['read_products'], ['{ inventoryItems(first: 1) { nodes { sku tracked } } }', {}], null],
    [
      'counting who shares a SKU wants read_inventory',
      ['read_products'],
      ['{ inventoryItems(first: 1) { nodes { duplicateSkuCount } } }', {}],
      'duplicateSkuCount',
    ],
    ['orders want read_orders', ['read_products'], ['{ orders(first: 1) { nodes { id } } }', {}], 'orders'],
    ['writing wants write_inventory', ['read_inventory'], setCall([row(11, 1, 7, 10)]), 'inventorySetQuantities'],
    ['the scopes themselves want none', [], [document('01_app_access_scopes'), {}], null],
  ]
  test.each(table)('%s', async (_title, scopes, call, denied) => {
    await shop.dials({ scopes })
    const { status, json } = await shop.post(...call)
    expect(status).toBe(200)
    if (denied === null) return expect(json.errors).toBeUndefined()
    expect(json.errors[0].message).toMatch(new RegExp(`^Access denied for ${denied} field\\. Required access: \`\\w+\``))
    expect(json.errors[0].extensions).toMatchObject({ code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes' })
    expect(json.errors[0].path.at(-1)).toBe(denied)
  })

  test('fulfilment orders want a scope of their own', async () => {
    await shop.dials({ scopes: SCOPES })
    await shop.control('POST', 'orders', { lines: [{ sku: 'BALL', units: 1 }] })
    const query = '{ orders(first: 1) { nodes { id fulfillmentOrders(first: 1) { nodes { id } } } } }'
    expect((await shop.graphql(query)).errors).toBeUndefined()
    await shop.dials({ scopes: ['read_orders'] })
    expect((await shop.graphql(query)).errors[0].extensions.code).toBe('ACCESS_DENIED')
  })

  test('the dial shows in currentAppInstallation', async () => {
    await shop.dials({ scopes: ['read_inventory'] })
    const { data } = await shop.graphql(document('01_app_access_scopes'))
    expect(data.currentAppInstallation.accessScopes).toEqual([{ handle: 'read_inventory' }])
    await shop.dials({ scopes: null })
  })
})
