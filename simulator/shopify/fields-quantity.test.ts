import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, levelOf, openTestShop, place, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const set = async (...args: Parameters<typeof setCall>): Promise<Json> =>
  (await shop.graphql(...setCall(...args))).data.inventorySetQuantities
const codes = (payload: Json): [string, string][] => payload.userErrors.map((each: Json) => [each.code, each.field?.join('.') ?? null])

describe('rule 2: two things that the schema leaves open are demanded when the call runs', () => {
  test('without @idempotent: BAD_REQUEST, and the root is null', async () => {
    const query = document('10_set_quantities').replace(' @idempotent(key: $idempotencyKey)', '').replace(', $idempotencyKey: String!', '')
    const answer = await shop.graphql(query, setCall([row(11, 1, 7, 10)])[1])
    expect(answer.errors[0]).toMatchObject({
      message: 'The @idempotent directive is required for this mutation but was not provided.',
      path: ['inventorySetQuantities'],
      extensions: { code: 'BAD_REQUEST' },
    })
    expect(answer.data).toEqual({ inventorySetQuantities: null })
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10 })
  })

  test('a blank key is no key', async () => {
    const answer = await shop.graphql(...setCall([row(11, 1, 7, 10)], { key: '  ' }))
    expect(answer.errors[0].extensions.code).toBe('BAD_REQUEST')
  })

  test('without changeFromQuantity in every row: INVALID_FIELD_ARGUMENTS', async () => {
    const { changeFromQuantity: _left, ...bare } = row(12, 1, 1, 3)
    const answer = await shop.graphql(...setCall([row(11, 1, 7, 10), bare]))
    expect(answer.errors[0]).toMatchObject({
      message: 'InventoryQuantityInput must include the following argument: changeFromQuantity.',
      extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
    })
    expect(answer.data).toEqual({ inventorySetQuantities: null })
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10 })
  })
})

describe('rule 4: a call happens wholly or not at all, and every error names its row', () => {
  const table: [title: string, rows: Json[], expected: [string, string][]][] = [
    ['an item that is gone', [row(11, 1, 7, 10), row(99, 1, 1, 0)], [['INVALID_INVENTORY_ITEM', 'input.quantities.1.inventoryItemId']]],
    ['a location that is gone', [row(11, 1, 7, 10), row(12, 9, 1, 0)], [['INVALID_LOCATION', 'input.quantities.1.locationId']]],
    ['a location that is switched off', [row(11, 1, 7, 10), row(12, 3, 1, 0)], [['INVALID_LOCATION', 'input.quantities.1.locationId']]],
    ['a bundle parent', [row(11, 1, 7, 10), row(13, 1, 1, 0)], [['NON_MUTABLE_INVENTORY_ITEM', 'input.quantities.1.inventoryItemId']]],
    [
      'a pair twice, said once a row',
      [row(11, 1, 7, 10), row(12, 1, 1, 3), row(11, 1, 8, 10)],
      [
        ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'input.quantities.0.locationId'],
        ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'input.quantities.2.locationId'],
      ],
    ],
    [
      'two stale rows',
      [row(11, 1, 7, 10), row(12, 1, 1, 4), row(15, 1, 1, 5)],
      [
        ['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.1.changeFromQuantity'],
        ['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.2.changeFromQuantity'],
      ],
    ],
    [
      'more than a billion',
      [row(11, 1, 7, 10), row(12, 1, 1_000_000_001, 3)],
      [['INVALID_QUANTITY_TOO_HIGH', 'input.quantities.1.quantity']],
    ],
    [
      'less than minus a billion',
      [row(11, 1, 7, 10), row(12, 1, -1_000_000_001, 3)],
      [['INVALID_QUANTITY_TOO_LOW', 'input.quantities.1.quantity']],
    ],
  ]
  test.each(table)('%s', async (_title, rows, expected) => {
    const payload = await set(rows)
    expect(payload.inventoryAdjustmentGroup).toBeNull()
    expect(codes(payload)).toEqual(expected)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10 })
  })

  const inputs: [title: string, more: Parameters<typeof setCall>[1], expected: [string, string][]][] = [
    ['a reason that is none', { reason: 'because' }, [['INVALID_REASON', 'input.reason']]],
    ['a name that cannot be set', { name: 'committed' }, [['INVALID_NAME', 'input.name']]],
    ['a reference without scheme', { referenceDocumentUri: 'run 7' }, [['INVALID_REFERENCE_DOCUMENT', 'input.referenceDocumentUri']]],
  ]
  test.each(inputs)('%s', async (_title, more, expected) => {
    expect(codes(await set([row(11, 1, 7, 10)], more))).toEqual(expected)
  })
})

