import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import type { explained } from '../../src/http/contract/explain.ts'
import type { Answer } from '../../src/http/contract/instant.ts'
import { explainRoutes } from '../../src/reconcile/explain-routes.ts'
import { rounds } from '../rounds.ts'
import { openStreet, type Street } from './street.ts'

/* Any number, traced: from the line of the file that an ERP sent to the call that Shopify answered, and what the shop showed. */

type Explained = Answer<typeof explained>

let street: Street
let lines: string[]
beforeAll(async () => {
  street = await openStreet()
  const file = await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE))
  lines = file.toString('utf8').split('\n')
  await street.bring(DEMO_FEED, DEMO_STOCK_FILE, file)
  await street.walk()
}, 120_000)
afterAll(() => street.close())

async function explain(sku: string, query: { at?: string; asOf?: number } = {}): Promise<Explained> {
  const { db, files } = street.house
  const [route] = explainRoutes({ db, clock: street.world.clock, files })
  if (route?.kind !== 'json') throw new Error('the route answers with JSON')
  const asked = {
    params: { sku },
    query,
    body: undefined,
    idempotencyKey: null,
    who: { name: 'test', role: 'viewer' as const },
    signal: AbortSignal.timeout(10_000),
  }
  return (await route.handle(asked)) as Explained
}

type Told = { sku: string; location: string; locationGid: string; item: string; units: number; productId: number; facilityId: number }

/** Levels at locations that stand for one facility, told and read back equal. */
async function told(limit: number): Promise<Told[]> {
  return street.house.db.query<Told>(
    `select k.value as sku, l.name as location, l.location_gid as "locationGid", i.inventory_item_gid as item, i.units, i.product_id as "productId",
            m.facility_id as "facilityId"
       from outbox.intent i
       join catalog.product_identifier k on k.product_id = i.product_id and k.type = 'SKU'
       join catalog.location l using (location_id)
       join catalog.location_mapping m using (location_id)
      where i.state = 'confirmed' and m.facility_id is not null and i.units > 30 order by i.product_id, l.location_id limit $1`,
    [limit],
  )
}

test('every number that was told is explained from the raw line of the file to Shopify’s number of the call', async () => {
  for (const level of await told(10 * rounds())) {
    const [one] = (await explain(level.sku, { at: level.location })).levels
    expect(one).toMatchObject({ location: level.location, toldUnits: level.units, firstBroken: null })
    expect(one?.sentence.endsWith(`= ${level.units}`)).toBe(true)
    const line = one?.evidence.facilities[0]?.line
    expect(line?.raw).toBe(lines[(line?.line ?? 0) - 1]?.trimEnd())
    // Where the shop showed the number already no call was needed.
    if (one?.evidence.call)
      expect(one.evidence.call).toMatchObject({ units: level.units, requestId: expect.any(String), idempotencyKey: expect.any(String) })
    expect(one?.links.map(link => link.state)).toEqual(one?.links.map(() => 'whole'))
  }
})

test('units sold in the shop that nobody has told us of stand in the sentence, and the order once it is known', async () => {
  const [level] = await told(1)
  if (level === undefined) throw new Error('the demo tells levels')
  const before = street.world.clock.now()
  await fetch(`${street.shopUrl}/_simulator/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ inventoryItemId: level.item, units: 3, locationId: level.locationGid }] }),
  })
  // The shop sold 3; orders are not polled; a count takes 5 off what is there.
  await street.house.db.transaction(async tx => {
    await tx.query('update inventory.position set on_hand_units = on_hand_units - 5 where facility_id = $1 and product_id = $2', [
      level.facilityId,
      level.productId,
    ])
    await tx.query(
      `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason)
       values (nextval('inventory.movement_seq'), $1, $2, -5, $3, $3, 'VAR_MANUAL')`,
      [level.facilityId, level.productId, new Date(street.world.clock.now())],
    )
    await tx.query(`update street.cursor set position = (select last_value from inventory.movement_seq) where reader = 'inventory:head'`)
  })
  for (let round = 0; round < 6; round++)
    for (const room of ['availability', 'outbox', 'channel'] as const) await street.house.steps[room]()
  const [unseen] = (await explain(level.sku, { at: level.location })).levels
  expect(unseen?.sentence).toContain('3 unseen')
  expect(unseen?.sentence.endsWith(`= ${level.units - 8}`)).toBe(true)

  await street.walk()
  const [known] = (await explain(level.sku, { at: level.location })).levels
  expect(known?.evidence.orders).toMatchObject([{ units: 3 }])
  expect(known?.sentence).toBe(`${level.units - 5} on hand − 3 reserved = ${level.units - 8}`)

  const [then] = (await explain(level.sku, { at: level.location, asOf: before })).levels
  expect(then).toMatchObject({ sentence: `${level.units} on hand = ${level.units}`, promisedUnits: level.units, toldUnits: level.units })
  expect((await explain(level.sku, { at: level.location, asOf: 0 })).levels[0]?.sentence).toContain('not counted at that time')
})

test('an unknown SKU, and a place where it is not, are said to be so', async () => {
  await expect(explain('no such thing')).rejects.toMatchObject({ code: 'CATALOG_SKU_NOT_FOUND' })
  const [level] = await told(1)
  expect((await explain(level?.sku ?? '', { at: 'Mars' })).levels).toEqual([])
})
