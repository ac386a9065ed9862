import { type OpenShop, openShop } from '../adapters/shopify/shop.ts'
import { enabledShops, type Shop } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import type { SecretBox } from './secret-box.ts'

export type Shops = {
  /**
   * Does one room's work for every enabled shop and adds the reports up. One shop's trouble does not keep the others
   * waiting: it is thrown when all have had their turn.
   */
  each(work: (shop: Shop, port: OpenShop) => Promise<StepReport>): Promise<StepReport>
}

/** Opens each shop once, and again when its address or token changed. */
export function openShops(deps: { db: Db; box: SecretBox; clock: Clock; sleep: Sleep; fetch: typeof fetch }): Shops {
  const open = new Map<string, OpenShop>()
  return {
    async each(work) {
      const total: StepReport = { read: 0, wrote: 0, more: false }
      const failures: unknown[] = []
      for (const shop of await enabledShops(deps.db)) {
        try {
          const report = await work(shop, portOf(shop))
          total.read += report.read
          total.wrote += report.wrote
          total.more ||= report.more
          if (report.notes) total.notes = { ...total.notes, ...report.notes }
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return total
    },
  }

  function portOf(shop: Shop): OpenShop {
    const key = `${shop.shopId} ${shop.apiUrl} ${shop.apiVersion} ${shop.tokenSealed}`
    const known = open.get(key)
    if (known) return known
    if (shop.tokenSealed === null) throw noToken(shop)
    const { clock, sleep, fetch } = deps
    const port = openShop({
      apiUrl: shop.apiUrl,
      apiVersion: shop.apiVersion,
      accessToken: deps.box.open(shop.tokenSealed),
      fetch,
      clock,
      sleep,
    })
    open.set(key, port)
    return port
  }
}

function noToken(shop: Shop): TrueupError {
  return new TrueupError('SHOP_TOKEN_MISSING', `shop ${shop.code} has no access token`, {
    retry: 'after-operator',
    hint: 'Enter the access token of the app that is installed in the shop.',
    detail: { shop: shop.code },
  })
}
