import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { again, againAnswer, cancel } from '../http/contract/feed.ts'
import { decided, fileIdParams } from '../http/contract/file.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { importAgain } from './again-step.ts'
import { notWaiting, unknownFeed, unknownFile } from './feed-not-as-asked.ts'
import { feedCalled } from './feed-store.ts'
import type { FileRoom, Reception } from './port.ts'
import * as store from './store.ts'

export type AgainRouteDeps = { db: Db; clock: Clock; files: FileRoom; reception: Reception; arrived(): void }

/** What people may do with a file that is here: read it anew, or keep it from being read. */
export function againRoutes(deps: AgainRouteDeps): Route[] {
  const { db, clock, arrived } = deps
  return [
    jsonRoute({
      method: 'POST',
      path: '/files/:id/again',
      summary: 'Reads the kept original of a file anew, into its feed or another',
      tag: 'feed',
      role: 'operator',
      params: fileIdParams,
      body: again,
      answer: againAnswer,
      status: 201,
      async handle({ params, body, who }) {
        const into = body.feed === undefined ? null : await feedCalled(db, body.feed)
        if (body.feed !== undefined && into === null) throw unknownFeed(body.feed)
        const fileId = await importAgain(deps, params.id, into)
        const deed = {
          at: clock.now(),
          who: who.name,
          action: 'file.again',
          subject: 'file',
          name: String(params.id),
          before: null,
          after: { fileId, feed: body.feed },
        }
        await recordAudit(db, { ...deed, ...(body.reason ? { reason: body.reason } : {}) })
        arrived()
        return { fileId }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/files/:id/cancel',
      summary: 'Keeps a waiting file from being read',
      tag: 'feed',
      role: 'operator',
      params: fileIdParams,
      body: cancel,
      answer: decided,
      async handle({ params, body: { reason }, who }) {
        await db.transaction(async tx => {
          const state = await store.lockState(tx, params.id)
          if (state === null) throw unknownFile(params.id)
          if (state !== 'received') throw notWaiting(params.id, state)
          const now = clock.now()
          await store.markFailed(tx, { fileId: params.id, code: 'FILE_CANCELLED', reason: `${who.name} cancelled it: ${reason}`, now })
          const deed = { at: now, who: who.name, action: 'file.cancel', subject: 'file', name: String(params.id) }
          await recordAudit(tx, { ...deed, before: { state }, after: { state: 'failed' }, reason })
        })
        arrived()
        return { fileId: params.id, state: 'failed' as const, waitsForSecond: false }
      },
    }),
  ]
}
