import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Choice, EVERYTHING } from '../../src/catalog/choice.ts'
import { choiceOf, countsUnder, setChoice } from '../../src/catalog/choice-store.ts'
import { relink } from '../../src/catalog/reading-store.ts'
import { isMapped, stoppedOf } from '../../src/catalog/store.ts'
import { decideAnew } from '../../src/channel/control-step.ts'
import { type Becomes, finishLeaving, letGo } from '../../src/channel/leaving-step.ts'
import { beginLeaving, finishLeaving as isOver, type Leaver, leavingOf, leavingsOf } from '../../src/channel/leaving-store.ts'
import type { ShopPort } from '../../src/channel/port.ts'
import * as outbox from '../../src/outbox/step.ts'
import { requestSync } from '../../src/reconcile/request-store.ts'
import { syncNow } from '../../src/reconcile/sync-step.ts'
import { amid } from '../amid.ts'
import { openToldShop, sku, type ToldShop } from './told-shop.ts'

/* What is written in a shop is chosen; what leaves the choice shows 0 first where somebody wants it so, and is never touched again. */

let told: ToldShop
const ONLY_TAGGED: Choice = { ...EVERYTHING, tags: ['sync'] }

beforeEach(async () => {
  told = await openToldShop(3)
  const { db } = told.home
  const numbers = [1, 2, 3]
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', sku, n from unnest($1::integer[], $2::text[]) as p (n, sku)`,
    [numbers, numbers.map(sku)],
  )
  await db.query(
    `insert into catalog.shop_item (shop_id, inventory_item_gid, variant_gid, sku, is_tracked, is_bundle_parent, tags, seen_at)
     select 1, 'gid://shopify/InventoryItem/' || (1000 + n), 'v' || n, sku, true, false, case when n = 2 then '{}'::text[] else '{Sync}' end, $3
       from unnest($1::integer[], $2::text[]) as p (n, sku)`,
    [numbers, numbers.map(sku), new Date()],
  )
  await told.promise(7)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 7, 7])
})
afterEach(() => told.close())

const readdress = () => outbox.step({ db: told.home.db, clock: { now: () => Date.now() } })
const links = async () =>
  (await told.home.db.query<{ n: number }>('select product_id as n from catalog.item_link order by 1')).map(row => row.n)

test('the counts are known before anything is changed', async () => {
  expect(await countsUnder(told.home.db, 1, EVERYTHING)).toEqual({ items: 3, chosen: 3, linked: 3, leaving: [] })
  expect(await countsUnder(told.home.db, 1, ONLY_TAGGED)).toEqual({ items: 3, chosen: 2, linked: 3, leaving: [2] })
})

test('kept: what leaves stays as the shop shows it, and is never touched again', async () => {
  await told.home.db.transaction(async tx => {
    await setChoice(tx, 1, ONLY_TAGGED)
    await relink(tx, 1, Date.now(), { isChosenAnew: true })
  })
  await readdress()
  await told.promise(5)
  await told.tellAll()
  expect(await links()).toEqual([1, 3])
  expect(await told.available()).toEqual([5, 7, 5])
})

test('what loses its tag in Shopify is written until somebody has said what becomes of it, and is a finding until then', async () => {
  const { db } = told.home
  const read = (of: { isChosenAnew?: boolean } = {}) => db.transaction(tx => relink(tx, 1, Date.now(), of))
  const left = () => db.query(`select sku from catalog.link_finding where code = 'CATALOG_ITEM_LEFT_CHOICE'`)
  const tag = (tags: string) => db.query(`update catalog.shop_item set tags = $1 where inventory_item_gid like '%/1001'`, [tags])
  await db.transaction(tx => setChoice(tx, 1, ONLY_TAGGED))
  await read({ isChosenAnew: true })
  await tag('{}')
  await read()
  await read()
  await readdress()
  await told.promise(0)
  await told.tellAll()
  expect(await told.available(), 'what is sold out is not sold on').toEqual([0, 7, 0])
  expect([await links(), await left()]).toEqual([[1, 3], [{ sku: sku(1) }]])
  expect((await countsUnder(db, 1, ONLY_TAGGED)).leaving, 'the same choice, said again, asks about it').toEqual([1])
  await tag('{Sync}')
  await read()
  expect([await links(), await left()]).toEqual([[1, 3], []])
  await tag('{}')
  await read({ isChosenAnew: true })
  expect([await links(), await left()]).toEqual([[3], []])
})

