import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../test/database.ts'
import { CARD, clock, type Deed, forget, happen, KIT, openPromises, PRODUCTS, promises, stocked } from '../../test/promises.ts'
import { rounds } from '../../test/rounds.ts'
import * as catalog from '../catalog/store.ts'
import { explainAvailability } from './availability.ts'
import { RULE_KINDS, type RuleKind } from './rule.ts'
import { recomputeAll, step } from './step.ts'
import { overlapsOf, poolsOf } from './supply-store.ts'
import { termsOfProduct } from './terms-store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openPromises()
})
afterAll(() => database.drop())

const facilityId = fc.integer({ min: 1, max: 3 })
const productId = fc.constantFrom(1, 1, 1, 2, 3, KIT, KIT, CARD)
const groupId = fc.constantFrom(1, 1, 2)
const units = fc.integer({ min: 0, max: 20 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 4 })
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('stock' as const),
      ...{ facilityId, productId, onHand: fc.integer({ min: -5, max: 60 }), reserved: units, isCounted: fc.boolean() },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('queue' as const), groupId, productId, units, preorders: fc.constantFrom(0, 0, 2) }),
  },
  fc.record({
    kind: fc.constant('facility' as const),
    facilityId: fc.integer({ min: 1, max: 4 }),
    productId,
    safety: maybe(units),
    brokering: maybe(fc.boolean()),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('channel' as const),
      groupId,
      productId,
      threshold: maybe(units),
      brokering: fc.constantFrom(null, null, true, false),
    }),
  },
  fc.record({ kind: fc.constant('group' as const), groupId, isSelling: fc.boolean(), holds: fc.boolean() }),
  fc.record({ kind: fc.constant('switch' as const), facilityId, isOn: fc.boolean() }),
  fc.record({ kind: fc.constant('closing' as const), isOpen: fc.boolean() }),
  fc.record({ kind: fc.constant('mapping' as const), facilityId: fc.constantFrom(null, 1, 2, 3) }),
  fc.record({
    kind: fc.constant('member' as const),
    groupId,
    facilityId,
    fromDay: fc.integer({ min: -1, max: 2 }),
    days: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('kit' as const),
    parts: fc.uniqueArray(fc.record({ productId: fc.integer({ min: 1, max: 3 }), units: fc.integer({ min: 1, max: 3 }) }), {
      selector: part => part.productId,
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('card' as const), isPooled: fc.boolean() }),
  fc.record({ kind: fc.constant('day' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('rule' as const),
      of: fc.constantFrom(...(Object.keys(RULE_KINDS) as RuleKind[])),
      ...{
        units,
        isAllowed: fc.boolean(),
        tag: fc.constantFrom(null, 'a', 'b'),
        place: fc.constantFrom(null, 'ONLINE'),
        days: fc.constantFrom(null, 1),
      },
    }),
  },
  fc.record({ kind: fc.constant('archive' as const) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tag' as const), productId, tags: fc.subarray(['a', 'b']) }) },
  fc.record({ kind: fc.constant('untrack' as const), productId, isTracked: fc.boolean() }),
)

test('whatever happens, what was computed change by change is what everything computed anew is, and what is explained', async () => {
  const { db } = database
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(deed, { minLength: 4, maxLength: 20 }), async (isStocked, deeds) => {
      await (isStocked ? stocked(db) : forget(db))
      for (const one of deeds) {
        await happen(db, one)
        await step({ db, clock })
      }
      const stepped = await promises(db)
      await recomputeAll({ db, clock })
      expect(await promises(db)).toEqual(stepped)
      for (const product of PRODUCTS) {
        for (const terms of await termsOfProduct(db, product)) {
          const explained = explainAvailability(terms)
          expect({ ...terms, ...explained }).toMatchObject({ sellableUnits: terms.sellableUnits, deficitUnits: terms.deficitUnits })
        }
      }
    }),
    { numRuns: 5 * rounds() },
  )
}, 120_000)

test.for<[string, Deed]>([
  ['another facility', { kind: 'mapping', facilityId: 3 }],
  ['a channel that nothing feeds', { kind: 'mapping', facilityId: null, groupId: 3 }],
])(
  'a location that stood for nothing for a while and stands for %s then promises nothing of the place before',
  async ([, then], { expect }) => {
    const { db } = database
    await forget(db)
    await db.query(
      `insert into catalog.facility_group (code, name, type) values ('EMPTY', 'Empty', 'CHANNEL_FAC_GROUP') on conflict do nothing`,
    )
    await happen(db, { kind: 'stock', facilityId: 1, productId: 1, onHand: 10, reserved: 0, isCounted: true })
    await step({ db, clock })
    const here = async () => (await promises(db)).find(row => row.location_id === 1 && row.product_id === 1)?.sellable_units
    expect(await here()).toBe(10)
    await happen(db, { kind: 'mapping', facilityId: null })
    await step({ db, clock })
    await happen(db, then)
    await step({ db, clock })
    expect(await here()).toBe(0)
  },
)

test('looking again at what did not change makes no new revision', async () => {
  const { db } = database
  const before = await db.query('select * from availability.target order by 1, 2, 3')
  await db.transaction(tx => catalog.catalogChanged(tx))
  expect((await step({ db, clock })).wrote).toBe(0)
  expect((await recomputeAll({ db, clock })).wrote).toBe(0)
  expect(await db.query('select * from availability.target order by 1, 2, 3')).toEqual(before)
})

test('a change is looked at where it matters and nowhere else', async () => {
  const { db } = database
  await stocked(db)
  await happen(db, { kind: 'kit', parts: [] })
  await step({ db, clock })
  const looked = async (of: Deed) => {
    await happen(db, of)
    return (await step({ db, clock })).notes?.levels
  }
  // Facility A feeds its own location and Online; C feeds Outlet alone; product 3 takes product 5 along.
  expect(await looked({ kind: 'stock', facilityId: 1, productId: 1, onHand: 9, reserved: 0, isCounted: true })).toBe(2)
  expect(await looked({ kind: 'stock', facilityId: 3, productId: 1, onHand: 9, reserved: 0, isCounted: true })).toBe(1)
  expect(await looked({ kind: 'stock', facilityId: 3, productId: 3, onHand: 9, reserved: 0, isCounted: true })).toBe(2)
  expect(await looked({ kind: 'queue', groupId: 1, productId: 1, units: 1, preorders: 0 })).toBe(1)
  expect(await looked({ kind: 'channel', groupId: 2, productId: 1, threshold: 1, brokering: null })).toBe(1)
  expect(await looked({ kind: 'facility', facilityId: 2, productId: 1, safety: 1, brokering: null })).toBe(2)
})

test('what can sell the same unit is one pool: other locations, kits and cards of the same blank', async () => {
  const { db } = database
  const pool = await poolsOf(db, [
    { shopId: 1, locationId: 1, productId: 1 },
    { shopId: 1, locationId: 3, productId: 5 },
  ])
  const of = (location: number) => pool.filter(row => row.ofLocationId === location).map(row => `${row.locationId}/${row.productId}`)
  expect(of(1)).toEqual(['1/1', '2/1'])
  expect(of(3)).toEqual(['2/3', '2/5', '3/3', '3/5'])
})

test('a facility that two channels of a shop offer is counted once in each, and is said to be in both', async () => {
  const { db } = database
  const units = await db.query<{ units: number }>(
    'select sum(greatest(on_hand_units - reserved_units, 0)) as units from inventory.position where facility_id = 2 and counted_at is not null',
  )
  expect(await overlapsOf(db)).toEqual([{ shop: 's', facility: 'B', locations: ['online', 'outlet'], units: units[0]?.units }])
})
