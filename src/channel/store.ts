import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { FrozenCall, LevelSeen, ShopCode } from './port.ts'

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

/** Levels that have something to be told and whose present number is not known, by location. */
export async function levelsToRead(sql: Sql, due: { shopId: number; now: InstantMs; limit: number }): Promise<LevelToRead[]> {
  return sql.query<LevelToRead>(
    `select i.location_id as "locationId", loc.location_gid as "locationGid", i.product_id as "productId",
            i.inventory_item_gid as "inventoryItemGid", i.revision
       from outbox.intent i
       join catalog.location loc on loc.location_id = i.location_id
       left join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
      where i.shop_id = $1 and i.state = 'pending' and i.due_at <= $2 and i.inventory_item_gid is not null
        and (v.shop_id is null or v.inventory_item_gid <> i.inventory_item_gid)
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
  isActive: boolean
}

/** Due intents whose level is known and has no unanswered write, decreases first. What they need is read in one snapshot. */
export async function lockDue(tx: Tx, due: { shopId: number; now: InstantMs; limit: number }): Promise<Candidate[]> {
  return tx.query<Candidate>(
    `select i.location_id as "locationId", loc.location_gid as "locationGid", i.product_id as "productId",
            i.inventory_item_gid as "inventoryItemGid", i.revision, i.units as "sellableUnits",
            v.available_units as "availableUnits", v.committed_units as "committedUnits", v.reserved_units as "reservedUnits",
            v.is_active as "isActive",
            coalesce((select sum(o.open_units) from orders.open_line o
                       where o.shop_id = i.shop_id and o.inventory_item_gid = i.inventory_item_gid and o.location_gid = loc.location_gid), 0) as "openUnits"
       from outbox.intent i
       join channel.level v on v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
        and v.inventory_item_gid = i.inventory_item_gid and v.frozen_by is null
       join catalog.location loc on loc.location_id = i.location_id
      where i.shop_id = $1 and i.state = 'pending' and i.due_at <= $2
      order by i.is_decrease desc, i.due_at, i.location_id, i.product_id
      limit $3
        for update of i skip locked`,
    [due.shopId, new Date(due.now), due.limit],
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

export async function rowsOfCall(sql: Sql, callId: string): Promise<{ ordinal: number; locationId: number; productId: number }[]> {
  return sql.query(
    'select ordinal, location_id as "locationId", product_id as "productId" from channel.call_row where call_id = $1 order by ordinal',
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

export type Health = {
  state: 'unknown' | 'reachable' | 'unreachable' | 'refused'
  failures: number
  retryAt: InstantMs | null
  grantedScopes: string[] | null
  askedAt: InstantMs
}

export async function healthOf(sql: Sql, shopId: number): Promise<Health | null> {
  const rows = await sql.query<Health>(
    `select state, failures, retry_at as "retryAt", granted_scopes as "grantedScopes", asked_at as "askedAt" from channel.health where shop_id = $1`,
    [shopId],
  )
  return rows[0] ?? null
}

/** How the shop answered last. `since` stays while the state stays. */
export async function recordHealth(
  sql: Sql,
  health: {
    shopId: number
    state: Health['state']
    code: ShopCode | null
    message: string | null
    retryAt: InstantMs | null
    grantedScopes: string[] | null
    now: InstantMs
  },
): Promise<void> {
  await sql.query(
    `insert into channel.health as h (shop_id, state, code, message, since, asked_at, failures, retry_at, granted_scopes)
     values ($1, $2, $3, $4, $5, $5, case when $2 = 'reachable' then 0 else 1 end, $6, $7)
     on conflict (shop_id) do update
        set state = excluded.state, code = excluded.code, message = excluded.message, asked_at = excluded.asked_at,
            since = case when h.state = excluded.state and h.code is not distinct from excluded.code then h.since else excluded.since end,
            failures = case when excluded.state = 'reachable' then 0 else h.failures + 1 end,
            retry_at = excluded.retry_at, granted_scopes = coalesce(excluded.granted_scopes, h.granted_scopes)`,
    [
      health.shopId,
      health.state,
      health.code,
      health.message,
      new Date(health.now),
      health.retryAt === null ? null : new Date(health.retryAt),
      health.grantedScopes,
    ],
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