describe('rule 5: compare-and-swap on the named quantity', () => {
  test('available moves, and what is on hand with it; nobody is told the quantity after', async () => {
    const payload = await set([row(11, 2, 9, 5)], { referenceDocumentUri: 'gid://test/Run/1' })
    expect(payload.userErrors).toEqual([])
    expect(payload.inventoryAdjustmentGroup).toMatchObject({ reason: 'correction', referenceDocumentUri: 'gid://test/Run/1' })
    const same = { delta: 4, quantityAfterChange: null, item: { id: item(11) }, location: { id: place(2) } }
    expect(payload.inventoryAdjustmentGroup.changes).toEqual([
      { name: 'available', ...same },
      { name: 'on_hand', ...same },
    ])
    expect(await levelOf(shop, 11, 2)).toMatchObject({ available: 9, committed: 2, on_hand: 11 })
  })

  test('the quantities that moved say when, the others do not', async () => {
    shop.clock.now += 5_000
    await set([row(11, 2, 9, 5)])
    const { data } = await shop.graphql(document('06_levels_for_known_items'), { ids: [item(11)], locationId: place(2) })
    const { updatedAt, quantities } = data.nodes[0].inventoryLevel
    expect(updatedAt).toBe('2026-11-24T12:00:05Z')
    expect(quantities.filter((each: Json) => each.updatedAt === updatedAt).map((each: Json) => each.name)).toEqual(['available', 'on_hand'])
  })

  test('on_hand is compared as on_hand, and moves what is available', async () => {
    expect(codes(await set([row(11, 2, 20, 5)], { name: 'on_hand' }))[0]?.[0]).toBe('CHANGE_FROM_QUANTITY_STALE')
    const payload = await set([row(11, 2, 20, 7)], { name: 'on_hand' })
    expect(payload.inventoryAdjustmentGroup.changes.map((each: Json) => [each.name, each.delta])).toEqual([
      ['on_hand', 13],
      ['available', 13],
    ])
    expect(await levelOf(shop, 11, 2)).toMatchObject({ available: 18, committed: 2, on_hand: 20 })
  })

  test('a call in which nothing changes is a success without a group', async () => {
    expect(await set([row(11, 1, 10, 10), row(12, 1, 3, null)])).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] })
  })

  test('only the rows that changed are told', async () => {
    const payload = await set([row(11, 1, 10, 10), row(12, 1, 4, 3)])
    expect(payload.inventoryAdjustmentGroup.changes.map((each: Json) => each.item.id)).toEqual([item(12), item(12)])
  })

  test('null overwrites whatever is there, and available may go below zero but on_hand may not', async () => {
    expect((await set([row(11, 1, -5, null)])).userErrors).toEqual([])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: -5 })
    expect(codes(await set([row(11, 1, -5, null)], { name: 'on_hand' }))).toEqual([
      ['INVALID_QUANTITY_NEGATIVE', 'input.quantities.0.quantity'],
    ])
  })

  test('adjusting adds, and is compared too', async () => {
    const adjust = async (name: string, change: object): Promise<Json> => {
      const input = {
        name,
        reason: 'damaged',
        changes: [{ inventoryItemId: item(11), locationId: place(1), changeFromQuantity: null, ...change }],
      }
      return (await shop.graphql(document('11_adjust_quantities'), { input, idempotencyKey: `${name}-${JSON.stringify(change)}` })).data
        .inventoryAdjustQuantities
    }
    expect((await adjust('available', { delta: -4, changeFromQuantity: 10 })).userErrors).toEqual([])
    expect(codes(await adjust('available', { delta: -1, changeFromQuantity: 10 }))).toEqual([
      ['CHANGE_FROM_QUANTITY_STALE', 'input.changes.0.changeFromQuantity'],
    ])
    expect(codes(await adjust('on_hand', { delta: 1 }))[0]).toEqual(['INVALID_QUANTITY_NAME', 'input.name'])
    expect(codes(await adjust('damaged', { delta: 1 }))).toEqual([['INVALID_QUANTITY_DOCUMENT', 'input.changes.0.ledgerDocumentUri']])
    expect(codes(await adjust('available', { delta: 1, ledgerDocumentUri: 'a:b' }))).toEqual([
      ['INVALID_AVAILABLE_DOCUMENT', 'input.changes.0.ledgerDocumentUri'],
    ])
    expect((await adjust('damaged', { delta: 1, ledgerDocumentUri: 'a:b' })).userErrors).toEqual([])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 6, damaged: 1, on_hand: 7 })
  })

  test('by a dial, a stale row does not say which it is', async () => {
    await shop.dials({ staleField: 'null' })
    expect(codes(await set([row(11, 1, 7, 9)]))).toEqual([['CHANGE_FROM_QUANTITY_STALE', null]])
  })
})

test('a thousand levels are written by four calls, and read by four, in well under a second', async () => {
  const variants = Array.from({ length: 1_000 }, (_, at) => ({
    sku: `S${at}`,
    inventoryItemId: 5_000 + at,
    levels: [{ location: 'Only', available: 0 }],
  }))
  const big = await openTestShop({
    shop: {
      domain: 'big.myshopify.com',
      plan: 'plus',
      scopes: ['write_inventory', 'read_products'],
      locations: [{ name: 'Only', id: 1 }],
      products: [{ title: 'P', variants }],
    },
  })
  try {
    await big.graphql('{ shop { id } }')
    // Of the processor, not of the wall: other tests run at the same time.
    const before = process.cpuUsage()
    for (let from = 0; from < 1_000; from += 250) {
      const ids = Array.from({ length: 250 }, (_, at) => 5_000 + from + at)
      const { data } = await big.graphql(...setCall(ids.map(id => row(id, 1, 3, 0))))
      expect(data.inventorySetQuantities.userErrors).toEqual([])
      const read = await big.graphql(document('06_levels_for_known_items'), { ids: ids.map(item), locationId: place(1) })
      expect(read.data.nodes.every((node: Json) => node.inventoryLevel.quantities[0].quantity === 3)).toBe(true)
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(1_500)
  } finally {
    await big.close()
  }
})
