import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { COUNTED_WITH_ORDER } from './shipment-store.ts'

/** Lists the orders that changed: of shops, of other systems, and what was rejected. Dropped with the transaction. */
export async function gatherTouchedOrders(
  tx: Tx,
  range: {
    shops: { after: number; upTo: number }
    systems: { after: number; upTo: number }
    moves: { after: number; upTo: number }
  },
): Promise<void> {
  await tx.query(
    'create temp table if not exists touched_order (source text, order_ref text, primary key (source, order_ref)) on commit drop',
  )
  await tx.query(
    `insert into touched_order
     select kind || shop_id, order_gid from orders.demand_change cross join (values ('shop:'), ('hold:shop:')) kinds (kind) where seq > $1 and seq <= $2
     union
     select 'shop:' || shop_id, order_gid from orders.stock_move where seq > $5 and seq <= $6
     union
     select kind || feed_id, order_id from orders.system_event cross join (values ('feed:'), ('hold:')) kinds (kind) where seq > $3 and seq <= $4
     on conflict do nothing`,
    [range.shops.after, range.shops.upTo, range.systems.after, range.systems.upTo, range.moves.after, range.moves.upTo],
  )
}

/** Every order that holds something or did: a link or a mapping changed, which can move any of them. */
export async function gatherAllOrders(tx: Tx): Promise<void> {
  await tx.query(
    `insert into touched_order
     select 'shop:' || shop_id, order_gid from orders.open_line
     union
     select 'shop:' || shop_id, order_gid from inventory.unplaced_shipment where settled_at is null
     union
     select 'hold:shop:' || shop_id, order_gid from orders.rejection
     union
     select 'feed:' || feed_id, order_id from orders.system_line
     union
     select source, order_ref from inventory.reservation
     on conflict do nothing`,
  )
}

/** The number in a source, read of sources of that kind only: the others have words there. */
const numberOf = (kind: 'shop' | 'feed') => (source: string) =>
  `case when ${source} like '${kind}:%' then substr(${source}, 6)::integer end`
const SHOP_OF = numberOf('shop')
const FEED_OF = numberOf('feed')

/** Pieces of an assignment that can be filled: at a parking, or at a facility that still belongs to the group that sold. */
const ASSIGNED = `
  select a.facility_id, a.parking, a.units, a.ordinal from orders.assignment a
   where a.shop_id = o.shop_id and a.order_gid = o.order_ref and a.inventory_item_gid = o.inventory_item_gid
     and (a.facility_id is null or exists (
           select 1 from catalog.facility_group_member g where g.group_id = o.group_id and g.facility_id = a.facility_id and g.thru_at is null))`

/**
 * What touched orders of shops hold: at the facility for which their location stands; of a location of several, what is assigned at
 * the facility that has it, and the rest parked against the group. `placesOf` in orders/assignment.ts is the specification.
 */
const HELD_BY_SHOPS = `
     select o.source, o.order_ref, part.facility_id, part.parking, o.product_id, case when part.facility_id is null then o.group_id else 0 end as group_id,
            part.units::integer as units
       from (
         select t.source, t.order_ref, l.shop_id, l.inventory_item_gid, k.product_id, m.facility_id, m.group_id, sum(l.open_units) as units
           from touched_order t
           join orders.open_line l on l.shop_id = ${SHOP_OF('t.source')} and l.order_gid = t.order_ref
           join catalog.item_link k on k.shop_id = l.shop_id and k.inventory_item_gid = l.inventory_item_gid
           join catalog.location loc on loc.shop_id = l.shop_id and loc.location_gid = l.location_gid
           join catalog.location_mapping m on m.shop_id = l.shop_id and m.location_id = loc.location_id
          where t.source like 'shop:%' and l.open_units > 0
          group by t.source, t.order_ref, l.shop_id, l.inventory_item_gid, k.product_id, m.facility_id, m.group_id
       ) o
       cross join lateral (
         select o.facility_id, null::text as parking, o.units where o.facility_id is not null
         union all
         select a.facility_id, a.parking, least(a.units, o.units - a.before)
           from (select a.*, coalesce(sum(units) over (order by ordinal rows between unbounded preceding and 1 preceding), 0) as before
                   from (${ASSIGNED}) a) a
          where o.facility_id is null
         union all
         select null, '_NA_', o.units - (select coalesce(sum(units), 0) from (${ASSIGNED}) a) where o.facility_id is null
       ) part
      where part.units > 0`

