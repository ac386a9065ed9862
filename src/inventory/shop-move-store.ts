import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { isContainedIn, newestCount } from './shipment-store.ts'

export type MoveRange = { after: number; upTo: number }

/** Up to where shops' moves were appended, at most `limit` further. */
export async function movesUpTo(tx: Tx, after: number, limit: number): Promise<{ seq: number; moves: number }> {
  const rows = await tx.query<{ seq: number | null; moves: number }>(
    `select max(seq) as seq, count(*) as moves from (select seq from orders.stock_move where seq > $1 order by seq limit $2) page`,
    [after, limit],
  )
  return { seq: rows[0]?.seq ?? after, moves: rows[0]?.moves ?? 0 }
}

/**
 * The one facility to which a move's units were assigned, of a location of several: it is where they left. Where several have a part nobody
 * says which. What was shipped and is not goes back to where it left.
 */
const ASSIGNED_TO = `coalesce(
  (select o.facility_id from inventory.own_movement o where m.kind = 'unshipped' and o.event_id = m.move_gid and o.reason = 'ORDER_SHIPPED' limit 1),
  (select min(a.facility_id) from orders.assignment a
     join catalog.facility_group_member g on g.group_id = p.group_id and g.facility_id = a.facility_id and g.thru_at is null
    where a.shop_id = m.shop_id and a.order_gid = m.order_gid and a.inventory_item_gid = m.inventory_item_gid
      and not (m.kind = 'unshipped' and exists (
        select 1 from inventory.unplaced_shipment w where w.shop_id = m.shop_id and w.move_gid = m.move_gid))
    having count(distinct a.facility_id) = 1))`

/**
 * Books what shops say that left and came back, at the facility of the location that they name; what a newer count has in it already is
 * kept as a movement of nothing. With `isRelinked` also what could not be placed when it was told. `effectOfMove` is the specification.
 * The caller holds the ledger.
 */
export async function bookShopMoves(tx: Tx, { after, upTo }: MoveRange, now: InstantMs, isRelinked: boolean): Promise<number> {
  const rows = await tx.query<{ movements: number }>(
    `with placed as (
       select m.seq, m.shop_id, m.move_gid, m.kind, m.order_gid, m.units, m.happened_at, l.product_id, p.group_id,
              coalesce(p.facility_id, case when m.kind <> 'returned' and p.group_id is not null then ${ASSIGNED_TO} end) as facility_id
         from orders.stock_move m
         join catalog.item_link l on l.shop_id = m.shop_id and l.inventory_item_gid = m.inventory_item_gid
         join catalog.location loc on loc.shop_id = m.shop_id and loc.location_gid = m.location_gid
         join catalog.location_mapping p on p.shop_id = m.shop_id and p.location_id = loc.location_id
        where (m.seq > $1 and m.seq <= $2 or $4) and m.seq <= $2
          and not exists (select 1 from inventory.placed_move d where d.move_seq = m.seq)
     ), done as (
       insert into inventory.placed_move (move_seq) select seq from placed
     ), waiting as (
       insert into inventory.unplaced_shipment (move_seq, shop_id, move_gid, order_gid, group_id, product_id, units, since)
       select s.seq, s.shop_id, s.move_gid, s.order_gid, s.group_id, s.product_id, s.units, s.happened_at
         from placed s
        where s.facility_id is null and s.kind in ('shipped', 'lost')
          and not exists (select 1 from placed u where u.kind = 'unshipped' and u.shop_id = s.shop_id and u.move_gid = s.move_gid)
     ), back as (
       update inventory.unplaced_shipment w set settled_at = $3
         from placed u where u.kind = 'unshipped' and w.shop_id = u.shop_id and w.move_gid = u.move_gid and w.settled_at is null
     ), weighed as (
       select h.*, nextval('inventory.movement_seq') as movement_seq, case when ${isContainedIn('c', 'h.happened_at')} then 0 else h.moved end as moved_units
         from (select p.*, case when kind in ('shipped', 'lost') then -units else units end as moved,
                      case kind when 'shipped' then 'ORDER_SHIPPED' when 'unshipped' then 'ORDER_NOT_SHIPPED' when 'lost' then 'ORDER_NOT_RESTOCKED'
                                else 'RTN_ITM_RCPT' end as reason
                 from placed p where p.facility_id is not null order by seq) h
         left join lateral ${newestCount('h.facility_id', 'h.product_id', 'h.happened_at')} c on true
     ), moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason, reference)
       select movement_seq, facility_id, product_id, moved_units, $3, happened_at, reason, order_gid from weighed
       returning facility_id, product_id, on_hand_units
     ), own as (
       insert into inventory.own_movement (seq, facility_id, product_id, units, reason, reference, event_id, effective_at, recorded_at)
       select movement_seq, facility_id, product_id, moved, reason, order_gid, move_gid, happened_at, $3 from weighed
     ), positioned as (
       insert into inventory.position as p (facility_id, product_id, on_hand_units)
       select facility_id, product_id, sum(on_hand_units)::integer from moved group by facility_id, product_id
       on conflict (facility_id, product_id) do update set on_hand_units = p.on_hand_units + excluded.on_hand_units
     )
     select (select count(*) from moved) + (select count(*) from placed where facility_id is null) as movements`,
    [after, upTo, new Date(now), isRelinked],
  )
  return rows[0]?.movements ?? 0
}

/** Every facility of the group that has the product was counted since: the shipment is in one of the counts. */
const SETTLED = `w.settled_at is null and not exists (
  select 1 from catalog.facility_group_member m
    join inventory.position p on p.facility_id = m.facility_id and p.product_id = w.product_id and p.counted_at is not null
   where m.group_id = w.group_id and m.thru_at is null and p.counted_as_of <= w.since
     and not exists (select 1 from inventory.count_mark k
                      where k.facility_id = p.facility_id and k.as_of > w.since and p.product_id = any (k.product_ids)))`

/** Whether a count settled a shipment of which nobody said where it left. */
export async function isAnyShipmentSettled(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ any: boolean }>(`select exists (select 1 from inventory.unplaced_shipment w where ${SETTLED}) as any`)
  return rows[0]?.any ?? false
}

/** Ends what counts settled, and lists its orders among the touched ones. */
export async function settleShipments(tx: Tx, now: InstantMs): Promise<void> {
  await tx.query(
    `with settled as (
       update inventory.unplaced_shipment w set settled_at = $1 where ${SETTLED} returning w.shop_id, w.order_gid
     )
     insert into touched_order select 'shop:' || shop_id, order_gid from settled on conflict do nothing`,
    [new Date(now)],
  )
}
