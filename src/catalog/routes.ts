import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { findingsPage, findingsQuery, type linkFinding } from '../http/contract/shop.ts'

/** What the link between our products and a shop's items found: never guessed, always said. */
export function catalogRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/catalog/findings',
      summary: 'SKUs and items that could not be linked, with the reason',
      tag: 'catalog',
      role: 'viewer',
      query: findingsQuery,
      answer: findingsPage,
      async handle({ query }) {
        const byCode = await findingsByCode(db, query)
        const total = byCode.reduce((sum, { code, findings }) => sum + (query.code === undefined || query.code === code ? findings : 0), 0)
        return { ...pageFrom(query, await findingsOf(db, query), total), byCode }
      },
    }),
  ]
}

const FINDINGS_WANTED = `($1::text is null or s.code = $1)
  and ($2::text is null or position(lower($2) in lower(f.sku)) > 0 or position(lower($2) in lower(coalesce(p.name, ''))) > 0)`
const FINDINGS = 'catalog.link_finding f join catalog.shop s using (shop_id) left join catalog.product p on p.product_id = f.product_id'

type FindingsQuery = z.output<typeof findingsQuery>

async function findingsByCode(sql: Sql, query: FindingsQuery): Promise<{ code: string; findings: number }[]> {
  return sql.query(`select f.code, count(*) as findings from ${FINDINGS} where ${FINDINGS_WANTED} group by f.code order by f.code`, [
    query.shop ?? null,
    query.search || null,
  ])
}

async function findingsOf(sql: Sql, query: FindingsQuery): Promise<Answer<typeof linkFinding>[]> {
  return sql.query(
    `select s.code as shop, f.code, f.sku, f.inventory_item_gid as "inventoryItemGid", p.name as product, f.detail, f.found_at as "foundAt"
       from ${FINDINGS}
      where ${FINDINGS_WANTED} and ($3::text is null or f.code = $3)
      order by f.code, f.sku, f.inventory_item_gid limit $4 offset $5`,
    [query.shop ?? null, query.search || null, query.code ?? null, query.pageSize, offsetOf(query)],
  )
}
