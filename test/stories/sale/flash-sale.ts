import { oracleTells, splitPools, toolTells } from './other-writers.ts'
import { openSaleWorld, type SaleWorld, type Shape, startSelling } from './sale-world.ts'

/**
 * Who keeps the shops in step. `naive` writes what we have; `re-assert` compares first, and writes the same number again when
 * somebody else wrote; `oracle` knows every order and every unit at the instant of each read.
 */
export type Writer = 'trueup' | 'trueup, pool split' | 'naive' | 're-assert' | 'oracle'

export type Outcome = {
  soldUnits: number
  oversoldUnits: number
  /** Customers were told that nothing is left, for so many units; in vain where there was some. */
  refusedUnits: number
  refusedInVainUnits: number
  orders: number
  writes: number
  /** Levels that show something else than they should when all is known. */
  differing: string[]
}

const MINUTE_MS = 60_000
const SALE_MS = 4 * MINUTE_MS
/** After the last customer: the lag of the search, a poll, a base, and what follows. */
const REST_MS = 5 * MINUTE_MS
const POLL_MS = 20_000

/** One flash sale from its first second to the rest after it. Everything follows from the seed. */
export async function flashSale(shape: Shape, seed: number, writer: Writer): Promise<Outcome> {
  const sale = await openSaleWorld(shape, seed)
  try {
    await misbehave(sale)
    if (writer === 'trueup, pool split') await splitPools(sale)
    startSelling(sale, { seed, ordersPerHour: 4_000 / sale.shops.length, forMs: SALE_MS, cancelShare: 0.05 })
    const doings = planErp(sale)
    await walk(sale, writer, { until: sale.now() + SALE_MS, everyMs: 6_000, doings })
    for (const { simulator } of sale.shops) Object.assign(simulator.simulated.dials, { webhookLossRate: 0 })
    await walk(sale, writer, { until: sale.now() + REST_MS, everyMs: 20_000, doings })
    return await outcomeOf(sale, shape, writer)
  } finally {
    await sale.close()
  }
}

/** Each shop in its own way: its clock is wrong, its orders and webhooks come late, twice, or not at all. */
async function misbehave({ shops, chance }: SaleWorld): Promise<void> {
  for (const { simulator, port } of shops) {
    Object.assign(simulator.simulated.dials, {
      clockSkewMs: Math.round((chance() - 0.5) * 180_000),
      orderSearchLagMs: Math.round(chance() * 45_000),
      orderExistsAfterMs: Math.round(chance() * 4_000),
      orderRoutedAfterMs: Math.round(chance() * 10_000),
      laterChangesTouchOrder: chance() < 0.7,
      webhookDelayMs: Math.round(chance() * 90_000),
      webhookLossRate: chance() * 0.5,
      webhookDoubleRate: 0.2,
    })
    for (const topic of ['inventory_levels/update', 'orders/create', 'orders/cancelled'])
      await port.subscribe(topic, 'https://trueup.example/hook')
  }
}

type Doing = { at: number; act: () => Promise<void> | void }

/** Deliveries that are told some time after they came, and stock that is blocked before it is taken away. */
function planErp(sale: SaleWorld): Doing[] {
  const { chance } = sale
  const doings: Doing[] = []
  for (let n = 0; n < 10; n++) {
    const at = sale.now() + chance() * SALE_MS
    const productId = 1 + Math.floor(chance() * 8)
    const facilityId = 1
    const units = 3 + Math.floor(chance() * 12)
    if (chance() < 0.7) {
      doings.push({ at, act: () => sale.truth(facilityId, productId, units) })
      doings.push({ at: at + 5_000 + chance() * 60_000, act: () => sale.erpSays(facilityId, productId, units) })
    } else {
      const few = Math.ceil(units / 4)
      doings.push({ at, act: () => sale.erpSays(facilityId, productId, -few).catch(() => undefined) })
      doings.push({
        at: at + 3 * MINUTE_MS,
        // What is sold by then stays for its customers: only what is free is taken, and the ERP says so.
        async act() {
          const taken = Math.max(0, Math.min(few, sale.world.truth.freeUnits(`item ${productId}`)))
          sale.truth(facilityId, productId, -taken)
          if (taken < few) await sale.erpSays(facilityId, productId, few - taken)
        },
      })
    }
  }
  return doings.toSorted((one, other) => one.at - other.at)
}

async function walk(sale: SaleWorld, writer: Writer, of: { until: number; everyMs: number; doings: Doing[] }): Promise<void> {
  let polledAt = 0
  while (sale.now() < of.until) {
    sale.pass(of.everyMs * (0.5 + sale.chance()))
    while (of.doings[0] !== undefined && of.doings[0].at <= sale.now()) await of.doings.shift()?.act()
    await sale.takeWebhooks()
    if (sale.now() - polledAt >= POLL_MS) {
      await sale.poll()
      polledAt = sale.now()
    }
    await sale.reckon()
    if (writer === 'oracle') await oracleTells(sale)
    else if (writer === 'naive' || writer === 're-assert') await toolTells(sale, writer)
    else await sale.tell()
  }
}

async function outcomeOf(sale: SaleWorld, shape: Shape, writer: Writer): Promise<Outcome> {
  const counts = sale.world.truth.counts()
  const isOurs = writer === 'trueup' || writer === 'trueup, pool split'
  return {
    soldUnits: counts.unitsSold,
    oversoldUnits: counts.unitsOversold,
    refusedUnits: counts.unitsRefused,
    refusedInVainUnits: counts.unitsRefusedInVain,
    orders: sale.shops.reduce((sum, { simulator }) => sum + simulator.simulated.shop.tables.orders.size, 0),
    writes: sale.shops.reduce((sum, { simulator }) => sum + (simulator.simulated.shop.tables.counters.get('groups')?.value ?? 0), 0),
    differing: isOurs ? await differing(sale, shape) : [],
  }
}

/** When all is known a level shows what is promised, or its part of it. */
async function differing(sale: SaleWorld, shape: Shape): Promise<string[]> {
  const found: string[] = []
  for (const { shopId, simulator } of sale.shops) {
    const rows = await sale.home.db.query<{
      item: string
      gid: string
      promised: number
      wanted: number
      state: string
      code: string | null
    }>(
      `select i.inventory_item_gid as item, loc.location_gid as gid, t.sellable_units - t.deficit_units as promised,
              v.wanted_units as wanted, i.state, i.code
         from outbox.intent i
         join availability.target t on t.shop_id = i.shop_id and t.location_id = i.location_id and t.product_id = i.product_id
         join catalog.location loc on loc.location_id = i.location_id
         left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
        where i.shop_id = $1`,
      [shopId],
    )
    for (const { item, gid, promised, wanted, state, code } of rows) {
      const level = [...simulator.simulated.shop.tables.levels.values()].find(
        each => item.endsWith(`/${each.itemId}`) && gid.endsWith(`/${each.locationId}`),
      )
      const shown = level?.quantities.available
      const should = shape === 'one shop' ? promised : wanted
      if (shown !== should) found.push(`${item} at ${gid} of shop ${shopId} shows ${shown}, should ${should} (${state} ${code ?? ''})`)
    }
  }
  return found
}
