import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, openTestShop, place, row, SCOPES, setCall, type TestShop } from './testing.ts'
import { type Delivery, hmac } from './webhooks.ts'

let shop: TestShop
let got: (Delivery & { json: Json; topic: string; eventId: string })[]
let answer: (delivery: Delivery) => number
beforeEach(async () => {
  got = []
  answer = () => 200
  shop = await openTestShop({
    async deliver(delivery) {
      got.push({
        ...delivery,
        json: JSON.parse(delivery.body),
        topic: delivery.headers['X-Shopify-Topic'] ?? '',
        eventId: delivery.headers['X-Shopify-Event-Id'] ?? '',
      })
      return answer(delivery)
    },
  })
})
afterEach(() => shop.close())

const subscribe = async (topic: string, more: object = {}): Promise<Json> =>
  (await shop.graphql(document('30_webhook_subscribe'), { topic, uri: 'https://hub.example/hook', ...more })).data.webhookSubscriptionCreate
const list = async (): Promise<Json[]> => (await shop.graphql(document('31_webhook_list'))).data.webhookSubscriptions.nodes
const pass = (ms: number): Promise<Json> => shop.control('POST', 'clock', { advanceMs: ms })
const sell = (units: number): Promise<Json> => shop.control('POST', 'orders', { lines: [{ sku: 'BALL', units, locationId: place(1) }] })
const topics = (): string[] => got.map(each => each.topic)

