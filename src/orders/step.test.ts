import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { TrueupError } from '../kernel/error.ts'
import type { OrderLine, OrdersPage, SeenOrder, ShopOrdersPort } from './port.ts'
import { step } from './step.ts'
import { askForOrders, askForOrdersNamed, ordersStatus, watermarkOf } from './store.ts'
import { LOOK_AGAIN_MS, POLL_OVERLAP_MS, SEARCH_LAG_MS } from './watermark.ts'

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
  await home.db.query(
    'truncate orders.watermark, orders.open_line, orders.demand_change, orders.known, orders.effect, orders.asked, orders.finding restart identity',
  )
})

const line = (lineGid: string, locationGid: string, openUnits: number, takenUnits = openUnits): OrderLine => ({
  lineGid,
  inventoryItemGid: 'item',
  locationGid,
  openUnits,
  takenUnits,
})
const order = (orderGid: string, ...lines: OrderLine[]): SeenOrder => ({
  orderGid,
  createdAt: T,
  updatedAt: T,
  cancelledAt: null,
  isRouted: true,
  lines,
  undone: [],
  moves: [],
})
const heard = (from: number, ...orders: SeenOrder[]): OrdersPage => ({ look: { from, until: from + 3_000 }, orders })

/** A shop that answers each poll with the next page, and remembers what it was asked. */
function shopSaying(...pages: (OrdersPage | Error)[]): ShopOrdersPort & { asked: (number | null)[]; named: string[] } {
  const asked: (number | null)[] = []
  const named: string[] = []
  return {
    asked,
    named,
    async changedSince(since) {
      asked.push(since)
      const page = pages[asked.length - 1]
      if (!page || page instanceof Error) throw page ?? new Error('asked too often')
      return page
    },
    async ordersById(gids) {
      named.push(...gids)
      return { look: { from: now, until: now + 3_000 }, orders: [], goneGids: [...gids] }
    },
  }
}

const changes = () => home.db.query(`select order_gid, location_gid, units from orders.demand_change order by seq`)

describe('what open orders hold', () => {
  test('a new order is recorded, moved to another location, and let go', async () => {
    const port = shopSaying(
      heard(T, order('o', line('1', 'A', 2))),
      heard(T + 5_000, order('o', line('1', 'B', 2))),
      heard(T + 10_000, order('o')),
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
    const page = heard(T, order('o', line('1', 'A', 2), line('2', 'A', 1)), order('p', line('1', 'A', 4)))
    const port = shopSaying(page, page)
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ read: 2, wrote: 3 })
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ read: 2, wrote: 0 })
    expect(await changes()).toHaveLength(2)
  })

  test('the orders of another shop stay as they are', async () => {
    await step({ db: home.db, clock, port: shopSaying(heard(T, order('o', line('1', 'A', 2)))), shopId: 2 })
    await step({ db: home.db, clock, port: shopSaying(heard(T, order('o'))), shopId: 1 })
    expect(await home.db.query('select shop_id, open_units from orders.open_line')).toEqual([{ shop_id: 2, open_units: 2 }])
  })
})

