import { shopCalled } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { addedShop } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { SIMULATED_SHOP, type SimulatedShop } from './simulated-shop.ts'

type Deps = {
  db: Db
  clock: Clock
  shop: Pick<SimulatedShop, 'connect'>
  /** A shop has to be read. */
  shopChanged(): void
}

/** A shop for whoever wants to see everything work before a real one is touched. */
export function simulatedShopRoutes({ db, clock, shop, shopChanged }: Deps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/simulated-shop',
      summary: 'Makes a simulated shop that sells what is known here, and connects it; asked again, it is the same one',
      tag: 'catalog',
      role: 'admin',
      answer: addedShop,
      status: 201,
      async handle({ who }) {
        const { code, name } = SIMULATED_SHOP
        const known = await shopCalled(db, code)
        const { apiUrl } = await shop.connect()
        const accessScope = (await shopCalled(db, code))?.accessScope ?? 'read_only'
        const before = known && { name: known.name, apiUrl: known.apiUrl, accessScope: known.accessScope }
        const after = { name, apiUrl, accessScope }
        await recordAudit(db, { at: clock.now(), who: who.name, action: 'shop.connect', subject: 'shop', name: code, before, after })
        shopChanged()
        return { code, ...after, isShadow: false }
      },
    }),
  ]
}
