import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { LevelKey } from './promised-store.ts'
import type { SupplyChange } from './target-store.ts'

/**
 * Says anew which facility feeds which location at this instant, and gives what changed: a facility on its own, or each
 * member of a group once, however often its membership is written down; and each location that stands for something else than
 * before, or for something again, whether anything feeds it or not.
 */
export async function refreshSupply(tx: Tx, now: InstantMs): Promise<SupplyChange[]> {
  return tx.query<SupplyChange>(
    `with mapped as (
       select m.shop_id, m.location_id, m.facility_id, m.group_id,
              coalesce(m.gate, case when m.group_id is null then 'none' when g.type = 'PICKUP' then 'pickup' else 'brokering' end) as gate,
              coalesce(g.is_selling, true) as is_selling, coalesce(g.hold_preorder, false) as hold_preorder
         from catalog.location_mapping m
         left join catalog.facility_group g using (group_id)
     ), member as (
       select distinct group_id, facility_id from catalog.facility_group_member where from_at <= $1 and (thru_at is null or thru_at > $1)
     ), wanted as (
       select m.shop_id, m.location_id, f.facility_id, m.group_id, m.gate, m.is_selling, m.hold_preorder
         from mapped m
         join catalog.facility f
           on f.facility_id = m.facility_id
           or (f.type not in ('VIRTUAL_FACILITY', 'CONFIGURATION')
               and exists (select 1 from member where member.group_id = m.group_id and member.facility_id = f.facility_id))
        where f.closed_at is null and case m.gate when 'brokering' then f.allow_brokering when 'pickup' then f.allow_pickup else true end
     ), gone as (
       delete from availability.supply s
        where not exists (select 1 from wanted w where (w.shop_id, w.location_id, w.facility_id) = (s.shop_id, s.location_id, s.facility_id))
       returning shop_id, location_id, facility_id
     ), kept as (
       insert into availability.supply as s (shop_id, location_id, facility_id, group_id, gate, is_selling, hold_preorder)
       select shop_id, location_id, facility_id, group_id, gate, is_selling, hold_preorder from wanted
       on conflict (shop_id, location_id, facility_id) do update
          set group_id = excluded.group_id, gate = excluded.gate, is_selling = excluded.is_selling, hold_preorder = excluded.hold_preorder
        where (s.group_id, s.gate, s.is_selling, s.hold_preorder)
              is distinct from (excluded.group_id, excluded.gate, excluded.is_selling, excluded.hold_preorder)
       returning shop_id, location_id, facility_id
     ), left_behind as (
       delete from availability.place p where not exists (select 1 from mapped m where (m.shop_id, m.location_id) = (p.shop_id, p.location_id))
     ), placed as (
       insert into availability.place as p (shop_id, location_id, facility_id, group_id)
       select shop_id, location_id, facility_id, group_id from mapped
       on conflict (shop_id, location_id) do update set facility_id = excluded.facility_id, group_id = excluded.group_id
        where (p.facility_id, p.group_id) is distinct from (excluded.facility_id, excluded.group_id)
       returning shop_id, location_id
     )
     select shop_id as "shopId", location_id as "locationId", facility_id as "facilityId" from gone
     union all
     select shop_id, location_id, facility_id from kept
     union all
     select shop_id, location_id, null from placed`,
    [new Date(now)],
  )
}

/** The next instant after `now` at which a membership begins or ends; null: none is known. */
export async function nextMembershipChange(tx: Tx, now: InstantMs): Promise<InstantMs | null> {
  const rows = await tx.query<{ at: InstantMs | null }>(
    `select min(at) as at
       from (select from_at as at from catalog.facility_group_member union all select thru_at from catalog.facility_group_member) dated
      where at > $1`,
    [new Date(now)],
  )
  return rows[0]?.at ?? null
}

/** One level, and one that can draw on the same stock: a unit sold at the second may be one that the first promises. */
export type PoolMember = LevelKey & { ofShopId: number; ofLocationId: number; ofProductId: number }

/**
 * The pool of each of these levels: every level, of any shop, that at least one facility feeds as well and that sells the
 * same product, a kit of it, a component of it, or another kit of one of its components. A level is in its own pool.
 */
export async function poolsOf(sql: Sql, levels: readonly LevelKey[]): Promise<PoolMember[]> {
  return sql.query<PoolMember>(
    `with asked as (
       select shop_id, location_id, product_id from unnest($1::integer[], $2::integer[], $3::integer[]) as a (shop_id, location_id, product_id)
     ), place as (
       select distinct a.shop_id, a.location_id, o.shop_id as other_shop_id, o.location_id as other_location_id
         from (select distinct shop_id, location_id from asked) a
         join availability.supply s on s.shop_id = a.shop_id and s.location_id = a.location_id
         join availability.supply o on o.facility_id = s.facility_id
     ), part as (
       select p.product_id, coalesce(k.component_product_id, p.product_id) as part_id
         from (select distinct product_id from asked) p left join catalog.kit_component k on k.kit_product_id = p.product_id
     ), product as (
       select product_id, part_id as other_product_id from part
       union
       select product_id, product_id from part
       union
       select part.product_id, k.kit_product_id from part join catalog.kit_component k on k.component_product_id = part.part_id
     )
     select a.shop_id as "ofShopId", a.location_id as "ofLocationId", a.product_id as "ofProductId",
            t.shop_id as "shopId", t.location_id as "locationId", t.product_id as "productId"
       from asked a
       join place on place.shop_id = a.shop_id and place.location_id = a.location_id
       join product on product.product_id = a.product_id
       join availability.target t
         on t.shop_id = place.other_shop_id and t.location_id = place.other_location_id and t.product_id = product.other_product_id
      order by 1, 2, 3, 4, 5, 6`,
    [levels.map(level => level.shopId), levels.map(level => level.locationId), levels.map(level => level.productId)],
  )
}

export type Overlap = { shop: string; facility: string; locations: string[]; units: number }

/**
 * Facilities that feed more than one aggregate location of the same shop: what they have is offered there once for each. The
 * publisher keeps the levels of such a pool from selling a unit twice; that they overlap at all is for a person to know.
 */
export async function overlapsOf(sql: Sql): Promise<Overlap[]> {
  return sql.query<Overlap>(
    `select s.code as shop, f.name as facility, array_agg(l.name order by l.name) as locations,
            (select coalesce(sum(greatest(h.on_hand_units - h.reserved_units, 0)), 0) from inventory.position h
              where h.facility_id = u.facility_id and h.counted_at is not null) as units
       from availability.supply u
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = u.location_id
       join catalog.facility f on f.facility_id = u.facility_id
      where u.group_id is not null
      group by s.code, f.name, u.facility_id having count(*) > 1
      order by units desc, s.code, f.name`,
  )
}
