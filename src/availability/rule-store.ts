import type { Sql, Tx } from '../db/connection.ts'
import { raiseHead, readCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { refreshRules } from './class-store.ts'
import { type Differing, type LevelKey, promised } from './promised-store.ts'
import type { PlaceFilter, ProductFilter, Rule, RuleKind } from './rule.ts'
import { READS_INVENTORY, RULES_HEAD } from './store.ts'
import { gatherTouched } from './target-store.ts'

export type RuleGroup = { ruleGroupId: number; name: string; kind: RuleKind; sequence: number }

/** What a person says of a rule; what is left to the program is its number, its place among all, and its status. */
export type RuleText = { ruleGroupId: number; name: string; sequence: number } & Pick<Rule, 'fromAt' | 'thruAt' | 'units' | 'isAllowed'> &
  ProductFilter &
  PlaceFilter

export type KeptRule = RuleText & Pick<Rule, 'ruleId' | 'kind' | 'status' | 'place'> & { group: string; changedAt: InstantMs }

const RULE_COLUMNS = `r.rule_id as "ruleId", r.rule_group_id as "ruleGroupId", g.name as "group", g.kind, r.name, r.status, r.sequence,
  row_number() over (order by g.sequence, g.rule_group_id, r.sequence, r.rule_id) as place,
  r.from_at as "fromAt", r.thru_at as "thruAt", r.units, r.is_allowed as "isAllowed",
  r.skus_any as "skusAny", r.skus_none as "skusNone", r.types_any as "typesAny", r.types_none as "typesNone",
  r.vendors_any as "vendorsAny", r.vendors_none as "vendorsNone", r.tags_any as "tagsAny", r.tags_all as "tagsAll", r.tags_none as "tagsNone",
  r.features_any as "featuresAny", r.features_all as "featuresAll", r.features_none as "featuresNone",
  r.facilities_any as "facilitiesAny", r.facilities_none as "facilitiesNone", r.groups_any as "groupsAny", r.groups_none as "groupsNone",
  r.changed_at as "changedAt"`

export async function ruleGroups(sql: Sql): Promise<RuleGroup[]> {
  return sql.query<RuleGroup>(
    'select rule_group_id as "ruleGroupId", name, kind, sequence from availability.rule_group order by sequence, rule_group_id',
  )
}

/** Rules in the order in which they count, the last the most. Archived ones only where they are asked for. */
export async function rulesOf(sql: Sql, which: { isArchivedToo: boolean }): Promise<KeptRule[]> {
  return sql.query<KeptRule>(
    `select ${RULE_COLUMNS} from availability.rule r join availability.rule_group g using (rule_group_id)
      where $1 or r.status <> 'archived'
      order by g.sequence, g.rule_group_id, r.sequence, r.rule_id`,
    [which.isArchivedToo],
  )
}

export async function ruleById(sql: Sql, ruleId: number): Promise<KeptRule | null> {
  const rows = await sql.query<KeptRule>(
    `select * from (select ${RULE_COLUMNS} from availability.rule r join availability.rule_group g using (rule_group_id)) r where "ruleId" = $1`,
    [ruleId],
  )
  return rows[0] ?? null
}

export async function addRuleGroup(tx: Tx, group: Omit<RuleGroup, 'ruleGroupId'>, now: InstantMs): Promise<number | null> {
  const rows = await tx.query<{ ruleGroupId: number }>(
    `insert into availability.rule_group (name, kind, sequence, created_at) values ($1, $2, $3, $4)
     on conflict (name) do nothing returning rule_group_id as "ruleGroupId"`,
    [group.name, group.kind, group.sequence, new Date(now)],
  )
  return rows[0]?.ruleGroupId ?? null
}

/** Keeps a new rule as a draft: it does nothing until it is activated. Null: its group has one of that name. */
export async function addRule(tx: Tx, rule: RuleText, now: InstantMs): Promise<number | null> {
  const rows = await tx.query<{ ruleId: number }>(
    `insert into availability.rule (rule_group_id, name, sequence, changed_at) values ($1, $2, $3, $4)
     on conflict (rule_group_id, name) do nothing returning rule_id as "ruleId"`,
    [rule.ruleGroupId, rule.name, rule.sequence, new Date(now)],
  )
  const ruleId = rows[0]?.ruleId ?? null
  if (ruleId !== null) await changeRule(tx, ruleId, rule, now)
  return ruleId
}

/** Says a rule anew. Where it is in effect the promises follow at the next step. */
export async function changeRule(tx: Tx, ruleId: number, rule: RuleText, now: InstantMs): Promise<void> {
  await tx.query(
    `update availability.rule
        set name = $2, sequence = $3, from_at = $4, thru_at = $5, units = $6, is_allowed = $7, skus_any = $8, skus_none = $9, types_any = $10,
            types_none = $11, vendors_any = $12, vendors_none = $13, tags_any = $14, tags_all = $15, tags_none = $16, features_any = $17,
            features_all = $18, features_none = $19, facilities_any = $20, facilities_none = $21, groups_any = $22, groups_none = $23, changed_at = $24
      where rule_id = $1`,
    [
      ...[ruleId, rule.name, rule.sequence, dateOrNull(rule.fromAt), dateOrNull(rule.thruAt), rule.units, rule.isAllowed],
      ...[rule.skusAny, rule.skusNone].map(words => [...new Set(words.map(word => word.trim()))]),
      ...[rule.typesAny, rule.typesNone, rule.vendorsAny, rule.vendorsNone].map(lower),
      ...[rule.tagsAny, rule.tagsAll, rule.tagsNone, rule.featuresAny, rule.featuresAll, rule.featuresNone].map(lower),
      ...[rule.facilitiesAny, rule.facilitiesNone, rule.groupsAny, rule.groupsNone].map(codes => [...codes]),
      new Date(now),
    ],
  )
  await raiseHead(tx, RULES_HEAD)
}

export async function setStatus(tx: Tx, ruleId: number, status: Rule['status'], now: InstantMs): Promise<void> {
  await tx.query('update availability.rule set status = $2, changed_at = $3 where rule_id = $1', [ruleId, status, new Date(now)])
  await raiseHead(tx, RULES_HEAD)
}

export type PreviewLine = LevelKey & { unitsBefore: number; unitsAfter: number }

export type Preview = {
  levels: number
  levelsMore: number
  levelsLess: number
  unitsMore: number
  unitsLess: number
  /** Levels that would be told to their shop no more, or again. */
  levelsWithdrawn: number
  levelsToldAgain: number
  /** Where, largest first. */
  locations: { shop: string; location: string; levels: number; units: number }[]
  largest: { sku: string; shop: string; location: string; unitsBefore: number; unitsAfter: number }[]
}

const LARGEST_SHOWN_MAX = 20

/**
 * What a change of rules would change, computed as it would be by doing it and undoing it again: `change` runs inside a
 * savepoint that is rolled back. The room's lock is held meanwhile, so no promise is computed by what is only tried.
 */
export async function previewRules(tx: Tx, now: InstantMs, change: () => Promise<void>): Promise<Preview> {
  await readCursor(tx, READS_INVENTORY)
  await tx.query('savepoint preview')
  await change()
  const rules = await refreshRules(tx, { now, products: 'all' })
  const nothing = { after: 0, upTo: 0 }
  const touched = await gatherTouched(tx, { movements: nothing, settings: nothing, products: nothing, supply: [], rules })
  const preview = touched.length === 0 ? NOTHING_CHANGES : await differingOf(tx, await promised(tx, touched))
  await tx.query('rollback to savepoint preview')
  return preview
}

const NOTHING_CHANGES: Preview = {
  ...{ levels: 0, levelsMore: 0, levelsLess: 0, unitsMore: 0, unitsLess: 0, levelsWithdrawn: 0, levelsToldAgain: 0 },
  ...{ locations: [], largest: [] },
}

async function differingOf(tx: Tx, differing: Differing): Promise<Preview> {
  const rows = await tx.query<Preview>(
    `${differing.with} line as (
       select d.shop_id, d.location_id, d.product_id, coalesce(t.sellable_units, 0) as before, d.sellable_units as after,
              t.withdrawn_code is not null as was_withdrawn, d.withdrawn_code is not null as is_withdrawn
         from differing d left join availability.target t using (shop_id, location_id, product_id)
        where $1::timestamptz is not null
     ), largest as (
       select * from line order by abs(after - before) desc, location_id, product_id limit ${LARGEST_SHOWN_MAX}
     )
     select count(*) as levels, count(*) filter (where after > before) as "levelsMore", count(*) filter (where after < before) as "levelsLess",
            coalesce(sum(after - before) filter (where after > before), 0) as "unitsMore",
            coalesce(sum(before - after) filter (where after < before), 0) as "unitsLess",
            count(*) filter (where is_withdrawn and not was_withdrawn) as "levelsWithdrawn",
            count(*) filter (where was_withdrawn and not is_withdrawn) as "levelsToldAgain",
            (select coalesce(json_agg(json_build_object('shop', s.code, 'location', l.name, 'levels', n, 'units', units) order by abs(units) desc, l.name), '[]')
               from (select shop_id, location_id, count(*) as n, sum(after - before) as units from line group by shop_id, location_id) at
               join catalog.shop s using (shop_id) join catalog.location l on l.location_id = at.location_id) as locations,
            (select coalesce(json_agg(json_build_object('sku', coalesce(k.value, p.name), 'shop', s.code, 'location', l.name,
                                                        'unitsBefore', before, 'unitsAfter', after) order by abs(after - before) desc, l.name), '[]')
               from largest join catalog.shop s using (shop_id) join catalog.location l on l.location_id = largest.location_id
               join catalog.product p on p.product_id = largest.product_id
               left join lateral (select min(value) as value from catalog.product_identifier i where i.product_id = p.product_id and i.type = 'SKU') k on true
            ) as largest
       from line`,
    // The first value is an instant wherever these parts are used; here nothing is written, so nothing has one.
    [new Date(0), ...differing.values],
  )
  return rows[0] ?? NOTHING_CHANGES
}

function lower(words: readonly string[]): string[] {
  return [...new Set(words.map(word => word.trim().toLowerCase()).filter(word => word !== ''))].sort()
}

function dateOrNull(at: InstantMs | null): Date | null {
  return at === null ? null : new Date(at)
}
