import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rounds } from '../../test/rounds.ts'
import * as catalog from '../catalog/store.ts'
import { setTraits } from '../catalog/trait-store.ts'
import { refreshRules } from './class-store.ts'
import {
  isInEffect,
  lastOf,
  matchesChannel,
  matchesFacility,
  matchesProduct,
  type Product,
  RULE_KINDS,
  type Rule,
  type RuleKind,
  refusalOf,
} from './rule.ts'
import { addRule, addRuleGroup, changeRule, type RuleText, rulesOf, setStatus } from './rule-store.ts'

const NOW = Date.UTC(2026, 10, 23)
const DAY_MS = 86_400_000

const NO_FILTER = {
  ...{ skusAny: [], skusNone: [], typesAny: [], typesNone: [], vendorsAny: [], vendorsNone: [] },
  ...{ tagsAny: [], tagsAll: [], tagsNone: [], featuresAny: [], featuresAll: [], featuresNone: [] },
  ...{ facilitiesAny: [], facilitiesNone: [], groupsAny: [], groupsNone: [] },
}
const shirt: Product = { skus: ['T-1'], type: 'shirt', vendor: 'acme', tags: ['summer', 'sale'], features: ['red'] }

const filters: [string, Partial<typeof NO_FILTER> | Record<string, string[]>, boolean][] = [
  ['a filter that names nothing takes everything', {}, true],
  ['one of the tags is enough', { tagsAny: ['sale', 'winter'] }, true],
  ['all of the tags are wanted', { tagsAll: ['sale', 'winter'] }, false],
  ['a tag that is not wanted', { tagsAny: ['sale'], tagsNone: ['summer'] }, false],
  ['another type', { typesAny: ['shoe'] }, false],
  ['not this vendor', { vendorsNone: ['acme'] }, false],
  ['a SKU to the letter', { skusAny: ['t-1'] }, false],
  ['features', { featuresAny: ['red', 'blue'] }, true],
]
test.each(filters)('%s', (_title, filter, isMatched) => expect(matchesProduct({ ...NO_FILTER, ...filter }, shirt)).toBe(isMatched))

test.each([
  ['everywhere', {}, true],
  ['by name', { facilitiesAny: ['S1'] }, true],
  ['by a group it is in', { facilitiesAny: ['S9'], groupsAny: ['NORTH'] }, true],
  ['not there', { groupsAny: ['NORTH'], facilitiesNone: ['S1'] }, false],
  ['not in that group', { groupsNone: ['NORTH'] }, false],
])('a rule holds at a facility: %s', (_title, filter, isMatched) =>
  expect(matchesFacility({ ...NO_FILTER, ...filter }, { code: 'S1', groups: ['NORTH'] })).toBe(isMatched),
)

test.each<[string, Partial<Rule>, string | null]>([
  ['units for safety stock', { kind: 'RG_SAFETY_STOCK', units: 2 }, null],
  ['no units', { kind: 'RG_SAFETY_STOCK' }, 'needs a number of units'],
  ['a switch for brokering', { kind: 'RG_SHIPPING_FACILITY', isAllowed: false }, null],
  ['units for brokering', { kind: 'RG_SHIPPING_FACILITY', units: 2 }, 'needs a switch'],
  ['everything excluded', { kind: 'EX_INV_BY_PRD_TYPE' }, 'exclude every product'],
  ['a type excluded', { kind: 'EX_INV_BY_PRD_TYPE', typesAny: ['gift card'] }, null],
  ['an end before its beginning', { kind: 'RG_THRESHOLD', units: 1, fromAt: NOW, thruAt: NOW }, 'ends before'],
])('%s', (_title, rule, refusal) => {
  const why = refusalOf({ ...NO_FILTER, kind: 'RG_THRESHOLD', units: null, isAllowed: null, fromAt: null, thruAt: null, ...rule })
  if (refusal === null) expect(why).toBeNull()
  else expect(why).toContain(refusal)
})

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await database.db.transaction(async tx => {
    await catalog.importProducts(
      tx,
      [1, 2, 3, 4].map(n => ({ name: `P${n}`, identifiers: [{ type: 'SKU', value: `P${n}` }] })),
      NOW,
    )
    await catalog.importFacilities(
      tx,
      ['A', 'B'].map(code => ({ code, externalId: null, name: code, type: 'WAREHOUSE' })),
      NOW,
    )
    await catalog.addChannelGroup(tx, { code: 'X', name: 'X', facilityCodes: ['A'], now: NOW - DAY_MS })
    await catalog.addChannelGroup(tx, { code: 'Y', name: 'Y', facilityCodes: ['A', 'B'], now: NOW - DAY_MS })
    for (const [kind, sequence] of KINDS.map((kind, at) => [kind, at % 3] as const))
      await addRuleGroup(tx, { name: kind, kind, sequence }, NOW)
  })
})
afterAll(() => database.drop())

