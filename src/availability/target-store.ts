import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type LevelKey, promised, type Touched } from './promised-store.ts'

/** Fewer are handed over as values: a table made, analysed and dropped costs more than the whole computation. */
const LEVELS_NAMED_MAX = 200

export type Range = { after: number; upTo: number }

/** A facility that feeds a location newly, no longer, or through something else. Null: the location itself stands for something else. */
export type SupplyChange = { shopId: number; locationId: number; facilityId: number | null }

export type Changed = {
  movements: Range
  settings: Range
  /** Products that are made of something else, or described otherwise. */
  products: Range
  supply: readonly SupplyChange[]
  /** What rules say otherwise now; null: no rule was looked at. */
  rules: Range | null
}

/**
 * Lists the promises that depend on what changed, and no others. A component takes its kits along, and a kit, whose orders
 * hold its components, takes those.
 */
export async function gatherTouched(tx: Tx, { movements, settings, products, supply, rules }: Changed): Promise<Touched> {
  return gather(
    tx,
    `with changed as (
       select facility_id, null::integer as group_id, product_id from inventory.movement where seq > $1 and seq <= $2
       union
       select facility_id, null, product_id from catalog.product_facility where seq > $3 and seq <= $4
       union
       select null, group_id, product_id from inventory.queued where seq > $1 and seq <= $2
       union
       select null, group_id, product_id from catalog.product_channel where seq > $3 and seq <= $4
       union
       select null, null, product_id from catalog.product_change where seq > $5 and seq <= $6
       ${rules === null ? '' : BY_RULES}
     ), part as (
       select facility_id, group_id, product_id from changed
       union
       select c.facility_id, c.group_id, k.component_product_id from changed c join catalog.kit_component k on k.kit_product_id = c.product_id
     ), drawn as (
       select facility_id, group_id, product_id from part
       union
       select p.facility_id, p.group_id, k.kit_product_id from part p join catalog.kit_component k on k.component_product_id = p.product_id
     ), fed as (
       select * from unnest($7::integer[], $8::integer[], $9::integer[]) as f (shop_id, location_id, facility_id)
     ), at_fed as (
       select f.shop_id, f.location_id, h.product_id from fed f join inventory.position h on h.facility_id = f.facility_id
     )
     select u.shop_id, u.location_id, d.product_id from drawn d join availability.supply u on u.facility_id = d.facility_id
     union
     select m.shop_id, m.location_id, d.product_id from drawn d join catalog.location_mapping m on m.group_id = d.group_id
     union
     select m.shop_id, m.location_id, d.product_id
       from drawn d cross join catalog.location_mapping m where d.facility_id is null and d.group_id is null
     union
     select shop_id, location_id, product_id from at_fed
     union
     select a.shop_id, a.location_id, k.kit_product_id from at_fed a join catalog.kit_component k on k.component_product_id = a.product_id
     ${supply.some(change => change.facilityId === null) ? AT_PLACED : ''}`,
    [
      ...[movements.after, movements.upTo, settings.after, settings.upTo, products.after, products.upTo],
      supply.map(change => change.shopId),
      supply.map(change => change.locationId),
      supply.map(change => change.facilityId),
      ...(rules === null ? [] : [rules.after, rules.upTo]),
    ],
    rules === null ? { name: 'availability.gather' } : {},
  )
}

/** Products that other rules name than before, and what a class has otherwise at a facility or in a channel. */
const BY_RULES = `
       union
       select null, null, product_id from availability.product_class where seq > $10 and seq <= $11
       union
       select r.facility_id, null, h.product_id
         from availability.class_facility r
         join (
           select facility_id, product_id from inventory.position
           union
           select h.facility_id, k.kit_product_id from catalog.kit_component k join inventory.position h on h.product_id = k.component_product_id
         ) h on h.facility_id = r.facility_id
         left join availability.product_class c on c.product_id = h.product_id
        where r.seq > $10 and r.seq <= $11 and r.class_id = coalesce(c.class_id, 0)
       union
       select null, r.group_id, p.product_id
         from availability.class_channel r
         cross join catalog.product p
         left join availability.product_class c on c.product_id = p.product_id
        where r.seq > $10 and r.seq <= $11 and r.class_id = coalesce(c.class_id, 0)`

