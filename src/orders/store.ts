import type { Sql, Tx } from '../db/connection.ts'
import { advanceCursor, readCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { Effect, KnownOrder } from './effect.ts'
import type { Look, OrderLine, SeenOrder } from './port.ts'
import { SEARCH_LAG_MS } from './watermark.ts'

/** Where the orders room's own appends end. Its row's lock makes the polls of several shops append in the order of seq. */
export const ORDERS_HEAD = 'orders:head'

export type Watermark = {
  /** Orders that were over before this are not known. */
  knownSince: InstantMs | null
  knownUntil: InstantMs | null
  polledAt: InstantMs | null
  askedAt: InstantMs | null
  /** Up to when somebody needs the orders, by the shop's clock. */
  askedUntil: InstantMs | null
  searchLagMs: number
}

const NEVER_POLLED: Watermark = {
  knownSince: null,
  knownUntil: null,
  polledAt: null,
  askedAt: null,
  askedUntil: null,
  searchLagMs: SEARCH_LAG_MS,
}

export async function watermarkOf(sql: Sql, shopId: number): Promise<Watermark> {
  const rows = await sql.query<Watermark>(
    `select known_since as "knownSince", known_until as "knownUntil", polled_at as "polledAt", asked_at as "askedAt",
            asked_until as "askedUntil", search_lag_ms as "searchLagMs"
       from orders.watermark where shop_id = $1`,
    [shopId],
  )
  return rows[0] ?? NEVER_POLLED
}

/** Takes the room for this transaction and gives the watermark as it is now: recordings take turns, each sees the one before. */
export async function lockWatermark(tx: Tx, shopId: number): Promise<Watermark> {
  await readCursor(tx, ORDERS_HEAD)
  return watermarkOf(tx, shopId)
}

/** The last words on these orders, as far as there are any. */
export async function knownOrders(tx: Tx, shopId: number, orderGids: readonly string[]): Promise<Map<string, KnownOrder>> {
  const rows = await tx.query<KnownOrder & { orderGid: string; lines: OrderLine[] | null }>(
    `select k.order_gid as "orderGid", k.heard_from as "heardFrom", k.cancelled_at as "cancelledAt", k.is_routed as "isRouted",
            (select json_agg(json_build_object('lineGid', l.line_gid, 'inventoryItemGid', l.inventory_item_gid, 'locationGid', l.location_gid,
                                               'openUnits', l.open_units, 'takenUnits', l.taken_units))
               from orders.open_line l where l.shop_id = $1 and l.order_gid = k.order_gid) as lines
       from orders.known k
      where k.shop_id = $1 and k.order_gid = any ($2)`,
    [shopId, orderGids],
  )
  return new Map(rows.map(row => [row.orderGid, { ...row, lines: row.lines ?? [] }]))
}

/**
 * Puts the newest word on each seen order in the place of the word before, and appends the differences per order and
 * level. One statement for the whole poll; what did not change costs a comparison. `demandChanges` is the specification.
 */
export async function recordOrders(
  tx: Tx,
  { shopId, orders, look, now }: { shopId: number; orders: readonly SeenOrder[]; look: Look; now: InstantMs },
): Promise<number> {
  const lines = orders.flatMap(order => order.lines.map(line => ({ orderGid: order.orderGid, ...line })))
  const rows = await tx.query<{ changes: number }>(
    `with seen as (
       select * from unnest($2::text[], $9::timestamptz[], $10::timestamptz[], $11::boolean[], $14::boolean[])
                  as seen (order_gid, created_at, cancelled_at, is_open, is_routed)
     ), heard as (
       insert into orders.known (shop_id, order_gid, created_at, cancelled_at, heard_from, is_open, is_routed)
       select $1, order_gid, created_at, cancelled_at, $12, is_open, is_routed from seen
       on conflict (shop_id, order_gid) do update
          set cancelled_at = excluded.cancelled_at, heard_from = excluded.heard_from, is_open = excluded.is_open,
              is_routed = excluded.is_routed
     ), said as (
       select * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $13::integer[])
                  as said (order_gid, line_gid, inventory_item_gid, location_gid, open_units, taken_units)
     ), known as (
       select l.* from orders.open_line l join seen using (order_gid) where l.shop_id = $1
     ), gone as (
       delete from orders.open_line l
        using known k
        where l.shop_id = $1 and l.order_gid = k.order_gid and l.line_gid = k.line_gid and l.location_gid = k.location_gid
          and not exists (select 1 from said s where s.order_gid = k.order_gid and s.line_gid = k.line_gid and s.location_gid = k.location_gid)
     ), kept as (
       insert into orders.open_line as l (shop_id, order_gid, line_gid, inventory_item_gid, location_gid, open_units, taken_units)
       select $1, order_gid, line_gid, inventory_item_gid, location_gid, open_units, taken_units from said
       on conflict (shop_id, order_gid, line_gid, location_gid) do update
          set inventory_item_gid = excluded.inventory_item_gid, open_units = excluded.open_units, taken_units = excluded.taken_units
        where (l.inventory_item_gid, l.open_units, l.taken_units)
              is distinct from (excluded.inventory_item_gid, excluded.open_units, excluded.taken_units)
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
      orders.map(order => new Date(order.createdAt)),
      orders.map(order => (order.cancelledAt === null ? null : new Date(order.cancelledAt))),
      orders.map(order => order.lines.some(line => line.openUnits > 0)),
      new Date(look.from),
      lines.map(line => line.takenUnits),
      orders.map(order => order.isRouted),
    ],
  )
  return rows[0]?.changes ?? 0
}

/** What orders did to levels, for whoever has to explain a level by it. */
export async function appendEffects(
  tx: Tx,
  { shopId, effects, now }: { shopId: number; effects: readonly (Effect & { word: SeenOrder })[]; now: InstantMs },
): Promise<void> {
  await tx.query(
    `insert into orders.effect (shop_id, order_gid, inventory_item_gid, location_gid, units, not_before, not_after, recorded_at)
     select $1, e.*, $8
       from unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[]) as e`,
    [
      shopId,
      effects.map(effect => effect.word.orderGid),
      effects.map(effect => effect.inventoryItemGid),
      effects.map(effect => effect.locationGid),
      effects.map(effect => effect.units),
      effects.map(effect => new Date(effect.notBefore)),
      effects.map(effect => new Date(effect.notAfter)),
      new Date(now),
    ],
  )
}

/** Orders that turned up after everything up to their creation was taken to be known: a finding each, and a longer lag. */
export async function recordLate(
  tx: Tx,
  { shopId, late, now }: { shopId: number; late: readonly { orderGid: string; lagMs: number; lateMs: number }[]; now: InstantMs },
): Promise<void> {
  await tx.query(
    `insert into orders.finding (shop_id, code, order_gid, detail, found_at)
     select $1, 'ORDERS_SEEN_LATE', order_gid, 'the order search showed it ' || round(late_ms / 1000.0) || ' s after it was created', $4
       from unnest($2::text[], $3::bigint[]) as late (order_gid, late_ms)`,
    [shopId, late.map(each => each.orderGid), late.map(each => Math.round(each.lateMs)), new Date(now)],
  )
  await tx.query('update orders.watermark set search_lag_ms = greatest(search_lag_ms, $2) where shop_id = $1', [
    shopId,
    Math.max(...late.map(each => each.lagMs)),
  ])
}

/** Moves the room's head to its last appended change. */
export async function publishHead(tx: Tx): Promise<void> {
  const rows = await tx.query<{ seq: number | null }>('select max(seq) as seq from orders.demand_change')
  await advanceCursor(tx, ORDERS_HEAD, rows[0]?.seq ?? 0)
}

/** Notes a poll that was read to its last page. A question asked since it began, or about a later instant, stays open. */
export async function moveWatermark(tx: Tx, shopId: number, poll: { knownUntil: InstantMs; polledAt: InstantMs }): Promise<void> {
  await tx.query(
    `insert into orders.watermark as w (shop_id, known_since, known_until, polled_at) values ($1, $2, $2, $3)
     on conflict (shop_id) do update
        set known_since = coalesce(w.known_since, excluded.known_since), known_until = excluded.known_until, polled_at = excluded.polled_at,
            code = null, message = null, asked_at = case when w.asked_at > excluded.polled_at then w.asked_at end,
            asked_until = case when w.asked_until >= excluded.known_until then w.asked_until end`,
    [shopId, new Date(poll.knownUntil), new Date(poll.polledAt)],
  )
}

/** How late the order search of a shop shows a new order at worst, as somebody knows it or measured it. */
export async function setSearchLag(sql: Sql, shopId: number, lagMs: number): Promise<void> {
  await sql.query(
    `insert into orders.watermark (shop_id, search_lag_ms) values ($1, $2)
     on conflict (shop_id) do update set search_lag_ms = excluded.search_lag_ms`,
    [shopId, lagMs],
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

/**
 * A later room needs this shop's orders now, for example before it raises a level; with `until`, up to that instant of the
 * shop's clock.
 */
export async function askForOrders(tx: Sql, shopId: number, now: InstantMs, until: InstantMs | null = null): Promise<void> {
  await tx.query(
    `insert into orders.watermark as w (shop_id, asked_at, asked_until) values ($1, $2, $3)
     on conflict (shop_id) do update
        set asked_at = coalesce(w.asked_at, excluded.asked_at), asked_until = greatest(w.asked_until, excluded.asked_until)
      where w.asked_at is null or (excluded.asked_until is not null and w.asked_until is distinct from greatest(w.asked_until, excluded.asked_until))`,
    [shopId, new Date(now), until === null ? null : new Date(until)],
  )
}

/** Somebody heard of these orders (a webhook, for example): the next step reads them by their id. Hearing twice changes nothing. */
export async function askForOrdersNamed(sql: Sql, shopId: number, orderGids: readonly string[], now: InstantMs): Promise<void> {
  await sql.query(
    `insert into orders.asked as a (shop_id, order_gid, asked_at)
     select $1, order_gid, $3 from unnest($2::text[]) as named (order_gid)
     on conflict (shop_id, order_gid) do update set asked_at = excluded.asked_at`,
    [shopId, [...new Set(orderGids)], new Date(now)],
  )
}

/** When the oldest order was placed whose locations we are not told, of those placed after `since`; null: all are known. */
export async function unroutedSince(tx: Tx, shopId: number, since: InstantMs): Promise<InstantMs | null> {
  const rows = await tx.query<{ at: InstantMs | null }>(
    'select min(created_at) as at from orders.known where shop_id = $1 and not is_routed and created_at > $2',
    [shopId, new Date(since)],
  )
  return rows[0]?.at ?? null
}

/**
 * Orders to be read by their id: those that were heard of, oldest first, then those whose locations are not known, then open
 * ones whose last word is old.
 */
export async function ordersToRead(
  sql: Sql,
  of: { shopId: number; heardBefore: InstantMs; routedWithin: InstantMs; limit: number },
): Promise<string[]> {
  const rows = await sql.query<{ gid: string }>(
    `select order_gid as gid
       from (select order_gid, 0 as turn, asked_at as since from orders.asked where shop_id = $1
             union all
             select order_gid, 1, heard_from from orders.known where shop_id = $1 and not is_routed and created_at > $4
             union all
             select order_gid, 2, heard_from from orders.known where shop_id = $1 and is_open and heard_from < $2) due
      group by order_gid
      order by min(turn), min(since), order_gid
      limit $3`,
    [of.shopId, new Date(of.heardBefore), of.limit, new Date(of.routedWithin)],
  )
  return rows.map(row => row.gid)
}

/** Whether somebody heard of an order that was not read since. */
export async function isAnyOrderNamed(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query<{ any: boolean }>('select exists (select 1 from orders.asked where shop_id = $1) as any', [shopId])
  return rows[0]?.any ?? false
}

/** These were read. One that was heard of again meanwhile stays asked for. */
export async function answerAsked(tx: Tx, shopId: number, read: { orderGids: readonly string[]; askedUntil: InstantMs }): Promise<void> {
  await tx.query('delete from orders.asked where shop_id = $1 and order_gid = any ($2) and asked_at <= $3', [
    shopId,
    read.orderGids,
    new Date(read.askedUntil),
  ])
}

/** Orders that the shop does not have any more. */
export async function forgetOrders(tx: Tx, shopId: number, orderGids: readonly string[]): Promise<void> {
  if (orderGids.length > 0) await tx.query('delete from orders.known where shop_id = $1 and order_gid = any ($2)', [shopId, orderGids])
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
