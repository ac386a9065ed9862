import { afterEach, beforeEach, expect, test } from 'vitest'
import * as availability from '../../src/availability/step.ts'
import { closeFacility, openFacility } from '../../src/catalog/place-store.ts'
import { isMapped, mapLocation } from '../../src/catalog/store.ts'
import { type Becomes, finishLeaving, letGo } from '../../src/channel/leaving-step.ts'
import { leavingsOf } from '../../src/channel/leaving-store.ts'
import type { Tx } from '../../src/db/connection.ts'
import * as outbox from '../../src/outbox/step.ts'
import { amid } from '../amid.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/*
 * A location stands for another facility from now on, and a facility closes: what the shop shows for it goes to 0 first, is kept, or is
 * taken over, as a person said. F counted 7 of each product; G counted 5 of the first, 7 of the second, and never the third.
 */

let told: ToldShop
const CLOCK = { now: () => Date.now() }
const [F, G] = [1, 2]
const at = { shopId: 1, locationId: 1 }

beforeEach(async () => {
  told = await openToldShop(3)
  const { db } = told.home
  await db.query(`insert into catalog.facility (code, name, created_at) values ('G', 'G', $1)`, [new Date()])
  for (const [facility, product, units] of [...[1, 2, 3].map(n => [F, n, 7] as const), ...[[G, 1, 5] as const, [G, 2, 7] as const]])
    await count(facility, product, units)
  await told.promise(7)
  await follow()
  await minutes(1)
  expect(await told.available()).toEqual([7, 7, 7])
})
afterEach(() => told.close())

async function count(facilityId: number, productId: number, units: number): Promise<void> {
  await told.home.db.transaction(tx => bookCount(tx, facilityId, productId, units))
}

