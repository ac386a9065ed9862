import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { type intentInList, intentsPage, intentsQuery } from '../http/contract/shop.ts'

/** What has to be told to a shop and was not confirmed yet. */
export function outboxRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/outbox/intents',
      summary: 'Promises that a shop has not confirmed, oldest first',
      tag: 'outbox',
      role: 'viewer',
      query: intentsQuery,
      answer: intentsPage,
      handle: async ({ query }) => pageFrom(query, await intentsOf(db, query), () => countIntents(db, query)),
    }),
  ]
}

const INTENTS_WANTED = `i.state <> 'confirmed' and ($1::text is null or i.state = $1)`

type IntentsQuery = z.output<typeof intentsQuery>

async function intentsOf(sql: Sql, query: IntentsQuery): Promise<Answer<typeof intentInList>[]> {
  return sql.query(
    `select s.code as shop, l.name as location, coalesce(sku.value, p.name) as sku, i.units, i.revision, i.state, i.attempt, i.code, i.hint,
            i.created_at as "createdAt", i.due_at as "dueAt"
       from outbox.intent i
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = i.location_id
       join catalog.product p on p.product_id = i.product_id
       left join lateral (
         select min(value) as value from catalog.product_identifier k where k.product_id = i.product_id and k.type = 'SKU'
       ) sku on true
      where ${INTENTS_WANTED}
      order by i.created_at, i.location_id, i.product_id limit $2 offset $3`,
    [query.state ?? null, query.pageSize, offsetOf(query)],
  )
}

async function countIntents(sql: Sql, query: IntentsQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from outbox.intent i where ${INTENTS_WANTED} limit $2) counted`,
    [query.state ?? null, TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}
