import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { item, type Json, levelOf, NOON, openTestShop, place, SCOPES, SMALL_SHOP, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const sell = (sku: string, units: number, more: object = {}): Promise<Json> =>
  shop.control('POST', 'orders', { lines: [{ sku, units, ...more }] })
const LIST = `query($q: String, $first: Int = 50, $after: String) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $q) {
    nodes {
      id createdAt updatedAt cancelledAt displayFulfillmentStatus
      lineItems(first: 10) { nodes { id quantity currentQuantity unfulfilledQuantity } }
      fulfillmentOrders(first: 5) { nodes { status assignedLocation { location { id } } lineItems(first: 10) { nodes { remainingQuantity inventoryItemId } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`
const list = async (q?: string, more: object = {}): Promise<Json> => (await shop.graphql(LIST, { q, ...more })).data.orders
const ids = async (q?: string): Promise<string[]> => (await list(q)).nodes.map((each: Json) => each.id)

describe('an order holds stock', () => {
  test('placing takes available down and committed up; what is on hand stays', async () => {
    await sell('BALL', 4, { locationId: place(1) })
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 6, committed: 4, on_hand: 10 })
  })

  test('fulfilling takes committed, and so what is on hand', async () => {
    const { number } = await sell('BALL', 4, { locationId: place(1) })
    await shop.control('POST', `orders/${number}/fulfil`)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 6, committed: 0, on_hand: 6 })
    expect((await list()).nodes[0]).toMatchObject({
      displayFulfillmentStatus: 'FULFILLED',
      lineItems: { nodes: [{ quantity: 4, unfulfilledQuantity: 0 }] },
    })
  })

  const cancels: [title: string, restock: boolean, level: object, status: string][] = [
    ['gives the units back', true, { available: 10, committed: 0, on_hand: 10 }, 'RESTOCKED'],
    ['or writes them off', false, { available: 6, committed: 0, on_hand: 6 }, 'UNFULFILLED'],
  ]
  test.each(cancels)('cancelling %s', async (_title, restock, level, status) => {
    const { id } = await sell('BALL', 4, { locationId: place(1) })
    await shop.control('POST', `orders/${encodeURIComponent(id)}/cancel`, { restock })
    expect(await levelOf(shop, 11, 1)).toMatchObject(level)
    expect((await list()).nodes[0]).toMatchObject({
      displayFulfillmentStatus: status,
      cancelledAt: '2026-11-24T12:00:00Z',
      lineItems: { nodes: [{ currentQuantity: 0 }] },
    })
  })

  test('of two locations one is shipped: partially fulfilled', async () => {
    const lines = [
      { sku: 'BALL', units: 1, locationId: place(1) },
      { sku: 'BALL', units: 2, locationId: place(2) },
    ]
    const order = await shop.control('POST', 'orders', { lines })
    await shop.control('POST', `orders/${order.number}/fulfil`, { fulfillmentOrderId: order.fulfillmentOrders[0].id })
    const { displayFulfillmentStatus, fulfillmentOrders } = (await list()).nodes[0]
    expect(displayFulfillmentStatus).toBe('PARTIALLY_FULFILLED')
    expect(fulfillmentOrders.nodes).toEqual([
      {
        status: 'CLOSED',
        assignedLocation: { location: { id: place(1) } },
        lineItems: { nodes: [{ remainingQuantity: 0, inventoryItemId: item(11) }] },
      },
      {
        status: 'OPEN',
        assignedLocation: { location: { id: place(2) } },
        lineItems: { nodes: [{ remainingQuantity: 2, inventoryItemId: item(11) }] },
      },
    ])
  })

  test('the shop assigns a location that has enough', async () => {
    const order = await sell('BALL', 9)
    expect(order.fulfillmentOrders[0].locationId).toBe(place(1))
  })

  test('units below zero count as oversold, or are not sold where the customer would be told', async () => {
    expect((await shop.ask('POST', '/_simulator/orders', { lines: [{ sku: 'BAT', units: 5 }], onlyIfAvailable: true })).status).toBe(409)
    await sell('BAT', 5)
    await sell('BAT', 1)
    expect((await shop.control('GET', 'state')).counts).toMatchObject({ orders: 2, unitsSold: 6, unitsOversold: 3 })
    expect(await levelOf(shop, 12, 1)).toMatchObject({ available: -3, committed: 6 })
  })

  test('an item that is not tracked moves nothing', async () => {
    await sell('LESSON', 3)
    expect(await levelOf(shop, 14, 1)).toMatchObject({ available: 0, committed: 0 })
  })

  test.each(['cancel', 'fulfil'])('%s twice is a conflict', async act => {
    const { number } = await sell('BALL', 1)
    await shop.control('POST', `orders/${number}/${act}`)
    expect((await shop.ask('POST', `/_simulator/orders/${number}/${act}`)).status).toBe(409)
  })
})

