import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { skuParams, type stockInList, stockOfSku, stockPage, stockQuery } from '../http/contract/stock.ts'
import { TrueupError } from '../kernel/error.ts'
import { explainTarget } from './availability.ts'
import { type RuleRouteDeps, ruleRoutes } from './rule-routes.ts'
import { termsOfProduct } from './terms-store.ts'

/** What is there, what each channel may promise of it, and why. */
export function availabilityRoutes({ db, clock, switched }: RuleRouteDeps): Route[] {
  return [
    ...ruleRoutes({ db, clock, switched }),
    jsonRoute({
      method: 'GET',
      path: '/stock',
      summary: 'SKUs with what is on hand, reserved and promised',
      tag: 'availability',
      role: 'viewer',
      query: stockQuery,
      answer: stockPage,
      handle: async ({ query }) => pageFrom(query, await stockOf(db, query), () => countStock(db, query)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku',
      summary: 'One SKU: what each facility has, and every term of what each location may sell',
      tag: 'availability',
      role: 'viewer',
      params: skuParams,
      answer: stockOfSku,
      async handle({ params }) {
        const product = await productOf(db, params.sku)
        if (product === null) throw unknownSku(params.sku)
        const { productId, ...named } = product
        const terms = await termsOfProduct(db, productId)
        return { sku: params.sku, ...named, facilities: await facilitiesOf(db, productId), targets: terms.map(explainTarget) }
      },
    }),
  ]
}

const STOCK = `catalog.product_identifier i join catalog.product p using (product_id)`
const STOCK_WANTED = `i.type = 'SKU'
  and ($1::text is null or position(lower($1) in lower(i.value)) > 0 or position(lower($1) in lower(p.name)) > 0)`
const STOCK_SORTED = { sku: 'i.value', name: 'p.name, i.value' } as const

type StockQuery = z.output<typeof stockQuery>

/** The page first, then its quantities by key: what is not shown is not added up. */
async function stockOf(sql: Sql, query: StockQuery): Promise<Answer<typeof stockInList>[]> {
  return sql.query(
    `with page as (
       select i.value as sku, p.name, p.product_id, row_number() over (order by ${STOCK_SORTED[query.sort]}) as ordinal
         from ${STOCK} where ${STOCK_WANTED} order by ${STOCK_SORTED[query.sort]} limit $2 offset $3
     )
     select page.sku, page.name, held."onHandUnits", coalesce(held."reservedUnits", 0) as "reservedUnits", coalesce(held.facilities, 0) as facilities,
            promised."sellableByFacilityUnits", promised."sellableByGroupUnits", coalesce(promised.targets, 0) as targets
       from page
       left join lateral (
         select sum(h.on_hand_units) filter (where h.counted_at is not null) as "onHandUnits", sum(h.reserved_units) as "reservedUnits",
                count(*) filter (where h.counted_at is not null) as facilities
           from catalog.facility f
           join inventory.position h on h.facility_id = f.facility_id and h.product_id = page.product_id
       ) held on true
       left join lateral (
         select sum(t.sellable_units) filter (where m.group_id is null) as "sellableByFacilityUnits",
                sum(t.sellable_units) filter (where m.group_id is not null) as "sellableByGroupUnits", count(*) as targets
           from catalog.location_mapping m
           join catalog.shop s on s.shop_id = m.shop_id and s.is_enabled
           join availability.target t on t.shop_id = m.shop_id and t.location_id = m.location_id and t.product_id = page.product_id
       ) promised on true
      order by page.ordinal`,
    [query.search || null, query.pageSize, offsetOf(query)],
  )
}

async function countStock(sql: Sql, query: StockQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from ${STOCK} where ${STOCK_WANTED} limit $2) counted`,
    [query.search || null, TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

type Product = { productId: number; name: string; identifiers: { type: string; value: string }[] }

async function productOf(sql: Sql, sku: string): Promise<Product | null> {
  const rows = await sql.query<Product>(
    `select p.product_id as "productId", p.name,
            (select json_agg(json_build_object('type', o.type, 'value', o.value) order by o.type, o.value)
               from catalog.product_identifier o where o.product_id = p.product_id) as identifiers
       from catalog.product_identifier i join catalog.product p using (product_id)
      where i.type = 'SKU' and i.value = $1`,
    [sku],
  )
  return rows[0] ?? null
}

async function facilitiesOf(sql: Sql, productId: number): Promise<Answer<typeof stockOfSku>['facilities']> {
  return sql.query(
    `select f.name as facility, f.code, case when h.counted_at is null then null else h.on_hand_units end as "onHandUnits",
            h.reserved_units as "reservedUnits", coalesce(s.safety_stock_units, 0) as "safetyStockUnits", h.counted_at as "countedAt"
       from catalog.facility f
       join inventory.position h on h.facility_id = f.facility_id and h.product_id = $1
       left join catalog.product_facility s on s.facility_id = f.facility_id and s.product_id = $1
      order by f.facility_id`,
    [productId],
  )
}

function unknownSku(sku: string): TrueupError {
  return new TrueupError('CATALOG_SKU_NOT_FOUND', `No product has the SKU ${sku}.`, {
    retry: 'never',
    hint: 'Look for it in the list of stock: case and white space count.',
    detail: { sku },
  })
}
