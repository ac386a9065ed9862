import { expect, onTestFinished, test } from 'vitest'
import { cancelFulfilment, fulfilOrder, placeOrder } from '../../simulator/shopify/orders.ts'
import type { OrderRow } from '../../simulator/shopify/rows.ts'
import { catalogChanged } from '../../src/catalog/store.ts'
import { book } from '../../src/inventory/document-step.ts'
import { assignmentRoutes } from '../../src/orders/assignment-routes.ts'
import { openSaleWorld } from './sale/sale-world.ts'
import { askRoute } from './stock-room.ts'

/* What a shop sells at a location of several facilities waits in the brokering queue until somebody says who sends it. */

const ITEM = 1_001

/** The location `online` draws on both facilities; `first` and `second` stand for one of them each. */
async function openShop() {
  const sale = await openSaleWorld('aggregate beside one to one', 7, { items: 1 })
  onTestFinished(() => sale.close())
  const [first] = sale.shops
  if (first === undefined) throw new Error('a sale has a shop')
  const { shop } = first.simulator.simulated
  const locationIds = first.locationGids.map(gid => Number(gid.split('/').at(-1)))
  const { db } = sale.home
  await db.query(`insert into catalog.product_identifier (type, value, product_id) values ('SKU', 'SKU-1', 1)`)
  const routes = assignmentRoutes({ db, clock: { now: sale.now }, assigned() {} })
  const walk = async (turns = 6) => {
    for (let at = 0; at < turns; at++) {
      sale.pass(20_000)
      await sale.takeWebhooks()
      await sale.poll()
      await sale.reckon()
      await sale.tell()
    }
  }
  const say = (method: string, path: string, order: OrderRow, body?: object, key?: string) =>
    askRoute(routes, method, `/shops/:code/orders/:order${path}`, {
      ...{ params: { code: 'shop-1', order: String(order.id) }, who: 'broker' },
      ...(body === undefined ? {} : { body: { sku: 'SKU-1', ...body } }),
      ...(key === undefined ? {} : { key }),
    })
  await walk(8)
  return {
    ...{ sale, shop, db, walk },
    buy: async (units: number, at = 0) => {
      const order = placeOrder(shop, [{ itemId: ITEM, units, locationId: locationIds[at] ?? null }], {
        now: sale.now(),
        onlyIfAvailable: true,
      })
      await walk()
      return order
    },
    ship: async (order: OrderRow) => {
      fulfilOrder(shop, order, { now: sale.now(), fulfillmentOrderId: null })
      await walk()
    },
    assign: async (order: OrderRow, ...pieces: object[]) => {
      const answer = await say('PUT', '/assignment', order, { pieces })
      await walk()
      return answer
    },
    reject: async (order: OrderRow, body: object, key?: string) => {
      const answer = await say('POST', '/rejections', order, body, key)
      await walk()
      return answer
    },
    look: (order: OrderRow) => say('GET', '', order),
    /** What both facilities have and hold, and what waits for one: `20/0 30/0, 2 wait`. */
    async stock() {
      const rows = await db.query<{ onHand: number; reserved: number }>(
        'select on_hand_units as "onHand", reserved_units as reserved from inventory.position where product_id = 1 and facility_id <= 2 order by facility_id',
      )
      const [queued] = await db.query<{ units: number }>('select units from inventory.queued where product_id = 1 and group_id = 1')
      return { onHand: rows.map(row => row.onHand), reserved: rows.map(row => row.reserved), waiting: queued?.units ?? 0 }
    },
    /** What stands in the list of the queue. */
    async queued(state?: string) {
      const query = state === undefined ? {} : { state }
      const { rows } = (await askRoute(routes, 'GET', '/orders/queue', { query })) as {
        rows: { sku: string; openUnits: number; waitingUnits: number }[]
      }
      return rows.map(row => `${row.sku} ${row.waitingUnits} of ${row.openUnits} wait`)
    },
    async promised() {
      const rows = await db.query<{ units: number }>(
        'select sellable_units - deficit_units as units from availability.target where product_id = 1 order by location_id',
      )
      const [online = 0, one = 0, two = 0] = rows.map(row => row.units)
      return { online, one, two }
    },
    async shown() {
      return locationIds.map(id => shop.tables.levels.get(`${ITEM}@${id}`)?.quantities.available ?? 0)
    },
    async addsUp() {
      const rows = await db.query<{ n: number }>(
        `select count(*) as n from inventory.position p
          where p.reserved_units <> (select coalesce(sum(r.units), 0) from inventory.reservation r where r.facility_id = p.facility_id and r.product_id = p.product_id)`,
      )
      return rows[0]?.n === 0
    },
  }
}

