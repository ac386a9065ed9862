import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type Budget, LEAST_BUDGET, type MeasuredUploads, POINTS_PER_LEVEL_FIRST } from './load.ts'
import type { CallKind } from './port.ts'
import type { OpenCall } from './store.ts'
import type { RunningUpload, UploadResult, UploadState } from './upload.ts'
import type { UploadLook } from './upload-port.ts'

export type OpenUpload = RunningUpload & {
  uploadId: number
  state: Exclude<UploadState, 'ended'>
  operationGid: string | null
  attempts: number
}

export async function openUploads(sql: Sql, shopId: number): Promise<OpenUpload[]> {
  return sql.query<OpenUpload>(
    `select upload_id as "uploadId", state, operation_gid as "operationGid", attempts, calls_done as "callsDone", looked_at as "lookedAt",
            coalesce(moved_at, started_at, created_at) as "movedAt", asked_at as "askedAt", cancel_asked_at as "cancelAskedAt",
            cancel_sent_at as "cancelSentAt"
       from channel.upload where shop_id = $1 and state <> 'ended' order by upload_id`,
    [shopId],
  )
}

export async function beginUpload(sql: Sql, shopId: number, now: InstantMs): Promise<number> {
  const rows = await sql.query<{ uploadId: number }>(
    `insert into channel.upload (shop_id, state, created_at) values ($1, 'gathering', $2) returning upload_id as "uploadId"`,
    [shopId, new Date(now)],
  )
  return rows[0]?.uploadId ?? 0
}

/** The call belongs to an upload: nobody sends it by itself while that is under way. */
export async function attachCall(tx: Tx, of: { callId: string; uploadId: number; ordinal: number; heldUntil: InstantMs }): Promise<void> {
  await tx.query('update channel.call set upload_id = $2, upload_ordinal = $3, lease_until = $4 where call_id = $1', [
    of.callId,
    of.uploadId,
    of.ordinal,
    new Date(of.heldUntil),
  ])
}

/** Nothing more is added to it. Gives how many calls it has; one that has none is gone. */
export async function closeGathering(tx: Tx, uploadId: number): Promise<number> {
  const rows = await tx.query<{ calls: number }>(
    `update channel.upload u set state = 'waiting', calls = c.calls, levels = c.levels
       from (select count(distinct call_id) as calls, count(r.call_id) as levels
               from channel.call join channel.call_row r using (call_id) where upload_id = $1) c
      where upload_id = $1 returning u.calls`,
    [uploadId],
  )
  const calls = rows[0]?.calls ?? 0
  if (calls === 0) await tx.query('delete from channel.upload where upload_id = $1', [uploadId])
  return calls
}

export type CallOfUpload = OpenCall & { ordinal: number; rows: number; isAnswered: boolean }

/** Its calls, in the order in which they are handed over. */
export async function callsOfUpload(sql: Sql, uploadId: number): Promise<CallOfUpload[]> {
  const rows = await sql.query<{
    callId: string
    key: string
    kind: CallKind
    body: string
    attempts: number
    claimedAt: InstantMs
    ordinal: number
    rows: number
    isAnswered: boolean
  }>(
    `select call_id as "callId", idempotency_key as key, kind, body, attempts, claimed_at as "claimedAt", upload_ordinal as ordinal,
            (select count(*) from channel.call_row r where r.call_id = c.call_id) as rows, state <> 'claimed' as "isAnswered"
       from channel.call c where upload_id = $1 order by upload_ordinal`,
    [uploadId],
  )
  return rows.map(({ key, kind, body, ...call }) => ({ ...call, frozen: { kind, idempotencyKey: key, body } }))
}

export async function markHandedOver(sql: Sql, uploadId: number, of: { operationGid: string; now: InstantMs }): Promise<void> {
  await sql.query(
    `update channel.upload set state = 'running', operation_gid = $2, shop_status = 'CREATED', message = null, started_at = $3, moved_at = $3
      where upload_id = $1`,
    [uploadId, of.operationGid, new Date(of.now)],
  )
}

/** It was not taken: once more, later. Gives how often that was so. */
export async function countAttempt(sql: Sql, uploadId: number, message: string): Promise<number> {
  const rows = await sql.query<{ attempts: number }>(
    'update channel.upload set attempts = attempts + 1, message = $2 where upload_id = $1 returning attempts',
    [uploadId, message],
  )
  return rows[0]?.attempts ?? 0
}

export async function noteLook(sql: Sql, uploadId: number, of: { look: UploadLook | null; now: InstantMs }): Promise<void> {
  const { look, now } = of
  await sql.query(
    `update channel.upload
        set looked_at = $2, shop_status = coalesce($3, shop_status), error_code = $4, calls_done = greatest(calls_done, $5),
            moved_at = case when $5 > calls_done then $2 else moved_at end
      where upload_id = $1`,
    [uploadId, new Date(now), look?.status ?? null, look?.errorCode ?? null, look?.callsDone ?? 0],
  )
}

export async function noteCancelSent(sql: Sql, uploadId: number, of: { refusal: string | null; now: InstantMs }): Promise<void> {
  await sql.query('update channel.upload set cancel_sent_at = $2, message = $3 where upload_id = $1', [
    uploadId,
    new Date(of.now),
    of.refusal,
  ])
}

