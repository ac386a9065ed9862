import { expect, onTestFinished, test } from 'vitest'
import { fulfilOrder, placeOrder } from '../../simulator/shopify/orders.ts'
import { checkShop } from '../../src/channel/standing-step.ts'
import { openSaleWorld } from './sale/sale-world.ts'

/* What was told, heard and bought is kept for ninety days; and longer, as long as a level may have to be explained by it. */

const DAY_MS = 86_400_000

test('after ninety days calls, answers and effects go, and the levels are told as before', async () => {
  const sale = await openSaleWorld('one shop', 5, { items: 2 })
  onTestFinished(() => sale.close())
  const [first] = sale.shops
  if (first === undefined) throw new Error('a sale has a shop')
  const { shop, dials } = first.simulator.simulated
  const { db } = sale.home
  const walk = async (turns: number) => {
    for (let at = 0; at < turns; at++) {
      sale.pass(20_000)
      await sale.takeWebhooks()
      await sale.poll()
      await sale.reckon()
      await sale.tell()
    }
  }
  const counts = async () =>
    (
      await db.query<Record<string, number>>(
        `select (select count(*) from channel.call) as calls, (select count(*) from channel.call_row) as rows,
                (select count(*) from channel.answer) as answers, (select count(*) from orders.effect) as effects,
                (select count(*) from orders.demand_change) as demand, (select count(*) from orders.known) as known`,
      )
    )[0]
  const check = () => {
    const ids = { uuid: () => crypto.randomUUID(), secret: () => '' }
    return checkShop({ db, clock: { now: sale.now }, ids, port: first.port, shopId: 1 }, { isAskedByPerson: true })
  }
  const shown = () => shop.tables.levels.get(`1001@${first.locationGids[0]?.split('/').at(-1)}`)?.quantities.available
  await walk(8)
  const order = placeOrder(shop, [{ itemId: 1_001, units: 2, locationId: null }], {
    now: sale.now() + dials.clockSkewMs,
    onlyIfAvailable: true,
  })
  await walk(2)
  fulfilOrder(shop, order, { now: sale.now() + dials.clockSkewMs, fulfillmentOrderId: null })
  await sale.erpSays(1, 1, 5)
  await walk(6)
  const before = await counts()
  expect(before).toMatchObject({ effects: 1, known: 1 })
  expect(before?.calls).toBeGreaterThan(0)

  await check()
  expect(await counts(), 'nothing is old').toEqual(before)
  sale.pass(91 * DAY_MS)
  await check()
  // The level was not looked at since: what explains it stays, however old.
  expect(await counts()).toMatchObject({ calls: 0, rows: 0, answers: 0, effects: 1 })
  await db.query(`insert into channel.look (shop_id, location_id, product_id, asked_at) values (1, 1, 1, $1)`, [new Date(sale.now())])
  await walk(8)
  await check()
  expect(await counts()).toMatchObject({ effects: 0, demand: 0, known: 0 })
  const was = shown()
  await sale.erpSays(1, 1, 3)
  await walk(8)
  expect(shown()).toBe((was ?? 0) + 3)
})
