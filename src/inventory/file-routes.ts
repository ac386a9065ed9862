import type { Db } from '../db/connection.ts'
import { missingPage } from '../http/contract/belief.ts'
import { decision, fileIdParams } from '../http/contract/file.ts'
import { offsetOf, pageFrom, pageQuery } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { undoEffect } from '../http/contract/undo.ts'
import type { Clock } from '../kernel/clock.ts'
import { missingCount, missingOf } from './missing-store.ts'
import { previewUndo, undoFile } from './undo-step.ts'

export type FileRouteDeps = {
  db: Db
  clock: Clock
  /** Stock has moved. */
  moved(): void
}

/** What the ledger knows of a file besides its movements. */
export function fileRoutes({ db, clock, moved }: FileRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/files/:id/undo',
      summary: 'What taking a file back would do, position by position; nothing of it is done',
      tag: 'inventory',
      role: 'viewer',
      params: fileIdParams,
      answer: undoEffect,
      handle: ({ params }) => previewUndo({ db }, params.id),
    }),
    jsonRoute({
      method: 'POST',
      path: '/files/:id/undo',
      summary: 'Takes a file back by movements against it; a later count stands, and sales since stay sold',
      tag: 'inventory',
      role: 'operator',
      params: fileIdParams,
      body: decision,
      answer: undoEffect,
      async handle({ params, body, who }) {
        const effect = await undoFile({ db, clock }, { fileId: params.id, who: who.name, reason: body.reason })
        moved()
        return effect
      },
    }),
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
