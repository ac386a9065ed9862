import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Range } from './target-store.ts'

/*
 * Rules are resolved once for products that the same rules match, a class, and not for each product: what a class has at a
 * facility or in a channel is one row. Class 0 holds the products that no rule names.
 */

/** Rules in effect at $1, each with its place: the last that matches counts. */
const LIVE = `
  select r.*, g.kind, row_number() over (order by g.sequence, g.rule_group_id, r.sequence, r.rule_id) as place,
         r.skus_any || r.skus_none || r.types_any || r.types_none || r.vendors_any || r.vendors_none || r.tags_any || r.tags_all || r.tags_none
           || r.features_any || r.features_all || r.features_none <> '{}' as names_products
    from availability.rule r
    join availability.rule_group g using (rule_group_id)
   where r.status = 'active' and (r.from_at is null or r.from_at <= $1) and (r.thru_at is null or r.thru_at > $1)`

const MATCHES_PRODUCT = `
  (r.types_any = '{}' or p.type = any(r.types_any)) and not coalesce(p.type = any(r.types_none), false)
  and (r.vendors_any = '{}' or p.vendor = any(r.vendors_any)) and not coalesce(p.vendor = any(r.vendors_none), false)
  and (r.tags_any = '{}' or p.tags && r.tags_any) and p.tags @> r.tags_all and not p.tags && r.tags_none
  and (r.features_any = '{}' or p.features && r.features_any) and p.features @> r.features_all and not p.features && r.features_none
  and (r.skus_any = '{}' or exists (
        select 1 from catalog.product_identifier i where i.product_id = p.product_id and i.type = 'SKU' and i.value = any(r.skus_any)))
  and (r.skus_none = '{}' or not exists (
        select 1 from catalog.product_identifier i where i.product_id = p.product_id and i.type = 'SKU' and i.value = any(r.skus_none)))`

/**
 * Says anew what the rules that are in effect now mean for every product, or for those whose description changed, and
 * numbers what became different: gives the numbers. Specified by rule.ts.
 */
export async function refreshRules(tx: Tx, { now, products }: { now: InstantMs; products: Range | 'all' }): Promise<Range> {
  const after = await lastSeq(tx)
  await classify(tx, now, products)
  if (products === 'all' || (await lastSeq(tx)) > after) {
    await resolveFacilities(tx, now)
    await resolveChannels(tx, now)
  }
  return { after, upTo: await lastSeq(tx) }
}

async function lastSeq(tx: Tx): Promise<number> {
  const rows = await tx.query<{ seq: number }>('select case when is_called then last_value else 0 end as seq from availability.rule_seq')
  return rows[0]?.seq ?? 0
}

/** Puts each product into the class of the rules that name it. */
async function classify(tx: Tx, now: InstantMs, products: Range | 'all'): Promise<void> {
  const range = products === 'all' ? [] : [products.after, products.upTo]
  const among = (id: string, first: number) =>
    products === 'all' ? '' : `and ${id} in (select product_id from catalog.product_change where seq > $${first} and seq <= $${first + 1})`
  await tx.query('create temp table if not exists matched (product_id integer, rule_ids integer[]) on commit drop')
  await tx.query('truncate matched')
  await tx.query(
    `insert into matched
     select p.product_id, array_agg(r.rule_id order by r.rule_id)
       from catalog.product_traits p
       join (${LIVE}) r on r.names_products and ${MATCHES_PRODUCT} ${among('p.product_id', 2)}
      group by p.product_id`,
    [new Date(now), ...range],
  )
  await tx.query('analyze matched')
  await tx.query(
    `insert into availability.class (rule_ids) select distinct m.rule_ids from matched m
      where not exists (select 1 from availability.class c where c.rule_ids = m.rule_ids)`,
  )
  await tx.query(
    `insert into availability.class_excluded (class_id, rule_id)
     select c.class_id, max(r.rule_id)
       from availability.class c
       join availability.rule r on r.rule_id = any(c.rule_ids)
       join availability.rule_group g on g.rule_group_id = r.rule_group_id and g.kind = 'EX_INV_BY_PRD_TYPE'
      group by c.class_id
     on conflict (class_id) do nothing`,
  )
  await tx.query(
    `insert into availability.product_class as k (product_id, class_id, seq)
     select m.product_id, c.class_id, nextval('availability.rule_seq')
       from matched m
       join availability.class c on c.rule_ids = m.rule_ids
       left join availability.product_class k on k.product_id = m.product_id
      where k.class_id is distinct from c.class_id
     on conflict (product_id) do update set class_id = excluded.class_id, seq = excluded.seq`,
  )
  await tx.query(
    `update availability.product_class k set class_id = 0, seq = nextval('availability.rule_seq')
      where k.class_id <> 0 and not exists (select 1 from matched m where m.product_id = k.product_id)
        ${among('k.product_id', 1)}`,
    range,
  )
}