/**
 * Lists what touched orders hold, as they are known now. Shopify's lines as `HELD_BY_SHOPS` says; another system's at the facility that has them, or parked against
 * their channel. Where the sender of the counts has taken open orders off already, only those that came after the newest
 * count are held. Gives whether something has to be parked.
 */
export async function gatherWanted(tx: Tx): Promise<boolean> {
  await tx.query(
    `create temp table wanted on commit drop as
     ${HELD_BY_SHOPS}
     union all
     select t.source, t.order_ref, null, '_NA_', w.product_id, w.group_id, w.units
       from touched_order t
       join inventory.unplaced_shipment w on w.shop_id = ${SHOP_OF('t.source')} and w.order_gid = t.order_ref
      where t.source like 'shop:%' and w.settled_at is null
     union all
     select t.source, t.order_ref, part.facility_id, part.parking, s.product_id, part.group_id, part.units
       from touched_order t
       join orders.system_line s on s.feed_id = ${FEED_OF('t.source')} and s.order_id = t.order_ref
       join feed.feed e on e.feed_id = s.feed_id
       cross join lateral (select greatest(0, s.ordered_units - s.cancelled_units - s.shipped_units) as units) open
       cross join lateral (select case when s.facility_id is null then open.units else least(open.units, s.rejected_units) end as units) parked
       cross join lateral (
         select s.facility_id, null::text as parking, 0 as group_id, open.units - parked.units as units
         union all
         select null, s.parking, coalesce(s.group_id, (
                  select min(g.group_id) from catalog.facility_group_member g join catalog.facility_group c using (group_id)
                   where c.type = 'CHANNEL_FAC_GROUP' and g.facility_id = s.facility_id and g.thru_at is null), 0), parked.units
       ) part
      where t.source like 'feed:%' and part.units > 0
        and (e.settings #>> '{orders,reserves}' is distinct from 'false'
             or not ${COUNTED_WITH_ORDER})
     union all
     select t.source, t.order_ref, h.facility_id, null, h.product_id, 0, h.units
       from touched_order t
       join inventory.hold h on h.source = t.source and h.order_id = t.order_ref and h.released_at is null
      where t.source like 'hold:%'`,
  )
  const rows = await tx.query('select 1 from wanted where facility_id is null limit 1')
  return rows.length > 0
}

/** Gives what waits its parking, which is a facility that holds no stock. */
export async function parkWanted(tx: Tx): Promise<void> {
  await tx.query(
    `update wanted w set facility_id = f.facility_id from catalog.facility f where w.facility_id is null and f.code = w.parking`,
  )
}

/**
 * Makes what is reserved equal to what touched orders hold, and books each order's difference where it stands. The caller holds
 * the ledger. Gives the number of movements.
 */
