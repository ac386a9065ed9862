import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { CONTROLLED } from './control-store.ts'
import { HAS_PROVED, IS_OLD } from './level-store.ts'
import type { CallKind, FrozenCall } from './port.ts'

/** Whether a shop has anything to be told, due or not, a call without an answer, or a level to be looked at or decided anew. */
export async function isAnythingWaiting(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query<{ waits: boolean }>(
    `select exists (select 1 from outbox.intent where shop_id = $1 and state = 'pending' and inventory_item_gid is not null)
         or exists (select 1 from channel.call where shop_id = $1 and state = 'claimed')
         or exists (select 1 from channel.look where shop_id = $1)
         or ${HAS_PROVED} as waits`,
    [shopId],
  )
  return rows[0]?.waits ?? false
}

/** Due intents whose level is known and has no unanswered write, nor heard of an order since, decreases first; locked. */
export async function lockDue(
  tx: Tx,
  due: { shopId: number; now: InstantMs; limit: number },
): Promise<{ locationId: number; productId: number; revision: number }[]> {
  return tx.query(
    `select i.location_id as "locationId", i.product_id as "productId", i.revision
       from outbox.intent i
      -- Level by level, in the order of the index: the first 250 are enough, however many wait and whatever the planner knows.
      cross join lateral (
         select 1 from channel.level v join catalog.location loc on loc.location_id = v.location_id
          where v.shop_id = i.shop_id and v.location_id = i.location_id and v.product_id = i.product_id
            and v.inventory_item_gid = i.inventory_item_gid and v.frozen_by is null
            and not exists (select 1 from channel.look l where l.shop_id = v.shop_id and l.location_id = v.location_id and l.product_id = v.product_id)
            and not ${IS_OLD}
          limit 1) v
      where i.shop_id = $1 and i.state = 'pending' and i.due_at <= $2 and not ${CONTROLLED('pause', 'i', '$2')}
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
  const rows = await tx.query<{ callId: string; key: string; kind: CallKind; body: string; attempts: number; claimedAt: InstantMs }>(
    `update channel.call set lease_until = $3, attempts = attempts + 1
      where call_id = (select call_id from channel.call
                        where shop_id = $1 and state = 'claimed' and lease_until <= $2
                        order by claimed_at limit 1 for update skip locked)
     returning call_id as "callId", idempotency_key as key, kind, body, attempts, claimed_at as "claimedAt"`,
    [take.shopId, new Date(take.now), new Date(take.leaseUntil)],
  )
  const row = rows[0]
  if (!row) return null
  const { callId, attempts, claimedAt } = row
  return { callId, attempts, claimedAt, frozen: { kind: row.kind, idempotencyKey: row.key, body: row.body } }
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

/** The levels of an answered call thaw. What was confirmed has moved them, and is our own doing. */
export async function thaw(tx: Tx, callId: string, now: InstantMs, isConfirmed: boolean): Promise<void> {
  await tx.query(
    `update channel.level v
        set frozen_by = null, touched_at = $2,
            available_units = v.available_units + case when $3 then r.units - r.from_units else 0 end,
            on_hand_units = v.on_hand_units + case when $3 then r.units - r.from_units else 0 end,
            own_units = v.own_units + case when $3 then r.units - r.from_units else 0 end
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
