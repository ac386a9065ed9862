import type { Sql, Tx } from '../db/connection.ts'
import { advanceCursor, readCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { SeenOrder } from './port.ts'

/** Where the orders room's own appends end. Its row's lock makes the polls of several shops append in the order of seq. */
export const ORDERS_HEAD = 'orders:head'

export type Watermark = { knownUntil: InstantMs | null; polledAt: InstantMs | null; askedAt: InstantMs | null }

const NEVER_POLLED: Watermark = { knownUntil: null, polledAt: null, askedAt: null }

export async function watermarkOf(sql: Sql, shopId: number): Promise<Watermark> {
  const rows = await sql.query<Watermark>(
    `select known_until as "knownUntil", polled_at as "polledAt", asked_at as "askedAt" from orders.watermark where shop_id = $1`,
    [shopId],
  )
  return rows[0] ?? NEVER_POLLED
}

/** Takes the room for this transaction and gives the watermark as it is now: recordings take turns, each sees the one before. */
export async function lockWatermark(tx: Tx, shopId: number): Promise<Watermark> {
  await readCursor(tx, ORDERS_HEAD)
  return watermarkOf(tx, shopId)
}

/**
 * Puts the newest word on each seen order in the place of the word before, and appends the differences per order and
 * level. One statement for the whole poll; what did not change costs a comparison. `demandChanges` is the specification.
 */
export async function recordOrders(tx: Tx, shopId: number, orders: readonly SeenOrder[], now: InstantMs): Promise<number> {
  const lines = orders.flatMap(order => order.openLines.map(line => ({ orderGid: order.orderGid, ...line })))
  const rows = await tx.query<{ changes: number }>(
    `with seen as (
       select order_gid from unnest($2::text[]) as seen (order_gid)
     ), said as (
       select * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[])
                  as said (order_gid, line_gid, inventory_item_gid, location_gid, open_units)
     ), known as (
       select l.* from orders.open_line l join seen using (order_gid) where l.shop_id = $1
     ), gone as (
       delete from orders.open_line l
        using known k
        where l.shop_id = $1 and l.order_gid = k.order_gid and l.line_gid = k.line_gid and l.location_gid = k.location_gid
          and not exists (select 1 from said s where s.order_gid = k.order_gid and s.line_gid = k.line_gid and s.location_gid = k.location_gid)
     ), kept as (
       insert into orders.open_line as l (shop_id, order_gid, line_gid, inventory_item_gid, location_gid, open_units)
       select $1, order_gid, line_gid, inventory_item_gid, location_gid, open_units from said
       on conflict (shop_id, order_gid, line_gid, location_gid) do update
          set inventory_item_gid = excluded.inventory_item_gid, open_units = excluded.open_units
        where (l.inventory_item_gid, l.open_units) is distinct from (excluded.inventory_item_gid, excluded.open_units)
     ), differing as (
       select order_gid, inventory_item_gid, location_gid, sum(units)::integer as units
         from (select order_gid, inventory_item_gid, location_gid, open_units as units from said
               union all
               select order_gid, inventory_item_gid, location_gid, -open_units from known) both_words
        group by order_gid, inventory_item_gid, location_gid
       having sum(units) <> 0
     ), appended as (
       insert into orders.demand_change (shop_id, order_gid, inventory_item_gid, location_gid, units, recorded_at)
       select $1, order_gid, inventory_item_gid, location_gid, units, $8 from differing
       order by order_gid, inventory_item_gid, location_gid
       returning seq
     )
     select count(*) as changes from appended`,
    [
      shopId,
      orders.map(order => order.orderGid),
      lines.map(line => line.orderGid),
      lines.map(line => line.lineGid),
      lines.map(line => line.inventoryItemGid),
      lines.map(line => line.locationGid),
      lines.map(line => line.openUnits),
      new Date(now),
    ],
  )
  return rows[0]?.changes ?? 0
}

/** Moves the room's head to its last appended change. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ seq: number | null }>('select max(seq) as seq from orders.demand_change')
  await advanceCursor(tx, ORDERS_HEAD, rows[0]?.seq ?? 0)
}

/** Notes a poll that was read to its last page. A question asked since it began stays open. */
export async function moveWatermark(tx: Tx, shopId: number, poll: { knownUntil: InstantMs; polledAt: InstantMs }): Promise<void> {
  await tx.query(
    `insert into orders.watermark as w (shop_id, known_until, polled_at) values ($1, $2, $3)
     on conflict (shop_id) do update
        set known_until = excluded.known_until, polled_at = excluded.polled_at, code = null, message = null,
            asked_at = case when w.asked_at > excluded.polled_at then w.asked_at end`,
    [shopId, new Date(poll.knownUntil), new Date(poll.polledAt)],
  )
}

/** Notes why a poll brought nothing. The watermark stays: what was known is still known. */
export async function recordPollFailure(sql: Sql, shopId: number, failure: { code: string; message: string }): Promise<void> {
  await sql.query(
    `insert into orders.watermark (shop_id, code, message) values ($1, $2, $3)
     on conflict (shop_id) do update set code = excluded.code, message = excluded.message`,
    [shopId, failure.code, failure.message],
  )
}

/** A later room needs this shop's orders now, for example before it raises a level. */
export async function askForOrders(tx: Sql, shopId: number, now: InstantMs): Promise<void> {
  await tx.query(
    `insert into orders.watermark as w (shop_id, asked_at) values ($1, $2)
     on conflict (shop_id) do update set asked_at = excluded.asked_at where w.asked_at is null`,
    [shopId, new Date(now)],
  )
}

/** Shops whose orders somebody waits for; stuck are those whose last poll failed. */
export async function ordersStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<RoomStatus>(
    `select count(w.asked_at) as backlog, min(w.asked_at) as "oldestAt", count(w.code) as stuck
       from orders.watermark w
       join catalog.shop s using (shop_id)
      where s.is_enabled`,
  )
  return rows[0] ?? { backlog: 0, oldestAt: null, stuck: 0 }
}
