import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { FrozenCall, LevelSeen } from './port.ts'

/** Whether a shop has anything to be told, due or not, or a call without an answer. */
export async function isAnythingWaiting(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query<{ waits: boolean }>(
    `select exists (select 1 from outbox.intent where shop_id = $1 and state = 'pending' and inventory_item_gid is not null)
         or exists (select 1 from channel.call where shop_id = $1 and state = 'claimed') as waits`,
    [shopId],
  )
  return rows[0]?.waits ?? false
}

export type LevelToRead = { locationId: number; locationGid: string; productId: number; inventoryItemGid: string; revision: number }

/** What is known of a level dates from before the shop came back from trouble, or we were let in again: it is not believed. */
const IS_OF_BEFORE = `greatest(v.read_at, v.touched_at) < (select h.mended_at from channel.health h where h.shop_id = $1)`

/**
 * Levels that have something to be told and whose present number is not known, by location. One that had orders since it
 * was read is read again: its number is old for certain, and one stale row would turn away a whole call.
 */
export async function levelsToRead(sql: Sql, due: { shopId: number; now: InstantMs; limit: number }): Promise<LevelToRead[]> {
  return sql.query<LevelToRead>(
    `select i.location_id as "locationId", loc.location_gid as "locationGid", i.product_id as "productId",
            i.inventory_item_gid as "inventoryItemGid", i.revision
       from outbox.intent i
       join catalog.location loc on loc.location_id = i.location_id
       left join lateral (
         select * from channel.level v
          where v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
          limit 1) v on true
      where i.shop_id = $1 and i.state = 'pending' and i.due_at <= $2 and i.inventory_item_gid is not null
        and (v.shop_id is null
             or (v.frozen_by is null
                 and (v.inventory_item_gid <> i.inventory_item_gid
                      or ${IS_OF_BEFORE}
                      or exists (select 1 from orders.demand_change d
                                  where d.shop_id = i.shop_id and d.inventory_item_gid = i.inventory_item_gid
                                    and d.location_gid = loc.location_gid and d.recorded_at > v.read_at))))
      order by i.location_id, i.product_id
      limit $3`,
    [due.shopId, new Date(due.now), due.limit],
  )
}

/**
 * Keeps what the shop showed. A level that was written while we read keeps what the write left, since the read may be of
 * before it.
 */
export async function recordLevels(
  tx: Tx,
  read: { shopId: number; locationId: number; startedAt: InstantMs; readAt: InstantMs },
  seen: readonly (LevelSeen & { productId: number })[],
): Promise<void> {
  await tx.query(
    `insert into channel.level as v
       (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at)
     select $1, $2, product_id, item, available, committed, reserved, active, $4
       from unnest($5::integer[], $6::text[], $7::integer[], $8::integer[], $9::integer[], $10::boolean[])
              as s (product_id, item, available, committed, reserved, active)
     on conflict (shop_id, location_id, product_id) do update
        set inventory_item_gid = excluded.inventory_item_gid, available_units = excluded.available_units,
            committed_units = excluded.committed_units, reserved_units = excluded.reserved_units,
            is_active = excluded.is_active, read_at = excluded.read_at
      where v.frozen_by is null and (v.touched_at is null or v.touched_at <= $3)`,
    [
      read.shopId,
      read.locationId,
      new Date(read.startedAt),
      new Date(read.readAt),
      seen.map(level => level.productId),
      seen.map(level => level.inventoryItemGid),
      seen.map(level => level.availableUnits),
      seen.map(level => level.committedUnits),
      seen.map(level => level.reservedUnits),
      seen.map(level => level.isActive),
    ],
  )
}

/** What is known of these levels is no longer believed: they are read before anything is decided about them. */
export async function forgetLevels(tx: Tx, shopId: number, keys: readonly { locationId: number; productId: number }[]): Promise<void> {
  await tx.query(
    `delete from channel.level v using unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
      where v.shop_id = $1 and v.location_id = k.location_id and v.product_id = k.product_id and v.frozen_by is null`,
    [shopId, keys.map(key => key.locationId), keys.map(key => key.productId)],
  )
}

export type Candidate = {
  locationId: number
  locationGid: string
  productId: number
  inventoryItemGid: string
  revision: number
  sellableUnits: number
  availableUnits: number
  committedUnits: number
  reservedUnits: number
  openUnits: number
  /** What the target is made of has changed since: see `LevelToDecide` in publish.ts. */
  isPromiseBehind: boolean
}

/**
 * Due intents whose level is known and has no unanswered write, decreases first. What they need is read in one snapshot:
 * the target, the orders, and whether the rooms in between have brought those orders into the target yet.
 */
