import { recordAudit } from '../db/audit.ts'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { checkList, documentParams, done, repaired, type SCHEDULED_STATES, scheduledPage, scheduledQuery } from '../http/contract/ledger.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { TrueupError } from '../kernel/error.ts'
import { checkLedger, repairLedger } from './check-store.ts'
import type { LedgerRouteDeps } from './document-routes.ts'
import * as scheduled from './scheduled-store.ts'

/** The queue of due changes, and whether positions are what their movements add up to. */
export function ledgerRoutes({ db, clock, moved }: LedgerRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/ledger/scheduled',
      summary: 'Changes that wait for their instant, and those whose instant came',
      tag: 'inventory',
      role: 'viewer',
      query: scheduledQuery,
      answer: scheduledPage,
      async handle({ query }) {
        const wanted = [query.state ?? null, query.sku ?? null]
        const rows = await db.query<ScheduledRow>(
          `select * from (${SCHEDULED}) s where ${WANTED} order by s."dueAt" desc, s.id desc limit $3 offset $4`,
          [...wanted, query.pageSize, offsetOf(query)],
        )
        return pageFrom(query, rows, async () => {
          const counted = await db.query<{ n: number }>(
            `select count(*) as n from (select 1 from (${SCHEDULED}) s where ${WANTED} limit $3) counted`,
            [...wanted, TOTAL_COUNTED_MAX + 1],
          )
          return counted[0]?.n ?? 0
        })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/ledger/scheduled/:id/cancel',
      summary: 'Takes a change out of the queue before its instant comes',
      tag: 'inventory',
      role: 'operator',
      params: documentParams,
      answer: done,
      async handle({ params, who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          const before = await scheduled.cancel(tx, { scheduledId: params.id, who: who.name, now })
          if (before === null) throw notWaiting(params.id)
          const deed = { action: 'scheduled.cancel', subject: 'scheduled', name: String(params.id), before, after: null }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
        })
        return { ok: true as const }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/ledger/checks',
      summary: 'When every position was last added up from its movements, and whether one differed',
      tag: 'inventory',
      role: 'viewer',
      answer: checkList,
      handle: async () => ({ rows: await lastChecks(db) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/ledger/check',
      summary: 'Adds every position up from its movements now',
      tag: 'inventory',
      role: 'operator',
      answer: checkList,
      async handle({ who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          await checkLedger(tx, now)
          const deed = { action: 'ledger.check', subject: 'ledger', name: 'positions', before: null, after: null }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
        })
        return { rows: await lastChecks(db) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/ledger/repair',
      summary: 'Brings positions back to what their movements add up to; each repaired one gets a movement that says so',
      tag: 'inventory',
      role: 'admin',
      answer: repaired,
      async handle({ who }) {
        const now = clock.now()
        const result = await db.transaction(async tx => {
          const mended = await repairLedger(tx, { who: who.name, now })
          const deed = { action: 'ledger.repair', subject: 'ledger', name: 'positions', before: null, after: mended }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
          return mended
        })
        moved()
        return result
      },
    }),
  ]
}

type ScheduledRow = Answer<typeof scheduledPage>['rows'][number] & { state: (typeof SCHEDULED_STATES)[number] }

const SCHEDULED = `
  select q.scheduled_id as id,
         case when q.done_at is not null then 'done' when q.cancelled_at is not null then 'cancelled' when q.code is not null then 'refused' else 'waiting' end as state,
         q.kind, (select min(i.value) from catalog.product_identifier i where i.type = 'SKU' and i.product_id = q.product_id) as sku,
         p.name as product, f.name as facility, q.bin, q.units, q.reason, q.reference, q.due_at as "dueAt", q.who, q.code, q.document_id as "documentId"
    from inventory.scheduled q join catalog.product p using (product_id) join catalog.facility f using (facility_id)`

const WANTED = '($1::text is null or s.state = $1) and ($2::text is null or s.sku = $2)'

const CHECKS_SHOWN_MAX = 30

async function lastChecks(sql: Sql): Promise<Answer<typeof checkList>['rows']> {
  return sql.query(
    `select checked_at as "checkedAt", positions, differing from inventory.check_run order by checked_at desc limit ${CHECKS_SHOWN_MAX}`,
  )
}

function notWaiting(scheduledId: number): TrueupError {
  return new TrueupError('INVENTORY_SCHEDULED_NOT_WAITING', `The scheduled change ${scheduledId} waits no longer.`, {
    retry: 'never',
    hint: 'It took effect or was cancelled. What took effect is taken back by reversing its document.',
    detail: { scheduledId },
  })
}