const KINDS = Object.keys(RULE_KINDS) as RuleKind[]
const words = (...of: string[]) => fc.subarray(of, { maxLength: 2 })
/** A filter with all twelve parts would let nothing through. */
const rarely = (of: string[]) => fc.oneof({ weight: 8, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: fc.constant(of) })
const traits = fc.record({
  productId: fc.integer({ min: 1, max: 4 }),
  type: fc.constantFrom(null, 'shirt', 'shoe'),
  vendor: fc.constantFrom(null, 'acme'),
  tags: words('a', 'b', 'c'),
  features: words('red', 'blue'),
})
const rule = fc.record({
  // Safety stock and thresholds above all, so that several rules meet at one place.
  ruleGroupId: fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 5, 6, 7),
  sequence: fc.integer({ min: 0, max: 2 }),
  fromAt: fc.constantFrom(null, null, NOW, NOW + DAY_MS),
  thruAt: fc.constantFrom(null, null, NOW, NOW + 2 * DAY_MS),
  units: fc.integer({ min: 0, max: 9 }),
  isAllowed: fc.boolean(),
  ...{ skusAny: rarely(['P1', 'P2']), skusNone: rarely(['P1']), typesAny: rarely(['shirt']), typesNone: rarely(['shoe']) },
  ...{
    vendorsAny: rarely(['acme']),
    vendorsNone: rarely(['acme']),
    tagsAny: rarely(['a', 'b']),
    tagsAll: rarely(['a', 'c']),
    tagsNone: rarely(['c']),
  },
  ...{ featuresAny: rarely(['red']), featuresAll: rarely(['red', 'blue']), featuresNone: rarely(['blue']) },
  ...{ facilitiesAny: rarely(['A']), facilitiesNone: rarely(['A']), groupsAny: rarely(['X']), groupsNone: rarely(['X']) },
  status: fc.constantFrom('active' as const, 'active' as const, 'draft' as const, 'archived' as const),
})

