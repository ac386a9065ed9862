import { RULE_KINDS, type RuleKind } from '../src/availability/rule.ts'
import * as rules from '../src/availability/rule-store.ts'
import { step } from '../src/availability/step.ts'
import * as kits from '../src/catalog/kit-store.ts'
import { closeFacility, openFacility } from '../src/catalog/place-store.ts'
import { recordLocations } from '../src/catalog/reading-store.ts'
import * as settings from '../src/catalog/setting-store.ts'
import * as catalog from '../src/catalog/store.ts'
import { setTraits } from '../src/catalog/trait-store.ts'
import type { Sql } from '../src/db/connection.ts'
import { setHead } from '../src/db/cursor.ts'
import { INVENTORY_HEAD } from '../src/inventory/store.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

const START = Date.UTC(2026, 10, 23)
const DAY_MS = 86_400_000
let now = START
export const clock = { now: () => now }

export const PRODUCTS = [1, 2, 3, 4, 5]
/** Product 4 is made of two of 1 and one of 2, product 5 of one of 3: changed by the histories below. */
export const KIT = 4
export const CARD = 5
const CHECKED = ['shop_id', 'location_id', 'product_id', 'sellable_units', 'deficit_units', 'withdrawn_code'].join(', ')

/** A shop with a location of facility A alone and two of channels, B being in both; nothing is counted yet. */
export async function openPromises(): Promise<TestDatabase> {
  const database = await openTestDatabase()
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
  return database
}

/** What the rooms before, files and people do to what a promise is made of. */
export type Deed =
  | { kind: 'stock'; facilityId: number; productId: number; onHand: number; reserved: number; isCounted: boolean }
  | { kind: 'queue'; groupId: number; productId: number; units: number; preorders: number }
  | { kind: 'facility'; facilityId: number; productId: number; safety: number | null; brokering: boolean | null }
  | { kind: 'channel'; groupId: number; productId: number; threshold: number | null; brokering: boolean | null }
  | { kind: 'group'; groupId: number; isSelling: boolean; holds: boolean }
  | { kind: 'switch'; facilityId: number; isOn: boolean }
  | { kind: 'closing'; isOpen: boolean }
  /** The first location stands for this facility, for a channel, or for nothing. */
  | { kind: 'mapping'; facilityId: number | null; groupId?: number | null }
  | { kind: 'member'; groupId: number; facilityId: number; fromDay: number; days: number }
  | { kind: 'kit'; parts: { productId: number; units: number }[] }
  | { kind: 'card'; isPooled: boolean }
  | { kind: 'rule'; of: RuleKind; units: number; isAllowed: boolean; tag: string | null; place: string | null; days: number | null }
  | { kind: 'archive' }
  | { kind: 'tag'; productId: number; tags: string[] }
  | { kind: 'untrack'; productId: number; isTracked: boolean }
  | { kind: 'day' }

let seq = 0

/** Does it, and commits it. */
export async function happen(db: TestDatabase['db'], of: Deed): Promise<void> {
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
        if (of.facilityId === null && !of.groupId) return catalog.unmapLocation(tx, 1, 1)
        return catalog.mapLocation(tx, { shopId: 1, locationId: 1, facilityId: of.facilityId, groupId: of.groupId ?? null })
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

/** Back to the beginning, with nothing counted. */
export async function forget(db: TestDatabase['db']): Promise<void> {
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
  await happen(db, { kind: 'mapping', facilityId: 1 })
  await db.transaction(tx => kits.setKits(tx, [KIT, CARD], []))
  await db.transaction(tx => catalog.catalogChanged(tx))
  await step({ db, clock })
}

/** Ten of everything everywhere, tables of two legs and a top, and cards of blanks: histories begin where there is something to lose. */
export async function stocked(db: TestDatabase['db']): Promise<void> {
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

/** Every promise, as it is stored. */
export const promises = (sql: Sql) => sql.query<Record<string, number>>(`select ${CHECKED} from availability.target order by 1, 2, 3`)
