import { afterEach, expect, test } from 'vitest'
import { mapLocation, unmapLocation } from '../../src/catalog/store.ts'
import type { ControlKind } from '../../src/channel/control.ts'
import { decideAnew } from '../../src/channel/control-step.ts'
import { addControl, endControl } from '../../src/channel/control-store.ts'
import { askForLooks } from '../../src/channel/level-store.ts'
import * as outbox from '../../src/outbox/step.ts'
import { releaseUnder, reopen } from '../../src/outbox/store.ts'
import { amid } from '../amid.ts'
import { inSoak } from '../rounds.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* Something is switched, promised, mapped or sold in the moment in which a level is read, decided and sent. */

let told: ToldShop
let now = 0
afterEach(() => told.close())

async function open() {
  told = await openToldShop(1)
  now = Date.now()
  await told.promise(7)
  await told.tellAll()
  expect(await told.available()).toEqual([7])
}

async function pass() {
  now += 60_000
  told.later(60_000)
  await told.allIsKnown()
}

/** Until nothing changes any more: what waits is due by then. */
async function rest() {
  await told.promisesFollow()
  for (let turn = 0; turn < 2; turn++) {
    await pass()
    await told.tellAll()
  }
}

const level = { shopId: 1, locationId: 1, productId: 1 }
const inOne = (work: Parameters<ToldShop['home']['db']['transaction']>[0]) => told.home.db.transaction(work)
const readdress = () => outbox.step({ db: told.home.db, clock: { now: () => now } })

let controlId = 0
async function switchOff(kind: ControlKind) {
  await inOne(async tx => {
    controlId = await addControl(tx, { kind, ...level, reason: 'recall', untilAt: null, by: 'anna', now })
    if (kind === 'sell_nothing') await decideAnew(tx, [controlId], now)
  })
}
async function switchOn() {
  await inOne(async tx => {
    await endControl(tx, controlId, { by: 'anna', now })
    await decideAnew(tx, [controlId], now)
  })
}
const map = (isMapped: boolean) =>
  inOne(tx => (isMapped ? mapLocation(tx, { shopId: 1, locationId: 1, facilityId: 1, groupId: null }) : unmapLocation(tx, 1, 1)))

type Deed = { deed(promised: number): Promise<unknown>; after?(): Promise<unknown>; shows?(promised: number): number }
const DEEDS: Record<string, Deed> = {
  'it sells nothing': { deed: () => switchOff('sell_nothing'), shows: () => 0 },
  'it sells nothing, and sells again': {
    async deed() {
      await switchOff('sell_nothing')
      await switchOn()
    },
  },
  'it is paused, and goes on': { deed: () => switchOff('pause'), after: switchOn },
  'another number is promised': { deed: promised => told.promise(promised - 50), shows: promised => promised - 50 },
  'its location stands for nothing, and for the same again': {
    async deed() {
      await map(false)
      await readdress()
      await map(true)
      await readdress()
    },
  },
  'its location stands for nothing until later': {
    async deed() {
      await map(false)
      await readdress()
    },
    async after() {
      await map(true)
      await readdress()
    },
  },
  'a look is asked for': { deed: () => askForLooks(told.home.db, [level], now) },
  'it is compared and to be said again': { deed: () => inOne(tx => reopen(tx, 1, [level], now)) },
  'what was refused is released': { deed: () => inOne(tx => releaseUnder(tx, { shopId: 1, locationId: null, productId: null }, now)) },
}

/** Those that the others are near to; all of them in the soak. */
const SAMPLE = ['it sells nothing', 'another number is promised', 'its location stands for nothing, and for the same again']

test.for(inSoak({ full: Object.keys(DEEDS), sample: SAMPLE }))(
  'whatever statement of the telling it happens at, what is told in the end is what counts then: %s',
  { timeout: 120_000 },
  async (what, { expect }) => {
    await open()
    const { deed, after, shows = (promised: number) => promised } = DEEDS[what] as Deed
    for (let at = 1, didHappen = true, promised = 300; didHappen; at++, promised--) {
      await pass()
      await told.promise(promised)
      const telling = amid(told.home.db, at, () => deed(promised))
      await told.tellAll(undefined, telling.db)
      didHappen = await telling.settled()
      if (didHappen) await after?.()
      await rest()
      if (didHappen) expect(await told.available(), `at statement ${at}`).toEqual([shows(promised)])
      if (shows(promised) === 0) await switchOn()
    }
  },
)

test('what sells nothing comes back at whatever statement of the telling somebody says so', { timeout: 120_000 }, async () => {
  await open()
  for (let at = 1, didHappen = true, promised = 300; didHappen; at++, promised--) {
    await switchOff('sell_nothing')
    await rest()
    expect(await told.available()).toEqual([0])
    await told.promise(promised)
    const telling = amid(told.home.db, at, switchOn)
    await told.tellAll(undefined, telling.db)
    didHappen = await telling.settled()
    if (!didHappen) await switchOn()
    await rest()
    expect(await told.available(), `at statement ${at}`).toEqual([promised])
  }
})

test('what a location stood for before is not raised there when it stands for something else, until the promises know it', async () => {
  await open()
  await told.promise(20)
  await map(false)
  await readdress()
  await rest()
  expect(await told.available()).toEqual([7])
  await inOne(tx => mapLocation(tx, { shopId: 1, locationId: 1, facilityId: 1, groupId: null }))
  await readdress()
  await pass()
  await told.tellAll()
  expect(await told.available()).toEqual([7])
  expect(await told.intent(1)).toMatchObject({ state: 'pending', code: 'CHANNEL_WAITS_FOR_PROMISE' })
  await told.promise(5)
  await rest()
  expect(await told.available()).toEqual([5])
})
