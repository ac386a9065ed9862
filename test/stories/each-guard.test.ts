import { expect, test } from 'vitest'
import { holdDraft, moveFulfillmentOrder } from '../../simulator/shopify/order-changes.ts'
import { fulfilOrder, placeOrder } from '../../simulator/shopify/orders.ts'
import type { ShopPort } from '../../src/channel/port.ts'
import { openSaleWorld, type SaleWorld, type Shape } from './sale/sale-world.ts'

/*
 * Each way in which the shop is impolite, and the guard against it. The story is told twice, once with the guard taken out:
 * without it the shop shows, and so sells, what nobody has. So a dial that does no harm, and a guard that guards nothing, are
 * both found.
 */

const ITEM = 1_001
const SALE = 5
const DELIVERY = 10

type Hands = {
  sale: SaleWorld
  locationId: number
  /** Customers buy so many of the item; gives the order. */
  buy(units: number, at?: number): ReturnType<typeof placeOrder>
  /** Another location is to ship it: the first one. */
  move(order: ReturnType<typeof placeOrder>): void
  /** Ships it in Shopify, which we learn of later. */
  ship(order: ReturnType<typeof placeOrder>): void
  draft(units: number): void
  dial(dials: object): void
  /** A delivery comes, and the ERP says so: what is promised rises, and the shop is to be told. */
  deliver(units?: number): Promise<void>
  /** We do what we do, once: hear, reckon, tell. */
  turn(): Promise<void>
  /** Minutes in which nothing else happens, with a turn every twenty seconds. */
  quiet(minutes: number): Promise<void>
  pass(ms: number): void
}

type Story = {
  shape?: Shape
  dial: string
  guard: string
  tell(hands: Hands, isGuarded: boolean): Promise<void>
}

const stories: Story[] = [
  {
    dial: 'stock is taken before the order exists',
    guard: 'what the shop has sold and we have no order for is subtracted',
    async tell({ sale, buy, dial, deliver, turn }, isGuarded) {
      if (!isGuarded) await withoutMerge(sale)
      dial({ orderExistsAfterMs: 120_000 })
      buy(SALE)
      await deliver()
      await turn()
    },
  },
  {
    dial: 'the order search lags',
    guard: 'a look is a base only when orders are known up to the lag before the poll',
    async tell({ sale, buy, dial, deliver, turn, quiet, pass }, isGuarded) {
      dial({ orderSearchLagMs: 45_000 })
      await quiet(2)
      buy(SALE)
      ship(sale)
      pass(2_000)
      await lookAgain(sale)
      await turn()
      if (!isGuarded) await believeOrdersUntilNow(sale)
      await turn()
      await deliver()
      await turn()
    },
  },
  {
    dial: 'routing comes later, and shows in no list of changes',
    guard: 'units that the shop committed and no order of ours explains are subtracted',
    async tell({ sale, buy, dial, deliver, turn, quiet }, isGuarded) {
      if (!isGuarded) await withoutMerge(sale)
      dial({ orderRoutedAfterMs: 400_000, laterChangesTouchOrder: false })
      buy(SALE)
      await quiet(1)
      await deliver()
      await turn()
    },
  },
  {
    shape: 'aggregate beside one to one',
    dial: 'a fulfilment order moves, and nobody says when',
    guard: 'what was committed elsewhere before and is committed here now is no stock of ours',
    async tell({ sale, buy, dial, deliver, turn, quiet, move }, isGuarded) {
      dial({ orderSearchLagMs: 600_000, laterChangesTouchOrder: false })
      const order = buy(SALE, 1)
      await quiet(1)
      if (!isGuarded) await withoutMerge(sale)
      move(order)
      await lookAgain(sale)
      await deliver()
      await turn()
    },
  },
  {
    dial: 'drafts hold stock without an order',
    guard: 'what is reserved is subtracted',
    async tell({ sale, draft, deliver, quiet }, isGuarded) {
      if (!isGuarded)
        wrap(sale, port => ({
          async readLevels(...asked) {
            const { look, levels } = await port.readLevels(...asked)
            return { look, levels: levels.map(level => ({ ...level, reservedUnits: 0 })) }
          },
        }))
      draft(SALE)
      await lookAgain(sale)
      await quiet(4)
      await deliver()
      await quiet(1)
    },
  },
  {
    dial: 'the answer of a write that took effect is lost',
    guard: 'an unanswered call is sent again under the same key',
    async tell({ sale, dial, deliver, turn, quiet }, isGuarded) {
      let sent = 0
      if (!isGuarded)
        wrap(sale, port => ({
          async send(call, signal) {
            sent += 1
            const body = call.body.replaceAll(call.idempotencyKey, `${call.idempotencyKey}-${sent}`)
            return port.send({ ...call, body, idempotencyKey: `${call.idempotencyKey}-${sent}` }, signal)
          },
        }))
      // Written by adding, as every level that others write all the time.
      await sale.home.db.query('update channel.level set stale_at = $1', [new Date(sale.now())])
      dial({ failNext: [{ kind: 'resetAfter', root: 'inventoryAdjustQuantities' }] })
      await deliver()
      await turn()
      await quiet(1)
    },
  },
  {
    dial: 'a call fails whole for one of its rows',
    guard: 'nothing of a refused call was done; the others leave with the next',
    async tell({ sale, turn }, isGuarded) {
      if (!isGuarded)
        wrap(sale, port => ({
          async send(call, signal) {
            const outcome = await port.send(call, signal)
            return outcome.kind === 'rows_refused' ? { kind: 'confirmed', requestId: null, costPoints: null } : outcome
          },
        }))
      const { shop } = first(sale).simulator.simulated
      const other = shop.tables.items.get(ITEM + 1)
      if (other) other.bundleParent = true
      // Ten were broken, of each.
      for (const productId of [1, 2]) {
        sale.truth(1, productId, -DELIVERY)
        await sale.erpSays(1, productId, -DELIVERY)
      }
      await turn()
      await turn()
    },
  },
  {
    dial: "the shop's clock is not ours",
    guard: 'a look is dated by the clock of the shop',
    async tell({ sale, buy, ship: shipped, dial, deliver, turn, quiet }, isGuarded) {
      dial({ clockSkewMs: 150_000 })
      if (!isGuarded)
        wrap(sale, port => ({
          async readLevels(...asked) {
            const from = sale.now()
            const { levels } = await port.readLevels(...asked)
            return { levels, look: { from: from - 1_000, until: sale.now() + 1_000 } }
          },
        }))
      buy(SALE)
      await lookAgain(sale)
      await quiet(4)
      dial({ orderExistsAfterMs: 600_000 })
      shipped(buy(SALE))
      await lookAgain(sale)
      await deliver()
      await turn()
    },
  },
]

