import { afterEach, expect, test } from 'vitest'
import { shopError } from '../../src/adapters/shopify/translate.ts'
import { healthOf } from '../../src/channel/health-store.ts'
import type { ShopPort } from '../../src/channel/port.ts'
import { compareInShadow, turnShadow } from '../../src/channel/shadow-step.ts'
import { differencesOf, runsOf } from '../../src/channel/shadow-store.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* A shop runs beside the tool that it replaces: Trueup does everything but the write, and lists each day where the two differ. */

let told: ToldShop
afterEach(() => told.close())

const DAY_MS = 86_400_000
let now: number
const compare = (isAskedByPerson = false) =>
  compareInShadow({ db: told.home.db, clock: { now: () => now }, port: told.shop.port, shopId: 1 }, { isAskedByPerson })
const shadow = (is: boolean) => told.home.db.transaction(tx => turnShadow(tx, 1, is))
const differences = async () => {
  const [run] = await runsOf(told.home.db, 1, 5)
  const rows = await differencesOf(told.home.db, { runId: run?.runId ?? 0, search: null, limit: 50, offset: 0 })
  return rows.map(row => [row.productId, row.ourUnits, row.theirUnits])
}

test('nothing is written; each level where the other tool shows another number is listed once a day; then it is ended', async () => {
  told = await openToldShop(4)
  now = Date.now() + 1_000
  await shadow(true)
  await told.promise([7, 10, 12, 10])
  await told.tellAll()
  expect(await told.calls()).toEqual([])
  expect(await told.states()).toEqual({ pending: 4 })
  expect(await healthOf(told.home.db, 1)).toMatchObject({ heldCode: 'CHANNEL_SHADOW' })

  await compare()
  expect(await differences()).toEqual([
    [1, 7, 10],
    [3, 12, 10],
  ])
  // The other tool goes on writing, and is right by the next day.
  await told.shop.edit('SKU-1', 'Main', 7)
  await told.shop.edit('SKU-3', 'Main', 12)
  await told.shop.edit('SKU-4', 'Main', 9)
  await compare()
  expect(await runsOf(told.home.db, 1, 5)).toHaveLength(1)
  now += DAY_MS
  await compare()
  expect(await differences()).toEqual([[4, 10, 9]])
  expect(await runsOf(told.home.db, 1, 5)).toMatchObject([
    { levels: 4, different: 1, units: 1 },
    { levels: 4, different: 2, units: 5 },
  ])
  expect(await told.calls()).toEqual([])

  await shadow(false)
  await told.allIsKnown()
  // Looked at as at first contact; what has to be raised waits until the orders of that moment are known.
  for (let minute = 0; minute < 3; minute++) {
    told.later(61_000)
    await told.tellAll()
  }
  expect(await told.available()).toEqual([7, 10, 12, 10])
  // What the other tool showed already was compared, and not written again.
  expect(await told.calls()).toHaveLength(1)
})

test('a shop that does not run in shadow is not compared so', async () => {
  told = await openToldShop(1)
  now = Date.now()
  await compare(true)
  expect(await runsOf(told.home.db, 1, 5)).toEqual([])
})

/** The port as the gate has it: what would write is not sent. */
const gated = (): ShopPort => ({
  ...told.shop.port,
  activate: async () => {
    throw shopError('CHANNEL_SHADOW', 'the shop runs in shadow: everything but the write')
  },
})

test('one level that is not stocked does not keep the others from being read while the shop is held', async () => {
  told = await openToldShop(3, { inactive: 2 })
  now = Date.now() + 1_000
  await shadow(true)
  await told.promise([10, 7, 10])
  await told.tell(gated()).catch(() => {})
  const known = await told.home.db.query('select product_id as id from channel.level where available_units is not null order by 1')
  expect(known).toEqual([{ id: 1 }, { id: 3 }])
  expect(await healthOf(told.home.db, 1)).toMatchObject({ heldCode: 'CHANNEL_SHADOW' })
  // It is not asked for in every step, and stocked as soon as the shop may be written to.
  let asked = 0
  const count: ShopPort['readLevels'] = (...of) => {
    asked++
    return told.shop.port.readLevels(...of)
  }
  const counting = { ...gated(), readLevels: count }
  await told.tell(counting)
  expect(asked).toBe(0)
  told.later(5 * 60_000)
  await told.tell(counting)
  expect(asked).toBe(1)
  await shadow(false)
  await told.tellAll()
  expect(await told.available()).toEqual([10, 7, 10])
})

test('a level that is not stocked in the shop and would be by us is on the list, unless a person has it sell nothing', async () => {
  told = await openToldShop(3, { inactive: 2 })
  now = Date.now() + 1_000
  await shadow(true)
  await told.promise([10, 7, 10])
  await told.tell(gated())
  await compare()
  expect(await differences()).toEqual([[2, 7, 0]])
  await told.home.db.query(
    `insert into channel.control (kind, shop_id, product_id, reason, set_by, set_at) values ('sell_nothing', 1, 2, 'recalled', 'ada', $1)`,
    [new Date(now - 1_000)],
  )
  now += 1_000
  await compare(true)
  expect(await differences()).toEqual([])
})

test('a scope that was taken away is held for, and no refusal of the shop, also where a level is not stocked', async () => {
  told = await openToldShop(3, { inactive: 2 })
  await told.shop.dial({ scopes: ['read_inventory', 'read_products', 'read_locations', 'read_orders'] })
  await told.promise([10, 7, 10])
  await told.tell().catch(() => {})
  expect(await healthOf(told.home.db, 1)).toMatchObject({ state: 'reachable', heldCode: 'CHANNEL_SCOPE_MISSING' })
})
