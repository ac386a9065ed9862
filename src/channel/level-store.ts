import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { LevelSeen, Look } from './port.ts'
import type { Between, Sight } from './publish.ts'

export type LevelKey = { shopId: number; locationId: number; productId: number }

export type LevelToRead = { locationId: number; locationGid: string; productId: number; inventoryItemGid: string; revision: number }

/**
 * A level `v` has to be looked at before it is believed: we heard of orders since, or it dates from before the shop came back
 * from trouble, or let us in again.
 */
export const IS_OLD = `(coalesce(greatest(v.read_at, v.touched_at) < (select h.mended_at from channel.health h where h.shop_id = v.shop_id), false)
                   or exists (select 1 from orders.demand_change d
                               where d.shop_id = v.shop_id and d.inventory_item_gid = v.inventory_item_gid
                                 and d.location_gid = loc.location_gid and d.recorded_at > v.read_at)
                   or exists (select 1 from orders.effect e
                               where e.shop_id = v.shop_id and e.inventory_item_gid = v.inventory_item_gid
                                 and e.location_gid = loc.location_gid and e.recorded_at > v.read_at))`

/** The code of what the shop does not stock at a location. */
export const NOT_STOCKED = 'CHANNEL_ROW_NOT_STOCKED'

/**
 * Levels to be looked at, by location: those that have something to be told and whose present number is not known, and
 * those that somebody wants looked at. One that had orders since it was read is read again: its number is old for certain,
 * and one stale row would turn away a whole call. What waits because it could not be stocked does so only while it may not.
 */
export async function levelsToRead(
  sql: Sql,
  due: { shopId: number; now: InstantMs; limit: number; mayStock: boolean },
): Promise<LevelToRead[]> {
  return sql.query<LevelToRead>(
    `select i.location_id as "locationId", loc.location_gid as "locationGid", i.product_id as "productId",
            i.inventory_item_gid as "inventoryItemGid", i.revision
       from (
         select i.*, null::timestamptz as asked_at from outbox.intent i
          where i.shop_id = $1 and i.state = 'pending' and (i.due_at <= $2 or ($4 and i.code = '${NOT_STOCKED}'))
         union all
         select i.*, l.asked_at
           from channel.look l
           join outbox.intent i using (shop_id, location_id, product_id)
          where l.shop_id = $1 and not (i.state = 'pending' and (i.due_at <= $2 or ($4 and i.code is not distinct from '${NOT_STOCKED}')))
       ) i
       join catalog.location loc on loc.location_id = i.location_id
       left join lateral (
         select * from channel.level v
          where v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
          limit 1) v on true
      where i.inventory_item_gid is not null
        and (v.shop_id is null
             or (v.frozen_by is null
                 and (v.inventory_item_gid <> i.inventory_item_gid
                      or i.asked_at is not null
                      or exists (select 1 from channel.look l where l.shop_id = v.shop_id and l.location_id = v.location_id and l.product_id = v.product_id)
                      or ${IS_OLD})))
      order by i.location_id, i.product_id
      limit $3`,
    [due.shopId, new Date(due.now), due.limit, due.mayStock],
  )
}

/** Of levels that the shop showed, those that are to be read, by location: see `levelsToRead`. */
export async function wantedAmong(
  sql: Sql,
  of: { shopId: number; now: InstantMs },
  seen: readonly LevelSeen[],
): Promise<(LevelSeen & { locationId: number; productId: number })[]> {
  const rows = await sql.query<{ at: number; locationId: number; productId: number }>(
    `select (s.n - 1)::integer as at, loc.location_id as "locationId", i.product_id as "productId"
       from unnest($3::text[], $4::text[]) with ordinality as s (location_gid, inventory_item_gid, n)
       join catalog.location loc on loc.shop_id = $1 and loc.location_gid = s.location_gid
       join catalog.item_link k on k.shop_id = $1 and k.inventory_item_gid = s.inventory_item_gid
       join outbox.intent i on i.shop_id = $1 and i.location_id = loc.location_id and i.product_id = k.product_id
       left join channel.level v on v.shop_id = $1 and v.location_id = i.location_id and v.product_id = i.product_id
       left join channel.look l on l.shop_id = $1 and l.location_id = i.location_id and l.product_id = i.product_id
      where v.frozen_by is null
        and (l.asked_at is not null
             or (i.state = 'pending' and i.due_at <= $2
                 and (v.shop_id is null or v.inventory_item_gid <> i.inventory_item_gid or ${IS_OLD})))
      order by i.location_id, i.product_id`,
    [of.shopId, new Date(of.now), seen.map(level => level.locationGid), seen.map(level => level.inventoryItemGid)],
  )
  return rows.flatMap(({ at, ...key }) => {
    const level = seen[at]
    return level === undefined ? [] : [{ ...level, ...key }]
  })
}

