import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Contains, onHandAfterCount } from '../../src/inventory/contained.ts'
import { rounds } from '../rounds.ts'
import { OPENED_AT, openWarehouse, type Warehouse } from './warehouse.ts'

const MINUTE_MS = 60_000
const HEADER = 'orderId,orderItemSeqId,status,facilityId,idValue,quantity,eventId,eventDate,channel,reason,restock'
/** Stories that walk side by side, each with a SKU of its own. */
const SIDE_BY_SIDE = 40
const SKUS = Array.from({ length: 600 }, (_, n) => `C-${n}`)

let warehouse: Warehouse
let used = 0
beforeAll(async () => {
  warehouse = await openWarehouse(['POS-1', ...SKUS])
})
afterAll(() => warehouse.close())

const at = (instant: number) => new Date(instant).toISOString()
const orders = (rows: string[]) => warehouse.bring('orders', `${[HEADER, ...rows].join('\n')}\n`)
const declare = (contains: Contains) =>
  warehouse.house.db.query(
    `update feed.feed set settings = jsonb_build_object('contains', $1::jsonb, 'asOf', $2::jsonb) where name = 'counts'`,
    [JSON.stringify(contains), JSON.stringify({ from: 'column', column: 'countedAt' })],
  )

type Shipment = { minutes: number; units: number; isToldLate: boolean; bookedMinutes: number | null }
type Story = { countMinutes: number; counted: number; shipments: Shipment[] }

const shipment: fc.Arbitrary<Shipment> = fc.record({
  minutes: fc.integer({ min: 1, max: 300 }),
  units: fc.integer({ min: 1, max: 5 }),
  isToldLate: fc.boolean(),
  bookedMinutes: fc.option(fc.integer({ min: 301, max: 500 })),
})
const story: fc.Arbitrary<Story> = fc.record({
  countMinutes: fc.integer({ min: 100, max: 500 }),
  counted: fc.integer({ min: 0, max: 50 }),
  shipments: fc.array(shipment, { maxLength: 4 }),
})

test.each<[string, Contains]>([
  ['all up to its moment', { what: 'as_of' }],
  ['all up to a lag', { what: 'lag', lagMinutes: 90 }],
  ['what its sender acknowledged', { what: 'acknowledged' }],
])('a count that contains %s: what it lacks is taken off, whichever of them is learnt first', async (_, contains) => {
  await declare(contains)
  for (let round = 0; round < Math.min(5, rounds()); round++) {
    const start = warehouse.clock.at
    const minute = (minutes: number) => start + minutes * MINUTE_MS
    const stories = fc.sample(story, { seed: OPENED_AT + round, numRuns: SIDE_BY_SIDE }).map(one => ({ ...one, sku: SKUS[used++] ?? '' }))
    const told = (isLate: boolean) =>
      stories.flatMap(({ sku, shipments }) =>
        shipments.flatMap((one, n) =>
          one.isToldLate === isLate ? [`${sku}-${n},1,shipped,NYC,${sku},${one.units},${sku}-${n},${at(minute(one.minutes))},,,`] : [],
        ),
      )
    // An acknowledgement of what is told late would come before what it acknowledges.
    const booked = stories.flatMap(({ sku, shipments }) =>
      shipments.flatMap((one, n) =>
        one.bookedMinutes === null || one.isToldLate
          ? []
          : [`${sku}-${n},1,booked,,${sku},,${sku}-${n},${at(minute(one.bookedMinutes))},,,`],
      ),
    )
    warehouse.clock.at = minute(600)
    await orders([...told(false), ...booked])
    const counts = stories.map(({ sku, counted, countMinutes }) => `NYC,SKU,${sku},${counted},${at(minute(countMinutes))}`)
    expect(await warehouse.bring('counts', `facilityId,idType,idValue,availableQty,countedAt\n${counts.join('\n')}\n`)).toMatchObject({
      rejected: [],
    })
    await orders(told(true))
    for (const { sku, counted, countMinutes, shipments } of stories) {
      const own = shipments.map(one => ({
        ...{ units: -one.units, effectiveAt: minute(one.minutes) },
        acknowledgedAt: one.bookedMinutes === null || one.isToldLate ? null : minute(one.bookedMinutes),
      }))
      const expected = onHandAfterCount(counted, own, contains, minute(countMinutes))
      expect(await warehouse.stock(sku, 'NYC'), JSON.stringify({ sku, counted, countMinutes, shipments })).toBe(`${expected}/${expected}`)
    }
  }
})

test('a POS that knows a web order only once it is complete: what was shipped of it is taken off its counts until then', async () => {
  await declare({ what: 'acknowledged' })
  const start = warehouse.clock.at
  warehouse.clock.at += 10 * MINUTE_MS
  const minute = (minutes: number) => at(start + minutes * MINUTE_MS)
  const count = (units: number, when: string) =>
    warehouse.bring('counts', `facilityId,idType,idValue,availableQty,countedAt\nNYC,SKU,POS-1,${units},${when}\n`)
  const stock = () => warehouse.stock('POS-1', 'NYC')
  const [first, ordered, shipped, second, rest, booked, third] = [1, 2, 3, 4, 5, 6, 7].map(minute)
  await count(10, first ?? '')
  await orders([`W-1,1,ordered,NYC,POS-1,3,,${ordered},,,`])
  await orders([`W-1,1,shipped,NYC,POS-1,2,SH-1,${shipped},,,`])
  expect(await stock()).toBe('8/7')
  // The POS still has 10: it books nothing before the order is complete.
  await count(10, second ?? '')
  expect(await stock()).toBe('8/7')
  await orders([`W-1,1,shipped,NYC,POS-1,1,SH-2,${rest},,,`])
  expect(await stock()).toBe('7/7')
  expect(await orders([`W-1,1,booked,,POS-1,,,${booked},,,`])).toMatchObject({ state: 'applied', accepted: 1 })
  await count(7, third ?? '')
  expect(await stock()).toBe('7/7')
})
