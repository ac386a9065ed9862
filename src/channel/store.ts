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

/**
 * Due intents whose level is known and has no unanswered write, nor heard of an order since; locked. Decreases first, then what is
 * nearly sold out, then what waits longest.
 */
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
      order by i.is_decrease desc, i.is_low desc, i.due_at, i.location_id, i.product_id
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
  /** What the level should show as decided: the same as `units` where that is what is written. */
  wantedUnits: number
}

/** A call with its rows and its very bytes, to be kept before anything of it is sent. */
export type ClaimedCall = { callId: string; frozen: FrozenCall; rows: readonly CallRow[] }

/** Keeps calls, their rows and their bytes, and freezes their levels: one statement each, however many there are. */
export async function recordCalls(
  tx: Tx,
  { shopId, calls, leaseUntil, now }: { shopId: number; calls: readonly ClaimedCall[]; leaseUntil: InstantMs; now: InstantMs },
): Promise<void> {
  await tx.query(
    `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, lease_until, attempts, claimed_at)
     select call_id, $1, idempotency_key, kind, body, 'claimed', $6, 1, $7
       from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as c (call_id, idempotency_key, kind, body)`,
    [
      shopId,
      calls.map(call => call.callId),
      calls.map(call => call.frozen.idempotencyKey),
      calls.map(call => call.frozen.kind),
      calls.map(call => call.frozen.body),
      new Date(leaseUntil),
      new Date(now),
    ],
  )
  const rows = calls.flatMap(({ callId, rows }) => rows.map((row, ordinal) => ({ ...row, callId, ordinal })))
  await tx.query(
    `with said as (
       select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $12::integer[])
                  as r (call_id, ordinal, location_id, product_id, revision, promised, unseen, from_units, units, wanted)
     ), kept as (
       insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units)
       select call_id, ordinal, location_id, product_id, revision, promised, unseen, from_units, units from said
     )
     update channel.level v set frozen_by = r.call_id, touched_at = $11, wanted_units = r.wanted
       from said r
      where v.shop_id = $10 and v.location_id = r.location_id and v.product_id = r.product_id`,
    [
      rows.map(row => row.callId),
      rows.map(row => row.ordinal),
      rows.map(row => row.locationId),
      rows.map(row => row.productId),
      rows.map(row => row.revision),
      rows.map(row => row.promisedUnits),
      rows.map(row => row.unseenUnits),
      rows.map(row => row.fromUnits),
      rows.map(row => row.units),
      shopId,
      new Date(now),
      rows.map(row => row.wantedUnits),
    ],
    { name: 'channel.recordCalls' },
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

/** These calls have their answers. Gives those of them that had none before: nothing is to be done for the others. */
export async function recordAnswers(tx: Tx, answers: readonly Answered[]): Promise<Set<string>> {
  const rows = await tx.query<{ callId: string }>(
    `update channel.call c set state = 'answered', outcome = a.outcome, code = a.code, request_id = a.request_id, cost_points = a.cost,
            answered_at = a.at
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::timestamptz[]) as a (call_id, outcome, code, request_id, cost, at)
      where c.call_id = a.call_id and c.state = 'claimed'
     returning c.call_id as "callId"`,
    [
      answers.map(answer => answer.callId),
      answers.map(answer => answer.outcome),
      answers.map(answer => answer.code),
      answers.map(answer => answer.requestId),
      answers.map(answer => answer.costPoints),
      answers.map(answer => new Date(answer.now)),
    ],
  )
  return new Set(rows.map(row => row.callId))
}

/** The levels of answered calls thaw. What was confirmed has moved them, and is our own doing. */
export async function thaw(tx: Tx, callIds: readonly string[], now: InstantMs, isConfirmed: boolean): Promise<void> {
  await tx.query(
    `update channel.level v
        set frozen_by = null, touched_at = $2,
            available_units = v.available_units + case when $3 then r.units - r.from_units else 0 end,
            on_hand_units = v.on_hand_units + case when $3 then r.units - r.from_units else 0 end,
            own_units = v.own_units + case when $3 then r.units - r.from_units else 0 end
       from channel.call_row r join channel.call c using (call_id)
      where r.call_id = any ($1) and v.frozen_by = r.call_id and v.shop_id = c.shop_id and v.location_id = r.location_id
        and v.product_id = r.product_id`,
    [callIds, new Date(now), isConfirmed],
    { name: 'channel.thaw' },
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

export type Heard = {
  shopId: number
  callId: string
  at: InstantMs
  outcome: string
  confirmed: number
  refused: number
  code: string | null
  message: string | null
}

/** Appends what came back of calls, or did not: the room's own feed. */
export async function appendAnswers(sql: Sql, answers: readonly Heard[]): Promise<void> {
  await sql.query(
    `insert into channel.answer (shop_id, call_id, at, outcome, confirmed, refused, code, message)
     select * from unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[])`,
    [
      answers.map(answer => answer.shopId),
      answers.map(answer => answer.callId),
      answers.map(answer => new Date(answer.at)),
      answers.map(answer => answer.outcome),
      answers.map(answer => answer.confirmed),
      answers.map(answer => answer.refused),
      answers.map(answer => answer.code),
      answers.map(answer => answer.message),
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
