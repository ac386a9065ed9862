import { randomUUID } from 'node:crypto'
import { AVAILABILITY_HEAD, READS_CATALOG } from '../../src/availability/store.ts'
import { CATALOG_HEAD } from '../../src/catalog/store.ts'
import type { ShopPort } from '../../src/channel/port.ts'
import * as channel from '../../src/channel/step.ts'
import type { Db } from '../../src/db/connection.ts'
import { peekCursors, setCursors } from '../../src/db/cursor.ts'
import type { StepReport } from '../../src/kernel/report.ts'
import * as orders from '../../src/orders/step.ts'
import * as outbox from '../../src/outbox/step.ts'
import { ALL_SCOPES, openSimulatedShop, type SimulatedShop } from '../contract/simulated-shop.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'

/** One simulated shop with `items` products, linked and mapped, and the rooms that tell it something. */
export type ToldShop = {
  home: TestDatabase
  shop: SimulatedShop
  /** Time passes. */
  later(ms: number): void
  /** Products 1 to n are promised these units: one number for all, or one each. */
  promise(units: number | readonly number[]): Promise<void>
  /** The promises know what locations stand for. */
  promisesFollow(): Promise<void>
  /** `on`: the database as the channel's step sees it. */
  tell(port?: ShopPort, on?: Db): Promise<StepReport>
  /** Tells until nothing is left that is due. */
  tellAll(port?: ShopPort, on?: Db): Promise<void>
  poll(): Promise<void>
  states(): Promise<Record<string, number>>
  intent(productId: number): Promise<{ state: string; code: string | null; units: number } | undefined>
  available(): Promise<number[]>
  /** The calls that set quantities, as the shop saw them. */
  calls(): Promise<{ key: string; status: number }[]>
  /** An hour after all was proved: orders are known up to this moment, and what is looked at from here waits for its proof. */
  ordersKnownUntilNow(): Promise<void>
  /** All that was looked at is proved. */
  allIsKnown(): Promise<void>
  /** SQL statements so far. */
  statements(): number
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

export const sku = (n: number) => `SKU-${n}`

export async function openToldShop(
  items: number,
  special: {
    bundleParent?: number
    inactive?: number
    areOrdersKnown?: boolean
    uploadFromLevels?: number
    readByBulkFrom?: number
    callsInFlight?: number
  } = {},
): Promise<ToldShop> {
  const numbers = Array.from({ length: items }, (_, at) => at + 1)
  const shop = await openSimulatedShop({
    domain: 'told.myshopify.com',
    plan: 'plus',
    scopes: ALL_SCOPES,
    locations: [{ name: 'Main' }],
    products: numbers.map(n => ({
      title: sku(n),
      variants: [
        {
          sku: sku(n),
          inventoryItemId: 1_000 + n,
          bundleParent: n === special.bundleParent,
          levels: [{ location: 'Main', available: 10, active: n !== special.inactive }],
        },
      ],
    })),
  })
  let statements = 0
  const home = await openTestDatabase({
    onStatement: () => {
      statements++
    },
  })
  const { db } = home
  let now = Date.now()
  const at = () => new Date(now)
  await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('told', 'Told', $1, 'read_and_write')`, [shop.url])
  await db.query(`insert into catalog.facility (code, name, created_at) values ('F', 'F', $1)`, [at()])
  await db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, $1, 'Main', true, $2)`, [
    shop.location('Main'),
    at(),
  ])
  await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id) values (1, 1, 1)')
  await db.query(`insert into availability.supply values (1, 1, 1, null, 'none', true, false)`)
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [items, at()])
  await db.query(`insert into catalog.item_link select 1, n, 'gid://shopify/InventoryItem/' || (1000 + n) from generate_series(1, $1) n`, [
    items,
  ])
  if (special.areOrdersKnown !== false)
    // Everything that is looked at is proved at once, as after a quiet hour.
    await db.query('insert into orders.watermark (shop_id, known_since, known_until) values (1, $1, $2)', [
      new Date(now - HOUR_MS),
      new Date(now + 48 * HOUR_MS),
    ])

  const deps = {
    db,
    clock: { now: () => now },
    ids: { uuid: () => randomUUID(), secret: () => randomUUID() },
    shopId: 1,
    callsInFlight: special.callsInFlight ?? 1,
  }
  const { uploadFromLevels } = special
  const upload = {
    ...(uploadFromLevels === undefined ? {} : { uploads: shop.port, uploadFromLevels }),
    ...(special.readByBulkFrom === undefined ? {} : { readByBulkFrom: special.readByBulkFrom }),
  }
  const tell = (port: ShopPort = shop.port, on: Db = db) => channel.step({ ...deps, db: on, ...upload, port })
  const promisesFollow = async () => {
    const at = await peekCursors(db, [CATALOG_HEAD])
    await db.transaction(tx => setCursors(tx, { [READS_CATALOG]: at[CATALOG_HEAD] }))
  }
  return {
    home,
    shop,
    promisesFollow,
    later: ms => {
      now += ms
    },
    async promise(units) {
      await db.query(
        `insert into availability.target as t (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
         select 1, 1, n, units, 1, nextval('availability.target_seq'), $2 from unnest($1::integer[]) with ordinality as u (units, n)
         on conflict (shop_id, location_id, product_id) do update
            set sellable_units = excluded.sellable_units, revision = t.revision + 1, seq = excluded.seq
          where t.sellable_units <> excluded.sellable_units`,
        [typeof units === 'number' ? numbers.map(() => units) : units, at()],
      )
      await db.query(
        `insert into street.cursor (reader, position) select $1, last_value from availability.target_seq
         on conflict (reader) do update set position = excluded.position`,
        [AVAILABILITY_HEAD],
      )
      await promisesFollow()
      await outbox.step(deps)
    },
    tell,
    async tellAll(port, on) {
      for (let steps = 0; steps < 50; steps++) if (!(await tell(port, on)).more) return
      throw new Error('the shop was still being told after 50 steps')
    },
    async poll() {
      await orders.step({ ...deps, port: shop.port })
    },
    async states() {
      const rows = await db.query<{ state: string; n: number }>('select state, count(*) as n from outbox.intent group by state')
      return Object.fromEntries(rows.map(row => [row.state, row.n]))
    },
    async intent(productId) {
      const rows = await db.query<{ state: string; code: string | null; units: number }>(
        'select state, code, units from outbox.intent where product_id = $1',
        [productId],
      )
      return rows[0]
    },
    async available() {
      const levels = new Map((await shop.levels()).map(level => [level.sku, level.available]))
      return numbers.map(n => levels.get(sku(n)) ?? Number.NaN)
    },
    async calls() {
      const entries = (await shop.journal()).filter(entry => entry.roots.includes('inventorySetQuantities'))
      return entries.map(entry => ({ key: entry.idempotencyKeys[0] ?? '', status: entry.status }))
    },
    async ordersKnownUntilNow() {
      await db.query('update orders.watermark set known_until = $1', [new Date()])
      await db.query(`update channel.level set base_from = base_from - interval '1 hour', base_until = base_until - interval '1 hour'`)
    },
    async allIsKnown() {
      await db.query('update orders.watermark set known_until = $1', [new Date(now + 48 * HOUR_MS)])
    },
    statements: () => statements,
    async close() {
      await shop.close()
      await home.drop()
    },
  }
}
