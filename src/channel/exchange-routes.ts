import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import {
  type exchangeInList,
  exchangeParams,
  exchangeQuery,
  exchangeRows,
  exchangesPage,
  throttleChart,
} from '../http/contract/shop-care.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { adminUrl } from './admin-url.ts'
import type { JobLogBounds } from './exchange-store.ts'
import { knownShop } from './shop-routes.ts'

const CHART_MS = 6 * 3_600_000
const CHART_POINTS = 240

/** The job log of a shop: every request and bulk operation, what it cost, how long it took, and what was answered. */
export function exchangeRoutes({ db, clock, jobLog }: { db: Sql; clock: Clock; jobLog: JobLogBounds }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/job-log',
      summary: 'Each request to the shop, newest first; searched by SKU, request id, key or bulk operation',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      query: exchangeQuery,
      answer: exchangesPage,
      async handle({ params, query }) {
        const { shopId } = await knownShop(db, params.code)
        const wanted = await wantedBy(db, shopId, query)
        return {
          ...(await pageFrom(query, await exchangesOf(db, wanted, query), () => countExchanges(db, wanted))),
          ...jobLog,
        }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/job-log/:exchangeId/rows',
      summary: 'The levels that one request wrote, and what was said of each',
      tag: 'channel',
      role: 'viewer',
      params: exchangeParams,
      answer: exchangeRows,
      async handle({ params }) {
        const { shopId, apiUrl } = await knownShop(db, params.code)
        const rows = await rowsOfExchange(db, shopId, params.exchangeId)
        return {
          rows: rows.map(({ inventoryItemGid, locationGid, ...row }) => ({
            ...row,
            link: inventoryItemGid === null ? null : adminUrl(apiUrl, { kind: 'inventory_history', inventoryItemGid, locationGid }),
          })),
        }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/throttle',
      summary: 'What was left in the bucket of the shop over the last six hours',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: throttleChart,
      async handle({ params }) {
        const { shopId } = await knownShop(db, params.code)
        return { points: await bucketOver(db, shopId, clock.now()) }
      },
    }),
  ]
}

type Wanted = {
  shopId: number
  search: string | null
  items: number[] | null
  bulkOperations: string[]
  class: string | null
  effect: string | null
}

/** A search that is a SKU here or in the shop finds what spoke of its item, and the uploads that carried it; everything else is an id. */
async function wantedBy(sql: Sql, shopId: number, query: z.output<typeof exchangeQuery>): Promise<Wanted> {
  const search = query.search?.trim() || null
  const items = search === null ? null : await itemsOfSku(sql, shopId, search)
  const bulkOperations = search === null ? [] : await uploadsOfSku(sql, shopId, search)
  return { shopId, search, items: items?.length ? items : null, bulkOperations, class: query.class ?? null, effect: query.effect ?? null }
}

async function itemsOfSku(sql: Sql, shopId: number, sku: string): Promise<number[]> {
  const rows = await sql.query<{ item: number }>(
    `select distinct substring(gid from '\\d+$')::bigint as item
       from (select l.inventory_item_gid as gid from catalog.product_identifier k join catalog.item_link l using (product_id)
              where l.shop_id = $1 and k.value = $2
             union all
             select inventory_item_gid from catalog.shop_item where shop_id = $1 and sku = $2) found
      where gid ~ '\\d+$'`,
    [shopId, sku],
  )
  return rows.map(row => row.item)
}

/** The bulk operations of the uploads that carried it: their file names the items, no request of theirs does. */
async function uploadsOfSku(sql: Sql, shopId: number, sku: string): Promise<string[]> {
  const rows = await sql.query<{ gid: string }>(
    `select distinct u.operation_gid as gid
       from catalog.product_identifier k
       join catalog.location l on l.shop_id = $1
       join channel.call_row r on r.location_id = l.location_id and r.product_id = k.product_id
       join channel.call c on c.call_id = r.call_id
       join channel.upload u on u.upload_id = c.upload_id
      where k.value = $2 and u.operation_gid is not null`,
    [shopId, sku],
  )
  return rows.map(row => row.gid)
}

