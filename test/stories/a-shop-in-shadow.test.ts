import { afterEach, expect, test } from 'vitest'
import { healthOf } from '../../src/channel/health-store.ts'
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
