import type { Sql } from '../db/connection.ts'
import { type auditEntry, auditList, auditQuery } from './contract/audit.ts'
import type { Answer } from './contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from './contract/page.ts'
import { jsonRoute, type Route } from './contract/route.ts'

const MATCHING = `($1::text is null or who = $1) and ($2::text is null or action = $2)
          and ($3::text is null or subject = $3) and ($4::text is null or name = $4)`

/** Who did what, when and why: the append-only log of every deed. */
export function auditRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/audit',
      summary: 'What people did, newest first',
      tag: 'audit',
      role: 'viewer',
      query: auditQuery,
      answer: auditList,
      async handle({ query }) {
        const matching = [query.who ?? null, query.action ?? null, query.subject ?? null, query.name ?? null]
        const rows = await db.query<Answer<typeof auditEntry>>(
          `select seq, at, who, action, subject, name, before, after, reason from audit.entry
            where ${MATCHING} order by seq desc limit $5 offset $6`,
          [...matching, query.pageSize, offsetOf(query)],
        )
        return pageFrom(query, rows, async () => {
          const counted = await db.query<{ n: number }>(
            `select count(*) as n from (select 1 from audit.entry where ${MATCHING} limit $5) counted`,
            [...matching, TOTAL_COUNTED_MAX + 1],
          )
          return counted[0]?.n ?? 0
        })
      },
    }),
  ]
}
