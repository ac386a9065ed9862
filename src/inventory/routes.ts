import { Buffer } from 'node:buffer'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import { type movement, movementList, movementsQuery, skuParams } from '../http/contract/stock.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { csvLine } from './csv.ts'

/** Which movements made the stock what it is. */
export function inventoryRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/movements',
      summary: 'The movements of a SKU, newest first, with what was there after each, and where each came from',
      tag: 'inventory',
      role: 'viewer',
      params: skuParams,
      query: movementsQuery,
      answer: movementList,
      async handle({ params, query }) {
        const rows = await movementsOf(db, { ...query, sku: params.sku, limit: query.limit + 1 })
        return { rows: rows.slice(0, query.limit).map(withFile), isMore: rows.length > query.limit }
      },
    }),
    downloadRoute({
      path: '/stock/:sku/movements/export',
      summary: 'Every movement of a SKU as CSV',
      tag: 'inventory',
      role: 'viewer',
      params: skuParams,
      handle: async ({ params }) => ({
        fileName: `${params.sku} movements.csv`,
        mediaType: 'text/csv; charset=utf-8',
        chunks: exported(db, params.sku),
      }),
    }),
  ]
}

type MovementRow = Omit<Answer<typeof movement>, 'file'> & { fileId: number | null; fileName: string | null; line: number | null }

function withFile({ fileId, fileName, line, ...row }: MovementRow): Answer<typeof movement> {
  return { ...row, file: fileId === null ? null : { id: fileId, name: fileName ?? `file ${fileId}`, line } }
}

type Wanted = { sku: string; limit: number; facility?: string | undefined; reason?: string | undefined; before?: number | undefined }

/**
 * Facility by facility, since the ledger is kept so: each gives its newest, of which the newest are shown. What was there
 * after a movement is what is there now, less everything that came later: nothing of it is stored.
 */
async function movementsOf(sql: Sql, { sku, limit, facility, reason, before }: Wanted): Promise<MovementRow[]> {
  return sql.query<MovementRow>(
    `select m.seq, m.recorded_at as "recordedAt", m.effective_at as "effectiveAt", f.name as facility, m.bin, m.on_hand_units as "onHandUnits",
            m.reserved_units as "reservedUnits", (p.on_hand_units - m.later_on_hand)::integer as "onHandAfterUnits",
            (p.reserved_units - m.later_reserved)::integer as "reservedAfterUnits", m.reason, r.label as "reasonLabel", m.reference,
            coalesce(d.who, e.name) as who, d.comment, m.document_id as "documentId",
            m.document_id is not null and exists (select 1 from inventory.document back where back.reverses = m.document_id) as "isTakenBack", m.file_id as "fileId", file.name as "fileName", m.line
       from catalog.product_identifier i
       cross join catalog.facility f
       join inventory.position p on p.facility_id = f.facility_id and p.product_id = i.product_id
       cross join lateral (
         select coalesce(sum(on_hand_units), 0) as on_hand, coalesce(sum(reserved_units), 0) as reserved
           from inventory.movement n
          where $5::bigint is not null and n.facility_id = f.facility_id and n.product_id = i.product_id and n.seq >= $5
       ) shown
       cross join lateral (
         select one.*,
                shown.on_hand + coalesce(sum(on_hand_units) over newer, 0) as later_on_hand,
                shown.reserved + coalesce(sum(reserved_units) over newer, 0) as later_reserved
           from inventory.movement one
          where one.facility_id = f.facility_id and one.product_id = i.product_id and ($5::bigint is null or one.seq < $5)
         window newer as (order by one.seq desc rows between unbounded preceding and 1 preceding)
          order by one.seq desc
          limit case when $4::text is null then $2::bigint end
       ) m
       left join inventory.reason r on r.reason = m.reason
       left join inventory.document d on d.document_id = m.document_id
       left join feed.file file on file.file_id = m.file_id
       left join feed.feed e on e.feed_id = file.feed_id
      where i.type = 'SKU' and i.value = $1
        and ($3::text is null or f.code = $3) and ($4::text is null or m.reason = $4)
      order by m.seq desc limit $2`,
    [sku, limit, facility ?? null, reason ?? null, before ?? null],
  )
}

const EXPORT_PAGE_ROWS = 1_000

const EXPORTED = [
  ...['seq', 'recordedAt', 'effectiveAt', 'facility', 'bin', 'onHandUnits', 'reservedUnits', 'onHandAfterUnits', 'reservedAfterUnits'],
  ...['reason', 'reference', 'who', 'comment', 'documentId', 'fileName', 'line'],
] as const

async function* exported(sql: Sql, sku: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(csvLine(EXPORTED))
  let before: number | undefined
  for (;;) {
    const page = await movementsOf(sql, { sku, limit: EXPORT_PAGE_ROWS, before })
    if (page.length > 0) yield Buffer.from(page.map(row => csvLine(EXPORTED.map(column => columnOf(row, column)))).join(''))
    before = page.at(-1)?.seq
    if (before === undefined || page.length < EXPORT_PAGE_ROWS) return
  }
}

function columnOf(row: MovementRow, column: (typeof EXPORTED)[number]): string | number | null {
  const value = row[column]
  return column === 'recordedAt' || column === 'effectiveAt' ? new Date(value as InstantMs).toISOString() : (value ?? null)
}
