import type { Sql } from '../db/connection.ts'
import { missingPage } from '../http/contract/belief.ts'
import { fileIdParams } from '../http/contract/file.ts'
import { offsetOf, pageFrom, pageQuery } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { missingCount, missingOf } from './missing-store.ts'

/** What the ledger knows of a file besides its movements. */
export function fileRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/files/:id/missing',
      summary: 'Positions that the snapshot before counted and this one does not, those with the most units first',
      tag: 'inventory',
      role: 'viewer',
      params: fileIdParams,
      query: pageQuery,
      answer: missingPage,
      async handle({ params, query }) {
        const rows = await missingOf(db, { fileId: params.id, limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, rows, () => missingCount(db, params.id))
      },
    }),
  ]
}