test('what the rules say of every product everywhere is what the last matching one says, and it is taken back with the rule', async () => {
  const { db } = database
  let names = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(traits, { maxLength: 3 }), fc.array(rule, { minLength: 2, maxLength: 6 }), fc.boolean()), {
        minLength: 1,
        maxLength: 3,
      }),
      async rounds => {
        let now = NOW
        for (const [described, added, isRestarted] of rounds) {
          if (isRestarted) await db.query('delete from availability.rule')
          await db.transaction(async tx => {
            await setTraits(tx, described)
            for (const { status, ...one } of added) {
              const { sets } = RULE_KINDS[KINDS[one.ruleGroupId - 1] as RuleKind]
              const text: RuleText = {
                ...one,
                name: `R${++names}`,
                units: sets === 'units' ? one.units : null,
                isAllowed: sets === 'switch' ? one.isAllowed : null,
                // One that excludes everything is refused before it is kept.
                ...(sets === 'nothing' ? { typesAny: ['shirt'] } : {}),
              }
              const ruleId = (await addRule(tx, text, now)) ?? 0
              await setStatus(tx, ruleId, status, now)
            }
            await refreshRules(tx, { now, products: 'all' })
          })
          expect(await derived()).toEqual(await specified(now))
          now += DAY_MS
        }
      },
    ),
    { numRuns: 8 * rounds() },
  )

  async function derived() {
    return db.query(
      `select p.product_id as product, f.code as place, cf.safety_rule_id as safety, cf.brokering_rule_id as brokering, cf.pickup_rule_id as pickup,
              cf.safety_stock_units as units, cf.allow_brokering as allowed, null::integer as threshold, x.class_id is not null as excluded
         from catalog.product p cross join catalog.facility f left join availability.product_class c using (product_id)
         left join availability.class_facility cf on cf.class_id = coalesce(c.class_id, 0) and cf.facility_id = f.facility_id
         left join availability.class_excluded x on x.class_id = coalesce(c.class_id, 0)
       union all
       select p.product_id, g.code, null, cc.brokering_rule_id, cc.pickup_rule_id, null, cc.allow_brokering, cc.threshold_units, x.class_id is not null
         from catalog.product p cross join catalog.facility_group g left join availability.product_class c using (product_id)
         left join availability.class_channel cc on cc.class_id = coalesce(c.class_id, 0) and cc.group_id = g.group_id
         left join availability.class_excluded x on x.class_id = coalesce(c.class_id, 0)
       order by 1, 2`,
    )
  }

  async function specified(now: number) {
    const rules = (await rulesOf(db, { isArchivedToo: true })).filter(one => isInEffect(one, now))
    const products = await db.query<Product & { product: number }>(
      `select p.product_id as product, array['P' || p.product_id] as skus, p.type, p.vendor, p.tags, p.features from catalog.product_traits p order by 1`,
    )
    return products.flatMap(product => {
      const named = rules.filter(one => matchesProduct(one, product))
      const excluded = lastOf(named, 'EX_INV_BY_PRD_TYPE') !== null
      const at = (
        place: string,
        fit: Rule[],
        kinds: { safety?: RuleKind; brokering: RuleKind; pickup: RuleKind; threshold?: RuleKind },
      ) => {
        const of = (kind: RuleKind | undefined) => (kind ? lastOf(fit, kind) : null)
        return {
          ...{ product: product.product, place, safety: of(kinds.safety)?.ruleId ?? null, brokering: of(kinds.brokering)?.ruleId ?? null },
          ...{
            pickup: of(kinds.pickup)?.ruleId ?? null,
            units: of(kinds.safety)?.units ?? null,
            allowed: of(kinds.brokering)?.isAllowed ?? null,
          },
          ...{ threshold: of(kinds.threshold)?.units ?? null, excluded },
        }
      }
      const facility = { safety: 'RG_SAFETY_STOCK', brokering: 'RG_SHIPPING_FACILITY', pickup: 'RG_PICKUP_FACILITY' } as const
      const channel = { threshold: 'RG_THRESHOLD', brokering: 'RG_SHIPPING_CHANNEL', pickup: 'RG_PICKUP_CHANNEL' } as const
      const groupsOf = { A: ['X', 'Y'], B: ['Y'] }
      return [
        ...(['A', 'B'] as const).map(code =>
          at(
            code,
            named.filter(one => matchesFacility(one, { code, groups: groupsOf[code] })),
            facility,
          ),
        ),
        ...['X', 'Y'].map(code =>
          at(
            code,
            named.filter(one => matchesChannel(one, { code })),
            channel,
          ),
        ),
      ]
    })
  }
}, 120_000)

test('a description that changed is enough to look at: the product alone is put into its class', async () => {
  const { db } = database
  await db.query('delete from availability.rule')
  const text: RuleText = {
    ...NO_FILTER,
    ruleGroupId: 1,
    name: 'summer',
    sequence: 0,
    fromAt: null,
    thruAt: null,
    units: 3,
    isAllowed: null,
    tagsAny: [' Summer '],
  }
  const [range] = await db.query<{ after: number }>(`select position as after from street.cursor where reader = 'catalog:products'`)
  await db.transaction(async tx => {
    await setStatus(tx, (await addRule(tx, text, NOW)) ?? 0, 'active', NOW)
    await refreshRules(tx, { now: NOW, products: 'all' })
    await setTraits(tx, [{ productId: 3, tags: ['SUMMER'] }])
    await refreshRules(tx, { now: NOW, products: { after: range?.after ?? 0, upTo: Number.MAX_SAFE_INTEGER } })
  })
  const units = () =>
    db.query<{ product: number; units: number }>(
      `select c.product_id as product, f.safety_stock_units as units from availability.product_class c join availability.class_facility f using (class_id)
        where f.facility_id = 1 and f.safety_stock_units is not null order by 1`,
    )
  expect(await units()).toEqual([{ product: 3, units: 3 }])
  await db.transaction(async tx => {
    await changeRule(tx, (await rulesOf(tx, { isArchivedToo: true }))[0]?.ruleId ?? 0, { ...text, tagsNone: ['summer'] }, NOW)
    await refreshRules(tx, { now: NOW, products: 'all' })
  })
  expect(await units()).toEqual([])
})