describe('subscriptions', () => {
  test('are made, listed and deleted; one address takes a topic once', async () => {
    const { webhookSubscription } = await subscribe('INVENTORY_LEVELS_UPDATE', { name: 'levels', includeFields: ['available'] })
    expect(webhookSubscription).toMatchObject({ topic: 'INVENTORY_LEVELS_UPDATE', uri: 'https://hub.example/hook', name: 'levels' })
    expect((await subscribe('INVENTORY_LEVELS_UPDATE')).userErrors).toEqual([
      { field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' },
    ])
    expect(await list()).toHaveLength(1)
    const { data } = await shop.graphql(document('32_webhook_delete'), { id: webhookSubscription.id })
    expect(data.webhookSubscriptionDelete).toEqual({ deletedWebhookSubscriptionId: webhookSubscription.id, userErrors: [] })
    expect(await list()).toEqual([])
  })

  test('are refused for http, and for topics whose scope is missing', async () => {
    expect((await subscribe('ORDERS_CREATE', { uri: 'http://hub.example/hook' })).userErrors[0].message).toBe(
      'Address protocol http:// is not supported',
    )
    await shop.dials({ scopes: ['read_inventory'] })
    expect((await subscribe('ORDERS_CREATE')).userErrors[0].message).toMatch(/do not have permission/)
  })
})

describe('rule 11: webhooks come with a signature, and doubled, reordered, lost, late', () => {
  test('a level that changed is told with the headers and the signature of the real shop', async () => {
    await subscribe('INVENTORY_LEVELS_UPDATE', { name: 'levels' })
    await shop.graphql(...setCall([row(11, 1, 7, 10)]))
    await pass(0)
    expect(got).toHaveLength(1)
    const [{ headers, body, json }] = got as [(typeof got)[0]]
    expect(json).toEqual({
      inventory_item_id: 11,
      location_id: 1,
      available: 7,
      updated_at: '2026-11-24T12:00:00Z',
      admin_graphql_api_id: expect.stringMatching(/^gid:\/\/shopify\/InventoryLevel\/\d+\?inventory_item_id=11$/),
    })
    expect(headers).toMatchObject({
      'X-Shopify-Topic': 'inventory_levels/update',
      'X-Shopify-Shop-Domain': 'small.myshopify.com',
      'X-Shopify-API-Version': '2026-10',
      'X-Shopify-Name': 'levels',
      'X-Shopify-Triggered-At': '2026-11-24T12:00:00.000Z',
      'X-Shopify-Hmac-Sha256': hmac('simulated-client-secret', body),
    })
  })

  test('two quick changes tell the same last value, when they are looked up late', async () => {
    await subscribe('INVENTORY_LEVELS_UPDATE')
    await shop.dials({ webhookDelayMs: 60_000 })
    await shop.graphql(...setCall([row(11, 1, 7, 10)]))
    await shop.graphql(...setCall([row(11, 1, 5, 7)]))
    await pass(60_000)
    expect(got.map(each => each.json.available)).toEqual([5, 5])
    expect(new Set(got.map(each => each.eventId)).size).toBe(2)
  })

  test('what is doubled has one event id, what is lost never comes', async () => {
    await subscribe('ORDERS_CREATE')
    await shop.dials({ webhookDoubleRate: 1 })
    await sell(1)
    await pass(0)
    expect(new Set(got.map(each => each.eventId)).size).toBe(1)
    expect(got).toHaveLength(2)
    await shop.dials({ webhookDoubleRate: 0, webhookLossRate: 1 })
    await sell(1)
    await pass(60_000)
    expect(got).toHaveLength(2)
    expect((await shop.control('GET', 'state')).counts.webhooks).toMatchObject({ told: 2, lost: 1, doubled: 1, answered: 2 })
  })

  test('some overtake others', async () => {
    await subscribe('ORDERS_CREATE')
    await shop.dials({ webhookDelayMs: 600_000 })
    const ids = []
    for (let at = 0; at < 8; at++) ids.push((await sell(1)).number)
    await pass(600_000)
    const order = got.map(each => each.json.id)
    expect([...order].sort()).toEqual(ids)
    expect(order).not.toEqual(ids)
  })

  test('an order is told when it exists, not when its stock is taken', async () => {
    await subscribe('ORDERS_CREATE')
    await subscribe('ORDERS_UPDATED')
    await subscribe('FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE')
    await shop.dials({ orderExistsAfterMs: 2_000, orderRoutedAfterMs: 3_000 })
    await sell(1)
    await pass(1_999)
    expect(topics()).toEqual([])
    await pass(1)
    expect(topics()).toEqual(['orders/create'])
    await pass(3_000)
    expect(topics().sort()).toEqual(['fulfillment_orders/order_routing_complete', 'orders/create', 'orders/updated'])
  })

  test('what happens to an order and to the shop is told', async () => {
    for (const topic of ['ORDERS_CANCELLED', 'REFUNDS_CREATE', 'FULFILLMENT_ORDERS_MOVED', 'PRODUCTS_CREATE', 'INVENTORY_ITEMS_UPDATE'])
      await subscribe(topic)
    for (const topic of ['LOCATIONS_DEACTIVATE', 'APP_SCOPES_UPDATE', 'INVENTORY_ITEMS_DELETE', 'INVENTORY_LEVELS_CONNECT'])
      await subscribe(topic)
    const { number } = await sell(1)
    await shop.control('POST', `orders/${number}/move`, { locationId: place(2) })
    await shop.control('POST', `orders/${number}/cancel`)
    await shop.control('POST', 'products', { title: 'Net', variants: [{ sku: 'NET', levels: [{ location: 'Front', available: 2 }] }] })
    await shop.control('PUT', 'items/12', { sku: 'BAT-2', inventoryPolicy: 'CONTINUE' })
    await shop.control('DELETE', 'items/16')
    await shop.control('PUT', 'locations/2', { active: false })
    await shop.dials({ scopes: SCOPES.slice(0, 2) })
    await pass(0)
    expect(topics().sort()).toEqual([
      'app/scopes_update',
      'fulfillment_orders/moved',
      'inventory_items/delete',
      'inventory_items/update',
      'inventory_levels/connect',
      'locations/deactivate',
      'orders/cancelled',
      'products/create',
      'refunds/create',
    ])
    const scopes = got.find(each => each.topic === 'app/scopes_update')?.json
    expect(scopes).toMatchObject({ current: ['read_inventory', 'write_inventory'], previous: [...SCOPES].sort() })
    expect((await shop.graphql(document('04_items_by_sku'), { query: 'sku:"BAT-2"', first: 5 })).data.inventoryItems.nodes).toHaveLength(1)
    const cap = await shop.graphql('query($id: ID!) { inventoryItem(id: $id) { duplicateSkuCount } }', { id: item(15) })
    expect(cap.data.inventoryItem.duplicateSkuCount).toBe(0)
  })

  test('the app is thrown out: it is told, and its token is worth nothing', async () => {
    await subscribe('APP_UNINSTALLED')
    await shop.control('POST', 'uninstall')
    await pass(0)
    expect(topics()).toEqual(['app/uninstalled'])
    expect((await shop.post('{ shop { id } }')).status).toBe(401)
  })

  test('an answer that is not 2xx is tried eight times more over four hours, and costs the subscription', async () => {
    await subscribe('ORDERS_CREATE')
    answer = () => 302
    await sell(1)
    for (let minute = 0; minute < 239; minute++) await pass(60_000)
    expect(await list()).toHaveLength(1)
    await pass(120_000)
    expect(got).toHaveLength(9)
    expect(new Set(got.map(each => each.body)).size).toBe(1)
    expect(await list()).toEqual([])
  })

  test('a retry carries the first payload, whatever happened since', async () => {
    await subscribe('INVENTORY_LEVELS_UPDATE')
    answer = () => (got.length === 1 ? 503 : 200)
    await shop.graphql(...setCall([row(11, 1, 7, 10)]))
    await pass(0)
    await shop.graphql(...setCall([row(11, 1, 5, 7)]))
    await pass(0)
    await pass(120_000)
    expect(got.map(each => each.json.available)).toEqual([7, 5, 7])
  })

  test('an answer that comes in the end keeps it', async () => {
    await subscribe('ORDERS_CREATE')
    answer = () => (got.length < 3 ? 503 : 200)
    await sell(1)
    for (let minute = 0; minute < 300; minute++) await pass(60_000)
    expect(got).toHaveLength(3)
    expect(await list()).toHaveLength(1)
  })
})

describe('over the wire', () => {
  let server: Server
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('the raw body arrives as it was signed', async () => {
    const bodies: { body: string; signature: string }[] = []
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      bodies.push({ body: Buffer.concat(chunks).toString('utf8'), signature: String(request.headers['x-shopify-hmac-sha256']) })
      response.end()
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const wired = await openTestShop({ webhookSecret: 'hush' })
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    await wired.graphql(document('30_webhook_subscribe'), { topic: 'INVENTORY_LEVELS_UPDATE', uri })
    await wired.graphql(...setCall([row(11, 1, 7, 10)]))
    await wired.control('POST', 'clock', { advanceMs: 0 })
    await wired.close()
    expect(bodies).toHaveLength(1)
    expect(bodies[0]?.signature).toBe(hmac('hush', bodies[0]?.body ?? ''))
  })
})
