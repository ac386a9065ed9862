import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { TrueupError } from '../kernel/error.ts'
import type { OpenLine, OrdersPage, SeenOrder, ShopOrdersPort } from './port.ts'
import { step } from './step.ts'
import { askForOrders, ordersStatus, watermarkOf } from './store.ts'
import { POLL_OVERLAP_MS, SEARCH_LAG_MS } from './watermark.ts'

const T = Date.UTC(2026, 10, 24, 12)
let home: TestDatabase
let now = T
const clock = { now: () => now }

beforeAll(async () => {
  home = await openTestDatabase()
  await home.db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://one'), ('two', 'Two', 'http://two')`)
})
afterAll(() => home.drop())
beforeEach(async () => {
  now = T
  await home.db.query('truncate orders.watermark, orders.open_line, orders.demand_change restart identity')
})

const line = (lineGid: string, locationGid: string, openUnits: number): OpenLine => ({
  lineGid,
  inventoryItemGid: 'item',
  locationGid,
  openUnits,
})
const order = (orderGid: string, ...openLines: OpenLine[]): SeenOrder => ({ orderGid, createdAt: T, updatedAt: T, openLines })

/** A shop that answers each poll with the next page, and remembers what it was asked. */
function shopSaying(...pages: (OrdersPage | Error)[]): ShopOrdersPort & { asked: (number | null)[] } {
  const asked: (number | null)[] = []
  return {
    asked,
    async changedSince(since) {
      asked.push(since)
      const page = pages[asked.length - 1]
      if (!page || page instanceof Error) throw page ?? new Error('asked too often')
      return page
    },
  }
}

const changes = () => home.db.query(`select order_gid, location_gid, units from orders.demand_change order by seq`)

describe('what open orders hold', () => {
  test('a new order is recorded, moved to another location, and let go', async () => {
    const port = shopSaying(
      { startedAt: T, orders: [order('o', line('1', 'A', 2))] },
      { startedAt: T + 5_000, orders: [order('o', line('1', 'B', 2))] },
      { startedAt: T + 10_000, orders: [order('o')] },
    )
    for (const _ of [1, 2, 3]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(await changes()).toEqual([
      { order_gid: 'o', location_gid: 'A', units: 2 },
      { order_gid: 'o', location_gid: 'A', units: -2 },
      { order_gid: 'o', location_gid: 'B', units: 2 },
      { order_gid: 'o', location_gid: 'B', units: -2 },
    ])
    expect(await home.db.query('select * from orders.open_line')).toEqual([])
  })

  test('the same poll twice changes nothing', async () => {
    const page = { startedAt: T, orders: [order('o', line('1', 'A', 2), line('2', 'A', 1)), order('p', line('1', 'A', 4))] }
    const port = shopSaying(page, page)
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ read: 2, wrote: 3 })
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ read: 2, wrote: 0 })
    expect(await changes()).toHaveLength(2)
  })

  test('the orders of another shop stay as they are', async () => {
    await step({ db: home.db, clock, port: shopSaying({ startedAt: T, orders: [order('o', line('1', 'A', 2))] }), shopId: 2 })
    await step({ db: home.db, clock, port: shopSaying({ startedAt: T, orders: [order('o')] }), shopId: 1 })
    expect(await home.db.query('select shop_id, open_units from orders.open_line')).toEqual([{ shop_id: 2, open_units: 2 }])
  })
})

describe('the watermark', () => {
  test('first contact asks for everything open, then from the watermark on', async () => {
    const port = shopSaying({ startedAt: T, orders: [] }, { startedAt: T + 5_000, orders: [] })
    for (const _ of [1, 2]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(port.asked).toEqual([null, T - SEARCH_LAG_MS - POLL_OVERLAP_MS])
    expect((await watermarkOf(home.db, 1)).knownUntil).toBe(T + 5_000 - SEARCH_LAG_MS)
  })

  test('a poll that is overtaken by a later one says nothing any more', async () => {
    await step({ db: home.db, clock, port: shopSaying({ startedAt: T + 5_000, orders: [order('o')] }), shopId: 1 })
    await step({ db: home.db, clock, port: shopSaying({ startedAt: T, orders: [order('o', line('1', 'A', 2))] }), shopId: 1 })
    expect(await changes()).toEqual([])
  })

  test('a question is answered by a poll that began after it', async () => {
    await askForOrders(home.db, 1, T)
    expect(await ordersStatus(home.db, now)).toMatchObject({ backlog: 1, oldestAt: T, stuck: 0 })
    await step({ db: home.db, clock, port: shopSaying({ startedAt: T, orders: [] }), shopId: 1 })
    expect(await ordersStatus(home.db, now)).toMatchObject({ backlog: 0, oldestAt: null })
  })

  test('a poll that fails keeps what was known, says why, and the next one cures it', async () => {
    const refused = new TrueupError('CHANNEL_SCOPE_MISSING', 'read_orders was not granted', { retry: 'after-operator', hint: 'Grant it.' })
    const port = shopSaying({ startedAt: T, orders: [order('o', line('1', 'A', 2))] }, refused, { startedAt: T + 1_000, orders: [] })
    await step({ db: home.db, clock, port, shopId: 1 })
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ wrote: 0, notes: { unread: 'SHOP_ORDERS_NOT_READABLE' } })
    expect((await ordersStatus(home.db, now)).stuck).toBe(1)
    expect((await watermarkOf(home.db, 1)).knownUntil).toBe(T - SEARCH_LAG_MS)
    await step({ db: home.db, clock, port, shopId: 1 })
    expect((await ordersStatus(home.db, now)).stuck).toBe(0)
  })
})

test('a poll of 2,000 orders takes as many statements as a poll of 2', async () => {
  const counted = async (orders: number) => {
    let statements = 0
    const own = await openTestDatabase({ onStatement: () => statements++ })
    await own.db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://one')`)
    statements = 0
    const page = { startedAt: T, orders: Array.from({ length: orders }, (_, n) => order(`o${n}`, line('1', 'A', 1))) }
    await step({ db: own.db, clock, port: shopSaying(page), shopId: 1 })
    await own.drop()
    return statements
  }
  expect(await counted(2_000)).toBe(await counted(2))
})
