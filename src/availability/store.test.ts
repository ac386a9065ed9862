import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { recordLocations } from '../catalog/reading-store.ts'
import * as catalog from '../catalog/store.ts'
import { explainAvailability } from './availability.ts'
import { step } from './step.ts'
import * as store from './store.ts'

const NOW = Date.UTC(2026, 10, 23)
const clock = { now: () => NOW }
let database: TestDatabase
let groupId: number

beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  const shopId = await catalog.addShop(db, {
    code: 's',
    name: 'S',
    apiUrl: 'http://x',
    apiVersion: '2026-10',
    accessScope: 'read_only',
    tokenSealed: null,
  })
  await db.transaction(async tx => {
    await catalog.importProducts(
      tx,
      [1, 2, 3].map(n => ({ name: `P${n}`, identifiers: [{ type: 'SKU', value: `P${n}` }] })),
      NOW,
    )
    await catalog.importFacilities(
      tx,
      ['A', 'B', 'C'].map(code => ({ code, externalId: null, name: code, type: 'WAREHOUSE' })),
      NOW,
    )
    groupId = await catalog.addChannelGroup(tx, { code: 'ONLINE', name: 'Online', facilityCodes: ['A', 'B'], now: NOW })
    const locations = ['A', 'B', 'online'].map(name => ({ locationGid: name, name, isActive: true, isFulfillmentService: false }))
    await recordLocations(tx, shopId, locations, NOW)
    await catalog.mapLocation(tx, { shopId, locationId: 1, facilityId: 1, groupId: null })
    await catalog.mapLocation(tx, { shopId, locationId: 2, facilityId: 2, groupId: null })
    await catalog.mapLocation(tx, { shopId, locationId: 3, facilityId: null, groupId })
  })
})
afterAll(() => database.drop())

const units = fc.integer({ min: 0, max: 30 })
const position = fc.record({
  facilityId: fc.integer({ min: 1, max: 3 }),
  productId: fc.integer({ min: 1, max: 3 }),
  onHand: fc.integer({ min: -5, max: 60 }),
  reserved: units,
  counted: fc.boolean(),
})

test('every stored target is what its explanation adds up to, whatever stock, rules and orders', async () => {
  const { db } = database
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(position, { selector: p => `${p.facilityId}/${p.productId}`, maxLength: 9 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), units), { maxLength: 3 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), units), { maxLength: 3 }),
      async (positions, thresholds, queued) => {
        await db.query('delete from inventory.position')
        await db.query('delete from inventory.queued')
        await db.query('delete from availability.target')
        for (const p of positions)
          await db.query('insert into inventory.position values ($1, $2, $3, $4, $5)', [
            p.facilityId,
            p.productId,
            p.onHand,
            p.reserved,
            p.counted ? new Date(NOW) : null,
          ])
        for (const [productId, waiting] of queued)
          await db.query(
            'insert into inventory.queued values ($1, $2, $3, 1) on conflict (group_id, product_id) do update set units = excluded.units',
            [groupId, productId, waiting],
          )
        await db.transaction(tx =>
          store.setThresholds(
            tx,
            groupId,
            [...new Map(thresholds)].map(([productId, kept]) => ({ productId, units: kept })),
          ),
        )
        await step({ db, clock })
        for (const productId of [1, 2, 3]) {
          const counted = positions.filter(p => p.productId === productId && p.counted && p.facilityId < 3)
          const targets = await store.termsOfProduct(db, productId, NOW)
          expect(targets).toHaveLength(counted.length + (counted.length > 0 ? 1 : 0))
          for (const target of targets) expect(explainAvailability(target).sellableUnits).toBe(target.sellableUnits)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('looking again at what did not change makes no new revision', async () => {
  const { db } = database
  const before = await db.query('select * from availability.target order by 1, 2, 3')
  await db.transaction(tx => catalog.catalogChanged(tx))
  const report = await step({ db, clock })
  expect(report.wrote).toBe(0)
  expect(await db.query('select * from availability.target order by 1, 2, 3')).toEqual(before)
})