test('what is sold online waits, is assigned, and counts once all the while', async () => {
  const { buy, assign, look, stock, queued, promised, shown, addsUp } = await openShop()
  const [before, had] = [await promised(), await stock()]
  const order = await buy(3)
  expect(await stock()).toEqual({ ...had, waiting: 3 })
  expect(await queued()).toEqual(['SKU-1 3 of 3 wait'])
  expect(await promised()).toEqual({ ...before, online: before.online - 3 })
  const answer = await assign(order, { facility: 'F1', units: 2 })
  expect(answer).toMatchObject({
    items: [
      {
        openUnits: 3,
        facilities: ['F1', 'F2'],
        places: [
          { facility: 'F1', units: 2 },
          { parking: '_NA_', units: 1 },
        ],
      },
    ],
  })
  expect(await stock()).toEqual({ ...had, reserved: [2, 0], waiting: 1 })
  expect(await queued()).toEqual(['SKU-1 1 of 3 wait'])
  // Online it is three all the same; the store that sends two has two less for itself.
  expect(await promised()).toEqual({ online: before.online - 3, one: before.one - 2, two: before.two })
  expect((await shown())[1]).toBe(before.one - 2)
  await assign(order, { facility: 'F1', units: 1 }, { facility: 'F2', units: 2 })
  expect(await stock()).toEqual({ ...had, reserved: [1, 2], waiting: 0 })
  expect([await queued(), await queued('waiting')]).toEqual([['SKU-1 0 of 3 wait'], []])
  expect(await look(order)).toMatchObject({
    items: [
      {
        assigned: [
          { facility: 'F1', units: 1 },
          { facility: 'F2', units: 2 },
        ],
      },
    ],
  })
  await assign(order)
  expect(await stock()).toEqual({ ...had, waiting: 3 })
  expect(await promised()).toEqual({ ...before, online: before.online - 3 })
  expect(await addsUp()).toBe(true)
})

test('what was assigned to one facility leaves its shelf when it is shipped, and comes back to it when that is cancelled', async () => {
  const { buy, assign, ship, shop, sale, walk, stock, promised } = await openShop()
  const [before, had] = [await promised(), await stock()]
  const [one = 0, two = 0] = had.onHand
  const order = await buy(2)
  await assign(order, { facility: 'F2', units: 2 })
  await ship(order)
  expect(await stock()).toEqual({ onHand: [one, two - 2], reserved: [0, 0], waiting: 0 })
  expect(await promised()).toEqual({ online: before.online - 2, one: before.one, two: before.two - 2 })
  cancelFulfilment(shop, order, { now: sale.now(), fulfillmentId: null })
  await walk()
  expect(await stock()).toEqual({ onHand: [one, two], reserved: [0, 2], waiting: 0 })
})

test('shipped before anybody was assigned: it waits for the counts, and a late assignment does not take it twice', async () => {
  const { buy, assign, ship, shop, sale, walk, stock } = await openShop()
  const had = await stock()
  const order = await buy(2)
  await ship(order)
  expect(await stock()).toEqual({ ...had, waiting: 2 })
  await expect(assign(order, { facility: 'F1', units: 2 })).resolves.toMatchObject({ items: [{ openUnits: 0 }] })
  expect(await stock()).toEqual({ ...had, waiting: 2 })
  cancelFulfilment(shop, order, { now: sale.now(), fulfillmentId: null })
  await walk()
  expect(await stock()).toEqual({ ...had, reserved: [2, 0], waiting: 0 })
})

test('a facility cannot send: the order waits again, and its units are not promised before somebody counts', async () => {
  const { buy, assign, reject, walk, stock, promised, db, sale, addsUp } = await openShop()
  const [before, had] = [await promised(), await stock()]
  const order = await buy(2)
  await assign(order, { facility: 'F1', units: 2 })
  const said = { facility: 'F1', units: 2, reason: 'NOT_IN_STOCK' }
  await reject(order, said, 'word-1')
  await reject(order, said, 'word-1')
  await expect(reject(order, { ...said, units: 1 }, 'word-1')).rejects.toMatchObject({ code: 'ORDERS_KEY_REUSED' })
  // Two in doubt at the facility, two that wait for another one.
  expect(await stock()).toEqual({ ...had, reserved: [2, 0], waiting: 2 })
  expect(await promised()).toEqual({ online: before.online - 4, one: before.one - 2, two: before.two })
  await assign(order, { facility: 'F2', units: 2 })
  expect(await stock()).toEqual({ ...had, reserved: [2, 2], waiting: 0 })
  const [one = 0] = had.onHand
  const line = { facilityId: 1, productId: 1, bin: null, effect: 'count' as const, units: one - 1, reason: 'CYCLE_COUNT' }
  await db.transaction(tx => book(tx, { kind: 'count', lines: [line], who: 'ERP', effectiveAt: sale.now(), now: sale.now() }))
  await walk()
  expect(await stock()).toMatchObject({ onHand: [one - 1, had.onHand[1]], reserved: [0, 2] })
  expect(await addsUp()).toBe(true)
})

