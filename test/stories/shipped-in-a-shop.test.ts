import { expect, onTestFinished, test } from 'vitest'
import { moveFulfillmentOrder, removeUnits, returnUnits } from '../../simulator/shopify/order-changes.ts'
import { cancelFulfilment, cancelOrder, fulfilOrder, placeOrder } from '../../simulator/shopify/orders.ts'
import type { OrderRow } from '../../simulator/shopify/rows.ts'
import { catalogChanged } from '../../src/catalog/store.ts'
import { book } from '../../src/inventory/document-step.ts'
import { openSaleWorld, type Shape } from './sale/sale-world.ts'

/* What a shop ships, takes back and loses moves the ledger where it says so, and moves the promise no further than it should. */

const ITEM = 1_001

async function openShop(shape: Shape = 'one shop') {
  const sale = await openSaleWorld(shape, 7, { items: 1 })
  onTestFinished(() => sale.close())
  const [first] = sale.shops
  if (first === undefined) throw new Error('a sale has a shop')
  const { shop } = first.simulator.simulated
  const locationIds = first.locationGids.map(gid => Number(gid.split('/').at(-1)))
  const walk = async (turns: number) => {
    for (let at = 0; at < turns; at++) {
      sale.pass(20_000)
      await sale.takeWebhooks()
      await sale.poll()
      await sale.reckon()
      await sale.tell()
    }
  }
  await walk(8)
  const { db } = sale.home
  return {
    ...{ sale, shop, walk, db },
    buy: (units: number, at = 0) =>
      placeOrder(shop, [{ itemId: ITEM, units, locationId: locationIds[at] ?? null }], { now: sale.now(), onlyIfAvailable: true }),
    ship: (order: OrderRow) => fulfilOrder(shop, order, { now: sale.now(), fulfillmentOrderId: null }),
    move: (order: OrderRow, at: number) => {
      const [part] = order.fulfillmentOrders
      if (part) moveFulfillmentOrder(shop, order, part, { locationId: locationIds[at] ?? 0, now: sale.now(), touchesOrder: true })
    },
    returned: (order: OrderRow, units: number, at: number | null = 0) => {
      const lineId = order.lines[0]?.id ?? 0
      returnUnits(shop, order, { lineId, units, locationId: at === null ? null : (locationIds[at] ?? 0), now: sale.now() })
    },
    shown: (at = 0) => shop.tables.levels.get(`${ITEM}@${locationIds[at]}`)?.quantities.available,
    async stock(facilityId = 1) {
      const [position] = await db.query<{ onHand: number; reserved: number }>(
        'select on_hand_units as "onHand", reserved_units as reserved from inventory.position where facility_id = $1 and product_id = 1',
        [facilityId],
      )
      return position
    },
    async promised(at = 0) {
      const [target] = await db.query<{ units: number }>(
        'select sellable_units - deficit_units as units from availability.target where location_id = $1',
        [at + 1],
      )
      return target?.units
    },
    async deeds() {
      const rows = await db.query<{ reason: string; units: number }>(
        `select reason, on_hand_units as units from inventory.movement where reason like 'ORDER_%' or reason like 'RTN_%'
          and on_hand_units <> 0 order by seq`,
      )
      return rows.filter(row => row.units !== 0).map(row => `${row.reason} ${row.units}`)
    },
    async findings() {
      return (await db.query<{ code: string }>('select code from channel.finding')).map(row => row.code)
    },
  }
}

test('shipping takes units off the shelf and out of the reservation, and promises no more than before', async () => {
  const { buy, ship, walk, stock, promised, shown, deeds, findings, db } = await openShop()
  const before = (await stock())?.onHand ?? 0
  const order = buy(3)
  await walk(2)
  expect(await stock()).toEqual({ onHand: before, reserved: 3 })
  ship(order)
  await walk(8)
  expect(await stock()).toEqual({ onHand: before - 3, reserved: 0 })
  expect(await promised()).toBe(before - 3)
  expect(shown()).toBe(before - 3)
  // The order is told again with every poll, and all is placed anew when a link changes: nothing twice.
  await db.transaction(tx => catalogChanged(tx))
  await walk(4)
  expect(await deeds()).toEqual(['ORDER_SHIPPED -3'])
  expect(await findings()).toEqual([])
})

