import type { Sql } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import {
  keyFrom,
  keyWord,
  manyOf,
  type position,
  positionChanges,
  positionChangesQuery,
  positionList,
  positionsQuery,
} from '../http/contract/stock-list.ts'
import { INVENTORY_HEAD } from './store.ts'

/** What other systems read: every position, and those that moved since. */
export function positionRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/positions',
      summary: 'On hand and reserved by SKU and facility, a page at a time, and from where to ask for changes',
      tag: 'inventory',
      role: 'viewer',
      query: positionsQuery,
      answer: positionList,
      async handle({ query }) {
        // Read first: what moves while the pages are read is told again as a change, and never left out.
        const changes = await peekCursor(db, INVENTORY_HEAD)
        const [afterFacility, afterProduct] = keyFrom(query.after) ?? [0, 0]
        const found = await positionsOf(db, `(h.facility_id, h.product_id) > ($3, $4) order by h.facility_id, h.product_id limit $5`, [
          manyOf(query.sku),
          query.facility ?? null,
          afterFacility,
          afterProduct,
          query.limit,
        ])
        const last = found.length === query.limit ? found.at(-1) : undefined
        return { rows: found.map(shown), next: last ? keyWord([last.facilityId, last.productId]) : null, changes }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/positions/changes',
      summary: 'Positions that moved since, as they are now: ask again from the number that comes with the answer',
      tag: 'inventory',
      role: 'viewer',
      query: positionChangesQuery,
      answer: positionChanges,
      async handle({ query }) {
        const head = await peekCursor(db, INVENTORY_HEAD)
        const { upTo, movements } = await movedUpTo(db, { since: query.since, head, limit: query.limit })
        const wanted = `(h.facility_id, h.product_id) in (
          select facility_id, product_id from inventory.movement where seq > $3 and seq <= $4) order by h.facility_id, h.product_id`
        const found = movements === 0 ? [] : await positionsOf(db, wanted, [manyOf(query.sku), query.facility ?? null, query.since, upTo])
        return { rows: found.map(shown), changes: upTo, isMore: upTo < head }
      },
    }),
  ]
}

type PositionRow = Answer<typeof position> & { facilityId: number; productId: number }

function shown({ facilityId: _facility, productId: _product, ...row }: PositionRow): Answer<typeof position> {
  return row
}

/** `wanted`: which positions, beside those of the SKUs in $1 and of the facility in $2. */
async function positionsOf(sql: Sql, wanted: string, values: readonly unknown[]): Promise<PositionRow[]> {
  return sql.query<PositionRow>(
    `select h.facility_id as "facilityId", h.product_id as "productId",
            (select min(i.value) from catalog.product_identifier i where i.product_id = h.product_id and i.type = 'SKU') as sku, f.code as facility,
            case when h.counted_at is not null then h.on_hand_units end as "onHandUnits", h.reserved_units as "reservedUnits",
            case when h.counted_at is not null then h.on_hand_units - h.reserved_units end as "freeUnits",
            coalesce(s.safety_stock_units, 0) as "safetyStockUnits", h.counted_at as "countedAt"
       from inventory.position h
       join catalog.facility f using (facility_id)
       left join catalog.product_facility s using (facility_id, product_id)
      where ($1::text[] is null or h.product_id in (
              select i.product_id from catalog.product_identifier i where i.type = 'SKU' and i.value = any ($1)))
        and ($2::text is null or f.code = $2)
        and ${wanted}`,
    values,
  )
}

/** Numbers that one look passes over at the most: in years of history there are gaps, and what was purged is none of them. */
const SEQ_RANGE_MAX = 100_000

/** Up to where at most `limit` movements lie after `since`, of those that are published. */
async function movedUpTo(sql: Sql, of: { since: number; head: number; limit: number }): Promise<{ upTo: number; movements: number }> {
  const end = Math.min(of.head, of.since + SEQ_RANGE_MAX)
  const rows = await sql.query<{ upTo: number | null; movements: number }>(
    `select max(seq) as "upTo", count(*) as movements
       from (select seq from inventory.movement where seq > $1 and seq <= $2 order by seq limit $3) next`,
    [of.since, end, of.limit],
  )
  const { upTo, movements } = rows[0] ?? { upTo: null, movements: 0 }
  return { upTo: movements === of.limit && upTo !== null ? upTo : Math.max(of.since, end), movements }
}
