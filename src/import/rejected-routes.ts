import { candidates, facilityNames } from '../catalog/identifier-store.ts'
import { type Candidate, nearest } from '../catalog/near.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { fileIdParams, uploaded } from '../http/contract/file.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { exportQuery, rejectedQuery, rejectedRows, retry, unknownPage, unknownQuery } from '../http/contract/rejected.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { safeCell } from '../kernel/csv-line.ts'
import { TrueupError } from '../kernel/error.ts'
import { correctionName, exportedHeader, exportedRow, type RejectedCells } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import * as store from './rejected-store.ts'
import { type Bring, encoded } from './waiting-step.ts'
import type { WorkbookWriter } from './workbook-port.ts'

export type RejectedRouteDeps = {
  db: Db
  clock: Clock
  writeWorkbook: WorkbookWriter
  bring: Bring
}

/** The rejected rows of a file, and their ways back. */
export function rejectedRoutes({ db, clock, writeWorkbook, bring }: RejectedRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/files/:id/rows',
      summary: 'The rejected rows of a file, cell by cell; accepted ones are counted and not kept',
      tag: 'import',
      role: 'viewer',
      params: fileIdParams,
      query: rejectedQuery,
      answer: rejectedRows,
      async handle({ params, query }) {
        const rows = await store.rejectedPageOf(db, params.id, query, { limit: query.pageSize, offset: offsetOf(query) })
        const page = await pageFrom(query, rows, () => store.countRejected(db, params.id, query))
        return { ...page, header: (await store.headerOf(db, params.id)) ?? [] }
      },
    }),
    downloadRoute({
      path: '/files/:id/rows/export',
      summary: 'The rows that still wait, with their own columns, code, reason and reference: mend them and drop the file back as it is',
      tag: 'import',
      role: 'viewer',
      params: fileIdParams,
      query: exportQuery,
      async handle({ params, query }) {
        const file = await fileOf(db, params.id)
        const rows = store.waitingRows(db, params.id)
        const fileName = correctionName(file.name, query.format)
        if (query.format === 'csv')
          return { fileName, mediaType: 'text/csv; charset=utf-8', chunks: encoded(correctionCsv(file.header, rows)) }
        const chunks = writeWorkbook({ name: 'Rejected rows', rows: workbookRows(file.header, rows) })
        return { fileName, mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', chunks }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/files/:id/rows/retry',
      summary: 'Takes single rows anew, mended or as they stand: they come in as a correction of their file',
      tag: 'import',
      role: 'operator',
      params: fileIdParams,
      body: retry,
      answer: uploaded,
      async handle({ params, body, who }) {
        const file = await fileOf(db, params.id)
        const mended = new Map(body.rows.map(row => [row.line, row.cells]))
        const waiting = await store.waitingLines(db, params.id, [...mended.keys()])
        if (waiting.length === 0) throw nothingWaits(params.id)
        const rows = waiting.map(row => ({ ...row, cells: mended.get(row.line) ?? row.cells }))
        const { fileId } = await bring({
          ...{ feedId: file.feedId, name: correctionName(file.name, 'csv'), corrects: file.rootId },
          chunks: encoded(correctionCsv(file.header, once(rows))),
        })
        await recordAudit(db, {
          ...{ at: clock.now(), who: who.name, action: 'file.correct', subject: 'file', name: file.name },
          ...{ before: waiting.map(({ line, cells }) => ({ line, cells })), after: rows.map(({ line, cells }) => ({ line, cells })) },
        })
        return { fileId }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/import/unknown',
      summary: 'Names of products and facilities for which rows wait, those with the most rows first, and what could be meant',
      tag: 'import',
      role: 'viewer',
      query: unknownQuery,
      answer: unknownPage,
      async handle({ query }) {
        const wanted = { fileId: query.file ?? null, limit: query.pageSize, offset: offsetOf(query) }
        const rows = await store.unknownNames(db, wanted)
        const near = await nearTo(db, rows)
        return pageFrom(
          query,
          rows.map((row, index) => ({ ...row, near: near[index] ?? [] })),
          () => store.countUnknown(db, wanted.fileId),
        )
      },
    }),
  ]
}

const NEAR_MAX = 3
const FACILITY_TYPES: readonly string[] = ['facilityId', 'externalFacilityId']

type Near = { type: string; value: string; name: string; why: string }

/** What could be meant by each of these names, the nearest first. */
async function nearTo(sql: Sql, unknown: readonly Candidate[]): Promise<Near[][]> {
  const products = unknown.map(one => (FACILITY_TYPES.includes(one.type) ? { type: '', value: '' } : one))
  const known = await candidates(sql, products)
  const facilities = unknown.some(one => FACILITY_TYPES.includes(one.type)) ? await facilityNames(sql) : []
  return unknown.map((one, index) => {
    const among: (Candidate & { name: string; code: string | null })[] = FACILITY_TYPES.includes(one.type)
      ? facilities.flatMap(({ code, name, externalId }) =>
          [code, name, externalId].flatMap(value => (value === null ? [] : [{ type: one.type, value, name, code }])),
        )
      : known.filter(candidate => candidate.of === index).map(candidate => ({ ...candidate, code: null }))
    return nearest(one, among, NEAR_MAX).map(({ type, value, name, why, code }) => ({ type, value: code ?? value, name, why }))
  })
}

async function* once<Row>(rows: Row): AsyncIterable<Row> {
  yield rows
}

async function* workbookRows(header: readonly string[], pages: AsyncIterable<readonly RejectedCells[]>): AsyncIterable<string[][]> {
  const columns = header.length === 0 ? ['row'] : header
  yield [exportedHeader(columns)]
  for await (const rows of pages) yield rows.map(row => exportedRow(row, columns).map(safeText))
}

/** A workbook's plain number calculates nothing; every other cell is guarded as in a CSV. */
function safeText(cell: string): string {
  return /^-[1-9]\d{0,8}$/.test(cell) ? cell : safeCell(cell)
}

type Corrected = { name: string; feedId: number; rootId: number; header: string[] }

async function fileOf(sql: Sql, fileId: number): Promise<Corrected> {
  const rows = await sql.query<Corrected>(
    `select f.name, f.feed_id as "feedId", case when f.parent_kind = 'correction' then f.parent_file_id else f.file_id end as "rootId",
            coalesce(v.header, '{}') as header
       from feed.file f left join import.verdict v using (file_id) where f.file_id = $1`,
    [fileId],
  )
  if (!rows[0]) throw unknownFile(fileId)
  return rows[0]
}

function unknownFile(fileId: number): TrueupError {
  return new TrueupError('FILE_NOT_FOUND', `There is no file ${fileId}.`, {
    retry: 'never',
    hint: 'Look for it in the list of files.',
    detail: { fileId },
  })
}

function nothingWaits(fileId: number): TrueupError {
  return new TrueupError('FILE_ROWS_AT_HOME', `None of these rows of file ${fileId} waits any more.`, {
    retry: 'never',
    hint: 'Look at the file again: somebody may have corrected them meanwhile.',
    detail: { fileId },
  })
}
