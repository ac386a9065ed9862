import { Buffer } from 'node:buffer'
import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import { diffPage, diffQuery, type diffRow, diffSummary } from '../http/contract/diff.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { isMoving, saidOf } from './diff.ts'
import * as store from './diff-store.ts'
import { syncFigures } from './tally-store.ts'

const EXPORTED_AT_ONCE = 1_000

/** ERP beside Trueup beside Shopify: every level that is not equal, by cause, with the units at stake. */
export function diffRoutes({ db, clock }: { db: Sql; clock: Clock }): Route[] {
  const wantedOf = (query: z.output<typeof diffQuery>): store.DiffWanted => ({
    ...{ cause: query.cause ?? null, shop: query.shop ?? null, search: query.search || null, now: clock.now() },
  })
  return [
    jsonRoute({
      method: 'GET',
      path: '/diff/causes',
      summary: 'How many levels are equal, and why the others are not, with the units at stake',
      tag: 'reconcile',
      role: 'viewer',
      answer: diffSummary,
      async handle() {
        const { levels, levelsEqual } = await syncFigures(db)
        const groups = (await store.causes(db, clock.now())).map(group => ({
          ...group,
          said: saidOf(group.cause),
          isMoving: isMoving(group.cause),
        }))
        return { levels, levelsEqual, groups }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/diff',
      summary: 'Levels that are not equal: what files said, what is promised, what the shop shows; largest first',
      tag: 'reconcile',
      role: 'viewer',
      query: diffQuery,
      answer: diffPage,
      async handle({ query }) {
        const wanted = wantedOf(query)
        const rows = await store.apart(db, { ...wanted, limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, rows.map(withWords), () => store.countApart(db, wanted, TOTAL_COUNTED_MAX + 1))
      },
    }),
    downloadRoute({
      path: '/diff/export',
      summary: 'The same as CSV, to the last level',
      tag: 'reconcile',
      role: 'viewer',
      query: diffQuery,
      handle: async ({ query }) => ({ fileName: 'diff.csv', mediaType: 'text/csv; charset=utf-8', chunks: exported(db, wantedOf(query)) }),
    }),
  ]
}

function withWords(row: store.DiffRow): Answer<typeof diffRow> {
  return { ...row, said: saidOf(row.cause) }
}

async function* exported(db: Sql, wanted: store.DiffWanted): AsyncIterable<Uint8Array> {
  yield Buffer.from('sku,shop,location,erp,onHand,promised,shopify,cause,units\r\n')
  for (let offset = 0; ; offset += EXPORTED_AT_ONCE) {
    const rows = await store.apart(db, { ...wanted, limit: EXPORTED_AT_ONCE, offset })
    if (rows.length > 0) yield Buffer.from(rows.map(lineOf).join(''))
    if (rows.length < EXPORTED_AT_ONCE) return
  }
}

function lineOf(row: store.DiffRow): string {
  const cells = [row.sku, row.shop, row.location, row.erpUnits, row.onHandUnits, row.promisedUnits, row.shopUnits, row.cause, row.units]
  return `${cells.map(cellOf).join(',')}\r\n`
}

/** A name that a spreadsheet would take for a formula is kept a name. */
function cellOf(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
