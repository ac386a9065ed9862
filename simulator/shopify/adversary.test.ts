import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { virtualClock } from './clock.ts'
import { basketsOf, realBaskets } from './demand.ts'
import { document, item, type Json, levelOf, NOON, openTestShop, place, SMALL_SHOP, type TestShop } from './testing.ts'
import { newWorld } from './world.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const sell = (sku: string, units: number, more: object = {}): Promise<Json> =>
  shop.control('POST', 'orders', { lines: [{ sku, units, locationId: place(1) }], ...more })
const pass = (ms: number): Promise<Json> => shop.control('POST', 'clock', { advanceMs: ms })
const seen = async (): Promise<Json[]> =>
  (
    await shop.graphql(
      `{ orders(first: 50, sortKey: UPDATED_AT) { nodes { id createdAt updatedAt
         fulfillmentOrders(first: 5) { nodes { id status assignedLocation { location { id } } } }
         refunds { createdAt refundLineItems(first: 5) { nodes { quantity restockType restocked location { id } lineItem { sku } } } }
         lineItems(first: 5) { nodes { id sku currentQuantity unfulfilledQuantity } } } } }`,
    )
  ).data.orders.nodes

describe('rule 11: orders are an adversary: they move committed and available between any read and any write', () => {
  test('stock is taken before the order exists, and before anybody is told from which location', async () => {
    await shop.dials({ orderExistsAfterMs: 2_000, orderRoutedAfterMs: 3_000 })
    const { id } = await sell('BALL', 4)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 6, committed: 4 })
    expect(await seen()).toEqual([])
    expect((await shop.graphql('query($id: ID!) { order(id: $id) { id } node(id: $id) { id } }', { id })).data).toEqual({
      order: null,
      node: null,
    })
    await pass(2_000)
    expect(await seen()).toEqual([
      expect.objectContaining({ createdAt: '2026-11-24T12:00:02Z', updatedAt: '2026-11-24T12:00:02Z', fulfillmentOrders: { nodes: [] } }),
    ])
    await pass(3_000)
    expect(await seen()).toEqual([
      expect.objectContaining({
        updatedAt: '2026-11-24T12:00:05Z',
        fulfillmentOrders: { nodes: [expect.objectContaining({ assignedLocation: { location: { id: place(1) } } })] },
      }),
    ])
  })

  test.each([
    [true, '2026-11-24T12:00:05Z'],
    [false, '2026-11-24T12:00:00Z'],
  ])('routing that touches the order (%s) shows in updatedAt', async (laterChangesTouchOrder, updatedAt) => {
    await shop.dials({ orderRoutedAfterMs: 5_000, laterChangesTouchOrder })
    await sell('BALL', 1)
    await pass(5_000)
    expect((await seen())[0]).toMatchObject({ updatedAt, fulfillmentOrders: { nodes: [{ status: 'OPEN' }] } })
  })

  test('a fulfilment order moves: what was committed here is committed there', async () => {
    const { number } = await sell('BALL', 4)
    await shop.control('POST', `orders/${number}/move`, { locationId: place(2) })
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 10, committed: 0 })
    expect(await levelOf(shop, 11, 2)).toMatchObject({ available: 1, committed: 6 })
    expect((await seen())[0].fulfillmentOrders.nodes[0].assignedLocation.location.id).toBe(place(2))
  })

  test('a draft holds goods as reserved; then it is bought, or not', async () => {
    const draft = async (): Promise<Json> => shop.control('POST', 'drafts', { lines: [{ sku: 'BALL', units: 3, locationId: place(1) }] })
    const { number } = await draft()
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7, reserved: 3, committed: 0, on_hand: 10 })
    expect(await seen()).toEqual([])
    await shop.control('POST', `drafts/${number}/complete`)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7, reserved: 0, committed: 3, on_hand: 10 })
    expect(await seen()).toHaveLength(1)
    const other = await draft()
    await shop.control('POST', `drafts/${other.number}/release`)
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7, reserved: 0, committed: 3 })
    expect((await shop.ask('POST', `/_simulator/drafts/${other.number}/release`)).status).toBe(409)
  })

  test('lines come and go, and goods come back to the shelf of a location', async () => {
    const { number } = await sell('BALL', 4)
    await shop.control('POST', `orders/${number}/add`, { lines: [{ sku: 'BAT', units: 1 }] })
    const [ball, bat] = (await seen())[0].lineItems.nodes
    await shop.control('POST', `orders/${number}/remove`, { lineId: ball.id, units: 1 })
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7, committed: 3 })
    await shop.control('POST', `orders/${number}/fulfil`)
    await shop.control('POST', `orders/${number}/return`, { lineId: ball.id, units: 2, locationId: place(2) })
    await shop.control('POST', `orders/${number}/return`, { lineId: bat.id, units: 1 })
    expect(await levelOf(shop, 11, 2)).toMatchObject({ available: 7 })
    expect((await seen())[0].refunds.flatMap((each: Json) => each.refundLineItems.nodes)).toEqual([
      { quantity: 1, restockType: 'CANCEL', restocked: true, location: { id: place(1) }, lineItem: { sku: 'BALL' } },
      { quantity: 2, restockType: 'RETURN', restocked: true, location: { id: place(2) }, lineItem: { sku: 'BALL' } },
      { quantity: 1, restockType: 'NO_RESTOCK', restocked: false, location: null, lineItem: { sku: 'BAT' } },
    ])
    expect((await shop.ask('POST', `/_simulator/orders/${number}/return`, { lineId: ball.id, units: 2 })).status).toBe(409)
  })

  test('the shop has a clock of its own', async () => {
    await shop.dials({ clockSkewMs: -61_000 })
    const { headers } = await shop.post('{ shop { id } }')
    expect(headers.get('date')).toBe('Tue, 24 Nov 2026 11:58:59 GMT')
    await sell('BALL', 1)
    expect((await seen())[0].createdAt).toBe('2026-11-24T11:58:59Z')
  })

  test('the world knows what there is: two levels on one shelf oversell what neither sees', async () => {
    await shop.control('PUT', 'truth', {
      pools: [{ name: 'balls', addUnits: 8 }],
      levels: [1, 2].map(at => ({ inventoryItemId: item(11), locationId: place(at), draws: [{ pool: 'balls' }] })),
    })
    await sell('BALL', 6)
    await shop.control('POST', 'orders', { lines: [{ sku: 'BALL', units: 4, locationId: place(2) }], onlyIfAvailable: true })
    expect((await shop.control('GET', 'state')).counts).toMatchObject({ unitsSold: 10, unitsOversold: 2 })
    await shop.ask('POST', '/_simulator/orders', { lines: [{ sku: 'BALL', units: 9, locationId: place(2) }], onlyIfAvailable: true })
    expect(await shop.control('GET', 'truth')).toEqual({
      pools: [{ name: 'balls', freeUnits: -2 }],
      counts: { unitsSold: 10, unitsOversold: 2, unitsRefused: 9, unitsRefusedInVain: 0 },
    })
  })

  test('several shops sell the same goods by one clock: what one sold, the other oversells', async () => {
    const world = newWorld()
    const clock = virtualClock(NOON)
    const shops = await Promise.all(
      ['one', 'two'].map(name => openTestShop({ ...clock, world, shop: { ...SMALL_SHOP, domain: `${name}.myshopify.com` } })),
    )
    const [one, two] = shops as [TestShop, TestShop]
    const draws = [{ inventoryItemId: item(11), locationId: place(1), draws: [{ pool: 'balls' }] }]
    await one.control('PUT', 'truth', { pools: [{ name: 'balls', addUnits: 10 }], levels: draws })
    await two.control('PUT', 'truth', { levels: draws })
    const order = { lines: [{ sku: 'BALL', units: 8, locationId: place(1) }], onlyIfAvailable: true }
    await one.control('POST', 'orders', order)
    await two.control('POST', 'orders', order)
    expect((await one.control('GET', 'state')).counts.unitsOversold).toBe(0)
    expect((await two.control('GET', 'state')).counts.unitsOversold).toBe(6)
    await one.control('POST', 'clock', { advanceMs: 60_000 })
    expect((await two.control('GET', 'clock')).shop).toBe('2026-11-24T12:01:00.000Z')
    for (const each of shops) await each.close()
  })

  const flash = {
    seed: 7,
    ordersPerHour: 3_600,
    forMs: 60_000,
    cancelShare: 0.2,
    fulfilShare: 0.3,
    moveShare: 0.2,
    draftShare: 0.1,
    editsPerHour: 360,
  }
  const sale = async (of: TestShop): Promise<Json> => {
    await of.control('POST', 'adversary', flash)
    for (let minute = 0; minute < 12; minute++) await of.control('POST', 'clock', { advanceMs: 60_000 })
    const { levels, orders, counts } = await of.control('GET', 'state')
    return { levels, orders, counts }
  }
  test('the same seed does the same harm', async () => {
    const big = {
      ...SMALL_SHOP,
      products: SMALL_SHOP.products.map(product => ({
        ...product,
        variants: product.variants.map(variant => ({
          ...variant,
          levels: variant.levels?.map(level => ({ ...level, available: 500 })) ?? [],
        })),
      })),
    }
    const [one, other] = [await openTestShop({ shop: big }), await openTestShop({ shop: big })]
    const harm = await sale(one)
    expect(await sale(other)).toEqual(harm)
    await one.close()
    await other.close()
    expect(harm.orders.length).toBeGreaterThan(30)
    expect(harm.orders.length).toBeLessThan(90)
    expect(harm.orders.some((order: Json) => order.cancelled)).toBe(true)
    expect(harm.orders.some((order: Json) => order.fulfillmentOrders.some((part: Json) => part.status === 'CLOSED'))).toBe(true)
  })

  test('customers are refused what the shop says is gone, so it never goes below zero by them', async () => {
    await shop.control('POST', 'adversary', { ordersPerHour: 36_000, forMs: 60_000 })
    await pass(60_000)
    const { levels, counts } = await shop.control('GET', 'state')
    expect(levels.every((level: Json) => level.available >= 0)).toBe(true)
    expect(counts.unitsRefused).toBeGreaterThan(100)
    expect(counts.unitsOversold).toBe(0)
  })

  test('an adversary with a habit that nobody knows is refused', async () => {
    expect((await shop.ask('POST', '/_simulator/adversary', { ordersPerMinute: 5 })).status).toBe(400)
  })
})

