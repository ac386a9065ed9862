import type { Sql, Tx } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Piece } from './assignment.ts'
import { ORDERS_HEAD, publishHead } from './store.ts'

/** One product of a shop's order. */
export type OrderItem = { shopId: number; orderGid: string; inventoryItemGid: string }

/** Takes the room: what is assigned takes its turn with what polls record. */
export async function lockOrders(tx: Tx): Promise<void> {
  await readCursor(tx, ORDERS_HEAD)
}

export type HeldItem = {
  inventoryItemGid: string
  sku: string | null
  location: string | null
  openUnits: number
  takenUnits: number
  /** The facilities that may have it: those of the group for which its location stands. Null: its location stands for one facility. */
  facilities: string[] | null
}

/** What is known to be held by an order of a shop; null: no such order is known. */
export async function heldBy(sql: Sql, of: { shopId: number; orderGid: string }): Promise<HeldItem[] | null> {
  const known = await sql.query('select 1 from orders.known where shop_id = $1 and order_gid = $2', [of.shopId, of.orderGid])
  if (known.length === 0) return null
  return sql.query<HeldItem>(
    `select o.inventory_item_gid as "inventoryItemGid", min(k.value) as sku, l.name as location, sum(o.open_units)::integer as "openUnits",
            sum(o.taken_units)::integer as "takenUnits",
            case when m.group_id is not null then array(
              select f.code from catalog.facility_group_member g join catalog.facility f using (facility_id)
               where g.group_id = m.group_id and g.thru_at is null order by f.code) end as facilities
       from (select o.*, (select min(i.value) from catalog.item_link k join catalog.product_identifier i using (product_id)
                           where k.shop_id = o.shop_id and k.inventory_item_gid = o.inventory_item_gid and i.type = 'SKU') as value
               from orders.open_line o where o.shop_id = $1 and o.order_gid = $2) o
       cross join lateral (select o.value) k
       left join catalog.location l on l.shop_id = o.shop_id and l.location_gid = o.location_gid
       left join catalog.location_mapping m on m.shop_id = o.shop_id and m.location_id = l.location_id
      group by o.inventory_item_gid, l.name, m.group_id order by min(k.value), l.name`,
    [of.shopId, of.orderGid],
  )
}

export type QueuedItem = {
  shop: string
  order: string
  placedAt: InstantMs
  sku: string | null
  location: string
  openUnits: number
  waitingUnits: number
}
export type QueueFilter = { state: 'waiting' | 'placed' | null; shop: string | null; search: string | null }

/** What was sold at locations of several facilities and is still open. */
const QUEUED_LINE = `
  select o.shop_id, s.code as shop, o.order_gid, o.inventory_item_gid, l.name as location, m.group_id, min(k.created_at) as placed_at,
         sum(o.open_units)::integer as open_units
    from orders.open_line o
    join catalog.shop s using (shop_id)
    join orders.known k using (shop_id, order_gid)
    join catalog.location l on l.shop_id = o.shop_id and l.location_gid = o.location_gid
    join catalog.location_mapping m on m.shop_id = o.shop_id and m.location_id = l.location_id and m.group_id is not null
   where o.open_units > 0 and ($1::text is null or s.code = $1)
   group by o.shop_id, s.code, o.order_gid, o.inventory_item_gid, l.name, m.group_id`
const SKU = `(
  select min(i.value) from catalog.item_link n join catalog.product_identifier i using (product_id)
   where n.shop_id = q.shop_id and n.inventory_item_gid = q.inventory_item_gid and i.type = 'SKU')`
/** A piece at a stranger's counts as waiting. */
const WAITING_UNITS = `greatest(q.open_units - coalesce((
  select sum(a.units) from orders.assignment a
   where a.shop_id = q.shop_id and a.order_gid = q.order_gid and a.inventory_item_gid = q.inventory_item_gid
     and coalesce(a.parking, '') <> '_NA_'
     and (a.facility_id is null
          or (q.group_id, a.facility_id) in (select group_id, facility_id from catalog.facility_group_member where thru_at is null))), 0), 0)::integer`
/** Found once, and not looked up for each line. */
const ITEMS_LIKE = `
  select n.shop_id, n.inventory_item_gid from catalog.item_link n join catalog.product_identifier i using (product_id)
   where i.type = 'SKU' group by n.shop_id, n.inventory_item_gid having position(lower($3) in lower(min(i.value))) > 0`
const IS_WANTED = `($2::text is null or (${WAITING_UNITS} > 0) = ($2 = 'waiting'))
  and ($3::text is null or split_part(q.order_gid, '/Order/', 2) = $3 or (q.shop_id, q.inventory_item_gid) in (${ITEMS_LIKE}))`
const OLDEST_FIRST = 'q.placed_at, q.order_gid, q.location, q.inventory_item_gid'

/**
 * The oldest order first, and how many items there are; null: after the last of them. Nothing is ordered by what has to be looked up, so
 * that it is looked up for the page alone.
 */
