import { createHash } from 'node:crypto'
import { startAdversary } from '../../../simulator/shopify/adversary.ts'
import { virtualClock } from '../../../simulator/shopify/clock.ts'
import { placeOf } from '../../../simulator/shopify/shop.ts'
import type { ShopFile } from '../../../simulator/shopify/shop-file.ts'
import { type Simulator, startShopifySimulator } from '../../../simulator/shopify/simulator.ts'
import type { Delivery } from '../../../simulator/shopify/webhooks.ts'
import { newWorld, type World } from '../../../simulator/shopify/world.ts'
import { type OpenShop, openShop } from '../../../src/adapters/shopify/shop.ts'
import { typedIn } from '../../../src/adapters/shopify/tokens.ts'
import { foreignBooking } from '../../../src/app/foreign.ts'
import * as availability from '../../../src/availability/step.ts'
import { catalogChanged, shopById } from '../../../src/catalog/store.ts'
import * as channel from '../../../src/channel/step.ts'
import { takeWebhook } from '../../../src/channel/webhook-step.ts'
import type { Db } from '../../../src/db/connection.ts'
import { book } from '../../../src/inventory/document-step.ts'
import * as inventory from '../../../src/inventory/step.ts'
import * as orders from '../../../src/orders/step.ts'
import * as outbox from '../../../src/outbox/step.ts'
import { ALL_SCOPES, EVERYTHING_GOES } from '../../contract/simulated-shop.ts'
import { openTestDatabase, type TestDatabase } from '../../database.ts'
import { seededChance } from '../chance.ts'
import { Died, mortal, slowly } from './odd-databases.ts'

/** How the stock of a product is shown: by one level, by a level in each of two shops, or by an aggregate beside single ones. */
export type Shape = 'one shop' | 'two shops on one pool' | 'aggregate beside one to one'

/** Two facilities at the most; each location names those that feed it. */
const SHAPES: Readonly<Record<Shape, { facilities: number; shops: { locations: { name: string; facilities: number[] }[] }[] }>> = {
  'one shop': { facilities: 1, shops: [{ locations: [{ name: 'Main', facilities: [1] }] }] },
  'two shops on one pool': {
    facilities: 1,
    shops: [{ locations: [{ name: 'Main', facilities: [1] }] }, { locations: [{ name: 'Main', facilities: [1] }] }],
  },
  'aggregate beside one to one': {
    facilities: 2,
    shops: [
      {
        locations: [
          { name: 'Online', facilities: [1, 2] },
          { name: 'Store 1', facilities: [1] },
          { name: 'Store 2', facilities: [2] },
        ],
      },
    ],
  },
}

const ITEMS = 8
const TURNS_MAX = 4
export const START = Date.UTC(2026, 10, 27, 8)

export type ShopInSale = { shopId: number; simulator: Simulator; port: OpenShop; locationGids: string[] }

/** A world with its shops, which sells; and our rooms, which try to keep up. All by one virtual clock and one seed. */
export type SaleWorld = {
  home: TestDatabase
  world: World
  shops: ShopInSale[]
  chance: () => number
  now(): number
  /** Time passes, and what is due in the world happens. */
  pass(ms: number): void
  /** Webhooks that have arrived are taken in, as the gate would. */
  takeWebhooks(): Promise<void>
  poll(): Promise<void>
  /** From what orders and documents say to intents. */
  reckon(): Promise<void>
  tell(): Promise<void>
  /** The same by a process for each shop, all at this moment. */
  tellTogether(): Promise<void>
  /** The ERP says that so many units more, or fewer, lie in a facility. */
  erpSays(facilityId: number, productId: number, units: number): Promise<void>
  /** What really exists of a product and nobody bought, less what the ERP has not told yet. */
  knownFreeUnits(productId: number): number
  truth(facility: number, productId: number, units: number): void
  close(): Promise<void>
}

