import { locationNotFound } from '../catalog/not-as-asked.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { newPublishing, newShares, publishing } from '../http/contract/publishing.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { setSearchLag, watermarkOf } from '../orders/store.ts'
import * as outbox from '../outbox/store.ts'
import { keysDecidedBy, setSetting, setShares, settingOf, sharesOf } from './setting-store.ts'
import { knownShop } from './shop-routes.ts'

export type PublishingDeps = {
  db: Db
  clock: Clock
  /** What waits may go now. */
  switched(): void
}

/** How a shop's stock is written, and how its locations share what they have in common. */
export function publishingRoutes({ db, clock, switched }: PublishingDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/publishing',
      summary: 'How the stock of a shop is written',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: publishing,
      handle: async ({ params }) => publishingOf(db, params.code),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/publishing',
      summary: 'Says how the stock of a shop is written: as available or on hand, with its unseen sales subtracted or not',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newPublishing,
      answer: publishing,
      async handle({ params, body, who }) {
        const { reason, searchLagSeconds, ...given } = body
        await db.transaction(async tx => {
          const { shopId, code } = await knownShop(tx, params.code)
          const before = await publishingOf(tx, code)
          const old = await settingOf(tx, shopId)
          await setSetting(tx, shopId, { written: given.written ?? old.written, isMerged: given.isMerged ?? old.isMerged })
          if (searchLagSeconds !== undefined) await setSearchLag(tx, shopId, searchLagSeconds * 1_000)
          const at = clock.now()
          await outbox.wake(tx, await keysDecidedBy(tx, shopId), at)
          const after = await publishingOf(tx, code)
          await recordAudit(tx, {
            at,
            who: who.name,
            action: 'shop.publishing',
            subject: 'shop',
            name: code,
            before,
            after,
            ...(reason ? { reason } : {}),
          })
        })
        switched()
        return publishingOf(db, params.code)
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/shares',
      summary: 'Splits a pool: a location with a weight shows its part of the stock that it shares with others, and no more',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newShares,
      answer: publishing,
      async handle({ params, body, who }) {
        await db.transaction(async tx => {
          const { shopId, code } = await knownShop(tx, params.code)
          const before = await publishingOf(tx, code)
          const found = await setShares(tx, shopId, body.shares)
          const missing = body.shares.find(share => !found.includes(share.locationId))
          if (missing) throw locationNotFound(code, missing.locationId)
          const at = clock.now()
          await outbox.wake(tx, await keysDecidedBy(tx, shopId), at)
          const after = await publishingOf(tx, code)
          const { reason } = body
          await recordAudit(tx, {
            at,
            who: who.name,
            action: 'shop.shares',
            subject: 'shop',
            name: code,
            before,
            after,
            ...(reason ? { reason } : {}),
          })
        })
        switched()
        return publishingOf(db, params.code)
      },
    }),
  ]
}

async function publishingOf(sql: Sql, code: string): Promise<Answer<typeof publishing>> {
  const { shopId } = await knownShop(sql, code)
  const { searchLagMs } = await watermarkOf(sql, shopId)
  return { shop: code, ...(await settingOf(sql, shopId)), searchLagSeconds: searchLagMs / 1_000, shares: await sharesOf(sql, shopId) }
}
