import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rounds } from '../../test/rounds.ts'
import * as kits from '../catalog/kit-store.ts'
import { closeFacility, openFacility } from '../catalog/place-store.ts'
import { recordLocations } from '../catalog/reading-store.ts'
import * as settings from '../catalog/setting-store.ts'
import * as catalog from '../catalog/store.ts'
import { setTraits } from '../catalog/trait-store.ts'
import type { Sql } from '../db/connection.ts'
import { setHead } from '../db/cursor.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import { explainAvailability } from './availability.ts'
import { RULE_KINDS, type RuleKind } from './rule.ts'
import * as rules from './rule-store.ts'
import { recomputeAll, step } from './step.ts'
import { overlapsOf, poolsOf } from './supply-store.ts'
import { termsOfProduct } from './terms-store.ts'

const START = Date.UTC(2026, 10, 23)
const DAY_MS = 86_400_000
let now = START
const clock = { now: () => now }
let database: TestDatabase

const PRODUCTS = [1, 2, 3, 4, 5]
/** Product 4 is made of two of 1 and one of 2, product 5 of one of 3: changed by the histories below. */
const KIT = 4
const CARD = 5
const CHECKED = ['shop_id', 'location_id', 'product_id', 'sellable_units', 'deficit_units', 'withdrawn_code'].join(', ')

beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  const shop = { code: 's', name: 'S', apiUrl: 'http://x', apiVersion: '2026-10', accessScope: 'read_only', tokenSealed: null } as const
  const shopId = await catalog.addShop(db, shop)
  await db.transaction(async tx => {
    await catalog.importProducts(
      tx,
      PRODUCTS.map(n => ({ name: `P${n}`, identifiers: [{ type: 'SKU', value: `P${n}` }] })),
      now,
    )
    const facility = (code: string, type = 'WAREHOUSE') => ({ code, externalId: null, name: code, type })
    await catalog.importFacilities(tx, [facility('A'), facility('B'), facility('C'), facility('SETTINGS', 'CONFIGURATION')], now)
    const online = await catalog.addChannelGroup(tx, { code: 'ONLINE', name: 'Online', facilityCodes: ['A', 'B', 'SETTINGS'], now })
    const outlet = await catalog.addChannelGroup(tx, { code: 'OUTLET', name: 'Outlet', facilityCodes: ['B', 'C'], now })
    const locations = ['A', 'online', 'outlet'].map(name => ({ locationGid: name, name, isActive: true, isFulfillmentService: false }))
    await recordLocations(tx, shopId, locations, now)
    await catalog.mapLocation(tx, { shopId, locationId: 1, facilityId: 1, groupId: null })
    await catalog.mapLocation(tx, { shopId, locationId: 2, facilityId: null, groupId: online })
    await catalog.mapLocation(tx, { shopId, locationId: 3, facilityId: null, groupId: outlet })
  })
})
afterAll(() => database.drop())

/** What the rooms before, files and people do to what a promise is made of. */
type Deed =
  | { kind: 'stock'; facilityId: number; productId: number; onHand: number; reserved: number; isCounted: boolean }
  | { kind: 'queue'; groupId: number; productId: number; units: number; preorders: number }
  | { kind: 'facility'; facilityId: number; productId: number; safety: number | null; brokering: boolean | null }
  | { kind: 'channel'; groupId: number; productId: number; threshold: number | null; brokering: boolean | null }
  | { kind: 'group'; groupId: number; isSelling: boolean; holds: boolean }
  | { kind: 'switch'; facilityId: number; isOn: boolean }
  | { kind: 'closing'; isOpen: boolean }
  | { kind: 'mapping'; isMapped: boolean }
  | { kind: 'member'; groupId: number; facilityId: number; fromDay: number; days: number }
  | { kind: 'kit'; parts: { productId: number; units: number }[] }
  | { kind: 'card'; isPooled: boolean }
  | { kind: 'rule'; of: RuleKind; units: number; isAllowed: boolean; tag: string | null; place: string | null; days: number | null }
  | { kind: 'archive' }
  | { kind: 'tag'; productId: number; tags: string[] }
  | { kind: 'untrack'; productId: number; isTracked: boolean }
  | { kind: 'day' }

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
  fc.record({ kind: fc.constant('mapping' as const), isMapped: fc.boolean() }),
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

let seq = 0