for (const { dial, guard, tell, shape = 'one shop' } of stories) {
  test(`${dial}: ${guard}; with it nothing too much is shown, without it there is`, { timeout: 60_000 }, async () => {
    expect(await shownTooMuch(shape, tell, true)).toBe(0)
    expect(await shownTooMuch(shape, tell, false)).toBeGreaterThan(0)
  })
}

async function shownTooMuch(shape: Shape, tell: Story['tell'], isGuarded: boolean): Promise<number> {
  const sale = await openSaleWorld(shape, 11, { items: 2, latencyMs: 20 })
  try {
    const hands = handsOf(sale)
    await hands.quiet(5)
    await tell(hands, isGuarded)
    const level = [...first(sale).simulator.simulated.shop.tables.levels.values()].find(
      each => each.itemId === ITEM && each.locationId === hands.locationId,
    )
    return Math.max(0, (level?.quantities.available ?? 0) - sale.world.truth.freeUnits('item 1'))
  } finally {
    await sale.close()
  }
}

function handsOf(sale: SaleWorld): Hands {
  const { simulator } = first(sale)
  const { shop, dials } = simulator.simulated
  const shopNow = () => sale.now() + dials.clockSkewMs
  const locationIds = [...shop.tables.locations.keys()]
  const locationId = locationIds[0] ?? 0
  const turn = async () => {
    sale.pass(1_000)
    await sale.takeWebhooks()
    await sale.poll()
    await sale.reckon()
    await sale.tell()
  }
  return {
    sale,
    locationId,
    turn,
    pass: sale.pass,
    dial: turned => void Object.assign(dials, turned),
    buy: (units, at = 0) =>
      placeOrder(shop, [{ itemId: ITEM, units, locationId: locationIds[at] ?? locationId }], {
        ...{ now: shopNow(), onlyIfAvailable: true, existsAfterMs: dials.orderExistsAfterMs, routedAfterMs: dials.orderRoutedAfterMs },
        routingTouches: dials.laterChangesTouchOrder,
      }),
    move(order) {
      const [part] = order.fulfillmentOrders
      if (part) moveFulfillmentOrder(shop, order, part, { locationId, now: shopNow(), touchesOrder: dials.laterChangesTouchOrder })
    },
    ship: order => fulfilOrder(shop, order, { now: shopNow(), fulfillmentOrderId: null }),
    draft: units => void holdDraft(shop, [{ itemId: ITEM, units, locationId }], shopNow()),
    async deliver(units = DELIVERY) {
      sale.truth(1, 1, units)
      await sale.erpSays(1, 1, units)
    },
    async quiet(minutes) {
      for (let at = 0; at < minutes * 3; at++) {
        sale.pass(19_000)
        await turn()
      }
    },
  }
}

function first(sale: SaleWorld): SaleWorld['shops'][0] {
  const [shop] = sale.shops
  if (shop === undefined) throw new Error('the sale has no shop')
  return shop
}

/** Takes a guard out: the shop is spoken to through this. */
function wrap(sale: SaleWorld, change: (port: ShopPort) => Partial<ShopPort>): void {
  const shop = first(sale)
  shop.port = { ...shop.port, ...change(shop.port) }
}

/** As an operator may say of a shop whose orders nobody lets us read. */
async function withoutMerge(sale: SaleWorld): Promise<void> {
  await sale.home.db.query(
    `insert into channel.setting (shop_id, is_merged) values (1, false) on conflict (shop_id) do update set is_merged = false`,
  )
}

/** As if the search of the shop never lagged, and every order were whole from its first second. */
async function believeOrdersUntilNow(sale: SaleWorld): Promise<void> {
  await sale.home.db.query('update orders.watermark set known_until = $1', [
    new Date(sale.now() + first(sale).simulator.simulated.dials.clockSkewMs + 5_000),
  ])
}

/** A hint: somebody says that the level changed. */
async function lookAgain(sale: SaleWorld): Promise<void> {
  await sale.home.db.query(
    `insert into channel.look (shop_id, location_id, product_id, asked_at) values (1, 1, 1, $1)
     on conflict (shop_id, location_id, product_id) do update set asked_at = excluded.asked_at`,
    [new Date(sale.now())],
  )
}

/** Everything that is open is shipped in Shopify. */
function ship(sale: SaleWorld): void {
  const { shop, dials } = first(sale).simulator.simulated
  for (const order of shop.tables.orders.values())
    if (order.closedAt === null) fulfilOrder(shop, order, { now: sale.now() + dials.clockSkewMs, fulfillmentOrderId: null })
}
