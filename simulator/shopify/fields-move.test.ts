import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, levelOf, openTestShop, place, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const available = (more: object = {}): Json => ({ name: 'available', locationId: place(1), changeFromQuantity: null, ...more })
const damaged = (more: object = {}): Json => ({
  name: 'damaged',
  locationId: place(1),
  changeFromQuantity: null,
  ledgerDocumentUri: 'gid://test/Damage/1',
  ...more,
})
let keys = 0
const send = async (changes: Json[], more: object = {}): Promise<Json> => {
  keys += 1
  const input = { reason: 'damaged', referenceDocumentUri: 'gid://test/Move/1', changes, ...more }
  return shop.graphql(document('12_move_quantities'), { input, idempotencyKey: `move-${keys}` })
}
const change = (quantity: number, from = available(), to = damaged()): Json => ({ inventoryItemId: item(11), quantity, from, to })

test('units move between two quantities of one level; what is on hand stays', async () => {
  const { data } = await send([change(3, available({ changeFromQuantity: 10 }))])
  expect(data.inventoryMoveQuantities).toEqual({
    userErrors: [],
    inventoryAdjustmentGroup: {
      id: expect.any(String),
      changes: [
        { name: 'available', delta: -3, quantityAfterChange: null },
        { name: 'damaged', delta: 3, quantityAfterChange: null },
      ],
    },
  })
  expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7, damaged: 3, on_hand: 10 })
  await send([change(3, damaged(), available())])
  expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10, damaged: 0, on_hand: 10 })
})

describe('it is refused, and nothing moves', () => {
  const table: [title: string, changes: Json[], code: string][] = [
    ['to another location', [change(1, available(), damaged({ locationId: place(2) }))], 'DIFFERENT_LOCATIONS'],
    ['to the same quantity', [change(1, available(), available())], 'SAME_QUANTITY_NAME'],
    ['of what only orders move', [change(1, available(), damaged({ name: 'committed' }))], 'INVALID_QUANTITY_NAME'],
    ['of fewer than none', [change(-1)], 'INVALID_QUANTITY_NEGATIVE'],
    [
      'without a document for what is not available',
      [change(1, available(), damaged({ ledgerDocumentUri: null }))],
      'INVALID_QUANTITY_DOCUMENT',
    ],
    ['with a document for available', [change(1, available({ ledgerDocumentUri: 'gid://test/A/1' }))], 'INVALID_AVAILABLE_DOCUMENT'],
    ['from a number that is no longer there', [change(1), change(1, available({ changeFromQuantity: 4 }))], 'CHANGE_FROM_QUANTITY_STALE'],
  ]
  test.each(table)('%s', async (_title, changes, code) => {
    const { data } = await send(changes)
    expect(data.inventoryMoveQuantities.userErrors.map((each: Json) => each.code)).toEqual([code])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10, damaged: 0 })
  })

  test('without saying what it changes from', async () => {
    const { changeFromQuantity: _left, ...rest } = available()
    expect((await send([change(1, rest)])).errors[0]).toMatchObject({
      message: 'InventoryMoveQuantityTerminalInput must include the following argument: changeFromQuantity.',
      extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
    })
  })
})
