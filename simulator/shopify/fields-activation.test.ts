import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, levelOf, openTestShop, place, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

let keys = 0
const activate = async (itemId: number, locationId: number, more: { available?: number } = {}): Promise<Json> => {
  keys += 1
  const variables = { inventoryItemId: item(itemId), locationId: place(locationId), ...more, idempotencyKey: `activate-${keys}` }
  return (await shop.graphql(document('13_activate_at_location'), variables)).data.inventoryActivate
}
const toggle = async (itemId: number, updates: [locationId: number, activate: boolean][]): Promise<Json> => {
  const variables = {
    inventoryItemId: item(itemId),
    updates: updates.map(([locationId, on]) => ({ locationId: place(locationId), activate: on })),
  }
  return (await shop.graphql(document('14_bulk_toggle_activation'), variables)).data.inventoryBulkToggleActivation
}
const deactivate = async (itemId: number, locationId: number): Promise<Json> => {
  const { data } = await shop.graphql(
    'query($i: ID!, $l: ID!) { inventoryItem(id: $i) { inventoryLevel(locationId: $l, includeInactive: true) { id } } }',
    { i: item(itemId), l: place(locationId) },
  )
  const mutation = 'mutation($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }'
  return (await shop.graphql(mutation, { id: data.inventoryItem.inventoryLevel.id })).data.inventoryDeactivate
}

describe('rule 9: levels are active or not, and keep their quantities', () => {
  test('an inactive level is there only for who asks for it', async () => {
    const query =
      'query($all: Boolean!) { inventoryItem(id: "gid://shopify/InventoryItem/15") { inventoryLevel(locationId: "gid://shopify/Location/2", includeInactive: $all) { isActive } inventoryLevels(first: 5, includeInactive: $all) { nodes { isActive } } } }'
    const seen = async (all: boolean): Promise<Json> => (await shop.graphql(query, { all })).data.inventoryItem
    expect(await seen(false)).toEqual({ inventoryLevel: null, inventoryLevels: { nodes: [{ isActive: true }] } })
    expect(await seen(true)).toEqual({
      inventoryLevel: { isActive: false },
      inventoryLevels: { nodes: [{ isActive: true }, { isActive: false }] },
    })
  })

  test('activating without a quantity keeps the old one', async () => {
    expect(await activate(15, 2)).toMatchObject({ inventoryLevel: { isActive: true }, userErrors: [] })
    expect(await levelOf(shop, 15, 2)).toMatchObject({ active: true, available: 7 })
  })

  test('activating with a quantity sets it, but not on a level that is active', async () => {
    expect((await activate(15, 2, { available: 9 })).userErrors).toEqual([])
    expect(await levelOf(shop, 15, 2)).toMatchObject({ active: true, available: 9 })
    expect(await activate(15, 2, { available: 1 })).toEqual({
      inventoryLevel: null,
      userErrors: [
        { field: ['available'], message: 'Not allowed to set available quantity when the item is already active at the location.' },
      ],
    })
    expect((await activate(15, 2)).userErrors).toEqual([])
  })

  test('activating wants a key, toggling does not', async () => {
    const query = document('13_activate_at_location')
      .replace(' @idempotent(key: $idempotencyKey)', '')
      .replace(', $idempotencyKey: String!', '')
    const { errors } = await shop.graphql(query, { inventoryItemId: item(15), locationId: place(2) })
    expect(errors[0].extensions.code).toBe('BAD_REQUEST')
    expect((await toggle(15, [[2, true]])).userErrors).toEqual([])
  })

  test('deactivating keeps the quantities for the next time', async () => {
    await activate(15, 2)
    expect(await deactivate(15, 2)).toEqual({ userErrors: [] })
    expect(await levelOf(shop, 15, 2)).toMatchObject({ active: false, available: 7 })
  })

  test('the last location and a location with committed units are kept', async () => {
    expect((await deactivate(12, 1)).userErrors[0].message).toMatch(/stocked at a minimum of 1 location/)
    expect((await deactivate(11, 2)).userErrors[0].message).toMatch(/committed/)
  })

  const toggles: [title: string, itemId: number, updates: [number, boolean][], code: string | null][] = [
    ['off at the only location', 12, [[1, false]], 'CANNOT_DEACTIVATE_FROM_ONLY_LOCATION'],
    ['off where something is committed', 11, [[2, false]], 'COMMITTED_INVENTORY_AT_LOCATION'],
    ['on where there is no location', 12, [[9, true]], 'LOCATION_NOT_FOUND'],
    ['an item that is gone', 99, [[1, true]], 'INVENTORY_ITEM_NOT_FOUND'],
    [
      'moved from one location to another',
      12,
      [
        [1, false],
        [2, true],
      ],
      null,
    ],
  ]
  test.each(toggles)('toggling: %s', async (_title, itemId, updates, code) => {
    const payload = await toggle(itemId, updates)
    expect(payload.userErrors.map((each: Json) => each.code)).toEqual(code === null ? [] : [code])
  })

  test('a write to a pair that was never stocked succeeds, on a level that is not active (assumed)', async () => {
    const { data } = await shop.graphql(...setCall([row(12, 2, 4, 0)]))
    expect(data.inventorySetQuantities.userErrors).toEqual([])
    expect(await levelOf(shop, 12, 2)).toMatchObject({ active: false, available: 4 })
  })

  test('by a dial, such a write succeeds and does nothing', async () => {
    await shop.dials({ unstockedWrites: 'ignored' })
    const { data } = await shop.graphql(...setCall([row(12, 2, 4, 0)]))
    expect(data.inventorySetQuantities).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] })
    expect(await levelOf(shop, 12, 2)).toBeNull()
  })

  test('tracking is turned on for an item', async () => {
    const { data } = await shop.graphql(document('15_track_item'), { id: item(14), input: { tracked: true } })
    expect(data.inventoryItemUpdate).toEqual({ inventoryItem: { id: item(14), sku: 'LESSON', tracked: true }, userErrors: [] })
  })
})