export async function reserveWanted(tx: Tx, now: InstantMs): Promise<number> {
  await tx.query(
    `create temp table differing on commit drop as
     select coalesce(w.source, r.source) as source, coalesce(w.order_ref, r.order_ref) as order_ref, coalesce(w.facility_id, r.facility_id) as facility_id,
            coalesce(w.product_id, r.product_id) as product_id, coalesce(w.group_id, r.group_id) as group_id,
            coalesce(w.units, 0) as units, coalesce(w.units, 0) - coalesce(r.units, 0) as difference
       from (select source, order_ref, facility_id, product_id, group_id, sum(units)::integer as units
               from wanted group by source, order_ref, facility_id, product_id, group_id) w
       full join (select r.* from inventory.reservation r join touched_order using (source, order_ref)) r
         on r.source = w.source and r.order_ref = w.order_ref and r.facility_id = w.facility_id and r.product_id = w.product_id and r.group_id = w.group_id
      where coalesce(w.units, 0) <> coalesce(r.units, 0)`,
  )
  await tx.query(
    `delete from inventory.reservation r using differing d
      where d.units = 0 and r.source = d.source and r.order_ref = d.order_ref and r.facility_id = d.facility_id
        and r.product_id = d.product_id and r.group_id = d.group_id`,
  )
  await tx.query(
    `insert into inventory.reservation (source, order_ref, facility_id, product_id, group_id, units)
     select source, order_ref, facility_id, product_id, group_id, units from differing where units > 0
     on conflict (facility_id, product_id, source, order_ref, group_id) do update set units = excluded.units`,
  )
  const rows = await tx.query<{ movements: number }>(
    `with moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, reserved_units, recorded_at, effective_at, reason, reference)
       select nextval('inventory.movement_seq'), facility_id, product_id, 0, units, $1, $1,
              case when units > 0 then 'ORDER_RESERVED' else 'ORDER_RELEASED' end, order_ref
         from (select facility_id, product_id, order_ref, sum(difference)::integer as units
                 from differing group by source, order_ref, facility_id, product_id having sum(difference) <> 0
                order by order_ref, facility_id, product_id) by_order
       returning facility_id, product_id, reserved_units
     ), positioned as (
       insert into inventory.position as p (facility_id, product_id, on_hand_units, reserved_units)
       select facility_id, product_id, 0, greatest(0, sum(reserved_units)) from moved group by facility_id, product_id
       on conflict (facility_id, product_id) do update
          set reserved_units = p.reserved_units + (select sum(m.reserved_units) from moved m where m.facility_id = p.facility_id and m.product_id = p.product_id)
     )
     select count(*) as movements from moved`,
    [new Date(now)],
  )
  return rows[0]?.movements ?? 0
}

/** What waits at a group is the sum of what is parked against it. Gives the number of sums that changed. */
export async function queueWanted(tx: Tx): Promise<number> {
  const rows = await tx.query<{ changed: number }>(
    `with touched as (
       select distinct group_id, product_id from differing where group_id <> 0
     ), waiting as (
       select t.group_id, t.product_id, coalesce(sum(r.units), 0)::integer as units,
              coalesce(sum(r.units) filter (where f.code in ('PRE_ORDER_PARKING', 'BACKORDER_PARKING')), 0)::integer as preorder_units
         from touched t
         left join inventory.reservation r using (group_id, product_id)
         left join catalog.facility f on f.facility_id = r.facility_id
        group by t.group_id, t.product_id
     ), changed as (
       insert into inventory.queued as q (group_id, product_id, units, preorder_units, seq)
       select group_id, product_id, units, preorder_units, nextval('inventory.movement_seq') from waiting
       on conflict (group_id, product_id) do update set units = excluded.units, preorder_units = excluded.preorder_units, seq = excluded.seq
        where (q.units, q.preorder_units) <> (excluded.units, excluded.preorder_units)
       returning 1
     )
     select count(*) as changed from changed`,
  )
  return rows[0]?.changed ?? 0
}

export type Reservation = { source: string; orderRef: string; facilityId: number; groupId: number; units: number }

/** Which orders hold units of a product, facility by facility. */
export async function reservationsOf(sql: Sql, productId: number): Promise<Reservation[]> {
  return sql.query<Reservation>(
    `select source, order_ref as "orderRef", facility_id as "facilityId", group_id as "groupId", units
       from inventory.reservation where product_id = $1 order by facility_id, source, order_ref`,
    [productId],
  )
}
