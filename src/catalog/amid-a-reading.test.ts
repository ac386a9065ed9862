import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { amid } from '../../test/amid.ts'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import type { Db } from '../db/connection.ts'
import { askForReading } from './ask-store.ts'
import { EVERYTHING } from './choice.ts'
import { setChoice } from './choice-store.ts'
import { readNews } from './news-step.ts'
import type { ShopCatalogPort, ShopItem } from './port.ts'
import { relink } from './reading-store.ts'
import { readShop } from './step.ts'
import { addShop, importProducts } from './store.ts'

/* A shop is read whole, what changed in it is followed, and a person chooses what is written there: all of it at once. */

const START = Date.UTC(2026, 10, 26)
const MINUTE_MS = 60_000
let now = START
const clock = { now: () => now }
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  const shop = { code: 's', name: 'S', apiUrl: 'http://x', apiVersion: '2026-10', accessScope: 'read_only', tokenSealed: null } as const
  await addShop(db, shop)
  const products = ['A', 'B', 'C'].map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] }))
  await db.transaction(tx => importProducts(tx, products, START))
})
afterAll(() => database.drop())

/** What the shop sells, by item. */
let sold = new Map<string, string>()
/** A bulk reading is of the moment at which it was begun. */
let whole = new Map<string, string>()
const item = (gid: string, sku: string): ShopItem => ({
  ...{ inventoryItemGid: gid, variantGid: `v-${gid}`, productGid: `p-${gid}`, sku, isTracked: true, isBundleParent: false },
  ...{ isSoldAtZero: false, vendor: null, productType: null, tags: sku === 'B' ? [] : ['sync'] },
})
const itemsIn = (shop: ReadonlyMap<string, string>, gids: readonly string[] = [...shop.keys()]) =>
  gids.flatMap(gid => (shop.has(gid) ? [item(gid, shop.get(gid) ?? '')] : []))
const port: ShopCatalogPort = {
  locations: async () => [],
  async *items() {
    yield itemsIn(whole)
  },
  itemsOfProducts: async () => [],
  itemsNamed: async gids => itemsIn(sold, gids),
  itemsChangedSince: async () => ({ items: [], isWhole: true }),
}

const links = (db: Db) =>
  db.query<{ sku: string; item: string }>(
    `select i.value as sku, l.inventory_item_gid as item from catalog.item_link l join catalog.product_identifier i using (product_id) order by 1`,
  )
const readWhole = (db: Db) => readShop({ db, clock }, { shopId: 1, port })
/** Somebody told us of this item. */
async function follow(db: Db, gid: string): Promise<void> {
  await askForReading(database.db, 1, [{ kind: 'item', gid }], now)
  await readNews({ db, clock }, { shopId: 1, port })
}
const choose = (db: Db, tags: readonly string[]) =>
  db.transaction(async tx => {
    await setChoice(tx, 1, { ...EVERYTHING, tags })
    await relink(tx, 1, now, { isChosenAnew: true })
  })

beforeEach(async () => {
  now += 24 * 60 * MINUTE_MS
  sold = new Map([['1', 'A']])
  whole = new Map(sold)
  await choose(database.db, [])
  await readWhole(database.db)
  expect(await links(database.db)).toEqual([{ sku: 'A', item: '1' }])
})

const linked = (...pairs: [string, string][]) => pairs.map(([sku, gid]) => ({ sku, item: gid }))

/** Tries it at every statement of the step, from the same beginning each time. */
async function atEveryStatement(begin: () => Promise<void>, step: (db: Db) => Promise<unknown>, deed: () => Promise<unknown>) {
  const seen: { at: number; links: unknown }[] = []
  for (let at = 1, didHappen = true; didHappen; at++) {
    now += MINUTE_MS
    sold = new Map([['1', 'A']])
    whole = new Map(sold)
    await choose(database.db, [])
    await readWhole(database.db)
    await begin()
    const while_ = amid(database.db, at, deed)
    await step(while_.db)
    didHappen = await while_.settled()
    if (didHappen) seen.push({ at, links: await links(database.db) })
  }
  return seen
}

test('what is linked while the shop is read whole stays linked', async () => {
  const seen = await atEveryStatement(
    async () => {},
    readWhole,
    async () => {
      now += 1_000
      sold.set('2', 'B')
      await follow(database.db, '2')
    },
  )
  expect(seen.length).toBeGreaterThan(8)
  expect(seen).toEqual(seen.map(({ at }) => ({ at, links: linked(['A', '1'], ['B', '2']) })))
})

test('what is linked by a whole reading stays linked while what changed is followed', async () => {
  const seen = await atEveryStatement(
    async () => {
      sold.set('2', 'B')
      sold.set('3', 'C')
      whole = new Map(sold)
    },
    db => follow(db, '3'),
    () => readWhole(database.db),
  )
  expect(seen.length).toBeGreaterThan(8)
  expect(seen).toEqual(seen.map(({ at }) => ({ at, links: linked(['A', '1'], ['B', '2'], ['C', '3']) })))
})

test('what a person chooses while the shop is read is what is written', async () => {
  const seen = await atEveryStatement(
    async () => {
      sold.set('2', 'B')
      whole = new Map(sold)
      await readWhole(database.db)
    },
    readWhole,
    () => choose(database.db, ['sync']),
  )
  expect(seen).toEqual(seen.map(({ at }) => ({ at, links: linked(['A', '1']) })))
})

test('a whole reading that was begun before a change does not bring the old SKU back', async () => {
  whole = new Map(sold)
  const seen = await atEveryStatement(
    async () => {},
    readWhole,
    async () => {
      now += 1_000
      sold.set('1', 'C')
      await follow(database.db, '1')
    },
  )
  expect(seen).toEqual(seen.map(({ at }) => ({ at, links: linked(['C', '1']) })))
})
