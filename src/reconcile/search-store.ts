import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Asked, SkuFacts } from './search.ts'

const HITS_PER_KIND_MAX = 6

/** SKUs that are called so, or whose inventory item in a shop has this number, with where their levels stand. */
export async function skusAsked(sql: Sql, { text, like, number }: Asked): Promise<SkuFacts[]> {
  return sql.query<SkuFacts>(
    `with named as (
       select product_id, value, 0 as rank from catalog.product_identifier where value = $1
       union all
       select l.product_id, i.value, 1 from catalog.item_link l
         join catalog.product_identifier i on i.product_id = l.product_id and i.type = 'SKU'
        where $3::bigint is not null and l.inventory_item_gid = 'gid://shopify/InventoryItem/' || $3::bigint
       union all
       (select product_id, value, 2 from catalog.product_identifier where type = 'SKU' and value ilike $2 order by value limit $4)
     ), meant as (
       select product_id, min(rank) as rank from named group by product_id order by min(rank), min(value) limit $4
     )
     select coalesce((select min(value) from catalog.product_identifier s where s.product_id = m.product_id and s.type = 'SKU'), p.name) as sku,
            p.name, coalesce(pos.n, 0) as positions, coalesce(t.targets, 0) as targets, coalesce(t.pending, 0) as pending,
            coalesce(t.sending, 0) as sending, coalesce(t.blocked, 0) as blocked, t.code as "blockedCode",
            coalesce(t.confirmed, 0) as confirmed, coalesce(t.equal, 0) as equal, coalesce(t.different, 0) as different, t.since
       from meant m
       join catalog.product p using (product_id)
       left join lateral (select count(*) as n from inventory.position x where x.product_id = m.product_id) pos on true
       left join lateral (
         select count(*) as targets,
                count(*) filter (where i.state = 'pending') as pending,
                count(*) filter (where i.state = 'sending') as sending,
                count(*) filter (where i.state = 'blocked') as blocked,
                min(i.code) filter (where i.state = 'blocked') as code,
                count(*) filter (where i.state = 'confirmed') as confirmed,
                count(*) filter (where i.state = 'confirmed' and o.verdict = 'equal' and o.revision = i.revision) as equal,
                count(*) filter (where o.verdict = 'different') as different,
                min(i.created_at) filter (where i.state <> 'confirmed') as since
           from outbox.intent i
           left join reconcile.observation o on o.shop_id = i.shop_id and o.location_id = i.location_id and o.product_id = i.product_id
          where i.product_id = m.product_id
       ) t on true
      order by m.rank, p.name`,
    [text, like, number, HITS_PER_KIND_MAX],
  )
}

export type FileAsked = {
  fileId: number
  name: string
  feed: string
  state: string
  code: string | null
  reason: string | null
  changedAt: InstantMs
}

/** Files by a part of their name or by their number, newest first. */
export async function filesAsked(sql: Sql, { like, number }: Asked): Promise<FileAsked[]> {
  return sql.query<FileAsked>(
    `select f.file_id as "fileId", f.name, e.name as feed, f.state, f.code, f.reason, f.changed_at as "changedAt"
       from feed.file f join feed.feed e using (feed_id)
      where f.name ilike $1 or f.file_id = $2 order by f.file_id desc limit $3`,
    [like, number, HITS_PER_KIND_MAX],
  )
}

export type RequestAsked = {
  shop: string
  at: InstantMs
  operation: string | null
  outcome: string
  code: string | null
  message: string | null
  requestId: string | null
}

/** Requests to Shopify by their id, their key or their bulk operation. */
export async function requestsAsked(sql: Sql, { text }: Asked): Promise<RequestAsked[]> {
  return sql.query<RequestAsked>(
    `select s.code as shop, x.at, x.operation, x.outcome, x.code, x.message, x.request_id as "requestId"
       from channel.exchange x join catalog.shop s using (shop_id)
      where x.request_id = $1 or x.idempotency_key = $1 or x.bulk_operation_gid = $1
      order by x.exchange_id desc limit $2`,
    [text, HITS_PER_KIND_MAX],
  )
}

/** Shops and feeds by a part of their name or code. */
export async function placesAsked(
  sql: Sql,
  { like }: Asked,
): Promise<{ kind: 'shop' | 'feed'; code: string; name: string; state: string | null }[]> {
  return sql.query(
    `(select 'shop' as kind, s.code, s.name, h.state from catalog.shop s left join channel.health h using (shop_id)
       where s.code ilike $1 or s.name ilike $1 order by s.code limit $2)
     union all
     (select 'feed', e.name, e.name, null from feed.feed e where e.name ilike $1 order by e.name limit $2)`,
    [like, HITS_PER_KIND_MAX],
  )
}