async function happen(db: TestDatabase['db'], of: Deed): Promise<void> {
  await db.transaction(async tx => {
    switch (of.kind) {
      case 'stock':
        await tx.query(
          `insert into inventory.position (facility_id, product_id, on_hand_units, reserved_units, counted_at) values ($1, $2, $3, $4, $5)
           on conflict (facility_id, product_id) do update set on_hand_units = excluded.on_hand_units, reserved_units = excluded.reserved_units,
                  counted_at = coalesce(position.counted_at, excluded.counted_at)`,
          [of.facilityId, of.productId, of.isCounted ? of.onHand : 0, of.reserved, of.isCounted ? new Date(now) : null],
        )
        await tx.query(
          `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason) values ($1, $2, $3, 0, $4, $4, 'VAR_EXT_RESET')`,
          [++seq, of.facilityId, of.productId, new Date(now)],
        )
        return setHead(tx, INVENTORY_HEAD, seq)
      case 'queue':
        await tx.query(
          `insert into inventory.queued (group_id, product_id, units, preorder_units, seq) values ($1, $2, $3, $4, $5)
           on conflict (group_id, product_id) do update set units = excluded.units, preorder_units = excluded.preorder_units, seq = excluded.seq`,
          [of.groupId, of.productId, of.units + of.preorders, of.preorders, ++seq],
        )
        return setHead(tx, INVENTORY_HEAD, seq)
      case 'facility':
        return void (await settings.setFacilitySettings(
          tx,
          [{ facilityId: of.facilityId, productId: of.productId, safetyStockUnits: of.safety, allowBrokering: of.brokering }],
          now,
        ))
      case 'channel':
        return void (await settings.setChannelSettings(tx, [
          { groupId: of.groupId, productId: of.productId, thresholdUnits: of.threshold, allowBrokering: of.brokering },
        ]))
      case 'group':
        await tx.query('update catalog.facility_group set is_selling = $2, hold_preorder = $3 where group_id = $1', [
          of.groupId,
          of.isSelling,
          of.holds,
        ])
        return catalog.catalogChanged(tx)
      case 'switch':
        await tx.query('update catalog.facility set allow_brokering = $2 where facility_id = $1', [of.facilityId, of.isOn])
        return catalog.catalogChanged(tx)
      case 'closing':
        if (of.isOpen) return openFacility(tx, 1)
        return closeFacility(tx, { facilityId: 1, by: 'admin', reason: 'the lease ends', now })
      case 'mapping':
        if (of.isMapped) return catalog.mapLocation(tx, { shopId: 1, locationId: 1, facilityId: 1, groupId: null })
        return catalog.unmapLocation(tx, 1, 1)
      case 'member':
        await tx.query(
          `insert into catalog.facility_group_member (group_id, facility_id, from_at, thru_at) values ($1, $2, $3, $4)
           on conflict (group_id, facility_id, from_at) do update set thru_at = excluded.thru_at`,
          [of.groupId, of.facilityId, new Date(now + of.fromDay * DAY_MS), new Date(now + (of.fromDay + of.days) * DAY_MS)],
        )
        return catalog.catalogChanged(tx)
      case 'kit':
        return kits.setKits(
          tx,
          [KIT],
          of.parts.map(part => ({ kitProductId: KIT, componentProductId: part.productId, units: part.units })),
        )
      case 'card':
        return kits.setKits(tx, [CARD], of.isPooled ? [{ kitProductId: CARD, componentProductId: 3, units: 1 }] : [])
      case 'rule': {
        const { sets } = RULE_KINDS[of.of]
        const [group] = await tx.query<{ id: number }>('select rule_group_id as id from availability.rule_group where kind = $1', [of.of])
        const ruleGroupId = group?.id ?? (await rules.addRuleGroup(tx, { name: of.of, kind: of.of, sequence: 0 }, now)) ?? 0
        const ruleId = await rules.addRule(
          tx,
          {
            ...{ ruleGroupId, name: `rule ${++seq}`, sequence: 0, fromAt: null, thruAt: of.days === null ? null : now + of.days * DAY_MS },
            ...{ units: sets === 'units' ? of.units : null, isAllowed: sets === 'switch' ? of.isAllowed : null },
            ...{ skusAny: [], skusNone: [], typesAny: [], typesNone: [], vendorsAny: [], vendorsNone: [], tagsAll: [], tagsNone: [] },
            ...{
              tagsAny: of.tag === null ? (sets === 'nothing' ? ['a'] : []) : [of.tag],
              featuresAny: [],
              featuresAll: [],
              featuresNone: [],
            },
            ...{ facilitiesAny: [], facilitiesNone: [], groupsAny: of.place === null ? [] : [of.place], groupsNone: [] },
          },
          now,
        )
        return rules.setStatus(tx, ruleId ?? 0, 'active', now)
      }
      case 'archive': {
        const [one] = await tx.query<{ id: number }>(
          `select rule_id as id from availability.rule where status = 'active' order by rule_id limit 1`,
        )
        return one && rules.setStatus(tx, one.id, 'archived', now)
      }
      case 'tag':
        return void (await setTraits(tx, [{ productId: of.productId, tags: of.tags }]))
      case 'untrack':
        // As `followShops` writes it down.
        await tx.query(
          of.isTracked
            ? 'delete from catalog.untracked where product_id = $1'
            : 'insert into catalog.untracked (shop_id, product_id) values (1, $1) on conflict do nothing',
          [of.productId],
        )
        return void (await setTraits(tx, [{ productId: of.productId, vendor: of.isTracked ? 'tracked' : 'untracked' }]))
      case 'day':
        now += DAY_MS
    }
  })
}