/** The rules of every class that has products. */
const OF_CLASS = `
  select c.class_id, r.*
    from availability.class c
    join live r on not r.names_products or r.rule_id = any(c.rule_ids)
   where c.class_id = 0 or exists (select 1 from availability.product_class k where k.class_id = c.class_id)`

async function resolveFacilities(tx: Tx, now: InstantMs): Promise<void> {
  await tx.query(
    `with live as (${LIVE}), of_class as (${OF_CLASS}), facility as (
       select f.facility_id, f.code, array(
                select g.code from catalog.facility_group_member m join catalog.facility_group g using (group_id)
                 where m.facility_id = f.facility_id and m.from_at <= $1 and (m.thru_at is null or m.thru_at > $1)) as groups
         from catalog.facility f
        where f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION')
     ), said as (
       select r.class_id, f.facility_id, r.kind, r.units, r.is_allowed, r.rule_id,
              row_number() over (partition by r.class_id, f.facility_id, r.kind order by r.place desc) as nth
         from of_class r
         join facility f
           on ((r.facilities_any = '{}' and r.groups_any = '{}') or f.code = any(r.facilities_any) or f.groups && r.groups_any)
          and f.code <> all(r.facilities_none) and not f.groups && r.groups_none
        where r.kind in ('RG_SAFETY_STOCK', 'RG_SHIPPING_FACILITY', 'RG_PICKUP_FACILITY')
     ), wanted as (
       select class_id, facility_id,
              max(units) filter (where kind = 'RG_SAFETY_STOCK') as safety_stock_units,
              max(rule_id) filter (where kind = 'RG_SAFETY_STOCK') as safety_rule_id,
              bool_or(is_allowed) filter (where kind = 'RG_SHIPPING_FACILITY') as allow_brokering,
              max(rule_id) filter (where kind = 'RG_SHIPPING_FACILITY') as brokering_rule_id,
              bool_or(is_allowed) filter (where kind = 'RG_PICKUP_FACILITY') as allow_pickup,
              max(rule_id) filter (where kind = 'RG_PICKUP_FACILITY') as pickup_rule_id
         from said where nth = 1
        group by class_id, facility_id
     ), blank as (
       select k.class_id, k.facility_id from availability.class_facility k
        where not exists (select 1 from wanted w where w.class_id = k.class_id and w.facility_id = k.facility_id)
     )
     insert into availability.class_facility as k
       (class_id, facility_id, safety_stock_units, safety_rule_id, allow_brokering, brokering_rule_id, allow_pickup, pickup_rule_id, seq)
     select *, nextval('availability.rule_seq')
       from (select * from wanted union all select class_id, facility_id, null, null, null, null, null, null from blank) w
      where not exists (
        select 1 from availability.class_facility o
         where o.class_id = w.class_id and o.facility_id = w.facility_id
           and (o.safety_stock_units, o.safety_rule_id, o.allow_brokering, o.brokering_rule_id, o.allow_pickup, o.pickup_rule_id)
               is not distinct from (w.safety_stock_units, w.safety_rule_id, w.allow_brokering, w.brokering_rule_id, w.allow_pickup, w.pickup_rule_id))
     on conflict (class_id, facility_id) do update
        set safety_stock_units = excluded.safety_stock_units, safety_rule_id = excluded.safety_rule_id,
            allow_brokering = excluded.allow_brokering, brokering_rule_id = excluded.brokering_rule_id,
            allow_pickup = excluded.allow_pickup, pickup_rule_id = excluded.pickup_rule_id, seq = excluded.seq`,
    [new Date(now)],
  )
}

