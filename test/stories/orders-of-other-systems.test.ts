import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLedger } from '../../src/inventory/check-store.ts'
import { OPENED_AT, openWarehouse, type Warehouse } from './warehouse.ts'

const SKUS = Array.from({ length: 20 }, (_, n) => `A-${n}`)
let warehouse: Warehouse
let sku = SKUS[0] ?? ''
let used = 0
beforeAll(async () => {
  warehouse = await openWarehouse(SKUS)
})
afterAll(() => warehouse.close())

const HEADER = 'orderId,orderItemSeqId,status,facilityId,idValue,quantity,eventId,eventDate,channel,reason,restock'
const orders = (...rows: string[]) => warehouse.bring('orders', [HEADER, ...rows].join('\n').concat('\n'))
const counts = (units: number, facility = 'NYC') =>
  warehouse.bring('counts', `facilityId,idType,idValue,availableQty\n${facility},SKU,${sku},${units}\n`)
const nyc = () => warehouse.stock(sku, 'NYC')
const parked = () => warehouse.stock(sku, '_NA_')
const queued = async () => {
  const [row] = await warehouse.house.db.query<{ units: number }>(
    `select coalesce(sum(q.units), 0) as units from inventory.queued q join catalog.product_identifier i using (product_id) where i.type = 'SKU' and i.value = $1`,
    [sku],
  )
  return row?.units
}
/** Ten on hand at NYC of a SKU that nothing else speaks of. */
async function ten() {
  sku = SKUS[used++] ?? ''
  warehouse.clock.at += 60_000
  await counts(10)
  warehouse.clock.at += 60_000
}

describe('what orders of another system do to stock, from 10/10', () => {
  const order = (word: string, more = '') => `O-${used},1,${word},NYC,${sku},2,${more}`
  const rows: [string, () => string[], string][] = [
    ['ordered: reserved', () => [order('ordered', ',,,,')], '10/8'],
    ['cancelled: let go', () => [order('ordered', ',,,,'), order('cancelled', ',,,,')], '10/10'],
    ['shipped: on hand goes, and the reservation with it', () => [order('ordered', ',,,,'), order('shipped', 'S1,,,,')], '8/8'],
    ['shipped, though nobody told of the order', () => [order('shipped', 'S1,,,,')], '8/8'],
    ['shipped and returned, to be sold again', () => [order('shipped', 'S1,,,,'), order('returned', 'R1,,,,Y')], '10/10'],
    ['shipped and returned broken', () => [order('shipped', 'S1,,,,'), order('returned', 'R1,,,,N')], '8/8'],
    [
      'rejected: on hand as it was, not promised before a count',
      () => [order('ordered', ',,,,'), order('rejected', 'J1,,,NOT_IN_STOCK,')],
      '10/8',
    ],
    ['rejected, though it is there', () => [order('ordered', ',,,,'), order('rejected', 'J1,,,NO_VARIANCE_LOG,')], '10/10'],
  ]
  test.each(rows)('%s', async (_, told, expected) => {
    await ten()
    const outcome = await orders(...told())
    expect(outcome).toMatchObject({ state: 'applied', rejected: [] })
    expect(await nyc()).toBe(expected)
  })
})

test('the same shipment told again in another file moves nothing, and the file says so', async () => {
  await ten()
  await orders(`O,1,shipped,NYC,${sku},2,SH-again,,,,`)
  const again = await orders(`O,1,shipped,NYC,${sku},2,SH-again,,,,`, `O,1,shipped,NYC,${sku},1,SH-new,,,,`)
  expect(again).toMatchObject({ state: 'applied', accepted: 1, unchanged: 1 })
  expect(await nyc()).toBe('7/7')
})

test('words that arrive in the wrong order end the same', async () => {
  await ten()
  await orders(`W,1,shipped,NYC,${sku},2,SH-w,2026-11-24T12:00:00Z,,,`)
  await orders(`W,1,ordered,NYC,${sku},3,,2026-11-24T11:00:00Z,,,`)
  expect(await nyc()).toBe('8/7')
})

test('an order that no facility has waits in the brokering queue and counts against its channel once; assigned, it counts at the facility', async () => {
  await ten()
  await orders(`Q,1,ordered,_NA_,${sku},3,,2026-11-24T10:00:00Z,ONLINE,,`)
  expect([await nyc(), await parked(), await queued()]).toEqual(['10/10', '0/-3 unknown', 3])
  await orders(`Q,1,ordered,NYC,${sku},3,,2026-11-24T10:05:00Z,ONLINE,,`)
  expect([await nyc(), await parked(), await queued()]).toEqual(['10/7', '0/0 unknown', 0])
})

test('what a facility rejected waits for another one, is in doubt where it was, and a count settles it', async () => {
  await ten()
  await orders(`J,1,ordered,NYC,${sku},2,,2026-11-24T10:00:00Z,,,`)
  await orders(`J,1,rejected,NYC,${sku},2,J-9,2026-11-24T10:10:00Z,,NOT_IN_STOCK,`)
  expect([await nyc(), await parked(), await queued()]).toEqual(['10/8', '0/-2 unknown', 2])
  await orders(`J,1,ordered,BOS,${sku},2,,2026-11-24T10:20:00Z,,,`)
  expect([await nyc(), await warehouse.stock(sku, 'BOS'), await queued()]).toEqual(['10/8', '0/-2 unknown', 0])
  warehouse.clock.at = Math.max(warehouse.clock.at, OPENED_AT + 3 * 3_600_000)
  await counts(9)
  expect(await nyc()).toBe('9/9')
})

test('where the sender of the counts has taken open orders off already, an order holds units only until a newer count', async () => {
  await ten()
  const { db } = warehouse.house
  await db.query(`update feed.feed set settings = '{"orders": {"reserves": false}}' where name = 'orders'`)
  const at = new Date(warehouse.clock.at).toISOString()
  await orders(`N,1,ordered,NYC,${sku},2,,${at},,,`)
  expect(await nyc()).toBe('10/8')
  warehouse.clock.at += 60_000
  await counts(8)
  expect(await nyc()).toBe('8/8')
  await orders(`N,1,shipped,NYC,${sku},2,SH-n,,,,`)
  expect(await nyc()).toBe('8/8')
  await db.query(`update feed.feed set settings = '{}' where name = 'orders'`)
})

test('rows that cannot be used are rejected with their reason; the others count', async () => {
  await ten()
  const outcome = await orders(
    `B,1,ordered,NYC,${sku},1,,,,,`,
    'B,2,ordered,NYC,NO-SUCH,1,,,,,',
    `B,3,ordered,NO-SUCH,${sku},1,,,,,`,
    `B,4,lost,NYC,${sku},1,,,,,`,
    `B,5,ordered,,${sku},1,,,,,`,
    `B,6,ordered,_NA_,${sku},1,,,NO-SUCH,,`,
  )
  expect(outcome).toMatchObject({
    ...{ state: 'applied', accepted: 1 },
    rejected: ['3 ROW_PRODUCT_UNKNOWN', '4 ROW_FACILITY_UNKNOWN', '5 ROW_STATUS_UNKNOWN', '6 ROW_ORDER_NOWHERE', '7 ROW_CHANNEL_UNKNOWN'],
  })
  expect(await nyc()).toBe('10/9')
})

test('afterwards every position is the sum of its movements, and what is reserved is what the orders hold', async () => {
  const { db } = warehouse.house
  expect(await db.transaction(tx => checkLedger(tx, warehouse.clock.at))).toMatchObject({
    differing: 0,
    differingBins: 0,
    differingReservations: 0,
  })
})
