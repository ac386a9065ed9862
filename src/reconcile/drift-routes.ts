import { groupNotFound, shopNotFound } from '../catalog/not-as-asked.ts'
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
      summary: 'Read, compare and write one SKU, one location, one channel or a whole shop now',
      tag: 'reconcile',
      role: 'operator',
      body: syncNowBody,
      answer: syncNowAnswer,
      status: 202,
      async handle({ body, who }) {
        const { shop, channel, sku, locationId } = body
        const productId = sku === undefined ? null : await productNamed(db, sku)
        const places =
          channel === undefined ? [{ shopId: await shopNamed(db, shop ?? ''), locationId: locationId ?? null }] : await shownAt(db, channel)
        const requestIds = await db.transaction(async tx => {
          const now = clock.now()
          const subject = channel === undefined ? { subject: 'shop', name: shop ?? '' } : { subject: 'group', name: channel }
          const after = { sku: sku ?? null, locationId: locationId ?? null }
          await recordAudit(tx, { at: now, who: who.name, action: 'sync.ask', ...subject, before: null, after })
          const asked: number[] = []
          for (const place of places) asked.push(await requestSync(tx, { ...place, productId, by: who.name, now }))
          return asked
        })
        asked()
        return { requestIds }
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

/** The locations that show a channel, in every shop that is on. */
async function shownAt(sql: Sql, channel: string): Promise<{ shopId: number; locationId: number }[]> {
  const rows = await sql.query<{ shopId: number | null; locationId: number | null }>(
    `select s.shop_id as "shopId", m.location_id as "locationId"
       from catalog.facility_group g
       left join (catalog.location_mapping m join catalog.shop s on s.shop_id = m.shop_id and s.is_enabled) on m.group_id = g.group_id
      where g.code = $1 order by 1, 2`,
    [channel],
  )
  if (rows.length === 0) throw groupNotFound(channel)
  const places = rows.flatMap(({ shopId, locationId }) => (shopId === null || locationId === null ? [] : [{ shopId, locationId }]))
  if (places.length > 0) return places
  throw new TrueupError('RECONCILE_CHANNEL_NOT_SHOWN', `No location of any shop shows the channel ${channel}.`, {
    retry: 'never',
    hint: 'Map a location to it on the page of the shop, or with `trueup shop map … --group`.',
    detail: { channel },
  })
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
