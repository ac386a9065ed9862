import type { Fault } from '../../../simulator/shopify/faults.ts'
import { seededChance } from '../chance.ts'
import { openSaleWorld, type SaleWorld } from './sale-world.ts'

/** Every way in which a call can go wrong; some of them took effect all the same. */
const EVERY_FAULT: readonly Fault[] = [
  { kind: 'resetBefore', rate: 0.04 },
  { kind: 'resetAfter', rate: 0.06 },
  { kind: 'status', status: 503, rate: 0.04 },
  { kind: 'status', status: 429, retryAfterSeconds: 1, rate: 0.03 },
  { kind: 'status', status: 430, retryAfterSeconds: 2, rate: 0.01 },
  { kind: 'statusAfter', status: 502, rate: 0.05 },
  { kind: 'internalError', rate: 0.04 },
  { kind: 'internalErrorAfter', rate: 0.05 },
  { kind: 'html', status: 200, rate: 0.03 },
  { kind: 'throttle', rate: 0.05 },
  { kind: 'stall', ms: 2_000, rate: 0.02 },
]
/** The sender dies before one of so many statements. */
const STATEMENTS_PER_DEATH = 40
const ITEMS = 6
/** First contact is over by then: every level has its base. */
const WARM_UP_MS = 100_000
const TICK_MS = 3_000

export type Aftermath = {
  deaths: number
  /** Numbers that the ERP changed meanwhile. */
  changes: number
  calls: number
  /** How long after the trouble until every level showed what it should; null: not within the time that it had. */
  equalAfterMs: number | null
  /** Levels whose movements in the shop are not exactly those of the calls that were confirmed. */
  notOnce: string[]
  /** Keys that came with two bodies, or that two of our calls had. */
  keysTwice: string[]
  writtenRowsAfter: number
  differingWhenItEnded: number
  /** Rows of a call that was out when the trouble came: it is sent again as it was, since nobody knows what became of it. */
  unansweredRowsWhenItEnded: number
  /** Levels that were written although they did not differ, or more often than once; once more where they stood in a call that was out. */
  writtenTooOften: string[]
}

/** The ERP changes numbers while everything goes wrong; then the trouble stops, and so do the changes. */
export async function withEveryFault(seed: number, forMs: number): Promise<Aftermath> {
  const chance = seededChance(seed + 1_000)
  let isMortal = false
  let deaths = 0
  const dies = () => {
    const now = isMortal && chance() < 1 / STATEMENTS_PER_DEATH
    if (now) deaths++
    return now
  }
  const sale = await openSaleWorld('one shop', seed, { items: ITEMS, dies, latencyMs: 100 })
  try {
    await until(sale, sale.now() + WARM_UP_MS, { changes: false })
    const shop = sale.shops[0]
    if (shop === undefined) throw new Error('a sale has a shop')
    shop.simulator.simulated.dials.faults = EVERY_FAULT.map(fault => ({ ...fault }))
    isMortal = true
    const changes = await until(sale, sale.now() + forMs, { changes: true })
    isMortal = false
    shop.simulator.simulated.dials.faults = []
    return { deaths, changes, ...(await aftermath(sale)) }
  } finally {
    await sale.close()
  }
}

/** The shop answers nothing but 503 for so long, while numbers change. */
export async function withOutage(seed: number, forMs: number): Promise<Aftermath> {
  const sale = await openSaleWorld('one shop', seed, { items: ITEMS, latencyMs: 100 })
  try {
    await until(sale, sale.now() + WARM_UP_MS, { changes: false })
    const shop = sale.shops[0]
    if (shop === undefined) throw new Error('a sale has a shop')
    shop.simulator.simulated.dials.faults = [{ kind: 'status', status: 503, rate: 1 }]
    const changes = await until(sale, sale.now() + forMs, { changes: true, everyMs: 10_000 })
    shop.simulator.simulated.dials.faults = []
    return { deaths: 0, changes, ...(await aftermath(sale)) }
  } finally {
    await sale.close()
  }
}

/** Gives how many numbers were changed. */
async function until(sale: SaleWorld, end: number, of: { changes: boolean; everyMs?: number }): Promise<number> {
  let polledAt = 0
  let changes = 0
  while (sale.now() < end) {
    sale.pass(of.everyMs ?? TICK_MS)
    if (of.changes) changes += await changeSomething(sale)
    if (sale.now() - polledAt > 15_000) {
      await sale.poll()
      polledAt = sale.now()
    }
    await sale.reckon()
    await sale.tell()
  }
  return changes
}

async function changeSomething(sale: SaleWorld): Promise<number> {
  let changes = 0
  for (let n = 0; n < 2; n++) {
    const productId = 1 + Math.floor(sale.chance() * ITEMS)
    const units = Math.floor(sale.chance() * 9) - 3
    // Fewer than nothing the ERP cannot say.
    if (units !== 0)
      await sale.erpSays(1, productId, units).then(
        () => changes++,
        () => undefined,
      )
  }
  return changes
}