/** All that was promised at a location that stands for something else now. */
const AT_PLACED = `
     union
     select t.shop_id, t.location_id, t.product_id
       from fed f join availability.target t on t.shop_id = f.shop_id and t.location_id = f.location_id where f.facility_id is null`

/** Lists every promise that there could be. */
export async function gatherAll(tx: Tx): Promise<Touched> {
  await createTouched(
    tx,
    `select m.shop_id, m.location_id, p.product_id
       from catalog.location_mapping m
       cross join (
         select product_id from inventory.position
         union
         select k.kit_product_id from catalog.kit_component k join inventory.position p on p.product_id = k.component_product_id
         union
         select product_id from availability.target
       ) p`,
    [],
  )
  return 'table'
}

/** Planning for each change takes longer than working it out. Few levels are found by their keys, whatever the values. */
const KEEP_PLAN = 'set local plan_cache_mode = force_generic_plan'
/** How many there are decides how they are found. */
const PLAN_ANEW = 'set local plan_cache_mode = auto'

async function gather(tx: Tx, query: string, values: readonly unknown[], options: { name?: string }): Promise<Touched> {
  if (options.name !== undefined) await tx.query(KEEP_PLAN)
  const rows = await tx.query<LevelKey>(
    `select shop_id as "shopId", location_id as "locationId", product_id as "productId" from (${query}) touched limit ${LEVELS_NAMED_MAX + 1}`,
    values,
    options,
  )
  if (rows.length <= LEVELS_NAMED_MAX) return rows
  await tx.query(PLAN_ANEW)
  await createTouched(tx, query, values)
  return 'table'
}

/** Dropped with the transaction. */
async function createTouched(tx: Tx, query: string, values: readonly unknown[]): Promise<void> {
  await tx.query('create temp table wanted (shop_id integer, location_id integer, product_id integer) on commit drop')
  await tx.query(`insert into wanted ${query}`, values)
  await tx.query('analyze wanted')
}

export async function countTouched(tx: Tx, touched: Touched): Promise<number> {
  if (touched !== 'table') return touched.length
  const rows = await tx.query<{ levels: number }>('select count(*) as levels from wanted')
  return rows[0]?.levels ?? 0
}

/** `head`: the seq of the last promise that changed; null: none did. */
export type Recomputed = { changed: number; head: number | null }

/**
 * Computes the touched promises and keeps those that differ under a new revision. The specification is
 * `explainAvailability`.
 */
export async function recomputeTargets(tx: Tx, touched: Touched, now: InstantMs): Promise<Recomputed> {
  const differing = await promised(tx, touched)
  const rows = await tx.query<Recomputed>(
    `${differing.with} changed as (
       insert into availability.target as t
         (shop_id, location_id, product_id, sellable_units, deficit_units, withdrawn_code, revision, seq, changed_at)
       select shop_id, location_id, product_id, sellable_units, deficit_units, withdrawn_code, 1, nextval('availability.target_seq'), $1
         from differing
       on conflict (shop_id, location_id, product_id) do update
          set sellable_units = excluded.sellable_units, deficit_units = excluded.deficit_units, withdrawn_code = excluded.withdrawn_code,
              revision = t.revision + 1, seq = excluded.seq, changed_at = excluded.changed_at
       returning shop_id, location_id, product_id, seq
     ), noted as (
       insert into availability.promise_history
         (product_id, shop_id, location_id, seq, at, promised_units, free_units, spare_units, queued_units, threshold_units, withdrawn_code)
       select product_id, shop_id, location_id, seq, $1, sellable_units - deficit_units, free, spare, queued, threshold, withdrawn_code
         from changed join differing using (shop_id, location_id, product_id)
     )
     select count(*) as changed, max(seq) as head from changed`,
    [new Date(now), ...differing.values],
    touched === 'table' ? {} : { name: 'availability.recompute' },
  )
  return rows[0] ?? { changed: 0, head: null }
}