describe('an order is found', () => {
  test('by the time of its last change, in order', async () => {
    const a = await sell('BALL', 1)
    shop.clock.now += 60_000
    const b = await sell('BALL', 1)
    shop.clock.now += 60_000
    await shop.control('POST', `orders/${a.number}/fulfil`)
    expect(await ids()).toEqual([b.id, a.id])
    expect(await ids("updated_at:>='2026-11-24T12:01:00Z'")).toEqual([b.id, a.id])
    expect(await ids("updated_at:>'2026-11-24T12:01:00Z'")).toEqual([a.id])
    expect(await ids('updated_at:>="2026-11-24T13:00:00+01:00" updated_at:<2026-11-24T12:02:00Z')).toEqual([b.id])
    expect(await ids('status:open')).toEqual([b.id])
    expect(await ids(`fulfillment_status:unfulfilled OR id:${a.number}`)).toEqual([b.id, a.id])
    expect(await ids('-status:open')).toEqual([a.id])
  })

  test('a fulfilment order by its own id, line by line', async () => {
    const order = await shop.control('POST', 'orders', {
      lines: ['BALL', 'BAT', 'CAP'].map(sku => ({ sku, units: 1, locationId: place(1) })),
    })
    const query =
      'query($id: ID!) { node(id: $id) { ... on FulfillmentOrder { lineItems(first: 2) { nodes { sku lineItem { id } } pageInfo { hasNextPage } } } } }'
    const { data } = await shop.graphql(query, { id: order.fulfillmentOrders[0].id })
    expect(data.node.lineItems).toMatchObject({ nodes: [{ sku: 'BALL' }, { sku: 'BAT' }], pageInfo: { hasNextPage: true } })
    expect((await shop.graphql(query, { id: 'gid://shopify/FulfillmentOrder/1' })).data.node).toBeNull()
  })

  test('page by page, though one comes in between', async () => {
    const placed = []
    for (let at = 0; at < 5; at += 1) placed.push((await sell('BALL', 1)).id)
    const first = await list(undefined, { first: 2 })
    shop.clock.now += 1_000
    placed.push((await sell('BALL', 1)).id)
    const second = await list(undefined, { first: 2, after: first.pageInfo.endCursor })
    const third = await list(undefined, { first: 2, after: second.pageInfo.endCursor })
    expect([first, second, third].flatMap(each => each.nodes.map((node: Json) => node.id))).toEqual(placed)
    expect([first, second, third].map(each => each.pageInfo.hasNextPage)).toEqual([true, true, false])
  })

  test('not yet while the search index lags, though by its id at once', async () => {
    await shop.dials({ orderSearchLagMs: 5_000 })
    const { id, number } = await sell('BALL', 1)
    shop.clock.now += 4_999
    expect(await ids()).toEqual([])
    expect((await shop.graphql('query($id: ID!) { order(id: $id) { id } }', { id })).data.order.id).toBe(id)
    expect((await shop.graphql('query($id: ID!) { nodes(ids: [$id]) { ... on Order { id updatedAt } } }', { id })).data.nodes[0].id).toBe(
      id,
    )
    shop.clock.now += 1
    expect(await ids()).toEqual([id])
    await shop.control('POST', `orders/${number}/fulfil`)
    // Still found, but under its former time.
    expect(await ids("updated_at:>'2026-11-24T12:00:00Z'")).toEqual([])
    expect(await ids()).toEqual([id])
  })

  test('by an unknown filter: all of them, with a warning', async () => {
    const { id } = await sell('BALL', 1)
    const answer = await shop.graphql(LIST, { q: 'colour:red' })
    expect(answer.data.orders.nodes.map((each: Json) => each.id)).toEqual([id])
    expect(answer.extensions.search).toEqual([
      { path: ['orders'], query: 'colour:red', warnings: [{ field: 'colour', message: 'Invalid search field for this query.' }] },
    ])
  })

  test('older than 60 days only with read_all_orders', async () => {
    const { id } = await sell('BALL', 1)
    shop.clock.now = NOON + 60 * 24 * 60 * 60 * 1_000
    expect(await ids()).toEqual([])
    await shop.dials({ scopes: [...SCOPES, 'read_all_orders'] })
    expect(await ids()).toEqual([id])
  })
})

test('a shop file on a small plan cannot have eleven locations', async () => {
  const locations = Array.from({ length: 11 }, (_, at) => ({ name: `L${at}` }))
  await expect(openTestShop({ shop: { ...SMALL_SHOP, locations, products: [] } })).rejects.toThrow(
    '11 active locations, but the plan basic has 10',
  )
})
