import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkPromises } from '../../src/availability/check-step.ts'
import { step } from '../../src/availability/step.ts'
import { promiseFindings } from '../../src/reconcile/facts-store.ts'
import { amid } from '../amid.ts'
import type { TestDatabase } from '../database.ts'
import { clock, happen, openPromises, promises, stocked } from '../promises.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openPromises()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await stocked(database.db)
  await database.db.query('truncate availability.check_run')
})

test('where every promise is what it should be the check says how many it compared, and nothing else', async () => {
  const { db } = database
  const before = await promises(db)
  expect(await checkPromises({ db, clock })).toMatchObject({ read: before.length, wrote: 0, notes: { promisesDiffering: 0 } })
  expect(await promiseFindings(db)).toEqual([])
  expect(await promises(db)).toEqual(before)
})

test.each<[string, string, RegExp]>([
  [
    'too much is promised',
    'update availability.target set sellable_units = 25 where location_id = 1 and product_id = 2',
    /^1 of \d+ promises were not what they should be, such as P2 at A of s: 25 instead of 10\. /,
  ],
  ['too little is promised', 'update availability.target set sellable_units = 1 where location_id = 3 and product_id = 3', /^1 of /],
  [
    'a promise is missing',
    'delete from availability.target where location_id = 2 and product_id = 1',
    /^1 of .* P1 at online of s: 0 instead of 20\. /,
  ],
  ['a facility is left out of what feeds a location', 'delete from availability.supply where location_id = 2 and facility_id = 1', /^$/],
])('%s: it is found, named, put right, and told again', async (_, tampered, evidence) => {
  const { db } = database
  const before = await promises(db)
  const head = async () =>
    (await db.query<{ at: number }>(`select position as at from street.cursor where reader = 'availability:head'`))[0]?.at ?? 0
  const headBefore = await head()
  await db.query(tampered)
  const isPromiseTampered = !tampered.includes('supply')
  const report = await checkPromises({ db, clock })
  expect(report).toMatchObject({ wrote: isPromiseTampered ? 1 : 0, notes: { promisesDiffering: isPromiseTampered ? 1 : 0 } })
  expect(await promises(db)).toEqual(before)
  if (isPromiseTampered) {
    expect(await promiseFindings(db)).toMatchObject([{ code: 'AVAILABILITY_NOT_AS_COMPUTED', evidence: expect.stringMatching(evidence) }])
    expect(await head()).toBeGreaterThan(headBefore)
  }
  // What was put right is right: the finding ends, and what feeds the locations is whole again.
  await happen(db, { kind: 'day' })
  expect(await checkPromises({ db, clock })).toMatchObject({ wrote: 0, notes: { promisesDiffering: 0 } })
  expect(await promiseFindings(db)).toEqual([])
  await happen(db, { kind: 'stock', facilityId: 1, productId: 1, onHand: 10, reserved: 0, isCounted: true })
  await step({ db, clock })
  expect(await promises(db)).toEqual(before)
})

test('what changes while it is compared is no finding, at whatever statement it comes', async () => {
  const { db } = database
  let onHand = 10
  for (let at = 1, didHappen = true; didHappen; at++) {
    const compared = amid(db, at, async () => {
      await happen(db, { kind: 'stock', facilityId: 1, productId: 1, onHand: ++onHand, reserved: 0, isCounted: true })
      if (at % 2 === 0) await step({ db, clock })
    })
    const report = await checkPromises({ db: compared.db, clock })
    didHappen = await compared.settled()
    expect(report, `at statement ${at}`).toMatchObject({ wrote: 0, notes: { promisesDiffering: 0 } })
    await step({ db, clock })
    await happen(db, { kind: 'day' })
  }
})