test('by way of 0: it shows 0 first, also through an outage, and only then its link ends', async () => {
  const now = Date.now()
  await told.shop.dial({ failNext: [{ kind: 'status', status: 503, times: 2 }] })
  await told.home.db.transaction(async tx => {
    const leaver = { kind: 'products', choice: ONLY_TAGGED, productIds: [2] } as const
    const of = { shopId: 1, leaver, reason: 'leaves the choice', by: 'anna', now }
    await decideAnew(tx, await beginLeaving(tx, of), now)
  })
  for (let minute = 0; minute < 2; minute++) {
    told.later(61_000)
    await told.tell()
    // Until the shop shows 0 nothing has left.
    if ((await told.available())[1] !== 0) expect(await links()).toEqual([1, 2, 3])
  }
  expect((await leavingOf(told.home.db, 1))?.levelsLeft).toBe(1)
  for (let minute = 0; minute < 3; minute++) {
    told.later(61_000)
    await told.tellAll()
  }
  expect(await told.available()).toEqual([7, 0, 7])
  expect(await leavingOf(told.home.db, 1)).toBeNull()
  expect(await choiceOf(told.home.db, 1)).toEqual(ONLY_TAGGED)
  expect(await links()).toEqual([1, 3])
  await readdress()
  await told.promise(9)
  told.later(61_000)
  await told.allIsKnown()
  await told.tellAll()
  expect((await told.available())[1]).toBe(0)
  expect(await told.home.db.query('select 1 from channel.control where ended_at is null')).toEqual([])
})

async function leave(leaver: Leaver): Promise<void> {
  const now = Date.now()
  await told.home.db.transaction(async tx => {
    await decideAnew(tx, await beginLeaving(tx, { shopId: 1, leaver, reason: 'the store closes', by: 'anna', now }), now)
  })
}

async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    told.later(61_000)
    await told.tellAll()
  }
}

test('a mapping that ends by way of 0: its levels show 0, and only then the location stands for nothing', async () => {
  const isStill = async () => isMapped(told.home.db, 1, 1)
  await leave({ kind: 'location', locationId: 1 })
  expect(await isStill()).toBe(true)
  await minutes(3)
  expect(await told.available()).toEqual([0, 0, 0])
  expect(await isStill()).toBe(false)
  expect(await leavingsOf(told.home.db, 1)).toEqual([])
  await readdress()
  await told.promise(9)
  await minutes(2)
  expect(await told.available(), 'never touched again').toEqual([0, 0, 0])
})

test('what the shop refuses to set to 0 has not left, and is said; it is tried again by Sync now, or let go as it is', async () => {
  const isStill = async () => isMapped(told.home.db, 1, 1)
  await told.home.db.query(
    `update outbox.intent set state = 'blocked', code = 'CHANNEL_ROW_REFUSED', blocked_until = 'either' where product_id = 2`,
  )
  const refusing: ShopPort = {
    ...told.shop.port,
    async send(call, signal) {
      const rows = [...call.body.matchAll(/"inventoryItemId":"gid:\/\/shopify\/InventoryItem\/(\d+)"/g)].map(match => match[1])
      const ordinal = rows.indexOf('1002')
      if (ordinal < 0) return told.shop.port.send(call, signal)
      const row = { ordinal, code: 'CHANNEL_ROW_REFUSED', message: 'a reason of next year' } as const
      return { kind: 'rows_refused', requestId: null, costPoints: null, rows: [row] }
    },
  }
  await leave({ kind: 'location', locationId: 1 })
  for (let minute = 0; minute < 4; minute++) {
    told.later(61_000)
    await told.tellAll(refusing)
  }
  expect(await told.available()).toEqual([0, 7, 0])
  expect(await isStill()).toBe(true)
  expect(await leavingsOf(told.home.db, 1)).toMatchObject([{ levelsLeft: 1, levelsRefused: 1 }])
  // The reason is gone, and somebody asks.
  await told.home.db.transaction(tx => requestSync(tx, { shopId: 1, locationId: null, productId: 2, by: 'anna', now: Date.now() }))
  await syncNow({ db: told.home.db, clock: { now: () => Date.now() }, port: told.shop.port, shopId: 1 })
  await minutes(2)
  expect(await told.available()).toEqual([0, 0, 0])
  expect(await isStill()).toBe(false)
})

