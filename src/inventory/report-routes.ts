import { Buffer } from 'node:buffer'
import { recordAudit } from '../db/audit.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { reportParams, reportsPage, reportsQuery, reportTargetChange, reportTargetParams, reportTargets } from '../http/contract/report.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import { TrueupError } from '../kernel/error.ts'
import type { LedgerRouteDeps } from './document-routes.ts'
import { type ReportSources, sourceOf } from './report-step.ts'
import * as store from './report-store.ts'

/** The files that go out: where to, what waits, and what became of each. */
export function reportRoutes({ db, clock, sources }: Omit<LedgerRouteDeps, 'moved'> & { sources: ReportSources }): Route[] {
  const targetsNow = async () => {
    const rows = await store.targets(db)
    const waiting = await Promise.all(rows.map(({ kind }) => sourceOf(kind, sources).waiting(db)))
    return {
      rows: rows.map((row, at) => ({ ...row, waiting: waiting[at] ?? { lines: 0, oldestAt: null } })),
      withoutAccount: await store.withoutAccount(db),
    }
  }
  return [
    jsonRoute({
      method: 'GET',
      path: '/reports',
      summary: 'Files that went out, newest first',
      tag: 'inventory',
      role: 'viewer',
      query: reportsQuery,
      answer: reportsPage,
      async handle({ query }) {
        const rows = await db.query<store.Report>(
          `select ${store.REPORT_COLUMNS} from inventory.report order by report_id desc limit $1 offset $2`,
          [query.pageSize, offsetOf(query)],
        )
        return pageFrom(query, rows, async () => (await db.query<{ n: number }>('select count(*) as n from inventory.report'))[0]?.n ?? 0)
      },
    }),
    downloadRoute({
      path: '/reports/:id/file',
      summary: 'The lines of a file that went out',
      tag: 'inventory',
      role: 'viewer',
      params: reportParams,
      async handle({ params }) {
        const report = await store.reportById(db, params.id)
        if (report === null) throw unknownReport(params.id)
        const content = await sourceOf(report.kind, sources).content(db, report.reportId)
        return { fileName: report.name, mediaType: 'text/csv; charset=utf-8', chunks: only(content) }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/report-targets',
      summary: 'Which files go out where, what waits for the next one, and which reasons have no account yet',
      tag: 'inventory',
      role: 'viewer',
      answer: reportTargets,
      wholeLists: ['rows'],
      handle: targetsNow,
    }),
    jsonRoute({
      method: 'PUT',
      path: '/report-targets/:kind',
      summary: 'Says where files of a kind go, and how often',
      tag: 'inventory',
      role: 'admin',
      params: reportTargetParams,
      body: reportTargetChange,
      answer: reportTargets,
      async handle({ params, body, who }) {
        await db.transaction(async tx => {
          const before = (await store.targets(tx)).find(one => one.kind === params.kind) ?? null
          await store.setTarget(tx, { kind: params.kind, ...body })
          await recordAudit(tx, {
            at: clock.now(),
            who: who.name,
            action: 'report.target',
            subject: 'report',
            name: params.kind,
            before,
            after: body,
          })
        })
        return targetsNow()
      },
    }),
  ]
}

async function* only(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

function unknownReport(reportId: number): TrueupError {
  return new TrueupError('INVENTORY_REPORT_NOT_FOUND', `There is no outgoing file ${reportId}.`, {
    retry: 'never',
    hint: 'Look for it in the list of outgoing files.',
    detail: { reportId },
  })
}
