import { locationNotFound, skuNotFound } from '../catalog/not-as-asked.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import { controlParams, controlSet, controlsPage, controlsQuery, endedControl, newControl } from '../http/contract/control.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { decideAnew } from './control-step.ts'
import * as store from './control-store.ts'
import { knownShop } from './shop-routes.ts'

export type ControlRouteDeps = { db: Db; clock: Clock; switched(): void }

/** What people switch off by hand: writing of a level, a product or a shop, or selling it at all. */
export function controlRoutes({ db, clock, switched }: ControlRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/controls',
      summary: 'What is paused or sells nothing, with its reason and its end; those in effect first',
      tag: 'channel',
      role: 'viewer',
      query: controlsQuery,
      answer: controlsPage,
      async handle({ query }) {
        const shopId = query.shop === undefined ? null : (await knownShop(db, query.shop)).shopId
        const rows = await store.controlsOf(db, { shopId, limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, rows, () => store.countControls(db, shopId))
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/controls',
      summary: 'Pauses writing, or sells nothing at once, for a level, a product or a shop; with a reason, and an end or none',
      tag: 'channel',
      role: 'operator',
      body: newControl,
      answer: controlSet,
      status: 201,
      async handle({ body, who }) {
        const now = clock.now()
        if (body.untilAt !== null && body.untilAt <= now) throw alreadyOver()
        const set = await db.transaction(async tx => {
          const of = await subjectOf(tx, body)
          const controlId = await store.addControl(tx, {
            ...of,
            kind: body.kind,
            reason: body.reason,
            untilAt: body.untilAt,
            by: who.name,
            now,
          })
          const levels =
            body.kind === 'sell_nothing' ? await decideAnew(tx, [controlId], now) : (await store.levelsUnder(tx, [controlId])).length
          const control = await keptControl(tx, controlId)
          await recordAudit(tx, {
            ...{ at: now, who: who.name, action: `level.${body.kind}`, ...namedIn(control), reason: body.reason },
            ...{ before: null, after: { kind: control.kind, untilAt: control.untilAt } },
          })
          return { ...control, levels }
        })
        switched()
        return set
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/controls/:controlId/end',
      summary: 'Ends a pause, or sells again; what waited goes by itself',
      tag: 'channel',
      role: 'operator',
      params: controlParams,
      body: endedControl,
      answer: controlSet,
      async handle({ params, body, who }) {
        const now = clock.now()
        const ended = await db.transaction(async tx => {
          const before = await keptControl(tx, params.controlId)
          const isFirst = await store.endControl(tx, params.controlId, { by: who.name, now })
          const levels = isFirst ? await decideAnew(tx, [params.controlId], now) : 0
          const after = await keptControl(tx, params.controlId)
          if (isFirst)
            await recordAudit(tx, {
              ...{ at: now, who: who.name, action: `level.${before.kind}.end`, ...namedIn(before) },
              ...{ before: { kind: before.kind, reason: before.reason, setBy: before.setBy }, after: { endedAt: now } },
              ...(body.reason ? { reason: body.reason } : {}),
            })
          return { ...after, levels }
        })
        switched()
        return ended
      },
    }),
  ]
}

type Subject = { shop?: string | undefined; locationId?: number | undefined; sku?: string | undefined }

async function subjectOf(tx: Tx, { shop, locationId, sku }: Subject) {
  const shopId = shop === undefined ? null : (await knownShop(tx, shop)).shopId
  if (shopId !== null && locationId !== undefined) {
    const found = await tx.query('select 1 from catalog.location where shop_id = $1 and location_id = $2', [shopId, locationId])
    if (found.length === 0) throw locationNotFound(shop ?? '', locationId)
  }
  return { shopId, locationId: locationId ?? null, productId: sku === undefined ? null : await productCalled(tx, sku) }
}

async function productCalled(sql: Sql, sku: string): Promise<number> {
  const rows = await sql.query<{ productId: number }>(
    `select product_id as "productId" from catalog.product_identifier where type = 'SKU' and value = $1`,
    [sku],
  )
  const found = rows[0]
  if (found === undefined) throw skuNotFound(sku)
  return found.productId
}

async function keptControl(sql: Sql, controlId: number): Promise<store.KeptControl> {
  const control = await store.controlById(sql, controlId)
  if (control === null)
    throw new TrueupError('CHANNEL_CONTROL_NOT_FOUND', `Nothing is switched off under the number ${controlId}.`, {
      retry: 'never',
      hint: 'Look at the list of what is switched off.',
    })
  return control
}

/** What a control is about, as the audit log names it. */
function namedIn({ shop, location, sku }: store.KeptControl): { subject: string; name: string } {
  const subject = sku !== null && (shop === null || location === null) ? 'product' : sku === null && location === null ? 'shop' : 'level'
  return { subject, name: [shop, location, sku].filter(Boolean).join(' / ') }
}

function alreadyOver(): TrueupError {
  return new TrueupError('CHANNEL_CONTROL_OVER', 'Its end lies in the past.', {
    retry: 'never',
    hint: 'Choose a later end, or none.',
  })
}
