import { Buffer } from 'node:buffer'
import { recordAudit } from '../db/audit.ts'
import type { Sql } from '../db/connection.ts'
import { ledgerMonths, ledgerPolicy, ledgerPolicyChange, monthParams, stockAtQuery, stockAtSku } from '../http/contract/ledger.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import { skuParams } from '../http/contract/stock.ts'
import { csvLine } from './csv.ts'
import type { LedgerRouteDeps } from './document-routes.ts'
import type { Month } from './month.ts'
import * as store from './month-store.ts'

/** The ledger by its months: how long it is kept, what each weighs, its export; and what was where at an instant. */
export function monthRoutes({ db, clock }: LedgerRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/ledger/months',
      summary: 'The months of the ledger, what each weighs, and whether it was exported',
      tag: 'inventory',
      role: 'viewer',
      answer: ledgerMonths,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await store.monthsOf(db), policy: await store.policyOf(db) }),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/ledger/policy',
      summary: 'Says for how many months history is kept, and whether a month goes only when it was exported',
      tag: 'inventory',
      role: 'admin',
      body: ledgerPolicyChange,
      answer: ledgerPolicy,
      handle: ({ body: { reason, ...policy }, who }) =>
        db.transaction(async tx => {
          const before = await store.policyOf(tx)
          await store.setPolicy(tx, policy)
          await recordAudit(tx, {
            at: clock.now(),
            who: who.name,
            action: 'ledger.policy',
            subject: 'ledger',
            name: 'policy',
            before,
            after: policy,
            ...(reason === undefined ? {} : { reason }),
          })
          return policy
        }),
    }),
    downloadRoute({
      path: '/ledger/months/:month/export',
      summary: 'Every movement of a month as CSV; a month that was exported whole may be purged',
      tag: 'inventory',
      role: 'operator',
      params: monthParams,
      handle: async ({ params, who }) => ({
        fileName: `ledger ${params.month}.csv`,
        mediaType: 'text/csv; charset=utf-8',
        chunks: exported(db, params.month as Month, movements =>
          store.recordExport(db, { month: params.month as Month, movements, who: who.name, now: clock.now() }),
        ),
      }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/at',
      summary: 'What of a SKU was where at an instant: as it was known then, and as it is known now',
      tag: 'inventory',
      role: 'viewer',
      params: skuParams,
      query: stockAtQuery,
      answer: stockAtSku,
      handle: async ({ params, query }) => ({
        sku: params.sku,
        at: query.at,
        rows: await store.stockAt(db, { sku: params.sku, at: query.at }),
      }),
    }),
  ]
}

const EXPORT_PAGE_ROWS = 5_000

const COLUMNS = [
  ...['seq', 'recordedAt', 'effectiveAt', 'facility', 'sku', 'product', 'bin', 'onHandUnits', 'reservedUnits', 'reason', 'reference'],
  ...['documentId', 'fileId', 'line', 'byteOffset'],
]

/** Only who has the last byte has the month. */
async function* exported(sql: Sql, month: Month, whole: (movements: number) => Promise<void>): AsyncIterable<Uint8Array> {
  yield Buffer.from(csvLine(COLUMNS))
  let movements = 0
  let after: store.ExportedMovement | null = null
  for (;;) {
    const page: store.ExportedMovement[] = await store.pageOfMonth(sql, { month, after, limit: EXPORT_PAGE_ROWS })
    if (page.length > 0) yield Buffer.from(page.map(row => csvLine(COLUMNS.map(column => row[column] ?? null))).join(''))
    movements += page.length
    after = page.at(-1) ?? null
    if (page.length < EXPORT_PAGE_ROWS) break
  }
  await whole(movements)
}