describe('the watermark', () => {
  test('first contact asks for everything open, then from the watermark on', async () => {
    const port = shopSaying(heard(T), heard(T + 5_000))
    for (const _ of [1, 2]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(port.asked).toEqual([null, T - SEARCH_LAG_MS - POLL_OVERLAP_MS])
    expect((await watermarkOf(home.db, 1)).knownUntil).toBe(T + 5_000 - SEARCH_LAG_MS)
  })

  test('a word that is older than the last one says nothing any more', async () => {
    await step({ db: home.db, clock, port: shopSaying(heard(T + 5_000, order('o'))), shopId: 1 })
    await step({ db: home.db, clock, port: shopSaying(heard(T, order('o', line('1', 'A', 2)))), shopId: 1 })
    expect(await changes()).toEqual([])
  })

  test('a question is answered by a poll that began after it', async () => {
    await askForOrders(home.db, 1, T)
    expect(await ordersStatus(home.db, now)).toMatchObject({ backlog: 1, oldestAt: T, stuck: 0 })
    await step({ db: home.db, clock, port: shopSaying(heard(T)), shopId: 1 })
    expect(await ordersStatus(home.db, now)).toMatchObject({ backlog: 0, oldestAt: null })
  })

  test('a question about an instant is answered when that instant is known', async () => {
    await askForOrders(home.db, 1, T, T + 1_000)
    for (const from of [T + 30_000, T + 61_000]) {
      await step({ db: home.db, clock, port: shopSaying(heard(from)), shopId: 1 })
      expect((await watermarkOf(home.db, 1)).askedUntil).toBe(T + 1_000)
    }
    await step({ db: home.db, clock, port: shopSaying(heard(T + 62_000)), shopId: 1 })
    expect((await watermarkOf(home.db, 1)).askedUntil).toBe(null)
  })

  test('a poll that fails keeps what was known, says why, and the next one cures it', async () => {
    const refused = new TrueupError('CHANNEL_SCOPE_MISSING', 'read_orders was not granted', { retry: 'after-operator', hint: 'Grant it.' })
    const port = shopSaying(heard(T, order('o', line('1', 'A', 2))), refused, heard(T + 1_000))
    await step({ db: home.db, clock, port, shopId: 1 })
    expect(await step({ db: home.db, clock, port, shopId: 1 })).toMatchObject({ wrote: 0, notes: { unread: 'SHOP_ORDERS_NOT_READABLE' } })
    expect((await ordersStatus(home.db, now)).stuck).toBe(1)
    expect((await watermarkOf(home.db, 1)).knownUntil).toBe(T - SEARCH_LAG_MS)
    await step({ db: home.db, clock, port, shopId: 1 })
    expect((await ordersStatus(home.db, now)).stuck).toBe(0)
  })
})

describe('what orders did to levels', () => {
  const effects = () => home.db.query('select order_gid, location_gid, units, not_before, not_after from orders.effect order by effect_seq')

  test('placed, shipped in part, cancelled: taken once, and what was not shipped comes back', async () => {
    const port = shopSaying(
      heard(T, order('o', line('1', 'A', 5))),
      heard(T + 5_000, order('o', line('1', 'A', 3, 5))),
      heard(T + 10_000, { ...order('o', line('1', 'A', 0, 2)), cancelledAt: T + 8_000 }),
    )
    for (const _ of [1, 2, 3]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(await effects()).toEqual([
      { order_gid: 'o', location_gid: 'A', units: -5, not_before: T - 10_000, not_after: T + 3_000 },
      { order_gid: 'o', location_gid: 'A', units: 3, not_before: T + 5_000, not_after: T + 9_000 },
    ])
    expect(await home.db.query('select open_units, taken_units from orders.open_line')).toEqual([{ open_units: 0, taken_units: 2 }])
  })

  test('the same words again, in any order, have no effect twice', async () => {
    const pages = [heard(T, order('o', line('1', 'A', 5))), heard(T + 5_000, order('o', line('1', 'B', 5)))]
    const port = shopSaying(...pages, ...pages, ...pages)
    for (const _ of [1, 2, 3, 4, 5, 6]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(await effects()).toHaveLength(3)
  })
})

describe('orders that no poll shows', () => {
  test('one that somebody heard of is read by its id, and what is gone holds nothing any more', async () => {
    const port = shopSaying(heard(T, order('o', line('1', 'A', 2))), heard(T + 5_000))
    await step({ db: home.db, clock, port, shopId: 1 })
    await askForOrdersNamed(home.db, 1, ['o', 'o'], now)
    await step({ db: home.db, clock, port, shopId: 1 })
    expect(port.named).toEqual(['o'])
    expect(await home.db.query('select * from orders.open_line')).toEqual([])
    expect(await home.db.query('select * from orders.asked')).toEqual([])
  })

  test('an open order without a word for a day is read by its id: a deleted one appears in no poll', async () => {
    const port = shopSaying(heard(T, order('o', line('1', 'A', 2)), order('p', line('1', 'A', 0, 1))), heard(T + 5_000), heard(T + 6_000))
    await step({ db: home.db, clock, port, shopId: 1 })
    now = T + LOOK_AGAIN_MS
    await step({ db: home.db, clock, port, shopId: 1 })
    expect(port.named).toEqual([])
    now = T + LOOK_AGAIN_MS + 1_000
    await step({ db: home.db, clock, port, shopId: 1 })
    expect(port.named).toEqual(['o'])
  })

  test('one that turns up after its time is a finding, and the search is believed less', async () => {
    const late = { ...order('o', line('1', 'A', 2)), createdAt: T + 60_000 }
    const port = shopSaying(heard(T), heard(T + 180_000), heard(T + 181_000, late), heard(T + 300_000))
    for (const _ of [1, 2, 3]) await step({ db: home.db, clock, port, shopId: 1 })
    expect(await home.db.query('select code, order_gid, detail from orders.finding')).toEqual([
      { code: 'ORDERS_SEEN_LATE', order_gid: 'o', detail: 'the order search showed it 121 s after it was created' },
    ])
    const { searchLagMs, knownUntil } = await watermarkOf(home.db, 1)
    expect([searchLagMs, knownUntil]).toEqual([181_500, T + 121_000])
  })
})

test('a poll of 2,000 orders takes as many statements as a poll of 2', async () => {
  const counted = async (orders: number) => {
    let statements = 0
    const own = await openTestDatabase({ onStatement: () => statements++ })
    await own.db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://one')`)
    statements = 0
    const page = heard(T, ...Array.from({ length: orders }, (_, n) => order(`o${n}`, line('1', 'A', 1))))
    await step({ db: own.db, clock, port: shopSaying(page), shopId: 1 })
    await own.drop()
    return statements
  }
  expect(await counted(2_000)).toBe(await counted(2))
})
