import { shopNotFound } from '../catalog/not-as-asked.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { brake, brakeParams, drift, syncNowAnswer, syncNowBody } from '../http/contract/proof.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { brakeOf, setBrake } from './proof-store.ts'
import { driftSince, requestSync } from './request-store.ts'

const DRIFT_MS = 24 * 60 * 60_000

/** How far the shops drift, how much may be set right without a person, and what a person wants compared now. */
export function driftRoutes({ db, clock, asked }: { db: Db; clock: Clock; asked(): void }): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/sync-now',
      summary: 'Read, compare and write one SKU, one location, or a whole shop now',
      tag: 'reconcile',
      role: 'operator',
      body: syncNowBody,
      answer: syncNowAnswer,
      status: 202,
      async handle({ body, who }) {
        const shopId = await shopNamed(db, body.shop)
        const productId = body.sku === undefined ? null : await productNamed(db, body.sku)
        const requestId = await db.transaction(async tx => {
          const now = clock.now()
          const wanted = { shopId, locationId: body.locationId ?? null, productId, by: who.name, now }
          await recordAudit(tx, {
            ...{ at: now, who: who.name, action: 'sync.ask', subject: 'shop', name: body.shop },
            after: { sku: body.sku ?? null, locationId: body.locationId ?? null },
          })
          return requestSync(tx, wanted)
        })
        asked()
        return { requestId }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/drift',
      summary: 'How much of what was looked at in the last day differed, shop by shop',
      tag: 'reconcile',
      role: 'viewer',
      answer: drift,
      async handle() {
        const since = clock.now() - DRIFT_MS
        const figures = await driftSince(db, since)
        const rows = []
        for (const row of figures) rows.push({ ...row, ...(await brakeOf(db, await shopNamed(db, row.shop))) })
        return { since, rows }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:shop/brake',
      summary: 'How much one comparison of this shop may set right without a person',
      tag: 'reconcile',
      role: 'admin',
      params: brakeParams,
      body: brake,
      answer: brake,
      async handle({ params, body, who }) {
        const shopId = await shopNamed(db, params.shop)
        const { reason, ...limits } = body
        await db.transaction(async tx => {
          const before = await brakeOf(tx, shopId)
          await setBrake(tx, shopId, limits)
          const deed = { at: clock.now(), who: who.name, action: 'brake.change', subject: 'shop', name: params.shop, reason }
          await recordAudit(tx, { ...deed, before, after: limits })
        })
        return body
      },
    }),
  ]
}

async function shopNamed(sql: Sql, code: string): Promise<number> {
  const rows = await sql.query<{ shopId: number }>('select shop_id as "shopId" from catalog.shop where code = $1', [code])
  if (rows[0] === undefined) throw shopNotFound(code)
  return rows[0].shopId
}

async function productNamed(sql: Sql, sku: string): Promise<number> {
  const rows = await sql.query<{ productId: number }>(
    `select product_id as "productId" from catalog.product_identifier where type = 'SKU' and value = $1`,
    [sku],
  )
  if (rows[0] === undefined) {
    throw new TrueupError('RECONCILE_SKU_NOT_FOUND', `There is no SKU ${sku}.`, {
      retry: 'never',
      hint: 'SKUs are compared to the letter; look for it on the page Stock.',
      detail: { sku },
    })
  }
  return rows[0].productId
}