test('a rejection of what is linked to no product is held as soon as it is', async () => {
  const { buy, assign, reject, walk, stock, db } = await openShop()
  const had = await stock()
  const order = await buy(1)
  await assign(order, { facility: 'F1', units: 1 })
  const [link] = await db.query<{ productId: number }>('delete from catalog.item_link returning product_id as "productId"')
  await db.query(
    `insert into orders.rejection (shop_id, order_gid, inventory_item_gid, facility_id, units, reason, who, rejected_at)
     select shop_id, order_gid, inventory_item_gid, facility_id, units, 'NOT_IN_STOCK', who, assigned_at from orders.assignment`,
  )
  await db.transaction(tx => catalogChanged(tx))
  await walk(2)
  expect(await stock()).toEqual(had)
  await db.query(
    `insert into catalog.item_link (shop_id, product_id, inventory_item_gid) values (1, $1, 'gid://shopify/InventoryItem/1001')`,
    [link?.productId],
  )
  await db.transaction(tx => catalogChanged(tx))
  await walk(2)
  expect(await stock()).toEqual({ ...had, reserved: [2, 0] })
  await expect(reject(order, { facility: 'F2', units: 1 })).rejects.toMatchObject({ code: 'ORDERS_LINE_NOT_FOUND' })
})

test('a rejection that says the units are there promises them again at once', async () => {
  const { buy, assign, reject, stock } = await openShop()
  const had = await stock()
  const order = await buy(1)
  await assign(order, { facility: 'F1', units: 1 })
  await reject(order, { facility: 'F1', units: 1, reason: 'NO_VARIANCE_LOG' })
  expect(await stock()).toEqual({ ...had, waiting: 1 })
})

test('a pre-order is parked, and a channel that holds stock for pre-orders promises nothing more of it', async () => {
  const { buy, assign, walk, promised, db } = await openShop()
  const order = await buy(1)
  const before = await promised()
  await assign(order, { parking: 'PRE_ORDER_PARKING', units: 1 })
  expect(await promised()).toEqual(before)
  await db.query('update catalog.facility_group set hold_preorder = true')
  await db.query(`update street.cursor set position = position + 1 where reader = 'catalog:head'`)
  await walk()
  expect(await promised()).toEqual({ ...before, online: 0 })
})

test.each([
  ['an order that nobody knows', 'gid://shopify/Order/9', { sku: 'SKU-1', pieces: [] }, 'ORDERS_ORDER_NOT_FOUND'],
  ['a product that it does not hold', '', { sku: 'SKU-2', pieces: [] }, 'ORDERS_LINE_NOT_FOUND'],
  ['a facility of another group', '', { sku: 'SKU-1', pieces: [{ facility: 'PARIS', units: 1 }] }, 'ORDERS_FACILITY_NOT_IN_GROUP'],
])('%s is refused', async (_said, gid, body, code) => {
  const { buy, db, sale } = await openShop()
  const order = await buy(1)
  const routes = assignmentRoutes({ db, clock: { now: sale.now }, assigned() {} })
  const params = { code: 'shop-1', order: gid || String(order.id) }
  await expect(askRoute(routes, 'PUT', '/shops/:code/orders/:order/assignment', { params, body })).rejects.toMatchObject({ code })
})

test('what was sold at a location of one facility is that facility’s, and cannot be assigned', async () => {
  const { buy, assign, stock } = await openShop()
  const had = await stock()
  const order = await buy(1, 1)
  expect(await stock()).toEqual({ ...had, reserved: [1, 0] })
  await expect(assign(order, { facility: 'F2', units: 1 })).rejects.toMatchObject({ code: 'ORDERS_FACILITY_NOT_IN_GROUP' })
})
