import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { type movement, movementList, movementsQuery, skuParams } from '../http/contract/stock.ts'

/** Which movements made the stock what it is. */
export function inventoryRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/movements',
      summary: 'The newest movements of a SKU, with the file and line of each',
      tag: 'inventory',
      role: 'viewer',
      params: skuParams,
      query: movementsQuery,
      answer: movementList,
      async handle({ params, query }) {
        const rows = await movementsOf(db, { sku: params.sku, limit: query.limit + 1 })
        return { rows: rows.slice(0, query.limit).map(withFile), isMore: rows.length > query.limit }
      },
    }),
  ]
}

type MovementRow = Omit<Answer<typeof movement>, 'file'> & { fileId: number | null; fileName: string | null; line: number | null }

function withFile({ fileId, fileName, line, ...row }: MovementRow): Answer<typeof movement> {
  return { ...row, file: fileId === null ? null : { id: fileId, name: fileName ?? `file ${fileId}`, line } }
}

/** Facility by facility, since the ledger is kept so: each gives its newest, of which the newest are shown. */
async function movementsOf(sql: Sql, { sku, limit }: { sku: string; limit: number }): Promise<MovementRow[]> {
  return sql.query<MovementRow>(
    `select m.seq, m.recorded_at as "recordedAt", m.effective_at as "effectiveAt", f.name as facility, m.on_hand_units as "onHandUnits",
            m.reserved_units as "reservedUnits", m.reason, m.reference, m.file_id as "fileId", file.name as "fileName", m.line
       from catalog.product_identifier i
       cross join catalog.facility f
       cross join lateral (
         select * from inventory.movement m
          where m.facility_id = f.facility_id and m.product_id = i.product_id
          order by m.seq desc limit $2
       ) m
       left join feed.file file on file.file_id = m.file_id
      where i.type = 'SKU' and i.value = $1
      order by m.seq desc limit $2`,
    [sku, limit],
  )
}