export async function lockDue(
  tx: Tx,
  due: { shopId: number; now: InstantMs; limit: number; demandSeen: number; movementsSeen: number; isFarBehind: boolean },
): Promise<Candidate[]> {
  return tx.query<Candidate>(
    `with due as (
       select i.location_id, loc.location_gid, i.product_id, i.inventory_item_gid, i.revision, i.units,
              v.available_units, v.committed_units, v.reserved_units, i.is_decrease, i.due_at
         from outbox.intent i
        -- Level by level, in the order of the index: the first 250 are enough, however many wait and whatever the planner knows.
        cross join lateral (
           select * from channel.level v
            where v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
              and v.inventory_item_gid = i.inventory_item_gid and v.frozen_by is null and (${IS_OF_BEFORE}) is not true
            limit 1) v
         join catalog.location loc on loc.location_id = i.location_id
        where i.shop_id = $1 and i.state = 'pending' and i.due_at <= $2
        order by i.is_decrease desc, i.due_at, i.location_id, i.product_id
        limit $3
          for update of i skip locked
     ), moved as (
       select m.product_id from inventory.movement m where not $6 and m.seq > $5 and m.product_id in (select product_id from due)
       union
       select q.product_id from inventory.queued q where q.seq > $5 and q.product_id in (select product_id from due)
     )
     select due.location_id as "locationId", due.location_gid as "locationGid", due.product_id as "productId",
            due.inventory_item_gid as "inventoryItemGid", due.revision, due.units as "sellableUnits",
            due.available_units as "availableUnits", due.committed_units as "committedUnits", due.reserved_units as "reservedUnits",
            coalesce((select sum(o.open_units) from orders.open_line o
                       where o.shop_id = $1 and o.inventory_item_gid = due.inventory_item_gid and o.location_gid = due.location_gid), 0) as "openUnits",
            ($6 or exists (select 1 from orders.demand_change d
                      where d.shop_id = $1 and d.inventory_item_gid = due.inventory_item_gid and d.seq > $4)
             or due.product_id in (select product_id from moved)
             or exists (select 1 from availability.target t
                         where t.shop_id = $1 and t.location_id = due.location_id and t.product_id = due.product_id
                           and t.revision <> due.revision)) as "isPromiseBehind"
       from due
      order by due.is_decrease desc, due.due_at, due.location_id, due.product_id`,
    [due.shopId, new Date(due.now), due.limit, due.demandSeen, due.movementsSeen, due.isFarBehind],
  )
}

export type CallRow = {
  locationId: number
  productId: number
  revision: number
  promisedUnits: number
  unseenUnits: number
  fromUnits: number
  units: number
}

/** Keeps a call, its rows and its very bytes, and freezes its levels: committed before anything is sent. */
export async function recordCall(
  tx: Tx,
  call: { callId: string; shopId: number; frozen: FrozenCall; leaseUntil: InstantMs; now: InstantMs },
  rows: readonly CallRow[],
): Promise<void> {
  await tx.query(
    `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, lease_until, attempts, claimed_at)
     values ($1, $2, $3, $4, $5, 'claimed', $6, 1, $7)`,
    [
      call.callId,
      call.shopId,
      call.frozen.idempotencyKey,
      call.frozen.kind,
      call.frozen.body,
      new Date(call.leaseUntil),
      new Date(call.now),
    ],
  )
  await tx.query(
    `insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units)
     select $1, ordinal - 1, location_id, product_id, revision, promised, unseen, from_units, units
       from unnest($2::integer[], $3::integer[], $4::bigint[], $5::integer[], $6::integer[], $7::integer[], $8::integer[])
              with ordinality as r (location_id, product_id, revision, promised, unseen, from_units, units, ordinal)`,
    [
      call.callId,
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.revision),
      rows.map(row => row.promisedUnits),
      rows.map(row => row.unseenUnits),
      rows.map(row => row.fromUnits),
      rows.map(row => row.units),
    ],
  )
  await tx.query(
    `update channel.level v set frozen_by = $1, touched_at = $3
       from channel.call_row r
      where r.call_id = $1 and v.shop_id = $2 and v.location_id = r.location_id and v.product_id = r.product_id`,
    [call.callId, call.shopId, new Date(call.now)],
  )
}

export type OpenCall = { callId: string; frozen: FrozenCall; attempts: number; claimedAt: InstantMs }