async function bookCount(tx: Tx, facilityId: number, productId: number, units: number): Promise<void> {
  await tx.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, counted_at) values ($1, $2, $3, $4)
     on conflict (facility_id, product_id) do update set on_hand_units = excluded.on_hand_units`,
    [facilityId, productId, units, new Date()],
  )
  await tx.query(
    `with moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, reserved_units, recorded_at, effective_at, reason)
       values (nextval('inventory.movement_seq'), $1, $2, $3, 0, $4, $4, 'VAR_EXT_RESET') returning seq)
     insert into street.cursor (reader, position) select 'inventory:head', seq from moved
     on conflict (reader) do update set position = excluded.position`,
    [facilityId, productId, units, new Date()],
  )
}

/** The promises follow what is mapped and counted, and the outbox follows them. */
async function follow(): Promise<void> {
  await availability.step({ db: told.home.db, clock: CLOCK })
  await outbox.step({ db: told.home.db, clock: CLOCK })
}

async function minutes(of: number): Promise<void> {
  for (let minute = 0; minute < of; minute++) {
    told.later(61_000)
    await told.tellAll()
  }
}

const leave = (becomes: Becomes, to?: { facilityId: number | null; groupId: number | null }) =>
  told.home.db.transaction(tx => letGo(tx, { ...at, ...(to && { to }), becomes, reason: 'the store moves', by: 'anna', now: Date.now() }))
const move = (becomes: Becomes) => leave(becomes, { facilityId: G, groupId: null })
const standsFor = async () =>
  (await told.home.db.query<{ id: number }>('select facility_id as id from catalog.location_mapping'))[0]?.id ?? null
const underWay = async () => (await leavingsOf(told.home.db, 1)).map(({ kind, levelsLeft }) => ({ kind, levelsLeft }))

test('moved by way of 0: it shows 0 first, and then the new place’s numbers, also where they are those of before', async () => {
  await move('zero')
  await told.tell()
  expect(await standsFor(), 'nothing moves before the shop shows 0').toBe(F)
  // F goes on counting meanwhile: none of it is shown any longer.
  await count(F, 1, 9)
  await follow()
  await minutes(3)
  expect([await told.available(), await standsFor()], 'the promises are not those of the new place yet').toEqual([[0, 0, 0], G])
  await follow()
  await minutes(2)
  expect(await told.available()).toEqual([5, 7, 0])
  expect(await underWay()).toEqual([])
  expect(await told.home.db.query('select 1 from channel.control where ended_at is null')).toEqual([])
})

test('kept: what the new place has counted is told, and the rest stays as it is until it is counted there', async () => {
  await move('keep')
  await follow()
  await minutes(2)
  expect([await told.available(), await standsFor()]).toEqual([[5, 7, 7], G])
  expect(await underWay()).toEqual([{ kind: 'kept', levelsLeft: 1 }])
  await count(G, 3, 2)
  await minutes(1)
  expect(await told.available(), 'counted, and not promised yet').toEqual([5, 7, 7])
  await follow()
  await minutes(2)
  expect(await told.available()).toEqual([5, 7, 2])
  expect(await underWay()).toEqual([])
})

test('kept: counted at whatever statement of the look at it, it stays as it is until that is promised', async () => {
  const { db } = told.home
  await move('keep')
  await follow()
  await minutes(2)
  for (let nth = 1, didHappen = true; didHappen; nth++) {
    const looking = amid(db, nth, () => count(G, 3, 2))
    await finishLeaving(looking.db, 1, Date.now())
    didHappen = await looking.settled()
    expect(await underWay(), `counted at statement ${nth}`).toEqual([{ kind: 'kept', levelsLeft: 1 }])
    await db.query('delete from inventory.position where facility_id = $1 and product_id = 3', [G])
    await follow()
  }
})

test('handed over: the new place’s numbers are told at once, and what it never counted shows 0', async () => {
  await move('hand_over')
  await follow()
  await minutes(2)
  expect([await told.available(), await standsFor()]).toEqual([[5, 7, 0], G])
})

test('a move that is under way is neither begun twice nor lost with the process', async () => {
  await move('zero')
  await expect(move('keep')).rejects.toMatchObject({ code: 'CHANNEL_LEAVING_UNDER_WAY' })
  for (let turn = 0; turn < 4; turn++) {
    await follow()
    await minutes(1)
  }
  expect(await told.available()).toEqual([5, 7, 0])
})

test('what is kept is no obstacle to moving once more', async () => {
  await move('keep')
  await leave('zero', { facilityId: F, groupId: null })
  for (let turn = 0; turn < 4; turn++) {
    await follow()
    await minutes(1)
  }
  expect([await told.available(), await standsFor(), await underWay()]).toEqual([[7, 7, 7], F, []])
})

const close = (becomes: Becomes) =>
  told.home.db.transaction(async tx => {
    await letGo(tx, { ...at, becomes, reason: 'for good', by: 'anna', now: Date.now() })
    await closeFacility(tx, { facilityId: F, by: 'anna', reason: 'for good', now: Date.now() })
  })

test.each<[Becomes, number[]]>([
  ['zero', [0, 0, 0]],
  ['keep', [7, 7, 7]],
  ['hand_over', [7, 7, 7]],
])('a facility closes, %s: its own location shows that, stands for nothing, and is never touched again', async (becomes, shown) => {
  await close(becomes)
  for (let turn = 0; turn < 3; turn++) {
    await follow()
    await minutes(1)
  }
  expect(await told.available()).toEqual(shown)
  expect(await isMapped(told.home.db, 1, 1)).toBe(false)
  await count(F, 1, 99)
  await follow()
  await minutes(2)
  expect(await told.available()).toEqual(shown)
})

test('a facility of a group closes: the group sells the rest at once, and all of it when it is open again', async () => {
  const { db } = told.home
  await db.query(`insert into catalog.facility_group (code, name) values ('WEB', 'Web')`)
  await db.query('insert into catalog.facility_group_member (group_id, facility_id, from_at) values (1, 1, $1), (1, 2, $1)', [
    new Date(Date.now() - 1_000),
  ])
  await db.transaction(tx => mapLocation(tx, { ...at, facilityId: null, groupId: 1 }))
  await follow()
  await minutes(1)
  expect(await told.available()).toEqual([12, 14, 7])
  await db.transaction(tx => closeFacility(tx, { facilityId: F, by: 'anna', reason: 'flood', now: Date.now() }))
  await follow()
  await minutes(1)
  expect(await told.available()).toEqual([5, 7, 0])
  await db.transaction(tx => openFacility(tx, F))
  await follow()
  await minutes(1)
  expect(await told.available()).toEqual([12, 14, 7])
})