describe('what people buy', () => {
  test('comes from real invoices, best sellers first, without postage and cancellations', () => {
    const text = [
      'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
      '536365,85123A,"HANGING, HEART",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom',
      '536365,71053,LANTERN,2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom',
      '536366,71053,LANTERN,1,2010-12-01 08:28:00,3.39,17850.0,United Kingdom',
      '536366,POST,POSTAGE,1,2010-12-01 08:28:00,18.0,17850.0,United Kingdom',
      'C536379,71053,LANTERN,-1,2010-12-01 09:41:00,3.39,14527.0,United Kingdom',
    ].join('\n')
    expect(basketsOf([text])).toEqual([
      [
        { rank: 1, units: 6 },
        { rank: 0, units: 2 },
      ],
      [{ rank: 0, units: 1 }],
    ])
    expect(realBaskets().length).toBeGreaterThan(300)
  })
})

describe('rule 12: what goes wrong on the way is turned by count, by rate, or between two instants', () => {
  const set = (): Promise<Json> => shop.post(document('01_app_access_scopes'))
  test('a fault after so many calls that went well', async () => {
    await shop.dials({ failNext: [{ kind: 'status', status: 503, skip: 2 }] })
    expect([await set(), await set(), await set(), await set()].map(each => each.status)).toEqual([200, 200, 503, 200])
  })

  test('a share of the calls, the same ones for the same seed', async () => {
    const run = async (): Promise<number[]> => {
      const other = await openTestShop({ seed: 3 })
      await other.dials({ faults: [{ kind: 'status', status: 502, rate: 0.3 }] })
      const found = []
      for (let call = 0; call < 40; call++) found.push((await other.post('{ shop { id } }')).status)
      await other.close()
      return found
    }
    const statuses = await run()
    expect(await run()).toEqual(statuses)
    const failed = statuses.filter(status => status === 502).length
    expect(failed).toBeGreaterThan(4)
    expect(failed).toBeLessThan(24)
  })

  test('an outage from one instant to another', async () => {
    await shop.dials({ faults: [{ kind: 'status', status: 503, from: '2026-11-24T12:01:00Z', until: '2026-11-24T12:02:00Z' }] })
    const statuses = []
    for (let minute = 0; minute < 3; minute++) {
      statuses.push((await set()).status)
      shop.clock.now += 60_000
    }
    expect(statuses).toEqual([200, 503, 200])
  })

  test('ten seconds pass, and then a 504, although the write took effect', async () => {
    await shop.dials({ failNext: [{ kind: 'stall', status: 504 }] })
    const before = shop.clock.now
    const { status } = await set()
    expect([status, shop.clock.now - before]).toEqual([504, 10_000])
  })

  test('a page of HTML where JSON was expected', async () => {
    await shop.dials({ failNext: [{ kind: 'html', status: 502 }] })
    const response = await fetch(`${shop.url}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'X-Shopify-Access-Token': 'token' },
      body: JSON.stringify({ query: '{ shop { id } }' }),
    })
    expect([response.status, (await response.text()).slice(0, 15)]).toEqual([502, '<!DOCTYPE html>'])
  })

  test('a locked shop is 423', async () => {
    await shop.dials({ locked: true })
    expect((await set()).status).toBe(423)
  })
})
