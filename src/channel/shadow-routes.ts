import { explainTarget } from '../availability/availability.ts'
import { termsOfProduct } from '../availability/terms-store.ts'
import type { Shop } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { newShadow, shadowPage, shadowQuery, shadowSet } from '../http/contract/shadow.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { shadowSentence } from './shadow.ts'
import { turnShadow } from './shadow-step.ts'
import * as store from './shadow-store.ts'
import { knownShop } from './shop-routes.ts'

export type ShadowRouteDeps = {
  db: Db
  clock: Clock
  /** Compares the shop now, whether it is due or not. */
  compareNow(shop: Shop): void
  switched(): void
}

const RUNS_SHOWN_MAX = 31

/** A shop that runs beside the tool that it replaces: the switch, and each day a list of where the two differ. */
export function shadowRoutes({ db, clock, compareNow, switched }: ShadowRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/shadow',
      summary: 'Where the number that another tool shows differs from ours, with our explanation; largest first',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      query: shadowQuery,
      answer: shadowPage,
      async handle({ params, query }) {
        const { shopId } = await knownShop(db, params.code)
        const runs = await store.runsOf(db, shopId, RUNS_SHOWN_MAX)
        const runId = query.run ?? runs.find(run => run.finishedAt !== null)?.runId ?? null
        const about = { isShadow: await store.isShadow(db, shopId), runs, runId }
        if (runId === null) return { ...(await pageFrom(query, [], async () => 0)), ...about }
        const of = { runId, search: query.search || null }
        const rows = await store.differencesOf(db, { ...of, limit: query.pageSize, offset: offsetOf(query) })
        const explained = await Promise.all(rows.map(row => explainedRow(db, shopId, row)))
        return { ...(await pageFrom(query, explained, () => store.countDifferences(db, of))), ...about }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/shadow',
      summary: 'Has a shop run in shadow, with everything but the write, or ends that',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newShadow,
      answer: shadowSet,
      async handle({ params, body, who }) {
        const shop = await knownShop(db, params.code)
        await db.transaction(async tx => {
          const before = await store.isShadow(tx, shop.shopId)
          const isLetWrite = !body.isShadow && shop.accessScope === 'read_and_write'
          if (isLetWrite && (await store.isFirstTime(tx, shop.shopId))) throw notSeen(shop.code)
          await turnShadow(tx, shop.shopId, body.isShadow)
          if (body.isShadow) await store.askToCompare(tx, shop.shopId, clock.now())
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'shop.shadow', subject: 'shop', name: shop.code },
            ...{ before: { isShadow: before }, after: { isShadow: body.isShadow } },
            ...(body.reason ? { reason: body.reason } : {}),
          })
        })
        if (body.isShadow) compareNow(shop)
        switched()
        return { shop: shop.code, isShadow: body.isShadow }
      },
    }),
  ]
}

function notSeen(shop: string): TrueupError {
  return new TrueupError(
    'CHANNEL_NOT_COMPARED',
    `Nothing was ever written to ${shop}, and nobody said that they saw what going live changes there.`,
    {
      retry: 'after-operator',
      hint: 'Compare it, look at the list, and go live with that one: POST /shops/:code/live, or `trueup shop live`.',
      detail: { shop },
    },
  )
}

async function explainedRow(sql: Sql, shopId: number, row: store.DifferenceInList) {
  const [terms] = await termsOfProduct(sql, row.productId, { shopId, locationId: row.locationId })
  const promise = terms === undefined ? 'nothing is promised any longer' : explainTarget(terms).sentence
  const { sku, location, ourUnits, theirUnits } = row
  return { sku, location, ourUnits, theirUnits, sentence: shadowSentence({ ...row, promise }) }
}