async function resolveChannels(tx: Tx, now: InstantMs): Promise<void> {
  await tx.query(
    `with live as (${LIVE}), of_class as (${OF_CLASS}), said as (
       select r.class_id, g.group_id, r.kind, r.units, r.is_allowed, r.rule_id,
              row_number() over (partition by r.class_id, g.group_id, r.kind order by r.place desc) as nth
         from of_class r
         join catalog.facility_group g on (r.groups_any = '{}' or g.code = any(r.groups_any)) and g.code <> all(r.groups_none)
        where r.kind in ('RG_THRESHOLD', 'RG_SHIPPING_CHANNEL', 'RG_PICKUP_CHANNEL')
     ), wanted as (
       select class_id, group_id,
              max(units) filter (where kind = 'RG_THRESHOLD') as threshold_units,
              max(rule_id) filter (where kind = 'RG_THRESHOLD') as threshold_rule_id,
              bool_or(is_allowed) filter (where kind = 'RG_SHIPPING_CHANNEL') as allow_brokering,
              max(rule_id) filter (where kind = 'RG_SHIPPING_CHANNEL') as brokering_rule_id,
              bool_or(is_allowed) filter (where kind = 'RG_PICKUP_CHANNEL') as allow_pickup,
              max(rule_id) filter (where kind = 'RG_PICKUP_CHANNEL') as pickup_rule_id
         from said where nth = 1
        group by class_id, group_id
     ), blank as (
       select k.class_id, k.group_id from availability.class_channel k
        where not exists (select 1 from wanted w where w.class_id = k.class_id and w.group_id = k.group_id)
     )
     insert into availability.class_channel as k
       (class_id, group_id, threshold_units, threshold_rule_id, allow_brokering, brokering_rule_id, allow_pickup, pickup_rule_id, seq)
     select *, nextval('availability.rule_seq')
       from (select * from wanted union all select class_id, group_id, null, null, null, null, null, null from blank) w
      where not exists (
        select 1 from availability.class_channel o
         where o.class_id = w.class_id and o.group_id = w.group_id
           and (o.threshold_units, o.threshold_rule_id, o.allow_brokering, o.brokering_rule_id, o.allow_pickup, o.pickup_rule_id)
               is not distinct from (w.threshold_units, w.threshold_rule_id, w.allow_brokering, w.brokering_rule_id, w.allow_pickup, w.pickup_rule_id))
     on conflict (class_id, group_id) do update
        set threshold_units = excluded.threshold_units, threshold_rule_id = excluded.threshold_rule_id,
            allow_brokering = excluded.allow_brokering, brokering_rule_id = excluded.brokering_rule_id,
            allow_pickup = excluded.allow_pickup, pickup_rule_id = excluded.pickup_rule_id, seq = excluded.seq`,
    [new Date(now)],
  )
}

/** The next instant after `now` at which an active rule begins or ends; null: none is known. */
export async function nextRuleChange(tx: Tx, now: InstantMs): Promise<InstantMs | null> {
  const rows = await tx.query<{ at: InstantMs | null }>(
    `select min(at) as at
       from (select from_at as at, status from availability.rule union all select thru_at, status from availability.rule) dated
      where status = 'active' and at > $1`,
    [new Date(now)],
  )
  return rows[0]?.at ?? null
}