/** Wants these levels looked at. Asking twice changes nothing. */
export async function askForLooks(sql: Sql, keys: readonly LevelKey[], now: InstantMs): Promise<void> {
  if (keys.length === 0) return
  await sql.query(
    `insert into channel.look as l (shop_id, location_id, product_id, asked_at)
     select distinct shop_id, location_id, product_id, $4::timestamptz
       from unnest($1::integer[], $2::integer[], $3::integer[]) as k (shop_id, location_id, product_id)
     on conflict (shop_id, location_id, product_id) do update set asked_at = excluded.asked_at`,
    [...columnsOf(keys), new Date(now)],
  )
}

type Looked = { shopId: number; locationId: number; productIds: readonly number[]; startedAt: InstantMs }

/** Of what was looked at from `startedAt` on, what somebody had wanted looked at by then. */
export async function looksAsked(sql: Sql, { shopId, locationId, productIds, startedAt }: Looked): Promise<number[]> {
  const rows = await sql.query<{ productId: number }>(
    `select product_id as "productId" from channel.look where shop_id = $1 and location_id = $2 and product_id = any ($3) and asked_at <= $4`,
    [shopId, locationId, productIds, new Date(startedAt)],
  )
  return rows.map(row => row.productId)
}

/** These were looked at from `startedAt` on. What was asked since then stays asked. */
export async function answerLooks(tx: Tx, { shopId, locationId, productIds, startedAt }: Looked): Promise<void> {
  await tx.query('delete from channel.look where shop_id = $1 and location_id = $2 and product_id = any ($3) and asked_at <= $4', [
    ...[shopId, locationId, productIds],
    new Date(startedAt),
  ])
}

/**
 * Keeps what the shop showed, and notes it where no look waits for its proof. A level that was written while we read keeps
 * what the write left, since the read may be of before it. Gives the products whose level shows something else than before.
 */
export async function recordLevels(
  tx: Tx,
  read: { shopId: number; locationId: number; startedAt: InstantMs; look: Look },
  seen: readonly (LevelSeen & { productId: number })[],
): Promise<number[]> {
  // Where the shop's clock is not known, nothing could ever be proved of the look.
  const isDated = read.look.from > 0
  const rows = await tx.query<{ productId: number }>(
    `with said as (
       select s.*,
              coalesce((select sum(o.open_units) from orders.open_line o
                         where o.shop_id = $1 and o.inventory_item_gid = s.item and o.location_gid = s.location_gid), 0)::integer as open_units
         from unnest($4::integer[], $5::text[], $6::text[], $7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::boolean[])
                as s (product_id, item, location_gid, available, committed, reserved, on_hand, active)
     ), before as (
       select v.product_id, v.available_units, v.committed_units, v.reserved_units
         from channel.level v join said using (product_id)
        where v.shop_id = $1 and v.location_id = $2
     ), kept as (
       insert into channel.level as v
         (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, on_hand_units, is_active, read_at,
          noted_available_units, noted_committed_units, noted_reserved_units, noted_open_units, noted_own_units, noted_from, noted_until)
       select $1, $2, product_id, item, available, committed, reserved, on_hand, active, $3,
              available, committed, reserved, open_units, 0, $12, $13
         from said
       on conflict (shop_id, location_id, product_id) do update
          set inventory_item_gid = excluded.inventory_item_gid, available_units = excluded.available_units,
              committed_units = excluded.committed_units, reserved_units = excluded.reserved_units, on_hand_units = excluded.on_hand_units,
              is_active = excluded.is_active, read_at = excluded.read_at,
              noted_available_units = case when ${NOTES} then excluded.noted_available_units else v.noted_available_units end,
              noted_committed_units = case when ${NOTES} then excluded.noted_committed_units else v.noted_committed_units end,
              noted_reserved_units = case when ${NOTES} then excluded.noted_reserved_units else v.noted_reserved_units end,
              noted_open_units = case when ${NOTES} then excluded.noted_open_units else v.noted_open_units end,
              noted_own_units = case when ${NOTES} then v.own_units else v.noted_own_units end,
              noted_from = case when ${NOTES} then excluded.noted_from else v.noted_from end,
              noted_until = case when ${NOTES} then excluded.noted_until else v.noted_until end,
              base_until = case when ${IS_SAME_ITEM} then v.base_until end, base_from = case when ${IS_SAME_ITEM} then v.base_from end
        where v.frozen_by is null and (v.touched_at is null or v.touched_at <= $3)
       returning v.product_id
     )
     select product_id as "productId"
       from said
       join kept using (product_id)
       left join before b using (product_id)
      where (b.available_units, b.committed_units, b.reserved_units) is distinct from (said.available, said.committed, said.reserved)`,
    [
      read.shopId,
      read.locationId,
      new Date(read.startedAt),
      seen.map(level => level.productId),
      seen.map(level => level.inventoryItemGid),
      seen.map(level => level.locationGid),
      seen.map(level => level.availableUnits),
      seen.map(level => level.committedUnits),
      seen.map(level => level.reservedUnits),
      seen.map(level => level.onHandUnits),
      seen.map(level => level.isActive),
      isDated ? new Date(read.look.from) : null,
      isDated ? new Date(read.look.until) : null,
    ],
  )
  return rows.map(row => row.productId)
}

