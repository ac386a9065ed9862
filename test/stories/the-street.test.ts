import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoFigures } from '../../src/app/demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { openStreet, type Street } from './street.ts'

let street: Street
let file: Buffer
beforeAll(async () => {
  street = await openStreet()
  file = await readFile(path.join(demoDataDir(), DEMO_STOCK_FILE))
})
afterAll(() => street.close())

test('the ERP file becomes stock on hand, promises, levels in the shop, and proof', async () => {
  await street.bring(DEMO_FEED, DEMO_STOCK_FILE, file)
  await street.walk()
  const figures = await demoFigures(street.house.db)
  expect(figures).toMatchObject({ files: 1, rowsRead: 1069, rowsAccepted: 1069, rowsRejected: 0, positions: 1069, unitsOnHand: 335_974 })
  expect(figures.levelsDifferent).toBe(0)
  expect(figures.levelsWaiting).toBe(0)
  expect(figures.levelsEqual).toBe(figures.levelsConfirmed)
  expect(figures.levelsEqual).toBeGreaterThan(1_400)
})

test('the same file again is a replay: it is said, and nothing moves', async () => {
  const before = await street.house.db.query('select count(*) as n from inventory.movement')
  const fileId = await street.bring(DEMO_FEED, 'again.tsv', file)
  await street.walk()
  const [row] = await street.house.db.query<{ state: string; reason: string }>('select state, reason from feed.file where file_id = $1', [
    fileId,
  ])
  expect(row?.state).toBe('duplicate')
  expect(await street.house.db.query('select count(*) as n from inventory.movement')).toEqual(before)
})

test('a hard sync finds every level equal, and a number that somebody changed in the shop is found and set right', async () => {
  await street.house.steps['hard-sync']()
  const state = (await (await fetch(`${street.shopUrl}/_simulator/state`)).json()) as {
    levels: { inventoryItemId: string; locationId: string; available: number }[]
  }
  const [level] = await street.house.db.query<{ item: string; location: string; units: number }>(
    `select i.inventory_item_gid as item, l.location_gid as location, i.units from outbox.intent i join catalog.location l using (location_id)
      where i.state = 'confirmed' and i.units > 5 limit 1`,
  )
  expect(state.levels.length).toBeGreaterThan(1_000)
  await fetch(`${street.shopUrl}/_simulator/levels`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inventoryItemId: level?.item, locationId: level?.location, available: 3 }),
  })
  await street.house.steps['hard-sync']()
  expect((await demoFigures(street.house.db)).levelsDifferent).toBe(1)
  await street.walk()
  await street.house.steps['hard-sync']()
  const figures = await demoFigures(street.house.db)
  expect([figures.levelsDifferent, figures.levelsWaiting]).toEqual([0, 0])
})

test('a sale in the shop that we have not heard of is not given back, and is known after the next poll', async () => {
  const [level] = await street.house.db.query<{ item: string; location: string; facilityId: number; productId: number; units: number }>(
    `select i.inventory_item_gid as item, l.location_gid as location, m.facility_id as "facilityId", i.product_id as "productId", i.units
       from outbox.intent i join catalog.location l using (location_id) join catalog.location_mapping m using (location_id)
      where i.state = 'confirmed' and i.units > 20 and m.facility_id is not null limit 1`,
  )
  const sold = await fetch(`${street.shopUrl}/_simulator/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ inventoryItemId: level?.item, units: 4, locationId: level?.location }] }),
  })
  expect(sold.ok).toBe(true)
  await street.walk()
  const [position] = await street.house.db.query<{ reserved: number }>(
    'select reserved_units as reserved from inventory.position where facility_id = $1 and product_id = $2',
    [level?.facilityId, level?.productId],
  )
  expect(position?.reserved).toBe(4)
  const shown = (await (await fetch(`${street.shopUrl}/_simulator/state`)).json()) as {
    levels: { inventoryItemId: string; locationId: string; available: number }[]
  }
  const now = shown.levels.find(l => l.inventoryItemId === level?.item && l.locationId === level?.location)
  expect(now?.available).toBe((level?.units ?? 0) - 4)
})
