import { shopNotFound } from '../catalog/not-as-asked.ts'
import { type Shop, shopCalled } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { conformBody, conformParams, conformReport } from '../http/contract/conform.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { ConformReport } from './conform-port.ts'

type Deps = {
  db: Db
  clock: Clock
  conform(shop: Shop, options: { isSure: boolean; signal: AbortSignal }): Promise<ConformReport>
}

/** Settles against a real development shop what the simulated one assumes. */
export function conformRoutes({ db, clock, conform }: Deps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/shops/:shop/conform',
      summary: 'Ask a development shop what documentation leaves open; its stock is put back',
      tag: 'channel',
      role: 'admin',
      params: conformParams,
      body: conformBody,
      answer: conformReport,
      async handle({ params, body, who, signal }) {
        const shop = await shopCalled(db, params.shop)
        if (shop === null) throw shopNotFound(params.shop)
        const deed = { action: 'shop.conform', subject: 'shop', name: shop.code, before: null, after: null }
        await recordAudit(db, { at: clock.now(), who: who.name, ...deed })
        const alone = await db.alone(`shop ${shop.shopId}`, () => conform(shop, { isSure: body.isSure, signal }))
        if (alone.ran) return alone.result
        throw new TrueupError('SHOP_BUSY', `Somebody else speaks to ${shop.code} just now.`, {
          retry: 'backoff',
          hint: 'Try again in a minute, or pause Process Uploads to eCommerce meanwhile.',
        })
      },
    }),
  ]
}