/** It has ended. Calls that have no answer are sent by themselves from now on, under the same keys. */
export async function endUpload(tx: Tx, uploadId: number, of: { result: UploadResult; now: InstantMs }): Promise<number> {
  await tx.query(`update channel.upload set state = 'ended', result = $2, ended_at = $3 where upload_id = $1`, [
    uploadId,
    of.result,
    new Date(of.now),
  ])
  const rows = await tx.query(`update channel.call set lease_until = $2 where upload_id = $1 and state = 'claimed' returning 1`, [
    uploadId,
    new Date(of.now),
  ])
  return rows.length
}

/** Levels that are due and can be written, counted no further than `limit`. */
export async function countDue(sql: Sql, of: { shopId: number; now: InstantMs; limit: number }): Promise<number> {
  const rows = await sql.query<{ due: number }>(
    `select count(*) as due
       from (select 1 from outbox.intent
              where shop_id = $1 and state = 'pending' and due_at <= $2 and inventory_item_gid is not null limit $3) counted`,
    [of.shopId, new Date(of.now), of.limit],
  )
  return rows[0]?.due ?? 0
}

/** As the shop's own bucket tells, which holds twenty seconds of what its plan gives; and what a level of a full call cost lately. */
export async function budgetOf(sql: Sql, shopId: number): Promise<Budget> {
  const rows = await sql.query<{ maxPoints: number | null; pointsPerLevel: number | null }>(
    `select (select max_points from channel.exchange where shop_id = $1 and max_points is not null order by exchange_id desc limit 1) as "maxPoints",
            (select sum(cost_points)::float8 / sum(levels)
               from (select cost_points, cardinality(items) as levels from channel.exchange
                      where shop_id = $1 and effect = 'write' and cost_points > 0 and cardinality(items) >= $2
                      order by exchange_id desc limit $3) w) as "pointsPerLevel"`,
    [shopId, LEVELS_OF_FULL_CALL_MIN, CALLS_MEASURED],
  )
  const [heard] = rows
  const bucketPoints = heard?.maxPoints ?? LEAST_BUDGET.bucketPoints
  return { bucketPoints, pointsPerSecond: bucketPoints / BUCKET_SECONDS, pointsPerLevel: heard?.pointsPerLevel ?? POINTS_PER_LEVEL_FIRST }
}

const BUCKET_SECONDS = 20
/** A call of fewer says little of what a level costs in a full one. */
const LEVELS_OF_FULL_CALL_MIN = 200
const CALLS_MEASURED = 20
const UPLOADS_MEASURED = 5

/**
 * What the last uploads that were carried through took: between being handed over and their last progress the shop was at work, all
 * else was ours, and waiting. Null: there was none.
 */
export async function measuredUploads(sql: Sql, shopId: number): Promise<MeasuredUploads | null> {
  const rows = await sql.query<{ levels: number; workingMs: number; overheadMs: number }>(
    `select sum(levels)::float8 as levels, sum(working)::float8 as "workingMs", avg(whole - working)::float8 as "overheadMs"
       from (select levels, extract(epoch from ended_at - created_at) * 1000 as whole,
                    extract(epoch from case when moved_at > started_at then moved_at else ended_at end - started_at) * 1000 as working
               from channel.upload where shop_id = $1 and result = 'completed' and levels > 0 and started_at is not null
              order by upload_id desc limit $2) u
     having count(*) > 0`,
    [shopId, UPLOADS_MEASURED],
  )
  const [found] = rows
  return found === undefined
    ? null
    : { overheadMs: found.overheadMs, levelsPerSecond: (found.levels / Math.max(1, found.workingMs)) * 1_000 }
}

/** A person wants to know now. */
export async function askAgain(tx: Tx, uploadId: number, now: InstantMs): Promise<void> {
  await tx.query('update channel.upload set asked_at = $2 where upload_id = $1', [uploadId, new Date(now)])
}

/** A person wants it stopped. One that the shop does not have yet ends at once. */
export async function askToCancel(tx: Tx, uploadId: number, of: { by: string; now: InstantMs }): Promise<void> {
  const rows = await tx.query<{ state: UploadState }>(
    `update channel.upload set cancel_asked_at = $2, cancel_asked_by = $3, asked_at = $2 where upload_id = $1 returning state`,
    [uploadId, new Date(of.now), of.by],
  )
  if (rows[0]?.state !== 'running') await endUpload(tx, uploadId, { result: 'canceled', now: of.now })
}

/** Levels of an upload that the shop refused. */
export async function refusedOfUpload(
  sql: Sql,
  uploadId: number,
): Promise<{ shopId: number; levels: { locationId: number; productId: number }[] }> {
  const rows = await sql.query<{ shopId: number; locationId: number; productId: number }>(
    `select c.shop_id as "shopId", r.location_id as "locationId", r.product_id as "productId"
       from channel.call c join channel.call_row r using (call_id)
      where c.upload_id = $1 and (r.outcome = 'refused' or c.outcome = 'call_refused')`,
    [uploadId],
  )
  return { shopId: rows[0]?.shopId ?? 0, levels: rows }
}