async function aftermath(sale: SaleWorld): Promise<Omit<Aftermath, 'deaths' | 'changes'>> {
  const before = await differing(sale)
  const writtenBefore = await rowsOfCalls(sale, `c.outcome = 'confirmed'`)
  const unanswered = await rowsOfCalls(sale, `c.state = 'claimed'`)
  const ended = sale.now()
  let equalAfterMs: number | null = null
  while (equalAfterMs === null && sale.now() - ended < 120_000) {
    await sale.reckon()
    await sale.tell()
    if ((await differing(sale)).size === 0) equalAfterMs = sale.now() - ended
    else {
      sale.pass(TICK_MS)
      await sale.poll()
    }
  }
  await until(sale, sale.now() + 30_000, { changes: false })
  const calls = await sale.home.db.query<{ n: number }>('select count(*) as n from channel.call')
  const written = await rowsOfCalls(sale, `c.outcome = 'confirmed'`)
  const times = (rows: Map<number, number>, productId: number) => rows.get(productId) ?? 0
  const writtenTooOften = [...written.keys()].flatMap(productId => {
    const after = times(written, productId) - times(writtenBefore, productId)
    const most = (before.has(productId) ? 1 : 0) + times(unanswered, productId)
    return after > most ? [`product ${productId}: written ${after} times, at most ${most} were due`] : []
  })
  const sum = (rows: Map<number, number>) => [...rows.values()].reduce((units, each) => units + each, 0)
  return {
    calls: calls[0]?.n ?? 0,
    equalAfterMs,
    notOnce: await notOnce(sale),
    keysTwice: await keysTwice(sale),
    writtenRowsAfter: sum(written) - sum(writtenBefore),
    differingWhenItEnded: before.size,
    unansweredRowsWhenItEnded: sum(unanswered),
    writtenTooOften,
  }
}

/** The products whose level shows another number than is promised. */
async function differing({ home, shops }: SaleWorld): Promise<Set<number>> {
  const rows = await home.db.query<{ productId: number; item: string; promised: number }>(
    `select product_id as "productId", i.inventory_item_gid as item, t.sellable_units - t.deficit_units as promised
       from outbox.intent i join availability.target t using (shop_id, location_id, product_id)`,
  )
  const levels = [...(shops[0]?.simulator.simulated.shop.tables.levels.values() ?? [])]
  const shown = (item: string) => levels.find(level => item.endsWith(`/${level.itemId}`))?.quantities.available
  return new Set(rows.flatMap(({ productId, item, promised }) => (shown(item) === promised ? [] : [productId])))
}

/** How many rows of such calls each product has. */
async function rowsOfCalls({ home }: SaleWorld, which: string): Promise<Map<number, number>> {
  const rows = await home.db.query<{ productId: number; n: number }>(
    `select r.product_id as "productId", count(*) as n from channel.call_row r join channel.call c using (call_id) where ${which} group by 1`,
  )
  return new Map(rows.map(({ productId, n }) => [productId, n]))
}

/** What the shop moved is the sum of what was confirmed, level by level: nothing twice, nothing that we do not know of. */
async function notOnce({ home, shops }: SaleWorld): Promise<string[]> {
  const rows = await home.db.query<{ productId: number; units: number }>(
    `select r.product_id as "productId", sum(r.units - r.from_units)::integer as units
       from channel.call_row r join channel.call c using (call_id) where c.outcome = 'confirmed' group by 1`,
  )
  const ours = new Map(rows.map(row => [1_000 + row.productId, row.units]))
  const { tables } = (shops[0] as SaleWorld['shops'][0]).simulator.simulated.shop
  const theirs = new Map<number, number>()
  for (const { payload } of tables.keys.values())
    for (const [itemId, , delta] of payload.group?.deltas ?? []) theirs.set(itemId, (theirs.get(itemId) ?? 0) + delta)
  return [...tables.items.keys()].flatMap(itemId => {
    const [told, moved] = [ours.get(itemId) ?? 0, theirs.get(itemId) ?? 0]
    return told === moved ? [] : [`item ${itemId}: confirmed ${told}, moved ${moved}`]
  })
}

async function keysTwice({ home, shops }: SaleWorld): Promise<string[]> {
  const rows = await home.db.query<{ key: string }>('select idempotency_key as key from channel.call group by 1 having count(*) > 1')
  const url = shops[0]?.simulator.url
  const bodies = new Map<string, string>()
  const twice: string[] = rows.map(row => row.key)
  type Entry = { idempotencyKeys: string[]; variables: unknown; roots: string[] }
  const { entries } = (await (await fetch(`${url}/_simulator/journal`)).json()) as { entries: Entry[] }
  for (const { idempotencyKeys, variables } of entries) {
    for (const key of idempotencyKeys) {
      const body = JSON.stringify(variables)
      if ((bodies.get(key) ?? body) !== body) twice.push(key)
      bodies.set(key, body)
    }
  }
  return twice
}