export async function queue(
  sql: Sql,
  filter: QueueFilter,
  page: { limit: number; offset: number },
): Promise<{ items: QueuedItem[]; total: number | null }> {
  const rows = await sql.query<QueuedItem & { total: number }>(
    `select total, q.shop, q.order_gid as "order", q.placed_at as "placedAt", ${SKU} as sku, q.location, q.open_units as "openUnits",
            ${WAITING_UNITS} as "waitingUnits"
       from (select q.*, count(*) over () as total from (${QUEUED_LINE}) q where ${IS_WANTED}
              order by ${OLDEST_FIRST} limit $4 offset $5) q
      order by ${OLDEST_FIRST}`,
    [filter.shop, filter.state, filter.search, page.limit, page.offset],
  )
  return { items: rows.map(({ total: _, ...item }) => item), total: rows[0]?.total ?? null }
}

export async function countQueue(sql: Sql, filter: QueueFilter): Promise<number> {
  const rows = await sql.query<{ n: number }>(`select count(*) as n from (${QUEUED_LINE}) q where ${IS_WANTED}`, [
    filter.shop,
    filter.state,
    filter.search,
  ])
  return rows[0]?.n ?? 0
}

export async function piecesOf(sql: Sql, { shopId, orderGid, inventoryItemGid }: OrderItem): Promise<Piece[]> {
  const rows = await sql.query<{ facility: string | null; parking: string | null; units: number }>(
    `select f.code as facility, a.parking, a.units from orders.assignment a left join catalog.facility f using (facility_id)
      where a.shop_id = $1 and a.order_gid = $2 and a.inventory_item_gid = $3 order by a.ordinal`,
    [shopId, orderGid, inventoryItemGid],
  )
  return rows.map(({ facility, parking, units }) => (facility === null ? { parking: parking ?? '', units } : { facility, units }))
}

/** Puts an assignment in the place of the one before, and has what the order holds looked at again. */
export async function assign(tx: Tx, item: OrderItem, given: { pieces: readonly Piece[]; who: string; now: InstantMs }): Promise<void> {
  const { shopId, orderGid, inventoryItemGid } = item
  await tx.query('delete from orders.assignment where shop_id = $1 and order_gid = $2 and inventory_item_gid = $3', [
    shopId,
    orderGid,
    inventoryItemGid,
  ])
  await tx.query(
    `insert into orders.assignment (shop_id, order_gid, inventory_item_gid, ordinal, facility_id, parking, units, who, assigned_at)
     select $1, $2, $3, g.ordinal, f.facility_id, g.parking, g.units, $7, $8
       from unnest($4::text[], $5::text[], $6::integer[]) with ordinality as g (facility, parking, units, ordinal)
       left join catalog.facility f on f.code = g.facility`,
    [
      ...[shopId, orderGid, inventoryItemGid],
      given.pieces.map(piece => ('facility' in piece ? piece.facility : null)),
      given.pieces.map(piece => ('parking' in piece ? piece.parking : null)),
      given.pieces.map(piece => piece.units),
      ...[given.who, new Date(given.now)],
    ],
  )
  await touch(tx, item, given.now)
}

/** A change of nothing: whoever follows the room looks at the order again. */
async function touch(tx: Tx, { shopId, orderGid, inventoryItemGid }: OrderItem, now: InstantMs): Promise<void> {
  await tx.query(
    `insert into orders.demand_change (shop_id, order_gid, inventory_item_gid, location_gid, units, recorded_at) values ($1, $2, $3, '', 0, $4)`,
    [shopId, orderGid, inventoryItemGid, new Date(now)],
  )
  await publishHead(tx)
}

export type Rejection = { facility: string; units: number; reason: string; who: string; now: InstantMs; key: string | null }

/** What was said under a key before, if anything was: whether it is this word, or another one. */
export async function saidUnder(
  tx: Tx,
  { shopId, orderGid, inventoryItemGid }: OrderItem,
  word: Pick<Rejection, 'facility' | 'units' | 'reason'> & { key: string },
): Promise<'nothing' | 'this' | 'another'> {
  const [said] = await tx.query<{ isThis: boolean }>(
    `select r.shop_id = $2 and order_gid = $3 and inventory_item_gid = $4 and f.code = $5 and units = $6 and reason = $7 as "isThis"
       from orders.rejection r join catalog.facility f using (facility_id) where key = $1`,
    [word.key, shopId, orderGid, inventoryItemGid, word.facility, word.units, word.reason],
  )
  return said === undefined ? 'nothing' : said.isThis ? 'this' : 'another'
}

/** Notes that a facility cannot send. */
export async function reject(tx: Tx, { shopId, orderGid, inventoryItemGid }: OrderItem, given: Rejection): Promise<void> {
  await tx.query(
    `insert into orders.rejection (shop_id, order_gid, inventory_item_gid, facility_id, units, reason, who, rejected_at, key)
     select $1, $2, $3, f.facility_id, $5, $6, $7, $8, $9 from catalog.facility f where f.code = $4`,
    [shopId, orderGid, inventoryItemGid, given.facility, given.units, given.reason, given.who, new Date(given.now), given.key],
  )
}
