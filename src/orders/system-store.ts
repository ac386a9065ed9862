import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor, readCursor, setHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** Where the room's events of other systems end: what inventory reads up to. */
export const SYSTEM_ORDERS_HEAD = 'orders:system-head'

/** Takes this part of the room for the transaction: events commit in the order of seq. */
export async function lockSystemOrders(tx: Tx): Promise<void> {
  await readCursor(tx, SYSTEM_ORDERS_HEAD)
}

export async function publishSystemHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ seq: number | null }>('select max(seq) as seq from orders.system_event')
  await setHead(tx, SYSTEM_ORDERS_HEAD, rows[0]?.seq ?? 0)
}

export async function systemOrdersHead(sql: Sql): Promise<number> {
  return peekCursor(sql, SYSTEM_ORDERS_HEAD)
}

/**
 * Keeps what is news in a file of orders and derives each line anew from everything that was told of it; sets, whatever the
 * number of rows. What has a name counts once; a word on what was ordered counts if it says something new and is not older
 * than the one that stands. The specification is `lineAfter`. Gives the number of rows that were news.
 */
export async function recordLines(tx: Tx, file: { fileId: number; feedId: number; now: InstantMs }): Promise<number> {
  const rows = await tx.query<{ news: number }>(
    `with told as (
       select r.*, coalesce(r.event_id, $1::bigint || ':' || r.line) as event_name from import.order_row r where r.file_id = $1
     ), happened as (
       insert into orders.system_event
         (feed_id, order_id, line_id, word, event_id, product_id, facility_id, units, is_restocked, reason, happened_at, recorded_at, file_id, line)
       select $2, order_id, line_id, word, event_name, product_id, facility_id, units, is_restocked, reason, happened_at, $3, file_id, line
         from told where word <> 'ordered' order by line
       on conflict (feed_id, word, event_id, order_id, line_id) do nothing
       returning 1
     ), newest as (
       select distinct on (order_id, line_id) * from told where word = 'ordered' order by order_id, line_id, happened_at desc, line desc
     ), compared as (
       select n.*, coalesce(n.parking, '_NA_') as parked_at,
              l.placed_at is null or l.rejected_units > 0
                or (l.product_id, l.facility_id, l.parking, l.ordered_units)
                   is distinct from (n.product_id, n.facility_id, coalesce(n.parking, '_NA_'), n.units) as is_news
         from newest n
         left join orders.system_line l on l.feed_id = $2 and l.order_id = n.order_id and l.line_id = n.line_id
        where l.placed_at is null or n.happened_at >= l.placed_at
     ), placed as (
       insert into orders.system_line as l
         (feed_id, order_id, line_id, product_id, facility_id, parking, group_id, ordered_units, ordered_at, placed_at)
       select $2, order_id, line_id, product_id, facility_id, parked_at, group_id, units, happened_at, happened_at from compared
       on conflict (feed_id, order_id, line_id) do update
          set product_id = excluded.product_id, facility_id = excluded.facility_id, parking = excluded.parking,
              group_id = coalesce(excluded.group_id, l.group_id), ordered_units = excluded.ordered_units, placed_at = excluded.placed_at,
              ordered_at = case when (l.product_id, l.facility_id, l.parking, l.ordered_units)
                                     is distinct from (excluded.product_id, excluded.facility_id, excluded.parking, excluded.ordered_units)
                                then excluded.ordered_at else l.ordered_at end
     ), ordered as (
       insert into orders.system_event
         (feed_id, order_id, line_id, word, event_id, product_id, facility_id, units, is_restocked, reason, happened_at, recorded_at, file_id, line)
       select $2, order_id, line_id, 'ordered', event_name, product_id, facility_id, units, false, reason, happened_at, $3, file_id, line
         from compared where is_news order by line
       on conflict (feed_id, word, event_id, order_id, line_id) do nothing
       returning 1
     )
     select (select count(*) from happened) + (select count(*) from ordered) as news`,
    [file.fileId, file.feedId, new Date(file.now)],
  )
  await addUpLines(tx, file)
  return rows[0]?.news ?? 0
}

/** Adds up what happened to the lines that a file speaks of; one that nobody ordered yet is made. */
async function addUpLines(tx: Tx, file: { fileId: number; feedId: number }): Promise<void> {
  await tx.query(
    `insert into orders.system_line (feed_id, order_id, line_id, product_id, facility_id, group_id)
     select distinct on (order_id, line_id) $2::integer, order_id, line_id, product_id, facility_id, group_id
       from import.order_row where file_id = $1 order by order_id, line_id, line
     on conflict (feed_id, order_id, line_id) do nothing`,
    [file.fileId, file.feedId],
  )
  await tx.query(
    `update orders.system_line l
        set cancelled_units = e.cancelled, shipped_units = e.shipped, returned_units = e.returned, rejected_units = e.rejected
       from (
         select l.order_id, l.line_id,
                coalesce(sum(e.units) filter (where e.word = 'cancelled'), 0) as cancelled,
                coalesce(sum(e.units) filter (where e.word = 'shipped'), 0) as shipped,
                coalesce(sum(e.units) filter (where e.word = 'returned'), 0) as returned,
                coalesce(sum(e.units) filter (where e.word = 'rejected' and (l.placed_at is null or e.happened_at >= l.placed_at)), 0) as rejected
           from (select distinct order_id, line_id from import.order_row where file_id = $1) touched
           join orders.system_line l on l.feed_id = $2 and l.order_id = touched.order_id and l.line_id = touched.line_id
           join orders.system_event e on e.feed_id = $2 and e.order_id = l.order_id and e.line_id = l.line_id
          group by l.order_id, l.line_id
       ) e
      where l.feed_id = $2 and l.order_id = e.order_id and l.line_id = e.line_id
        and (l.cancelled_units, l.shipped_units, l.returned_units, l.rejected_units) is distinct from (e.cancelled, e.shipped, e.returned, e.rejected)`,
    [file.fileId, file.feedId],
  )
}