test('a fulfilment that is cancelled puts the units back into the reservation', async () => {
  const { buy, ship, walk, stock, promised, deeds, shop, sale, findings } = await openShop()
  const before = (await stock())?.onHand ?? 0
  const order = buy(2)
  ship(order)
  await walk(2)
  cancelFulfilment(shop, order, { now: sale.now(), fulfillmentId: null })
  await walk(4)
  expect(await stock()).toEqual({ onHand: before, reserved: 2 })
  expect(await promised()).toBe(before - 2)
  ship(order)
  await walk(8)
  expect(await stock()).toEqual({ onHand: before - 2, reserved: 0 })
  expect(await deeds()).toEqual(['ORDER_SHIPPED -2', 'ORDER_NOT_SHIPPED 2', 'ORDER_SHIPPED -2'])
  expect(await findings()).toEqual([])
})

test('what is sent back and put on the shelf can be sold again, and nobody is said to have written it', async () => {
  const { buy, ship, returned, walk, stock, promised, shown, deeds, findings } = await openShop()
  const before = (await stock())?.onHand ?? 0
  const order = buy(3)
  ship(order)
  await walk(8)
  returned(order, 1)
  returned(order, 1, null)
  await walk(8)
  expect(await stock()).toEqual({ onHand: before - 2, reserved: 0 })
  expect(await promised()).toBe(before - 2)
  expect(shown()).toBe(before - 2)
  expect(await deeds()).toEqual(['ORDER_SHIPPED -3', 'RTN_ITM_RCPT 1'])
  expect(await findings()).toEqual([])
})

test('units that leave an order before they are shipped: back on the shelf, or gone for good', async () => {
  const { buy, walk, stock, promised, shown, deeds, findings, shop, sale } = await openShop()
  const before = (await stock())?.onHand ?? 0
  const order = buy(4)
  await walk(6)
  removeUnits(shop, order, { lineId: order.lines[0]?.id ?? 0, units: 1, restock: true, now: sale.now() })
  await walk(6)
  expect(await stock()).toEqual({ onHand: before, reserved: 3 })
  removeUnits(shop, order, { lineId: order.lines[0]?.id ?? 0, units: 1, restock: false, now: sale.now() })
  await walk(6)
  expect(await stock()).toEqual({ onHand: before - 1, reserved: 2 })
  cancelOrder(shop, order, { now: sale.now(), restock: false })
  await walk(8)
  expect(await stock()).toEqual({ onHand: before - 3, reserved: 0 })
  expect(await promised()).toBe(before - 3)
  expect(shown()).toBe(before - 3)
  expect(await deeds()).toEqual(['ORDER_NOT_RESTOCKED -1', 'ORDER_NOT_RESTOCKED -2'])
  expect(await findings()).toEqual([])
})

test('a count that has the shipment in it is not corrected by it', async () => {
  const { buy, ship, walk, stock, db, sale, deeds } = await openShop()
  const before = (await stock())?.onHand ?? 0
  const order = buy(3)
  await walk(1)
  ship(order)
  sale.pass(5_000)
  const line = { facilityId: 1, productId: 1, bin: null, effect: 'count' as const, units: before - 3, reason: 'CYCLE_COUNT' }
  await db.transaction(tx => book(tx, { kind: 'count', lines: [line], who: 'ERP', effectiveAt: sale.now(), now: sale.now() }))
  await walk(4)
  expect(await stock()).toEqual({ onHand: before - 3, reserved: 0 })
  expect(await deeds()).toEqual([])
})

test('a location of several facilities: what it ships stays taken until all of them were counted since', async () => {
  const { buy, ship, walk, stock, promised, db, sale } = await openShop('aggregate beside one to one')
  const online = (await promised(0)) ?? 0
  const order = buy(2, 0)
  await walk(4)
  expect(await promised(0)).toBe(online - 2)
  ship(order)
  await walk(8)
  expect(await promised(0)).toBe(online - 2)
  const [one, two] = [(await stock(1))?.onHand ?? 0, (await stock(2))?.onHand ?? 0]
  const count = async (facilityId: number, units: number) => {
    const line = { facilityId, productId: 1, bin: null, effect: 'count' as const, units, reason: 'CYCLE_COUNT' }
    await db.transaction(tx => book(tx, { kind: 'count', lines: [line], who: 'ERP', effectiveAt: sale.now(), now: sale.now() }))
    await walk(2)
  }
  await count(1, one - 2)
  expect(await promised(0), 'the other may have sent it').toBe(online - 4)
  await count(2, two)
  expect(await promised(0)).toBe(online - 2)
})
