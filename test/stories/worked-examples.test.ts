import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { explainAvailability } from '../../src/availability/availability.ts'
import { recordLocations } from '../../src/catalog/reading-store.ts'
import { setChannelSettings, setFacilitySettings } from '../../src/catalog/setting-store.ts'
import * as catalog from '../../src/catalog/store.ts'
import { openWarehouse, type Warehouse } from './warehouse.ts'

/*
 * The worked examples of HotWax Commerce (A1–A13 of its reference, the table of its resets) as far as they concern files, ledger
 * and promise, and the faults that it is known for, which must not be ours. SPEC.md says where the others are proved.
 */

let warehouse: Warehouse
let sku = ''
let used = 0
const SKUS = Array.from({ length: 30 }, (_, n) => `X-${n}`)
beforeAll(async () => {
  warehouse = await openWarehouse(SKUS)
})
afterAll(() => warehouse.close())
beforeEach(() => {
  sku = SKUS[used++] ?? ''
  warehouse.clock.at += 60_000
})

const ORDERS = 'orderId,orderItemSeqId,status,facilityId,idValue,quantity,eventId,eventDate,channel,reason,restock'
const bring = (feed: string, header: string, ...rows: string[]) => warehouse.bring(feed, `${[header, ...rows].join('\n')}\n`)
const count = (units: number, facility = 'NYC') =>
  bring('counts', 'facilityId,idType,idValue,availableQty', `${facility},SKU,${sku},${units}`)
const reset = (units: number, byAtp: boolean) =>
  bring('atp', 'facilityId,idType,idValue,availableQty,resetByAtp', `NYC,SKU,${sku},${units},${byAtp}`)
const nyc = () => warehouse.stock(sku, 'NYC')
/** So many on hand, so many of them promised to an order. */
async function start(onHand: number, reserved: number) {
  await count(onHand)
  warehouse.clock.at += 60_000
  await bring('orders', ORDERS, `S-${sku},1,ordered,NYC,${sku},${reserved},,,,,`)
  warehouse.clock.at += 60_000
}

describe('A12, and the table of resets', () => {
  test.each<[string, number, number, () => Promise<unknown>, string]>([
    ['by ATP 4 at 10/5: both move by one', 10, 5, () => reset(4, true), '9/4'],
    ['by QOH 4 at 10/5: both move by six, and more is promised than there is', 10, 5, () => reset(4, false), '4/-1'],
    [
      'by count 20 at 15/10: reservations are kept',
      15,
      5,
      () => bring('cycle-counts', 'facilityId,idType,idValue,quantity', `NYC,SKU,${sku},20`),
      '20/15',
    ],
    [
      'a variance may reach nothing',
      10,
      5,
      () => bring('variances', 'facilityId,idType,idValue,availableDelta', `NYC,SKU,${sku},-10`),
      '0/-5',
    ],
  ])('%s', async (_, onHand, reserved, told, expected) => {
    await start(onHand, reserved)
    await told()
    expect(await nyc()).toBe(expected)
  })

  test('a variance below nothing is refused, and the row says so', async () => {
    await count(10)
    const outcome = await bring('variances', 'facilityId,idType,idValue,availableDelta', `NYC,SKU,${sku},-11`)
    expect([outcome.rejected, await nyc()]).toEqual([['2 ROW_RESULT_NEGATIVE'], '10/10'])
  })
})

test('A2: the same file again moves nothing, and says when it was applied', async () => {
  const rows = SKUS.map(one => `BOS,SKU,${one},7`)
  const text = `facilityId,idType,idValue,availableQty\n${rows.join('\n')}\n`
  expect(await warehouse.bring('counts', text, 'daily.csv')).toMatchObject({ state: 'applied', accepted: SKUS.length })
  const movements = () => warehouse.house.db.query('select count(*) as n from inventory.movement')
  const before = await movements()
  expect(await warehouse.bring('counts', text, 'daily.csv')).toMatchObject({ state: 'duplicate', code: 'FEED_ALREADY_APPLIED' })
  expect(await movements()).toEqual(before)
})

test('A3: a file of changes under a new name is held for a person, not doubled', async () => {
  await count(10)
  const text = `facilityId,idType,idValue,availableDelta\nNYC,SKU,${sku},-3\n`
  await warehouse.bring('variances', text, 'monday.csv')
  expect(await warehouse.bring('variances', text, 'tuesday.csv')).toMatchObject({ state: 'held', code: 'FEED_DELTA_SEEN_BEFORE' })
  expect(await nyc()).toBe('7/7')
})

test('A11: a facility whose safety stock is larger than its stock does not eat another facility’s', async () => {
  const { db } = warehouse.house
  const shop = {
    code: 's',
    name: 'S',
    apiUrl: 'http://127.0.0.1:9',
    apiVersion: '2026-10',
    accessScope: 'read_only',
    tokenSealed: null,
  } as const
  const shopId = await catalog.addShop(db, shop)
  await db.query('update catalog.shop set is_enabled = false')
  const [product] = await db.query<{ id: number }>(
    `select product_id as id from catalog.product_identifier where type = 'SKU' and value = $1`,
    [sku],
  )
  const productId = product?.id ?? 0
  await db.transaction(async tx => {
    await recordLocations(
      tx,
      shopId,
      [{ locationGid: 'online', name: 'online', isActive: true, isFulfillmentService: false }],
      warehouse.clock.at,
    )
    await catalog.mapLocation(tx, { shopId, locationId: 1, facilityId: null, groupId: 1 })
    await setFacilitySettings(tx, [{ facilityId: 1, productId, safetyStockUnits: 2 }], warehouse.clock.at)
    await setChannelSettings(tx, [{ groupId: 1, productId, thresholdUnits: 1 }])
  })
  await count(1)
  await count(5, 'BOS')
  await bring('orders', ORDERS, `A11,1,ordered,_NA_,${sku},2,,,ONLINE,,`)
  const [target] = await db.query<{ units: number }>('select sellable_units as units from availability.target where product_id = $1', [
    productId,
  ])
  expect(target?.units).toBe(2)
})