test('whoever does not want to wait for 0 any longer lets go of it as it is', async () => {
  await leave({ kind: 'location', locationId: 1 })
  const again = (becomes: Becomes) => {
    const of = { shopId: 1, locationId: 1, becomes, reason: 'it stays', by: 'anna', now: Date.now() }
    return told.home.db.transaction(tx => letGo(tx, of))
  }
  await expect(again('zero')).rejects.toMatchObject({ code: 'CHANNEL_LEAVING_UNDER_WAY' })
  await again('keep')
  expect(await isMapped(told.home.db, 1, 1)).toBe(false)
  expect(await leavingsOf(told.home.db, 1)).toEqual([])
  await readdress()
  await minutes(3)
  expect(await told.available(), 'none of it is written any longer').toEqual([7, 7, 7])
})

test('a shop that is switched off by way of 0 is written to until it shows 0, and then not even asked', async () => {
  await leave({ kind: 'shop' })
  expect(await stoppedOf(told.home.db, 1)).toBeNull()
  await minutes(3)
  expect(await told.available()).toEqual([0, 0, 0])
  expect(await stoppedOf(told.home.db, 1)).toMatchObject({ reason: 'the store closes' })
  await told.promise(9)
  await minutes(2)
  expect(await told.available()).toEqual([0, 0, 0])
})

test('a level that somebody raised again after it had shown 0 has not left', async () => {
  await leave({ kind: 'location', locationId: 1 })
  // No further than until they show 0: the next step ends the mapping.
  for (let steps = 0; steps < 10 && (await told.available()).some(units => units > 0); steps++) {
    told.later(61_000)
    await told.tell()
  }
  expect(await told.available()).toEqual([0, 0, 0])
  expect(await leavingsOf(told.home.db, 1)).toMatchObject([{ levelsLeft: 0 }])
  await told.home.db.query('update channel.level set available_units = 3 where product_id = 1')
  expect(await leavingsOf(told.home.db, 1)).toMatchObject([{ levelsLeft: 1 }])
})

test('the newest choice counts, also when a person makes it in the moment in which the one before takes effect', async () => {
  const { db } = told.home
  const now = Date.now()
  const choose = (choice: Choice) =>
    db.transaction(async tx => {
      const underWay = await leavingOf(tx, 1)
      if (underWay !== null) await isOver(tx, underWay.leavingId, now)
      await setChoice(tx, 1, choice)
      await relink(tx, 1, now, { isChosenAnew: true })
    })
  for (let at = 1, didHappen = true; didHappen; at++) {
    await choose(EVERYTHING)
    const leaver = { kind: 'products', choice: ONLY_TAGGED, productIds: [2] } as const
    await db.transaction(tx => beginLeaving(tx, { shopId: 1, leaver, reason: 'leaves the choice', by: 'anna', now }))
    await db.query('update channel.level set available_units = 0')
    expect((await leavingOf(db, 1))?.levelsLeft).toBe(0)
    const going = amid(db, at, () => choose(EVERYTHING))
    await finishLeaving(going.db, 1, now)
    didHappen = await going.settled()
    if (didHappen) expect({ at, choice: await choiceOf(db, 1), links: await links() }).toEqual({ at, choice: EVERYTHING, links: [1, 2, 3] })
  }
})
