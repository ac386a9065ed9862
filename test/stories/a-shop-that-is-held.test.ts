import { afterEach, describe, expect, test } from 'vitest'
import { healthOf } from '../../src/channel/health-store.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* Scenario 5 of the guide, and its kin: stock may not be written for an hour. What waits is held, says why, and goes by itself. */

const MINUTE_MS = 60_000
const ITEMS = 5

let told: ToldShop
afterEach(() => told.close())

const access = (scope: string | null) => told.home.db.query('update catalog.shop set access_scope = $1', [scope])
const dial = (dials: Record<string, unknown>) => told.shop.dial(dials)
const health = () => healthOf(told.home.db, 1)
const why = async () => (await health())?.heldCode ?? (await health())?.code ?? null

describe.each<[says: string, code: string, ill: () => Promise<unknown>, cure: () => Promise<unknown>]>([
  ['the access scope is Read only', 'CHANNEL_READ_ONLY', () => access('read_only'), () => access('read_and_write')],
  ['the access scope is No access', 'CHANNEL_READ_ONLY', () => access('no_access'), () => access('read_and_write')],
  ['nobody has set the access scope', 'CHANNEL_READ_ONLY', () => access(null), () => access('read_and_write')],
  [
    'write_inventory was taken away in Shopify',
    'CHANNEL_SCOPE_MISSING',
    () => dial({ scopes: ['read_inventory', 'read_products', 'read_locations'] }),
    () => dial({ scopes: null }),
  ],
  ['the token is revoked', 'CHANNEL_TOKEN_REFUSED', () => dial({ tokenRevoked: true }), () => dial({ tokenRevoked: false })],
  ['the shop is frozen', 'CHANNEL_SHOP_FROZEN', () => dial({ frozen: true }), () => dial({ frozen: false })],
])('%s for an hour', (_, code, ill, cure) => {
  test('held with its reason within one cycle, nothing lost, and all delivered after the cure', async () => {
    told = await openToldShop(ITEMS)
    await told.promise(7)
    await told.tellAll()
    expect(await told.available()).toEqual([7, 7, 7, 7, 7])
    const before = (await told.calls()).length

    await ill()
    // The scopes were asked a moment ago: what Shopify takes away is noticed by the first write that it refuses.
    for (let minute = 0; minute < 60; minute += 5) {
      await told.promise(20 + minute)
      await told.tellAll()
      expect(await why(), `after ${minute} minutes`).toBe(code)
      expect(await told.states()).toEqual({ pending: ITEMS })
      told.later(5 * MINUTE_MS)
    }
    expect(await told.available()).toEqual([7, 7, 7, 7, 7])
    // A person has meanwhile set one level by hand to the very number that we are going to want.
    await told.shop.edit('SKU-1', 'Main', 75)

    await cure()
    told.later(15_000)
    await told.tellAll()
    expect(await told.available()).toEqual([75, 75, 75, 75, 75])
    expect(await told.states()).toEqual({ confirmed: ITEMS })
    expect(await why()).toBeNull()
    expect((await health())?.mendedAt).not.toBeNull()
    // One write that was answered with a refusal at most, and one that carried the newest number: no history is told.
    const written = (await told.calls()).length - before
    expect(written).toBeLessThanOrEqual(2)
  })
})

test('after the cure each level is read before it is written, and only what differs is', async () => {
  told = await openToldShop(ITEMS)
  await told.promise(7)
  await told.tellAll()
  await access('read_only')
  await told.promise([8, 7, 7, 7, 7])
  await told.tellAll()
  // Sold and edited behind our back: what we knew of this level is wrong now.
  await told.shop.edit('SKU-1', 'Main', 8)
  await access('read_and_write')
  told.later(1_000)
  const before = (await told.calls()).length
  await told.tellAll()
  expect(await told.states()).toEqual({ confirmed: ITEMS })
  expect((await told.calls()).length).toBe(before)
})

test('an access scope that nobody set is read only', async () => {
  told = await openToldShop(ITEMS)
  await access(null)
  await told.promise(7)
  await told.tellAll()
  expect(await health()).toMatchObject({ heldCode: 'CHANNEL_READ_ONLY', heldMessage: 'the access scope of this shop is Read only' })
  expect(await told.calls()).toEqual([])
})
