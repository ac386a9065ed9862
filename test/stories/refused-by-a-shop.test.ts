import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { askForLooks } from '../../src/channel/level-store.ts'
import { channelStatus } from '../../src/channel/store.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* One bad row holds nobody, and is itself held no longer than its reason lasts. */

let told: ToldShop
afterEach(() => told.close())

test('a bundle parent among 250: 249 are told, one waits for the catalogue', async () => {
  told = await openToldShop(250, { bundleParent: 77 })
  await told.promise(7)
  await told.tellAll()
  expect(await told.states()).toEqual({ confirmed: 249, blocked: 1 })
  expect(await told.intent(77)).toMatchObject({ state: 'blocked', code: 'CHANNEL_ROW_BUNDLE_PARENT' })
  expect((await told.available()).filter(units => units === 7)).toHaveLength(249)
  expect(await channelStatus(told.home.db, 0)).toMatchObject({ stuck: 1 })
})

test('an item that may not be stocked is told as soon as somebody has stocked it and a webhook hints at it', async () => {
  told = await openToldShop(3, { inactive: 2 })
  await told.promise(7)
  await told.tellAll({ ...told.shop.port, activate: async () => ({ kind: 'refused', message: 'not here' }) })
  expect(await told.intent(2)).toMatchObject({ state: 'blocked', code: 'CHANNEL_ROW_NOT_STOCKED' })
  const level = { inventoryItemGid: told.shop.item('SKU-2'), locationGid: told.shop.location('Main') }
  await told.shop.port.activate({ ...level }, randomUUID())
  await askForLooks(told.home.db, [{ shopId: 1, locationId: 1, productId: 2 }], Date.now())
  told.later(1_000)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 7, 7])
  expect(await told.states()).toEqual({ confirmed: 3 })
})

test.each<['CHANNEL_ROW_REFUSED' | 'CHANNEL_ROW_BUNDLE_PARENT', string]>([
  ['CHANNEL_ROW_REFUSED', 'the next number'],
  ['CHANNEL_ROW_REFUSED', 'another look at its item'],
  ['CHANNEL_ROW_BUNDLE_PARENT', 'another look at its item'],
])('a level that was refused as %s is tried again by itself with %s', async (code, when) => {
  told = await openToldShop(2)
  await told.promise(7)
  let refusals = 0
  await told.tell({
    ...told.shop.port,
    async send(call, signal) {
      if (refusals++ > 0) return told.shop.port.send(call, signal)
      return { kind: 'rows_refused', requestId: null, costPoints: null, rows: [{ ordinal: 0, code, message: 'no' }] }
    },
  })
  const first = (await told.intent(1))?.state === 'blocked' ? 1 : 2
  expect(await told.states()).toEqual({ blocked: 1, confirmed: 1 })
  told.later(61_000)
  await told.tellAll()
  expect(await told.intent(first), 'not before').toMatchObject({ state: 'blocked', code })
  if (when === 'the next number') await told.promise(6)
  else {
    await told.home.db.query(
      `insert into catalog.shop_item (shop_id, inventory_item_gid, variant_gid, is_tracked, is_bundle_parent, seen_at) values (1, $1, 'v', true, false, $2)`,
      [`gid://shopify/InventoryItem/${1_000 + first}`, new Date(Date.now() + 120_000)],
    )
    await told.promise(7)
  }
  await told.tellAll()
  const expected = when === 'the next number' ? 6 : 7
  expect(await told.available()).toEqual([expected, expected])
})

test('an item that was deleted', async () => {
  told = await openToldShop(3)
  await told.home.db.query(`update catalog.item_link set inventory_item_gid = 'gid://shopify/InventoryItem/9' where product_id = 2`)
  await told.promise(7)
  await told.tellAll()
  expect(await told.states()).toEqual({ confirmed: 2, blocked: 1 })
  expect(await told.intent(2)).toMatchObject({ code: 'CHANNEL_ROW_NOT_STOCKED' })
})