/** The oldest call that nobody has had an answer to and nobody is sending: its sender died, or the outcome is unknown. */
export async function takeUnanswered(tx: Tx, take: { shopId: number; now: InstantMs; leaseUntil: InstantMs }): Promise<OpenCall | null> {
  const rows = await tx.query<{ callId: string; key: string; body: string; attempts: number; claimedAt: InstantMs }>(
    `update channel.call set lease_until = $3, attempts = attempts + 1
      where call_id = (select call_id from channel.call
                        where shop_id = $1 and state = 'claimed' and lease_until <= $2
                        order by claimed_at limit 1 for update skip locked)
     returning call_id as "callId", idempotency_key as key, body, attempts, claimed_at as "claimedAt"`,
    [take.shopId, new Date(take.now), new Date(take.leaseUntil)],
  )
  const row = rows[0]
  if (!row) return null
  const { callId, attempts, claimedAt } = row
  return { callId, attempts, claimedAt, frozen: { kind: 'set_available', idempotencyKey: row.key, body: row.body } }
}

/** No answer yet: the same bytes under the same key go out again, not before `notBefore`. */
export async function keepCall(sql: Sql, callId: string, notBefore: InstantMs): Promise<void> {
  await sql.query(`update channel.call set lease_until = $2 where call_id = $1 and state = 'claimed'`, [callId, new Date(notBefore)])
}

export type Answered = {
  callId: string
  outcome: string
  code: string | null
  requestId: string | null
  costPoints: number | null
  now: InstantMs
}

/** The call has its answer. False: somebody else recorded one before, and nothing is to be done. */
export async function recordAnswer(tx: Tx, answer: Answered): Promise<boolean> {
  const rows = await tx.query(
    `update channel.call set state = 'answered', outcome = $2, code = $3, request_id = $4, cost_points = $5, answered_at = $6
      where call_id = $1 and state = 'claimed' returning 1`,
    [answer.callId, answer.outcome, answer.code, answer.requestId, answer.costPoints, new Date(answer.now)],
  )
  return rows.length > 0
}

/** The levels of an answered call thaw. What was confirmed is what they show now. */
export async function thaw(tx: Tx, callId: string, now: InstantMs, isConfirmed: boolean): Promise<void> {
  await tx.query(
    `update channel.level v
        set frozen_by = null, touched_at = $2, available_units = case when $3 then r.units else v.available_units end
       from channel.call_row r
      where r.call_id = $1 and v.frozen_by = $1 and v.location_id = r.location_id and v.product_id = r.product_id`,
    [callId, new Date(now), isConfirmed],
  )
}

export type RowOfCall = {
  ordinal: number
  locationId: number
  productId: number
  /** How often its intent was turned away before; 0 where a newer number has taken its place. */
  attempt: number
}

export async function rowsOfCall(sql: Sql, callId: string): Promise<RowOfCall[]> {
  return sql.query<RowOfCall>(
    `select r.ordinal, r.location_id as "locationId", r.product_id as "productId", coalesce(i.attempt, 0) as attempt
       from channel.call_row r
       left join outbox.intent i on i.call_id = r.call_id and i.location_id = r.location_id and i.product_id = r.product_id
      where r.call_id = $1
      order by r.ordinal`,
    [callId],
  )
}

/** What was said of single rows, for whoever looks at the call later. */
export async function recordRowAnswers(tx: Tx, callId: string, rows: readonly { ordinal: number; code: string }[]): Promise<void> {
  await tx.query(
    `update channel.call_row r set outcome = 'refused', code = a.code
       from unnest($2::integer[], $3::text[]) as a (ordinal, code)
      where r.call_id = $1 and r.ordinal = a.ordinal`,
    [callId, rows.map(row => row.ordinal), rows.map(row => row.code)],
  )
}

/** Appends what came back of a call, or did not: the room's own feed. */
export async function appendAnswer(
  sql: Sql,
  answer: {
    shopId: number
    callId: string
    at: InstantMs
    outcome: string
    confirmed: number
    refused: number
    code: string | null
    message: string | null
  },
): Promise<void> {
  await sql.query(
    `insert into channel.answer (shop_id, call_id, at, outcome, confirmed, refused, code, message) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [answer.shopId, answer.callId, new Date(answer.at), answer.outcome, answer.confirmed, answer.refused, answer.code, answer.message],
  )
}

/** Intents on their way to a shop; stuck are those that the shop refused and that wait for somebody. */
export async function channelStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<RoomStatus>(
    `select count(*) filter (where state in ('pending', 'sending')) as backlog,
            min(created_at) filter (where state in ('pending', 'sending')) as "oldestAt",
            count(*) filter (where state = 'blocked' and code like 'CHANNEL_%') as stuck
       from outbox.intent where state <> 'confirmed'`,
  )
  return rows[0] ?? { backlog: 0, oldestAt: null, stuck: 0 }
}
