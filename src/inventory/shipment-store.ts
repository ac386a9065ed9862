import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type EventRange = { after: number; upTo: number }

/** Up to where events of other systems' orders were appended, at most `limit` further. */
export async function eventsUpTo(tx: Tx, after: number, limit: number): Promise<{ seq: number; events: number }> {
  const rows = await tx.query<{ seq: number | null; events: number }>(
    `select max(seq) as seq, count(*) as events from (select seq from orders.system_event where seq > $1 order by seq limit $2) page`,
    [after, limit],
  )
  return { seq: rows[0]?.seq ?? after, events: rows[0]?.events ?? 0 }
}

/**
 * Books what left and what came back: a shipment takes units from on hand, a return that can be sold again adds them. Not so where the
 * sender of the counts takes orders off by itself: its counts say it; nor what a newer count has in it already, which is kept as a
 * movement of nothing. The caller holds the ledger. `effectOf` in order-event.ts and `isContained` are the specification.
 */
export async function bookShipments(tx: Tx, { after, upTo }: EventRange, now: InstantMs): Promise<number> {
  const rows = await tx.query<{ movements: number }>(
    `with happened as (
       select e.facility_id, e.product_id, e.order_id, e.event_id, e.happened_at, e.file_id, e.line, e.seq,
              case when e.word = 'shipped' then -e.units else e.units end as units,
              case when e.word = 'shipped' then coalesce(e.reason, 'ORDER_SHIPPED') else 'RTN_ITM_RCPT' end as reason
         from orders.system_event e join feed.feed f using (feed_id)
        where e.seq > $1 and e.seq <= $2 and e.facility_id is not null and e.units > 0
          and (e.word = 'shipped' or (e.word = 'returned' and e.is_restocked))
          and f.settings #>> '{orders,reserves}' is distinct from 'false'
     ), weighed as (
       select h.*, nextval('inventory.movement_seq') as movement_seq, case when ${isContainedIn('c', 'h.happened_at')} then 0 else h.units end as moved_units
         from (select * from happened order by seq) h
         left join lateral ${newestCount('h.facility_id', 'h.product_id', 'h.happened_at')} c on true
     ), moved as (
       insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason, reference, file_id, line)
       select movement_seq, facility_id, product_id, moved_units, $3, happened_at, reason, order_id, file_id, line from weighed
       returning facility_id, product_id, on_hand_units
     ), own as (
       insert into inventory.own_movement (seq, facility_id, product_id, units, reason, reference, event_id, effective_at, recorded_at)
       select movement_seq, facility_id, product_id, units, reason, order_id, event_id, happened_at, $3 from weighed
     ), positioned as (
       insert into inventory.position as p (facility_id, product_id, on_hand_units)
       select facility_id, product_id, sum(on_hand_units)::integer from moved group by facility_id, product_id
       on conflict (facility_id, product_id) do update set on_hand_units = p.on_hand_units + excluded.on_hand_units
     )
     select count(*) as movements from moved`,
    [after, upTo, new Date(now)],
  )
  return rows[0]?.movements ?? 0
}

/**
 * The newest count of a position after an instant, in SQL, with what its feed says that its counts contain. A count by hand contains
 * everything up to its moment.
 */
export const newestCount = (facilityId: string, productId: string, after: string) => `(
  select known.as_of, known.contains
    from (select max(p.counted_as_of) as counted_as_of from inventory.position p
           where p.facility_id = ${facilityId} and p.product_id = ${productId}) told
    cross join lateral (
      select coalesce(k.as_of, told.counted_as_of) as as_of, e.settings -> 'contains' as contains, k.file_id
        from inventory.count_mark k join feed.feed e using (feed_id)
       where k.facility_id = ${facilityId} and coalesce(k.as_of, told.counted_as_of) > ${after} and ${productId} = any (k.product_ids)
      union all
      select told.counted_as_of, null, 0 where told.counted_as_of > ${after}
    ) known
   order by known.as_of desc, known.file_id desc limit 1)`

/** Whether that count has in it what took effect at an instant before its moment and was learnt only now. */
export const isContainedIn = (count: string, effectiveAt: string) => `coalesce(case ${count}.contains ->> 'what'
    when 'acknowledged' then false
    when 'lag' then ${effectiveAt} <= ${count}.as_of - (${count}.contains ->> 'lagMinutes')::integer * interval '1 minute'
    else ${count}.as_of is not null
  end, false)`

