import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { done, findingParams, findingsQuery, healthPage, silencing, taking } from '../http/contract/finding.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import * as store from './finding-store.ts'

export type FindingRouteDeps = {
  db: Db
  clock: Clock
  /** When everything was last looked at, which the clockwork knows; null: never. */
  lookedAt(): Promise<number | null>
}

/** What is wrong, since when, what it costs and what to press; and what people say about it. */
export function findingRoutes({ db, clock, lookedAt }: FindingRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/health/findings',
      summary: 'What is wrong, worst first; or what was, newest first',
      tag: 'health',
      role: 'viewer',
      query: findingsQuery,
      answer: healthPage,
      async handle({ query }) {
        const filter = { isOpen: query.state === 'open', code: query.code ?? null, shop: query.shop ?? null }
        const rows = await store.findingsPage(db, { ...filter, limit: query.pageSize, offset: offsetOf(query) })
        const page = await pageFrom(query, rows, () => store.countFindings(db, filter, TOTAL_COUNTED_MAX + 1))
        return { ...page, rows: page.rows.map(row => ({ ...row, since: row.since ?? row.foundAt })), lookedAt: await lookedAt() }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/health/findings/:findingId/take',
      summary: 'Says that you see to a finding, with a note for the others',
      tag: 'health',
      role: 'operator',
      params: findingParams,
      body: taking,
      answer: done,
      handle: ({ params, body, who }) =>
        onFinding(params.findingId, async (tx, finding) => {
          const at = clock.now()
          await store.takeFinding(tx, { findingId: finding.findingId, by: who.name, at, note: body.note ?? null })
          const before = { takenBy: finding.takenBy, note: finding.note }
          const after = { takenBy: who.name, note: body.note ?? finding.note }
          await recordAudit(tx, { ...deed(finding, who.name, at), action: 'finding.take', before, after })
        }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/health/findings/:findingId/silence',
      summary: 'Lets nobody be told of a finding for a time, or while it stays small',
      tag: 'health',
      role: 'operator',
      params: findingParams,
      body: silencing,
      answer: done,
      handle: ({ params, body, who }) =>
        onFinding(params.findingId, async (tx, finding) => {
          const at = clock.now()
          const { until, aboveUnits = null, reason } = body
          await store.silenceFinding(tx, { findingId: finding.findingId, until, aboveUnits, by: who.name, reason })
          const before = { until: finding.silencedUntil, aboveUnits: finding.silencedAboveUnits }
          await recordAudit(tx, { ...deed(finding, who.name, at), action: 'finding.silence', before, after: { until, aboveUnits }, reason })
        }),
    }),
  ]

  function onFinding(
    findingId: number,
    act: (tx: Parameters<Parameters<Db['transaction']>[0]>[0], finding: store.ListedFinding) => Promise<void>,
  ) {
    return db.transaction(async tx => {
      const finding = await store.lockFinding(tx, findingId)
      if (finding === null) throw over(findingId)
      await act(tx, finding)
      return { done: true }
    })
  }
}

function deed({ code, subject }: store.ListedFinding, who: string, at: number) {
  return { at, who, subject: 'finding', name: `${code} ${subject}` }
}

function over(findingId: number): TrueupError {
  return new TrueupError('HEALTH_FINDING_OVER', `The finding ${findingId} is over, or there is none of that number.`, {
    retry: 'never',
    hint: 'A finding ends by itself with its cause; look at the list again.',
    detail: { findingId },
  })
}
