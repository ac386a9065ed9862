import { recordAudit } from '../db/audit.ts'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { newSetting, settingsOfSku } from '../http/contract/place.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { skuParams } from '../http/contract/stock.ts'
import { productOfSku } from './kit-store.ts'
import { facilityNotFound, groupNotFound, skuNotFound } from './not-as-asked.ts'
import type { PlaceRouteDeps } from './place-routes.ts'
import { channelCalled, facilityCalled } from './place-store.ts'
import * as store from './setting-store.ts'

/** What is said of one product at a facility or in a channel. */
export function settingRoutes({ db, clock, switched }: PlaceRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/stock/:sku/settings',
      summary: 'Safety stock, thresholds and switches that are said of a SKU itself; where nothing is said, rules and defaults hold',
      tag: 'catalog',
      role: 'viewer',
      params: skuParams,
      answer: settingsOfSku,
      handle: async ({ params }) => settingsNow(db, params.sku),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/stock/:sku/settings',
      summary: 'Says safety stock, a threshold or a switch of a SKU at a facility or in a channel; null takes it back. Its promises follow',
      tag: 'catalog',
      role: 'operator',
      params: skuParams,
      body: newSetting,
      answer: settingsOfSku,
      async handle({ params, body: { facility, channel, reason, ...said }, who }) {
        const now = clock.now()
        const after = await db.transaction(async tx => {
          const before = await settingsNow(tx, params.sku)
          const { productId } = await knownProduct(tx, params.sku)
          if (facility !== undefined) {
            const at = await facilityCalled(tx, facility)
            if (at === null) throw facilityNotFound(facility)
            await store.setFacilitySettings(tx, [{ facilityId: at.facilityId, productId, ...said }], now)
          } else {
            const at = await channelCalled(tx, channel ?? '')
            if (at === null) throw groupNotFound(channel ?? '')
            await store.setChannelSettings(tx, [{ groupId: at.groupId, productId, ...said }])
          }
          const set = await settingsNow(tx, params.sku)
          const deed = { action: 'setting.set', subject: 'sku', name: params.sku, before, after: set, reason }
          await recordAudit(tx, { at: now, who: who.name, ...deed })
          return set
        })
        switched()
        return after
      },
    }),
  ]
}

async function knownProduct(sql: Sql, sku: string): Promise<{ productId: number }> {
  const product = await productOfSku(sql, sku)
  if (product === null) throw skuNotFound(sku)
  return product
}

async function settingsNow(sql: Sql, sku: string): Promise<Answer<typeof settingsOfSku>> {
  const { productId } = await knownProduct(sql, sku)
  return { sku, ...(await store.settingsOf(sql, productId)) }
}