async function forget(db: TestDatabase['db']): Promise<void> {
  for (const table of [
    'inventory.position',
    'inventory.queued',
    'availability.target',
    'catalog.product_facility',
    'catalog.product_channel',
  ])
    await db.query(`delete from ${table}`)
  for (const table of ['availability.rule', 'catalog.product_trait', 'catalog.untracked', 'catalog.facility_group_member'])
    await db.query(`delete from ${table}`)
  await db.query(
    'insert into catalog.facility_group_member (group_id, facility_id, from_at) select *, $1 from (values (1, 1), (1, 2), (1, 4), (2, 2), (2, 3)) m',
    [new Date(START - DAY_MS)],
  )
  await db.query('update catalog.facility_group set is_selling = true, hold_preorder = false')
  await db.query('update catalog.facility set allow_brokering = true')
  await happen(db, { kind: 'closing', isOpen: true })
  await happen(db, { kind: 'mapping', isMapped: true })
  await db.transaction(tx => kits.setKits(tx, [KIT, CARD], []))
  await db.transaction(tx => catalog.catalogChanged(tx))
  await step({ db, clock })
}

/** Ten of everything everywhere, tables of two legs and a top, and cards of blanks: histories begin where there is something to lose. */
async function stocked(db: TestDatabase['db']): Promise<void> {
  await forget(db)
  for (const facility of [1, 2, 3])
    for (const product of PRODUCTS)
      await happen(db, { kind: 'stock', facilityId: facility, productId: product, onHand: 10, reserved: 0, isCounted: true })
  await happen(db, {
    kind: 'kit',
    parts: [
      { productId: 1, units: 2 },
      { productId: 2, units: 1 },
    ],
  })
  await happen(db, { kind: 'card', isPooled: true })
  await step({ db, clock })
}

const promises = (sql: Sql) => sql.query<Record<string, number>>(`select ${CHECKED} from availability.target order by 1, 2, 3`)

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

/** What happens while a step is at its n-th statement, on another connection. */
type Amid = { at: number; deed: Deed }

/** Says whether the step had fewer statements. */
async function stepAmid(db: TestDatabase['db'], amid: Amid): Promise<boolean> {
  let n = 0
  const watched: TestDatabase['db'] = {
    ...db,
    transaction: work =>
      db.transaction(tx =>
        work({
          ...tx,
          async query(text, values, options) {
            if (++n === amid.at) await happen(db, amid.deed)
            return tx.query(text, values, options)
          },
        }),
      ),
  }
  await step({ db: watched, clock })
  return n < amid.at
}

const SWITCHED = {
  facility: isOn => ({ kind: 'closing', isOpen: isOn }),
  channel: isOn => ({ kind: 'group', groupId: 1, isSelling: isOn, holds: false }),
  mapping: isOn => ({ kind: 'mapping', isMapped: isOn }),
} satisfies Record<string, (isOn: boolean) => Deed>

test.for(Object.keys(SWITCHED) as (keyof typeof SWITCHED)[])(
  'what is switched off amid a step, and on again before the next one, is not overlooked: a %s',
  async (what, { expect }) => {
    const { db } = database
    const meanwhile = SWITCHED[what]
    await stocked(db)
    for (const before of Object.values(SWITCHED)) {
      for (let at = 2, isLast = false; !isLast; at++) {
        await happen(db, before(false))
        await step({ db, clock })
        await happen(db, before(true))
        isLast = await stepAmid(db, { at, deed: meanwhile(false) })
        await happen(db, meanwhile(true))
        await step({ db, clock })
        const stepped = await promises(db)
        await recomputeAll({ db, clock })
        expect(await promises(db), `at statement ${at}`).toEqual(stepped)
      }
    }
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