export async function openSaleWorld(
  shape: Shape,
  seed: number,
  of: { latencyMs?: number; items?: number; dies?: () => boolean } = {},
): Promise<SaleWorld> {
  const chance = seededChance(seed)
  const items = of.items ?? ITEMS
  const clock = virtualClock(START)
  const world = newWorld()
  const home = await openTestDatabase()
  // One process tells all shops in turn, so that the lock between processes would only take time.
  const db: Db = { ...home.db, alone: async (_, work) => ({ ran: true, result: await work() }) }
  const { facilities, shops: shapes } = SHAPES[shape]
  const stock = Array.from({ length: facilities }, () => Array.from({ length: items }, () => 20 + Math.floor(chance() * 40)))
  const arrived: { shopId: number; delivery: Delivery }[] = []
  const pass = (ms: number) => {
    clock.advance(ms)
    for (const shop of shops) shop.simulator.catchUp()
  }
  let uuids = 0
  const ids = {
    uuid: () => {
      const hex = createHash('sha256').update(`${seed} ${uuids++}`).digest('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    },
    secret: () => `secret-${seed}-${uuids++}`,
  }
  const shops: ShopInSale[] = []
  for (const [at, { locations }] of shapes.entries()) {
    const shopId = at + 1
    const simulator = await startShopifySimulator({
      shop: shopFile(shopId, { locations, items, stock, chance }),
      ...{ world, seed: seed * 10 + at, now: clock.now, sleep: clock.sleep, latencyMs: of.latencyMs ?? 300 },
      deliver: async delivery => {
        arrived.push({ shopId, delivery })
        return 200
      },
    })
    const port = openShop({
      ...{ apiUrl: simulator.url, apiVersion: '2026-10', token: typedIn('shpat_test'), fetch, clock },
      ...{ guard: EVERYTHING_GOES },
      sleep: async ms => pass(ms),
    })
    const locationGids = [...simulator.simulated.shop.tables.locations.values()].map(row => `gid://shopify/Location/${row.id}`)
    shops.push({ shopId, simulator, port, locationGids })
  }
  await setUp(home, { shape, items, stock, shops })
  const unreported = new Map<string, number>()
  const pool = (productId: number) => `item ${productId}`
  for (const { simulator, locationGids } of shops) {
    for (const gid of locationGids)
      for (let n = 1; n <= items; n++)
        world.truth.draw(placeOf(simulator.simulated.shop, 1_000 + n, Number(gid.split('/').at(-1))), [{ pool: pool(n), units: 1 }])
  }
  for (let n = 1; n <= items; n++)
    world.truth.add(
      pool(n),
      stock.reduce((sum, each) => sum + (each[n - 1] ?? 0), 0),
    )
  const deps = { db, clock, ids }
  const bookForeign = foreignBooking({ db, clock })
  const telling = of.dies === undefined ? db : mortal(db, of.dies)
  return {
    ...{ home, world, shops, chance, now: clock.now, pass },
    async takeWebhooks() {
      for (const { shopId, delivery } of arrived.splice(0)) {
        const shop = await shopById(db, shopId)
        if (shop === null) continue
        const header = (name: string) => Object.entries(delivery.headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? ''
        const told = { topic: header('x-shopify-topic'), eventId: header('x-shopify-event-id'), triggeredAt: null, rawBody: delivery.body }
        await takeWebhook(deps, shop, told)
      }
    },
    async poll() {
      for (const { shopId, port } of shops) await orders.step({ ...deps, shopId, port })
    },
    async reckon() {
      for (let more = true; more; ) more = (await inventory.step(deps)).more
      for (let more = true; more; ) more = (await availability.step(deps)).more
      for (let more = true; more; ) more = (await outbox.step(deps)).more
    },
    async tell() {
      // What one shop shows can be what another waits for: each gets its turn again while there is news.
      for (let isNews = true, turns = 0; isNews && turns < TURNS_MAX; turns++) {
        isNews = false
        for (const { shopId, port } of shops) {
          try {
            const { read, wrote, more } = await channel.step({ ...deps, db: telling, shopId, port, callsInFlight: 1, bookForeign })
            isNews ||= more || read + wrote > 0
          } catch (error) {
            if (!(error instanceof Died)) throw error
          }
        }
      }
    },
    async tellTogether() {
      const tellOne = ({ shopId, port }: ShopInSale) =>
        channel.step({ ...deps, db: slowly(db), shopId, port, callsInFlight: 1, bookForeign })
      await Promise.all(shops.map(tellOne))
    },
    async erpSays(facilityId, productId, units) {
      const at = clock.now()
      const line = { facilityId, productId, bin: null, effect: 'add' as const, units, reason: units > 0 ? 'VAR_SHIP_RECV' : 'VAR_DAMAGED' }
      await db.transaction(tx => book(tx, { kind: 'variance', lines: [line], who: 'ERP', effectiveAt: at, now: at }))
      const key = pool(productId)
      unreported.set(key, (unreported.get(key) ?? 0) - units)
    },
    knownFreeUnits: productId => world.truth.freeUnits(pool(productId)) - (unreported.get(pool(productId)) ?? 0),
    truth(_facility, productId, units) {
      const key = pool(productId)
      world.truth.add(key, units)
      unreported.set(key, (unreported.get(key) ?? 0) + units)
    },
    async close() {
      for (const { simulator } of shops) await simulator.close()
      await home.drop()
    },
  }
}

/** Customers come to every shop, by the thousand an hour. */
export function startSelling(sale: SaleWorld, of: { seed: number; ordersPerHour: number; forMs: number; cancelShare: number }): void {
  for (const [at, { simulator }] of sale.shops.entries()) {
    const { ordersPerHour, forMs, cancelShare } = of
    const habits = {
      ...{ linesMax: 2, unitsMax: 2, cancelAfterMs: 120_000, restockShare: 0.8, draftShare: 0.02, draftForMs: 60_000 },
      ...{ fulfilShare: 0.4, fulfilAfterMs: 120_000 },
    }
    startAdversary(simulator.simulated, { ...habits, seed: of.seed * 7 + at, ordersPerHour, forMs, cancelShare }, sale.now())
  }
}

function shopFile(
  shopId: number,
  of: { locations: { name: string; facilities: number[] }[]; items: number; stock: number[][]; chance: () => number },
): ShopFile {
  const { locations, items, stock, chance } = of
  return {
    domain: `sale-${shopId}.myshopify.com`,
    plan: 'plus',
    scopes: ALL_SCOPES,
    locations: locations.map(({ name }, at) => ({ name, id: shopId * 100 + at + 1 })),
    products: Array.from({ length: items }, (_, index) => ({
      title: `Item ${index + 1}`,
      variants: [
        {
          sku: `SKU-${index + 1}`,
          inventoryItemId: 1_001 + index,
          // The shop sells from the first of these that has enough, so that each item begins elsewhere.
          levels: locations
            .map(location => ({ at: chance(), location }))
            .toSorted((one, other) => one.at - other.at)
            .map(({ location }) => ({
              location: location.name,
              available: location.facilities.reduce((sum, facility) => sum + (stock[facility - 1]?.[index] ?? 0), 0),
            })),
        },
      ],
    })),
  }
}

async function setUp(home: TestDatabase, of: { shape: Shape; items: number; stock: number[][]; shops: ShopInSale[] }): Promise<void> {
  const { db } = home
  const at = new Date(START)
  const { facilities, shops } = SHAPES[of.shape]
  for (let n = 1; n <= facilities; n++)
    await db.query('insert into catalog.facility (code, name, created_at) values ($1, $1, $2)', [`F${n}`, at])
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [of.items, at])
  if (facilities > 1) {
    await db.query(`insert into catalog.facility_group (code, name) values ('ONLINE', 'Online')`)
    await db.query(
      'insert into catalog.facility_group_member (group_id, facility_id, from_at) select 1, n, $2 from generate_series(1, $1) n',
      [facilities, at],
    )
  }
  let locationId = 0
  for (const { shopId, simulator, locationGids } of of.shops) {
    await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ($1, $1, $2, 'read_and_write')`, [
      `shop-${shopId}`,
      simulator.url,
    ])
    await db.query(
      `insert into catalog.item_link select $1, n, 'gid://shopify/InventoryItem/' || (1000 + n) from generate_series(1, $2) n`,
      [shopId, of.items],
    )
    for (const [index, location] of (shops[shopId - 1]?.locations ?? []).entries()) {
      locationId++
      await db.query('insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values ($1, $2, $3, true, $4)', [
        ...[shopId, locationGids[index], location.name, at],
      ])
      const single = location.facilities.length === 1
      await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id, group_id) values ($1, $2, $3, $4)', [
        ...[shopId, locationId, single ? location.facilities[0] : null, single ? null : 1],
      ])
    }
  }
  await db.transaction(tx => catalogChanged(tx))
  const lines = of.stock.flatMap((units, facility) =>
    units.map((count, index) => {
      const where = { facilityId: facility + 1, productId: index + 1, bin: null }
      return { ...where, effect: 'count' as const, units: count, reason: 'CYCLE_COUNT' }
    }),
  )
  await db.transaction(tx => book(tx, { kind: 'count', lines, who: 'ERP', effectiveAt: START, now: START }))
}