describe('faults of others that are not ours', () => {
  test('a file made before sales and applied after them does not bring the sold units back', async () => {
    const { db } = warehouse.house
    await count(10)
    const madeAt = new Date(warehouse.clock.at + 60_000).toISOString()
    warehouse.clock.at += 120_000
    await bring('orders', ORDERS, `L-${sku},1,shipped,NYC,${sku},3,L-${sku},,,,`)
    warehouse.clock.at += 60_000
    await db.query(`update feed.feed set settings = '{"asOf": {"from": "column", "column": "madeAt"}}' where name = 'counts'`)
    await bring('counts', 'facilityId,idType,idValue,availableQty,madeAt', `NYC,SKU,${sku},10,${madeAt}`)
    await db.query(`update feed.feed set settings = '{}' where name = 'counts'`)
    expect(await nyc()).toBe('7/7')
  })

  test('a reset by ATP is one by ATP, also beside one by QOH in the same file', async () => {
    await start(10, 5)
    const other = SKUS[used++] ?? ''
    await bring('counts', 'facilityId,idType,idValue,availableQty', `NYC,SKU,${other},10`)
    warehouse.clock.at += 60_000
    await bring('atp', 'facilityId,idType,idValue,availableQty,resetByAtp', `NYC,SKU,${sku},4,true`, `NYC,SKU,${other},4,false`)
    expect([await nyc(), await warehouse.stock(other, 'NYC')]).toEqual(['9/4', '4/4'])
  })

  test('a row that agrees is counted as one that agrees, not left out in silence', async () => {
    await count(10)
    warehouse.clock.at += 60_000
    const again = await bring('counts', 'facilityId,idType,idValue,availableQty', `NYC,SKU,${sku},10`, `BOS,SKU,${sku},1`)
    expect(again).toMatchObject({ accepted: 1, unchanged: 1, rejected: [] })
  })

  test('a facility that was made a moment ago is known to the next file, and two facilities never share an id of the ERP', async () => {
    const { db } = warehouse.house
    const facility = (code: string, externalId: string) => ({ code, externalId, name: code, type: 'WAREHOUSE' })
    await db.transaction(tx => catalog.importFacilities(tx, [facility('LAX', 'erp-LAX')], warehouse.clock.at))
    expect(await bring('counts', 'externalFacilityId,idType,idValue,availableQty', `erp-LAX,SKU,${sku},3`)).toMatchObject({ accepted: 1 })
    await expect(db.transaction(tx => catalog.importFacilities(tx, [facility('SFO', 'erp-LAX')], warehouse.clock.at))).rejects.toThrow(
      'unique',
    )
  })

  test('units that wait for a facility count against the channel that sold them and no other', async () => {
    const { db } = warehouse.house
    await db.transaction(tx =>
      catalog.addChannelGroup(tx, { code: 'OUTLET', name: 'Outlet', facilityCodes: ['NYC'], now: warehouse.clock.at }),
    )
    await count(5)
    await bring('orders', ORDERS, `W-${sku},1,ordered,_NA_,${sku},2,,,ONLINE,,`)
    const queued = await db.query(
      `select g.code, q.units from inventory.queued q join catalog.facility_group g using (group_id) join catalog.product_identifier i using (product_id)
        where i.type = 'SKU' and i.value = $1 and q.units > 0`,
      [sku],
    )
    expect(queued).toEqual([{ code: 'ONLINE', units: 2 }])
  })

  test('a sale over the counter is a movement with its reason and its receipt, not a variance with a comment', async () => {
    await count(5)
    await bring('orders', ORDERS, `POS-77,1,shipped,NYC,${sku},1,R-77,,,POS_SALE,`)
    const [sale] = await warehouse.house.db.query(
      `select m.reason, m.reference, m.on_hand_units as units, m.line from inventory.movement m join catalog.product_identifier i using (product_id)
        where i.type = 'SKU' and i.value = $1 order by seq desc limit 1`,
      [sku],
    )
    expect(sale).toEqual({ reason: 'POS_SALE', reference: 'POS-77', units: -1, line: 2 })
  })

  test('more reserved than there is never makes a promise, and never one below nothing to a shop', () => {
    const facility = {
      facility: 'NYC',
      onHandUnits: 4,
      reservedUnits: 5,
      safetyStockUnits: 0,
      safetyRule: null,
      isSwitchedOff: false,
      switchRule: null,
      components: [],
    }
    const channel = {
      thresholdUnits: 0,
      thresholdRule: null,
      queuedUnits: 0,
      isSwitchedOff: false,
      switchRule: null,
      isHeldForPreorders: false,
    }
    expect(explainAvailability({ ...channel, facilities: [facility] })).toMatchObject({ sellableUnits: 0, deficitUnits: 1 })
  })
})
