import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type Exchange, troubleOf } from './exchange.ts'
import type { TroubleClass } from './trouble.ts'

/** Appends one line to the job log of a shop. */
export async function recordExchange(sql: Sql, shopId: number, exchange: Exchange): Promise<void> {
  const trouble = troubleOf(exchange.outcome)
  await sql.query(
    `insert into channel.exchange
       (shop_id, at, took_ms, operation, effect, outcome, class, code, message, http_status, request_id, idempotency_key,
        bulk_operation_gid, cost_points, available_points, max_points, items, answer)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::bigint[], $18)`,
    [
      ...[shopId, new Date(exchange.at), exchange.tookMs, exchange.operation, exchange.effect, exchange.outcome.kind],
      ...[trouble?.class ?? null, trouble?.code ?? null, trouble?.message ?? null, exchange.status, exchange.requestId],
      ...[exchange.idempotencyKey, exchange.bulkOperationGid, exchange.costPoints],
      ...[whole(exchange.availablePoints), whole(exchange.maxPoints), itemNumbers(exchange.inventoryItemGids), exchange.answer],
    ],
  )
}

/** The bucket fills up by fractions of a point. */
function whole(points: number | null): number | null {
  return points === null ? null : Math.floor(points)
}

/** `gid://shopify/InventoryItem/42` is kept as 42: a request may name 250 of them. */
function itemNumbers(gids: readonly string[]): string[] {
  return gids.flatMap(gid => /\/(\d{1,18})$/.exec(gid)?.[1] ?? [])
}

/** How much of a shop's job log is kept: for so many days, and at most so many requests. */
export type JobLogBounds = { daysKept: number; rowsMax: number }
/** Where nobody said otherwise. */
export const JOB_LOG_BOUNDS: JobLogBounds = { daysKept: 90, rowsMax: 500_000 }
const PURGED_AT_ONCE_MAX = 20_000
const DAY_MS = 86_400_000

/** Takes away what is older, or more, than is kept; a bounded part of it. Gives the number of lines taken away. */
export async function purgeExchanges(sql: Sql, shopId: number, now: InstantMs, bounds = JOB_LOG_BOUNDS): Promise<number> {
  const rows = await sql.query<{ purged: number }>(
    `with surplus as (
       select exchange_id from channel.exchange where shop_id = $1 order by exchange_id desc offset $3 limit 1
     ), gone as (
       delete from channel.exchange
        where exchange_id in (select exchange_id from channel.exchange
                               where shop_id = $1 and (at < $2 or exchange_id <= coalesce((select exchange_id from surplus), 0))
                               order by exchange_id limit $4)
       returning 1
     )
     select count(*) as purged from gone`,
    [shopId, new Date(now - bounds.daysKept * DAY_MS), bounds.rowsMax, PURGED_AT_ONCE_MAX],
  )
  return rows[0]?.purged ?? 0
}

export type TroubleCount = { class: TroubleClass; requests: number; lastAt: InstantMs }

/** What went wrong with a shop since then, by class. */
export async function troublesSince(sql: Sql, shopId: number, since: InstantMs): Promise<TroubleCount[]> {
  return sql.query<TroubleCount>(
    `select class, count(*) as requests, max(at) as "lastAt" from channel.exchange
      where shop_id = $1 and class is not null and at >= $2
      group by class order by count(*) desc, class`,
    [shopId, new Date(since)],
  )
}