const IS_SAME_ITEM = 'v.inventory_item_gid = excluded.inventory_item_gid'
const NOTES = `(v.noted_until is null or not ${IS_SAME_ITEM})`

/** What is known of these levels is no longer believed: they are read as at first contact before anything is decided. */
export async function forgetLevels(tx: Tx, shopId: number, keys: readonly { locationId: number; productId: number }[]): Promise<void> {
  await tx.query(
    `delete from channel.level v using unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
      where v.shop_id = $1 and v.location_id = k.location_id and v.product_id = k.product_id and v.frozen_by is null`,
    [shopId, keys.map(key => key.locationId), keys.map(key => key.productId)],
  )
}

/** Others wrote these levels: they are looked at again, and written by adding for a while. */
export async function markStale(
  tx: Tx,
  shopId: number,
  keys: readonly { locationId: number; productId: number }[],
  now: InstantMs,
): Promise<void> {
  await tx.query(
    `update channel.level v set stale_at = $4
       from unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
      where v.shop_id = $1 and v.location_id = k.location_id and v.product_id = k.product_id`,
    [shopId, keys.map(key => key.locationId), keys.map(key => key.productId), new Date(now)],
  )
  await askForLooks(
    tx,
    keys.map(key => ({ ...key, shopId })),
    now,
  )
}

export type Proved = {
  locationId: number
  productId: number
  /** It does not show what is promised, or something waits to be told: to be decided anew. */
  isOfInterest: boolean
  /** Null: it is the first base. */
  before: Sight | null
  after: Sight
  from: InstantMs
  until: InstantMs
} & Between

/** Looks that the orders have caught up with become the base of their levels. */
export async function promoteProved(tx: Tx, shopId: number, limit: number): Promise<Proved[]> {
  return tx.query<Proved>(
    `with proved as (
       select v.shop_id, v.location_id, v.product_id, v.inventory_item_gid, v.base_from, v.base_until, v.noted_from, v.noted_until, loc.location_gid,
              ${asSight('base')} as before, ${asSight('noted')} as after
         from channel.level v
         join orders.watermark w on w.shop_id = v.shop_id
         join catalog.location loc on loc.location_id = v.location_id
        where v.shop_id = $1 and v.noted_until < w.known_until
        order by v.noted_until
        limit $2
          for update of v
     ), promoted as (
       update channel.level v
          set base_available_units = v.noted_available_units, base_committed_units = v.noted_committed_units,
              base_reserved_units = v.noted_reserved_units, base_open_units = v.noted_open_units, base_own_units = v.noted_own_units,
              base_from = v.noted_from, base_until = v.noted_until, noted_from = null, noted_until = null
         from proved p
        where v.shop_id = p.shop_id and v.location_id = p.location_id and v.product_id = p.product_id
     )
     select p.location_id as "locationId", p.product_id as "productId", case when p.base_until is null then null else p.before end as before,
            p.after, coalesce(p.base_until, p.noted_from) as "from", p.noted_until as "until",
            coalesce(i.state = 'pending' or v.available_units <> t.sellable_units - t.deficit_units, true) as "isOfInterest",
            coalesce(did.sure, 0) as "sureUnits", coalesce(did.taken, 0) as "perhapsTakenUnits", coalesce(did.returned, 0) as "perhapsReturnedUnits"
       from proved p
       join channel.level v using (shop_id, location_id, product_id)
       left join availability.target t using (shop_id, location_id, product_id)
       left join outbox.intent i using (shop_id, location_id, product_id)
       left join lateral (
         select sum(e.units) filter (where e.not_before > p.base_until and e.not_after < p.noted_from) as sure,
                -sum(e.units) filter (where e.units < 0 and not (e.not_before > p.base_until and e.not_after < p.noted_from)) as taken,
                sum(e.units) filter (where e.units > 0 and not (e.not_before > p.base_until and e.not_after < p.noted_from)) as returned
           from orders.effect e
          where p.base_until is not null and e.shop_id = p.shop_id and e.inventory_item_gid = p.inventory_item_gid
            and e.location_gid = p.location_gid and e.not_after >= p.base_from and e.not_before <= p.noted_until
       ) did on true`,
    [shopId, limit],
  )
}

/** Whether a look waits whose proof has come. */
export const HAS_PROVED = `exists (select 1 from channel.level v join orders.watermark w using (shop_id)
                                    where v.shop_id = $1 and v.noted_until < w.known_until)`

/** A look as a `Sight`, from the columns of that prefix of a level `v`. */
export function asSight(prefix: 'base' | 'noted'): string {
  return `json_build_object('availableUnits', v.${prefix}_available_units, 'committedUnits', v.${prefix}_committed_units,
            'reservedUnits', v.${prefix}_reserved_units, 'openUnits', v.${prefix}_open_units, 'ownUnits', v.${prefix}_own_units)`
}

/** Keys as the columns that `unnest` makes rows of again. */
export function columnsOf(keys: readonly LevelKey[]): [number[], number[], number[]] {
  return [keys.map(key => key.shopId), keys.map(key => key.locationId), keys.map(key => key.productId)]
}
