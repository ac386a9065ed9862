import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { LevelDue } from './store.ts'

export type SyncRequest = { requestId: number; locationId: number | null; productId: number | null; askedBy: string; scope: string }

/** A person wants these levels read, compared and written now; null stands for all. */
export async function requestSync(
  tx: Tx,
  asked: { shopId: number; locationId: number | null; productId: number | null; by: string; now: InstantMs },
): Promise<number> {
  const rows = await tx.query<{ requestId: number }>(
    `insert into reconcile.request (shop_id, location_id, product_id, asked_by, asked_at) values ($1, $2, $3, $4, $5)
     returning request_id as "requestId"`,
    [asked.shopId, asked.locationId, asked.productId, asked.by, new Date(asked.now)],
  )
  return rows[0]?.requestId ?? 0
}

export async function nextRequest(sql: Sql, shopId: number): Promise<SyncRequest | null> {
  const rows = await sql.query<SyncRequest>(
    `select q.request_id as "requestId", q.location_id as "locationId", q.product_id as "productId", q.asked_by as "askedBy",
            concat_ws(' at ', (select min(value) from catalog.product_identifier k where k.product_id = q.product_id and k.type = 'SKU'), l.name) as scope
       from reconcile.request q
       left join catalog.location l on l.location_id = q.location_id
      where q.shop_id = $1 and q.run_id is null
      order by q.request_id limit 1`,
    [shopId],
  )
  return rows[0] ?? null
}

export async function answerRequest(sql: Sql, requestId: number, runId: number): Promise<void> {
  await sql.query('update reconcile.request set run_id = $2 where request_id = $1', [requestId, runId])
}

/** Levels of a shop with a target and a link, by location: all, or those of one location or one product. */
export async function levelsToSync(
  sql: Sql,
  of: {
    shopId: number
    locationId: number | null
    productId: number | null
    after: { locationId: number; productId: number }
    limit: number
  },
): Promise<LevelDue[]> {
  return sql.query<LevelDue>(
    `select t.location_id as "locationId", loc.location_gid as "locationGid", t.product_id as "productId", l.inventory_item_gid as "inventoryItemGid"
       from availability.target t
       join catalog.item_link l on l.shop_id = t.shop_id and l.product_id = t.product_id
       join catalog.location loc on loc.location_id = t.location_id
      where t.shop_id = $1 and ($2::integer is null or t.location_id = $2) and ($3::integer is null or t.product_id = $3)
        and (t.location_id, t.product_id) > ($4, $5)
      order by t.location_id, t.product_id limit $6`,
    [of.shopId, of.locationId, of.productId, of.after.locationId, of.after.productId, of.limit],
  )
}

export type SweepPlace = { locationId: number; productId: number; sweptAt: InstantMs | null }

/** Where the sweep of a shop has come to. */
export async function sweepPlace(sql: Sql, shopId: number): Promise<SweepPlace> {
  const rows = await sql.query<SweepPlace>(
    'select location_id as "locationId", product_id as "productId", swept_at as "sweptAt" from reconcile.sweep where shop_id = $1',
    [shopId],
  )
  return rows[0] ?? { locationId: 0, productId: 0, sweptAt: null }
}

export async function moveSweep(sql: Sql, shopId: number, to: { locationId: number; productId: number; now: InstantMs }): Promise<void> {
  await sql.query(
    `insert into reconcile.sweep (shop_id, location_id, product_id, swept_at) values ($1, $2, $3, $4)
     on conflict (shop_id) do update set location_id = excluded.location_id, product_id = excluded.product_id, swept_at = excluded.swept_at`,
    [shopId, to.locationId, to.productId, new Date(to.now)],
  )
}

/** What the comparisons since an instant found: the live figure of drift. */
export async function driftSince(
  sql: Sql,
  since: InstantMs,
): Promise<{ shop: string; compared: number; different: number; lastAt: InstantMs | null }[]> {
  return sql.query(
    `select s.code as shop, coalesce(sum(r.levels_equal + r.levels_different + r.levels_not_stocked), 0) as compared,
            coalesce(sum(r.levels_different + r.levels_not_stocked), 0) as different, max(r.finished_at) as "lastAt"
       from catalog.shop s
       left join reconcile.run r on r.shop_id = s.shop_id and r.kind in ('sweep', 'hard_sync') and r.finished_at >= $1
      where s.is_enabled
      group by s.code order by s.code`,
    [new Date(since)],
  )
}
