import { afterEach, expect, test } from 'vitest'
import type { ControlKind } from '../../src/channel/control.ts'
import { decideAnew } from '../../src/channel/control-step.ts'
import { addControl, controlsAtProduct, endControl } from '../../src/channel/control-store.ts'
import { step as reconcile } from '../../src/reconcile/step.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* A person switches something off by hand: writing of a level, a product or a shop, or selling it at all. */

const HOUR_MS = 3_600_000

let told: ToldShop
afterEach(() => told.close())

type Of = { shopId?: number | null; locationId?: number; productId?: number; hours?: number | null }
async function switchOff(kind: ControlKind, { shopId = 1, locationId, productId, hours = null }: Of = {}): Promise<number> {
  const now = Date.now()
  return told.home.db.transaction(async tx => {
    const of = { shopId, locationId: locationId ?? null, productId: productId ?? null }
    const untilAt = hours === null ? null : now + hours * HOUR_MS
    const controlId = await addControl(tx, { kind, ...of, reason: 'recall', untilAt, by: 'anna', now })
    if (kind === 'sell_nothing') await decideAnew(tx, [controlId], now)
    return controlId
  })
}
const switchOn = (controlId: number) =>
  told.home.db.transaction(async tx => {
    await endControl(tx, controlId, { by: 'anna', now: Date.now() })
    await decideAnew(tx, [controlId], Date.now())
  })

async function open() {
  told = await openToldShop(3)
  await told.promise(7)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 7, 7])
}

test('a level is paused: its changes wait with the newest number, the others go, and it goes when the pause is ended', async () => {
  await open()
  const control = await switchOff('pause', { locationId: 1, productId: 2 })
  await told.promise(5)
  await told.tellAll()
  await told.promise(4)
  await told.tellAll()
  expect(await told.available()).toEqual([4, 7, 4])
  expect(await told.states()).toEqual({ confirmed: 2, pending: 1 })
  expect(await controlsAtProduct(told.home.db, 2, Date.now())).toMatchObject([{ kind: 'pause', reason: 'recall', setBy: 'anna' }])
  expect(await controlsAtProduct(told.home.db, 1, Date.now())).toEqual([])
  await switchOn(control)
  await told.tellAll()
  expect(await told.available()).toEqual([4, 4, 4])
})

test.each<[string, Of, number[]]>([
  ['a shop', {}, [7, 7, 7]],
  ['a location', { locationId: 1 }, [7, 7, 7]],
  ['a product, in every shop', { shopId: null, productId: 1 }, [7, 5, 5]],
  ['another shop', { shopId: 2 }, [5, 5, 5]],
])('%s is paused', async (_, of, shown) => {
  await open()
  await switchOff('pause', of)
  await told.promise(5)
  await told.tellAll()
  expect(await told.available()).toEqual(shown)
})

test('that nothing is sold is read back: what the shop showed before is not taken for what it shows', async () => {
  await open()
  let now = Date.now()
  const readBack = () => reconcile({ db: told.home.db, clock: { now: () => now }, port: told.shop.port, shopId: 1 })
  const observed = () =>
    told.home.db.query('select product_id as product, shop_units as shows, verdict from reconcile.observation order by product_id')
  await readBack()
  expect(await observed()).toEqual([1, 2, 3].map(product => ({ product, shows: 7, verdict: 'equal' })))
  await switchOff('sell_nothing', { productId: 2 })
  told.later(5_000)
  await told.tellAll()
  now += 60_000
  await readBack()
  expect(await observed()).toEqual([1, 2, 3].map(product => ({ product, shows: product === 2 ? 0 : 7, verdict: 'equal' })))
  // And it is at rest then.
  now += 60_000
  expect((await readBack()).read).toBe(0)
})

test('nothing is sold any longer: the level goes to 0 at once, stays there whatever is counted, and comes back', async () => {
  await open()
  const control = await switchOff('sell_nothing', { productId: 2 })
  told.later(5_000)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 0, 7])
  await told.promise(50)
  await told.tellAll()
  expect(await told.available()).toEqual([50, 0, 50])
  expect(await told.states()).toEqual({ confirmed: 3 })
  await switchOn(control)
  await told.tellAll()
  expect(await told.available()).toEqual([50, 50, 50])
})

test('nothing is sold of what was sold unseen either: it is 0, not as much below', async () => {
  await open()
  await told.ordersKnownUntilNow()
  await told.shop.order([{ sku: 'SKU-2', units: 3 }])
  await switchOff('sell_nothing', { productId: 2 })
  told.later(5_000)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 0, 7])
})

test('what the shop refused is tried again with 0', async () => {
  await open()
  await told.promise([7, 2_000_000_000, 7])
  await told.tellAll()
  expect(await told.intent(2)).toMatchObject({ state: 'blocked', code: 'CHANNEL_ROW_UNITS_REFUSED' })
  const control = await switchOff('sell_nothing', { productId: 2 })
  told.later(5_000)
  await told.tellAll()
  expect(await told.available()).toEqual([7, 0, 7])
  await switchOn(control)
  told.later(5_000)
  await told.tellAll()
  expect(await told.available(), 'the number that is refused comes back, and is refused').toEqual([7, 0, 7])
  expect(await told.intent(2)).toMatchObject({ state: 'blocked', code: 'CHANNEL_ROW_UNITS_REFUSED' })
})

test.each<[ControlKind, number[]]>([
  ['pause', [7, 7, 7]],
  ['sell_nothing', [0, 0, 0]],
])('%s ends by itself when its end has come', async (kind, meanwhile) => {
  await open()
  await switchOff(kind, { hours: 2 })
  await told.promise(9)
  told.later(HOUR_MS)
  await told.tellAll()
  expect(await told.available()).toEqual(meanwhile)
  told.later(HOUR_MS + 10_000)
  await told.tellAll()
  // Whether orders came meanwhile is asked before anything is raised.
  await told.allIsKnown()
  await told.tellAll()
  expect(await told.available()).toEqual([9, 9, 9])
  expect(await told.home.db.query('select ended_by as by from channel.control')).toEqual([{ by: 'its end' }])
})
