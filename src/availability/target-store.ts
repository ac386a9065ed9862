import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** One promise: a product at a location of a shop. */
export type LevelKey = { shopId: number; locationId: number; productId: number }

/** Which promises have to be looked at again: named one by one where they are few, else in the table `touched`. */
export type Touched = readonly LevelKey[] | 'table'

/** Fewer are handed over as values: a table made, analysed and dropped costs more than the whole computation. */
const LEVELS_NAMED_MAX = 200

export type Range = { after: number; upTo: number }

/** A facility that feeds a location newly, no longer, or through something else. */
export type SupplyChange = { shopId: number; locationId: number; facilityId: number }

export type Changed = {
  movements: Range
  settings: Range
  /** Products that are made of something else, or described otherwise. */
  products: Range
  supply: readonly SupplyChange[]
}

/**
 * Lists the promises that depend on what changed, and no others. A component takes its kits along, and a kit, whose orders
 * hold its components, takes those.
 */
export async function gatherTouched(tx: Tx, { movements, settings, products, supply }: Changed): Promise<Touched> {
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
     select a.shop_id, a.location_id, k.kit_product_id from at_fed a join catalog.kit_component k on k.component_product_id = a.product_id`,
    [
      ...[movements.after, movements.upTo, settings.after, settings.upTo, products.after, products.upTo],
      supply.map(change => change.shopId),
      supply.map(change => change.locationId),
      supply.map(change => change.facilityId),
    ],
  )
}

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

async function gather(tx: Tx, query: string, values: readonly unknown[]): Promise<Touched> {
  const rows = await tx.query<LevelKey>(
    `select shop_id as "shopId", location_id as "locationId", product_id as "productId" from (${query}) touched limit ${LEVELS_NAMED_MAX + 1}`,
    values,
  )
  if (rows.length <= LEVELS_NAMED_MAX) return rows
  await createTouched(tx, query, values)
  return 'table'
}

/** Dropped with the transaction. */
async function createTouched(tx: Tx, query: string, values: readonly unknown[]): Promise<void> {
  await tx.query('create temp table touched (shop_id integer, location_id integer, product_id integer) on commit drop')
  await tx.query(`insert into touched ${query}`, values)
  await tx.query('analyze touched')
}

export async function countTouched(tx: Tx, touched: Touched): Promise<number> {
  if (touched !== 'table') return touched.length
  const rows = await tx.query<{ levels: number }>('select count(*) as levels from touched')
  return rows[0]?.levels ?? 0
}

/**
 * Computes the touched promises and keeps those that differ under a new revision. The specification is
 * `explainAvailability`. Gives the number of promises that changed.
 */
export async function recomputeTargets(tx: Tx, touched: Touched, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ changed: number }>(
    `with ${promised(touched)}, changed as (
       insert into availability.target as t (shop_id, location_id, product_id, sellable_units, deficit_units, revision, seq, changed_at)
       select shop_id, location_id, product_id, sellable_units, deficit_units, 1, nextval('availability.target_seq'), $1 from differing
       on conflict (shop_id, location_id, product_id) do update
          set sellable_units = excluded.sellable_units, deficit_units = excluded.deficit_units, revision = t.revision + 1,
              seq = excluded.seq, changed_at = excluded.changed_at
       returning 1
     )
     select count(*) as changed from changed`,
    [new Date(now), ...valuesOf(touched)],
  )
  return rows[0]?.changed ?? 0
}

function valuesOf(touched: Touched): number[][] {
  if (touched === 'table') return []
  return [touched.map(level => level.shopId), touched.map(level => level.locationId), touched.map(level => level.productId)]
}

/** From the touched levels ($2 to $4 where they are named) to those whose promise is another than the stored one. */
function promised(touched: Touched): string {
  const source = touched === 'table' ? 'touched' : 'unnest($2::integer[], $3::integer[], $4::integer[])'
  return `wanted as (
       select shop_id, location_id, product_id from ${source} as t (shop_id, location_id, product_id)
     ), product as (
       select distinct product_id from wanted
     ), part as (
       select p.product_id, coalesce(k.component_product_id, p.product_id) as part_id, coalesce(k.units, 1) as units, k.kit_product_id is not null as is_kit
         from product p left join catalog.kit_component k on k.kit_product_id = p.product_id
     ), in_kits as (
       select h.facility_id, k.component_product_id as product_id, sum(h.reserved_units * k.units) as units
         from catalog.kit_component k
         join inventory.position h on h.product_id = k.kit_product_id and h.reserved_units <> 0
        where k.component_product_id in (select part_id from part)
        group by h.facility_id, k.component_product_id
     ), stock as (
       select h.facility_id, h.product_id, greatest(h.on_hand_units, 0) - h.reserved_units - coalesce(k.units, 0) as free,
              coalesce(s.safety_stock_units, 0) as safety
         from inventory.position h
         left join in_kits k using (facility_id, product_id)
         left join catalog.product_facility s using (facility_id, product_id)
        where h.counted_at is not null and h.product_id in (select part_id from part)
     ), spare as (
       select stock.*, case when free < 0 then free else greatest(0, free - safety) end as spare from stock
     ), made as (
       select s.facility_id, s.product_id, s.free, s.spare from spare s join part p on p.product_id = s.product_id and not p.is_kit
       union all
       select k.facility_id, k.product_id, k.free, case when k.spare < 0 then k.spare else greatest(0, k.spare - coalesce(o.safety_stock_units, 0)) end
         from (
           select s.facility_id, p.product_id, min(floor(s.free / p.units::float8)) as free, min(floor(s.spare / p.units::float8)) as spare,
                  count(*) as parts
             from part p join spare s on s.product_id = p.part_id
            where p.is_kit
            group by s.facility_id, p.product_id
         ) k
         left join catalog.product_facility o using (facility_id, product_id)
        where k.parts = (select count(*) from part p where p.product_id = k.product_id)
     ), summed as (
       select w.shop_id, w.location_id, w.product_id, count(m.product_id) as known,
              coalesce(sum(m.free) filter (where ${IS_OPEN}), 0)::integer as free,
              coalesce(sum(m.spare) filter (where ${IS_OPEN}), 0)::integer as spare
         from wanted w
         left join (
           availability.supply u
           join made m on m.facility_id = u.facility_id
           left join catalog.product_facility o on o.facility_id = m.facility_id and o.product_id = m.product_id
         ) on u.shop_id = w.shop_id and u.location_id = w.location_id and m.product_id = w.product_id
        group by w.shop_id, w.location_id, w.product_id
     ), needed as (
       select q.group_id, q.product_id, sum(q.units) as units
         from (
           select group_id, product_id, units from inventory.queued where product_id in (select part_id from part)
           union all
           select q.group_id, k.component_product_id, q.units * k.units
             from catalog.kit_component k join inventory.queued q on q.product_id = k.kit_product_id
            where k.component_product_id in (select part_id from part)
         ) q
        group by q.group_id, q.product_id
     ), queued as (
       select n.group_id, p.product_id, max(ceil(n.units / p.units::float8))::integer as units
         from part p join needed n on n.product_id = p.part_id
        group by n.group_id, p.product_id
     ), term as (
       select s.*, coalesce(q.units, 0) as queued, coalesce(c.threshold_units, 0) as threshold,
              g.group_id is not null
              and (not g.is_selling
                   or not coalesce(case coalesce(m.gate, case when g.type = 'PICKUP' then 'pickup' else 'brokering' end)
                                     when 'pickup' then c.allow_pickup when 'brokering' then c.allow_brokering end, true)
                   or (g.hold_preorder and exists (select 1 from inventory.queued w where w.group_id = g.group_id and w.product_id = s.product_id
                                                      and w.preorder_units > 0))) as is_shut
         from summed s
         join catalog.location_mapping m using (shop_id, location_id)
         left join catalog.facility_group g using (group_id)
         left join queued q on q.group_id = m.group_id and q.product_id = s.product_id
         left join catalog.product_channel c on c.group_id = m.group_id and c.product_id = s.product_id
     ), promise as (
       select shop_id, location_id, product_id, known,
              least(case when free - queued < 0 then free - queued else greatest(0, spare - queued - threshold) end,
                    case when is_shut then 0 end) as units
         from term
     ), differing as (
       select p.shop_id, p.location_id, p.product_id, greatest(p.units, 0) as sellable_units, greatest(-p.units, 0) as deficit_units
         from promise p
         left join availability.target t using (shop_id, location_id, product_id)
        where case when t.product_id is null then p.known > 0 else t.sellable_units - t.deficit_units <> p.units end
     )`
}

const IS_OPEN = `(u.gate = 'none' or (u.gate = 'brokering' and coalesce(o.allow_brokering, true))
                or (u.gate = 'pickup' and coalesce(o.allow_pickup, true)))`
