import { setAccessScope } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { compareAsked, goLive, wentLive } from '../http/contract/shadow.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { mayGoLive } from './shadow.ts'
import { turnShadow } from './shadow-step.ts'
import * as store from './shadow-store.ts'
import { knownShop } from './shop-routes.ts'

export type LiveRouteDeps = {
  db: Db
  clock: Clock
  /** A person waits for a list. */
  compareNow(): void
  switched(): void
}

/** A shop is let go live by whoever has seen what that would change there. */
export function liveRoutes({ db, clock, compareNow, switched }: LiveRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/shadow/compare',
      summary: 'Has a shop that runs in shadow compared now: what would be written there, and over what',
      tag: 'channel',
      role: 'operator',
      params: shopParams,
      answer: compareAsked,
      status: 202,
      async handle({ params, who }) {
        const shop = await knownShop(db, params.code)
        const askedAt = clock.now()
        await db.transaction(async tx => {
          if (!(await store.isShadow(tx, shop.shopId))) throw notInShadow(shop.code)
          await store.askToCompare(tx, shop.shopId, askedAt)
          const deed = { action: 'shop.compare', subject: 'shop', name: shop.code, before: null, after: null }
          await recordAudit(tx, { at: askedAt, who: who.name, ...deed })
        })
        compareNow()
        return { shop: shop.code, askedAt }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/live',
      summary: 'Lets a shop go live: the list of what changes was seen, and from now on it is written',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: goLive,
      answer: wentLive,
      async handle({ params, body, who }) {
        const now = clock.now()
        const shop = await knownShop(db, params.code)
        const run = await seenRun(db, { ...shop, runId: body.runId, now })
        await db.transaction(async tx => {
          const before = { accessScope: shop.accessScope, isShadow: await store.isShadow(tx, shop.shopId) }
          await setAccessScope(tx, shop.shopId, 'read_and_write')
          await turnShadow(tx, shop.shopId, false)
          await store.setLive(tx, shop.shopId, now)
          await recordAudit(tx, {
            ...{ at: now, who: who.name, action: 'shop.live', subject: 'shop', name: shop.code, before },
            after: { accessScope: 'read_and_write', isShadow: false, levels: run.levels, different: run.different, units: run.units },
            ...(body.reason ? { reason: body.reason } : {}),
          })
        })
        switched()
        return { shop: shop.code, levels: run.levels, different: run.different, units: run.units }
      },
    }),
  ]
}

/** The newest list, when it is the one that was seen and still speaks of the shop as it is. */
async function seenRun(sql: Sql, { code, shopId, runId, now }: { code: string; shopId: number; runId: number; now: number }) {
  const [newest = null] = await store.runsOf(sql, shopId, 1)
  if (newest !== null && mayGoLive(newest, runId, now)) return newest
  throw new TrueupError('CHANNEL_NOT_COMPARED', `What going live would change in ${code} was not seen, or is older than an hour.`, {
    retry: 'after-operator',
    hint: 'Compare it anew, look at the list, and go live with that one.',
    detail: { shop: code, runId, newest: newest?.runId ?? null },
  })
}

function notInShadow(code: string): TrueupError {
  return new TrueupError('CHANNEL_NOT_IN_SHADOW', `${code} does not run in shadow.`, {
    retry: 'after-operator',
    hint: 'Have it run in shadow first: then nothing is written while it is compared.',
    detail: { shop: code },
  })
}
