import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { item, type Json, levelOf, openTestShop, place, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

describe('faults', () => {
  test('a 503 for two calls, with Retry-After in seconds', async () => {
    await shop.dials({ failNext: [{ kind: 'status', status: 503, times: 2, retryAfterSeconds: 2 }] })
    const call = setCall([row(11, 1, 7, 10)])
    const answers = [await shop.post(...call), await shop.post(...call), await shop.post(...call)]
    expect(answers.map(each => each.status)).toEqual([503, 503, 200])
    expect(answers[0]?.headers.get('retry-after')).toBe('2.0')
    expect(answers[2]?.json.data.inventorySetQuantities.userErrors).toEqual([])
  })

  const cuts: [kind: string, available: number][] = [
    ['resetBefore', 10],
    ['resetAfter', 7],
  ]
  test.each(cuts)('%s: no answer comes, and available is %i', async (kind, available) => {
    await shop.dials({ failNext: [{ kind }] })
    const call = setCall([row(11, 1, 7, 10)])
    await expect(shop.post(...call)).rejects.toThrow('fetch failed')
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available })
    // The same key and bytes again: in both cases it has happened exactly once.
    expect((await shop.graphql(...call)).data.inventorySetQuantities.userErrors).toEqual([])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
  })

  test('an answer that gets lost on the way: the write took effect', async () => {
    await shop.dials({ failNext: [{ kind: 'statusAfter', status: 502 }] })
    expect((await shop.post(...setCall([row(11, 1, 7, 10)]))).status).toBe(502)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
  })

  test('an internal error comes with HTTP 200', async () => {
    await shop.dials({ failNext: [{ kind: 'internalError' }] })
    const { status, json } = await shop.post('{ shop { id } }')
    expect([status, json.errors[0].extensions.code]).toEqual([200, 'INTERNAL_SERVER_ERROR'])
  })

  test('a fault for one root field waits for its call', async () => {
    await shop.dials({ failNext: [{ kind: 'status', status: 500, root: 'locations' }] })
    expect((await shop.post('{ shop { id } }')).status).toBe(200)
    expect((await shop.post('{ locations(first: 1) { nodes { id } } }')).status).toBe(500)
  })

  test('a revoked token is 401, a frozen shop 402', async () => {
    await shop.dials({ frozen: true })
    expect((await shop.post('{ shop { id } }')).status).toBe(402)
    await shop.dials({ tokenRevoked: true })
    expect((await shop.post('{ shop { id } }')).status).toBe(401)
    await shop.dials({ tokenRevoked: false, frozen: false })
    expect((await shop.post('{ shop { id } }')).status).toBe(200)
  })
})

describe('dials', () => {
  const wrong: [title: string, turn: object][] = [
    ['a dial that is not there', { latency: 5 }],
    ['text for a number', { latencyMs: '5' }],
    ['a negative number', { latencyMs: -1 }],
    ['a choice that is none', { replay: 'sometimes' }],
    ['a fault that is none', { failNext: [{ kind: 'explode' }] }],
    ['a status fault without status', { failNext: [{ kind: 'status' }] }],
    ['scopes that are no list', { scopes: 'read_orders' }],
  ]
  test.each(wrong)('%s is refused, and nothing is turned', async (_title, turn) => {
    const before = await shop.control('GET', 'dials')
    expect((await shop.dials({ frozen: true, ...turn })).status).toBe(400)
    expect(await shop.control('GET', 'dials')).toEqual(before)
  })
})

test('a level edited by hand is what was typed, and a stale compare-and-swap later', async () => {
  const told = await shop.control('PUT', 'levels', { inventoryItemId: item(11), locationId: place(1), available: 2 })
  expect(told).toEqual([expect.objectContaining({ available: 2, sku: 'BALL', active: true })])
  const { data } = await shop.graphql(...setCall([row(11, 1, 7, 10)]))
  expect(data.inventorySetQuantities.userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE')
  expect((await shop.ask('PUT', '/_simulator/levels', { inventoryItemId: item(99), locationId: place(1), available: 2 })).status).toBe(400)
})

test('the journal has every call, what it cost and what became of it', async () => {
  await shop.graphql(...setCall([row(11, 1, 7, 10)], { key: 'a' }))
  await shop.graphql(...setCall([row(11, 1, 8, 10)], { key: 'b' }))
  await shop.dials({ failNext: [{ kind: 'resetAfter' }] })
  await shop.post(...setCall([row(11, 1, 9, 7)], { key: 'c' })).catch(() => undefined)
  const { entries, last } = await shop.control('GET', 'journal?after=0')
  expect(last).toBe(3)
  expect(entries.map((each: Json) => [each.seq, each.operation, each.roots, each.idempotencyKeys, each.status, each.fault])).toEqual([
    [1, 'SetQuantities', ['inventorySetQuantities'], ['a'], 200, null],
    [2, 'SetQuantities', ['inventorySetQuantities'], ['b'], 200, null],
    [3, 'SetQuantities', ['inventorySetQuantities'], ['c'], 0, 'resetAfter'],
  ])
  expect(entries.map((each: Json) => each.answer)).toEqual([
    { errors: [], userErrors: [], changes: 2 },
    { errors: [], userErrors: ['CHANGE_FROM_QUANTITY_STALE'], changes: 0 },
    { errors: [], userErrors: [], changes: 2 },
  ])
  expect(entries[0]).toMatchObject({ cost: { requested: 13, actual: 13 }, variables: { idempotencyKey: 'a' } })
  expect((await shop.control('GET', 'journal?after=2')).entries).toHaveLength(1)
  expect((await shop.control('GET', 'state')).counts).toMatchObject({ calls: 3, callsByRoot: { inventorySetQuantities: 3 } })
})

test('the same seed gives the same ids and request ids', async () => {
  const look = async (seed: number): Promise<Json> => {
    const { SMALL_SHOP } = await import('./testing.ts')
    const products = SMALL_SHOP.products.map(product => ({
      ...product,
      variants: product.variants.map(({ id: _id, inventoryItemId: _item, ...rest }) => rest),
    }))
    const other = await openTestShop({ seed, shop: { ...SMALL_SHOP, products } })
    const { json, headers } = await other.post('{ inventoryItems(first: 1) { nodes { id } } }')
    await other.close()
    return [json.data.inventoryItems.nodes[0].id, headers.get('x-request-id')]
  }
  expect(await look(7)).toEqual(await look(7))
  expect(await look(7)).not.toEqual(await look(8))
})
