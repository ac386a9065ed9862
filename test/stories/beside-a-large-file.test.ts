import { afterAll, beforeAll, expect, test } from 'vitest'
import { READS_INVENTORY } from '../../src/availability/store.ts'
import { INVENTORY_HEAD } from '../../src/inventory/store.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/*
 * A file of millions of rows is being booked: far more has moved than the promises hold yet. A level of which nothing has moved goes up all
 * the same, and one of which something has waits until its promise knows it.
 */
let told: ToldShop
beforeAll(async () => {
  told = await openToldShop(3)
  await told.promise(10)
  await told.tellAll()
})
afterAll(() => told.close())

const cursors = (seen: number, head: number) =>
  told.home.db.query(
    `insert into street.cursor (reader, position) values ($1, $3), ($2, $4) on conflict (reader) do update set position = excluded.position`,
    [READS_INVENTORY, INVENTORY_HEAD, seen, head],
  )

test('while the promises are a million movements behind, only what has moved itself waits to be raised', async () => {
  const { db } = told.home
  await db.query(
    `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason)
     values (400000, 1, 3, -1, now(), now(), 'VAR_MANUAL'), (600000, 1, 1, -1, now(), now(), 'VAR_MANUAL')`,
  )
  await cursors(500_000, 1_500_000)
  await told.promise(12)
  told.later(1_000)
  await told.tell()
  expect(await told.available()).toEqual([10, 12, 12])
  expect(await told.intent(1)).toMatchObject({ code: 'CHANNEL_WAITS_FOR_PROMISE' })
  await cursors(1_500_000, 1_500_000)
  told.later(1_000)
  await told.tellAll()
  expect(await told.available()).toEqual([12, 12, 12])
})