const WANTED = `e.shop_id = $1 and ($2::text is null or e.class = $2) and ($3::text is null or e.effect = $3)
  and ($4::text is null or ($5::bigint[] is not null and e.items && $5) or e.bulk_operation_gid = any($6::text[])
       or e.request_id = $4 or e.idempotency_key = $4 or e.bulk_operation_gid = $4 or e.bulk_operation_gid = 'gid://shopify/BulkOperation/' || $4)`

function parametersOf({ shopId, search, items, bulkOperations, class: of, effect }: Wanted): unknown[] {
  return [shopId, of, effect, search, items, bulkOperations]
}

type Row = Answer<typeof exchangeInList>

async function exchangesOf(sql: Sql, wanted: Wanted, query: z.output<typeof exchangeQuery>): Promise<Row[]> {
  return sql.query<Row>(
    `select e.exchange_id as "exchangeId", e.at, e.took_ms as "tookMs", e.operation, e.effect, e.outcome, e.class, e.code, e.message,
            e.http_status as "httpStatus", e.request_id as "requestId", e.idempotency_key as "idempotencyKey",
            e.bulk_operation_gid as "bulkOperationGid", e.cost_points as "costPoints", cardinality(e.items) as items,
            (select c.call_id from channel.call c where c.idempotency_key::text = e.idempotency_key) as "callId",
            (select max(u.upload_id) from channel.upload u where u.shop_id = e.shop_id and u.operation_gid = e.bulk_operation_gid) as "uploadId", e.answer
       from channel.exchange e
      where ${WANTED}
      order by e.exchange_id desc limit $7 offset $8`,
    [...parametersOf(wanted), query.pageSize, offsetOf(query)],
  )
}

async function countExchanges(sql: Sql, wanted: Wanted): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from channel.exchange e where ${WANTED} limit $7) counted`,
    [...parametersOf(wanted), TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

type WrittenRow = Omit<Answer<typeof exchangeRows>['rows'][number], 'link'> & { inventoryItemGid: string | null; locationGid: string }

async function rowsOfExchange(sql: Sql, shopId: number, exchangeId: number): Promise<WrittenRow[]> {
  return sql.query<WrittenRow>(
    `select coalesce(sku.value, p.name) as sku, l.name as location, r.from_units as "fromUnits", r.units,
            coalesce(r.outcome, c.outcome) as outcome, coalesce(r.code, c.code) as code,
            link.inventory_item_gid as "inventoryItemGid", l.location_gid as "locationGid"
       from channel.exchange e
       join channel.call c on c.idempotency_key::text = e.idempotency_key and c.shop_id = e.shop_id
       join channel.call_row r using (call_id)
       join catalog.location l on l.location_id = r.location_id
       join catalog.product p on p.product_id = r.product_id
       left join catalog.item_link link on link.shop_id = e.shop_id and link.product_id = r.product_id
       left join lateral (
         select min(value) as value from catalog.product_identifier k where k.product_id = r.product_id and k.type = 'SKU'
       ) sku on true
      where e.shop_id = $1 and e.exchange_id = $2
      order by r.ordinal`,
    [shopId, exchangeId],
  )
}

async function bucketOver(sql: Sql, shopId: number, now: InstantMs): Promise<Answer<typeof throttleChart>['points']> {
  return sql.query(
    `select max(at) as at, min(available_points) as "availablePoints", max(max_points) as "maxPoints", count(*) as requests
       from channel.exchange
      where shop_id = $1 and at >= $2 and available_points is not null
      group by width_bucket(extract(epoch from at), extract(epoch from $2::timestamptz), extract(epoch from $3::timestamptz), $4)
      order by 1`,
    [shopId, new Date(now - CHART_MS), new Date(now + 1), CHART_POINTS],
  )
}