/** An ERP says that it has booked what it learnt from us: of one event, or of all that is known of an order's product by then. */
export async function acknowledge(tx: Tx, { after, upTo }: EventRange): Promise<void> {
  await tx.query(
    `update inventory.own_movement o set acknowledged_at = e.happened_at
       from orders.system_event e
      where e.seq > $1 and e.seq <= $2 and e.word = 'booked' and o.acknowledged_at is null
        and o.reference = e.order_id and o.product_id = e.product_id and o.effective_at <= e.happened_at
        and (o.event_id = e.event_id or e.event_id = e.file_id || ':' || e.line)`,
    [after, upTo],
  )
}

/** Units that a facility said it cannot send are not promised again before somebody counts, unless it said that they are there. */
export async function holdRejected(tx: Tx, { after, upTo }: EventRange): Promise<void> {
  await tx.query(
    `insert into inventory.hold (source, event_seq, order_id, facility_id, product_id, units, reason, since)
     select 'hold:' || feed_id, seq, order_id, facility_id, product_id, units, coalesce(reason, 'NOT_IN_STOCK'), happened_at
       from orders.system_event
      where seq > $1 and seq <= $2 and word = 'rejected' and facility_id is not null and units > 0 and reason is distinct from 'NO_VARIANCE_LOG'
     on conflict do nothing`,
    [after, upTo],
  )
}

/** The same for what shops sold: of the touched orders, once each. */
export async function holdRejectedOfShops(tx: Tx): Promise<void> {
  await tx.query(
    `insert into inventory.hold (source, event_seq, order_id, facility_id, product_id, units, reason, since)
     select t.source, r.seq, r.order_gid, r.facility_id, l.product_id, r.units, r.reason, r.rejected_at
       from orders.rejection r
       join touched_order t on t.source = 'hold:shop:' || r.shop_id and t.order_ref = r.order_gid
       join catalog.item_link l on l.shop_id = r.shop_id and l.inventory_item_gid = r.inventory_item_gid
      where r.reason <> 'NO_VARIANCE_LOG'
     on conflict do nothing`,
  )
}

/** Whether a position `p` was counted after an instant, by a count that moved it or one that agreed. */
const countedAfter = (instant: string) => `(p.counted_as_of > ${instant} or exists (
  select 1 from inventory.count_mark k
   where k.facility_id = p.facility_id and k.as_of > ${instant} and p.product_id = any (k.product_ids)))`

/** A count by hand settles at once; one by file where its mark says so, which a count by ATP never does. */
const SETTLED = `h.released_at is null and (h.settled_at is not null or exists (
  select 1 from inventory.count_mark k
    left join inventory.position p on k.as_of is null and p.facility_id = h.facility_id and p.product_id = h.product_id
   where k.facility_id = h.facility_id and k.atp_rows = 0 and coalesce(k.as_of, p.counted_as_of) > h.since
     and h.product_id = any (k.product_ids)))`

/** Orders that a newer count has in it by now, since its sender takes open orders off: they hold nothing any more. */
const TAKEN_OFF = `
  select r.source, r.order_ref
    from feed.feed e
    join orders.system_line s using (feed_id)
    join inventory.reservation r on r.source = 'feed:' || e.feed_id and r.order_ref = s.order_id and r.product_id = s.product_id
    join inventory.position p on p.facility_id = r.facility_id and p.product_id = r.product_id and ${countedAfter('s.ordered_at')}
   where e.settings #>> '{orders,reserves}' = 'false'`

/** The newest document that counted by hand: what waits for a count is looked at when there is another one. */
export async function newestCountByHand(tx: Tx): Promise<number> {
  const rows = await tx.query<{ documentId: number }>(
    `select document_id as "documentId" from inventory.document where kind = 'count' order by document_id desc limit 1`,
  )
  return rows[0]?.documentId ?? 0
}

/** Whether a count settled what was in doubt, or has open orders in it. */
export async function isAnythingCounted(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ any: boolean }>(
    `select exists (select 1 from inventory.hold h where ${SETTLED}) or exists (${TAKEN_OFF}) as any`,
  )
  return rows[0]?.any ?? false
}

/** Ends the holds that a count settled, and lists what is to be derived anew among the touched orders. */
export async function releaseCounted(tx: Tx, now: InstantMs): Promise<void> {
  await tx.query(
    `with released as (
       update inventory.hold h set released_at = $1 where ${SETTLED} returning h.source, h.order_id
     )
     insert into touched_order
     select source, order_id from released
     union
     ${TAKEN_OFF}
     on conflict do nothing`,
    [new Date(now)],
  )
}

/** The part of a position that says that an order of another system was counted already. Used where reservations are derived. */
export const COUNTED_WITH_ORDER = `exists (
  select 1 from inventory.position p
   where p.facility_id = s.facility_id and p.product_id = s.product_id and ${countedAfter('s.ordered_at')})`
