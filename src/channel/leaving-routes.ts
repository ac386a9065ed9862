import { locationNotFound } from '../catalog/not-as-asked.ts'
import { isMapped, startShop, stoppedOf } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { leavingList, newLeaving, shopSwitched, switchOn } from '../http/contract/leaving.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { locationParams, shopParams } from '../http/contract/shop.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { decideAnew } from './control-step.ts'
import { end } from './leaving-step.ts'
import { beginLeaving, leavingsOf } from './leaving-store.ts'
import { knownShop } from './shop-routes.ts'

export type LeavingRouteDeps = {
  db: Db
  clock: Clock
  /** A mapping ended, or a shop was switched: whoever follows the catalogue looks. */
  changed(): void
  switched(): void
}

type Asked = { code: string; locationId: number | null; becomes: 'zero' | 'keep' | 'hand_over'; reason: string; by: string; now: InstantMs }

/** A mapping that ends and a shop that is switched off, with what becomes of the numbers that the shop shows; and on again. */
export function leavingRoutes({ db, clock, changed, switched }: LeavingRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/leaving',
      summary: 'What leaves a shop by way of 0, and how many of its levels do not show 0 yet',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: leavingList,
      handle: async ({ params }) => listOf(params.code),
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/locations/:locationId/leave',
      summary: 'Ends the mapping of a location: its levels go to 0 first, stay as they are, or are handed over',
      tag: 'channel',
      role: 'admin',
      params: locationParams,
      body: newLeaving,
      answer: leavingList,
      async handle({ params: { code, locationId }, body, who }) {
        await leave({ code, locationId, ...body, by: who.name, now: clock.now() })
        return listOf(code)
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/switch-off',
      summary: 'Switches a shop off: its levels go to 0 first, stay as they are, or are handed over',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newLeaving,
      answer: leavingList,
      async handle({ params: { code }, body, who }) {
        await leave({ code, locationId: null, ...body, by: who.name, now: clock.now() })
        return listOf(code)
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/switch-on',
      summary: 'Switches a shop on again; each of its levels is read and compared before it is written',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: switchOn,
      answer: shopSwitched,
      async handle({ params, body, who }) {
        await db.transaction(async tx => {
          const { shopId, code } = await knownShop(tx, params.code)
          const before = await stoppedOf(tx, shopId)
          if (before === null) return
          await startShop(tx, shopId)
          await tx.query('update channel.health set mended_at = $2 where shop_id = $1', [shopId, new Date(clock.now())])
          const deed = { at: clock.now(), who: who.name, action: 'shop.switch_on', subject: 'shop', name: code, before }
          await recordAudit(tx, { ...deed, after: { isEnabled: true }, ...(body.reason ? { reason: body.reason } : {}) })
        })
        changed()
        switched()
        return { shop: params.code, isEnabled: true }
      },
    }),
  ]

  async function leave({ code, locationId, becomes, reason, by, now }: Asked): Promise<void> {
    await db.transaction(async tx => {
      const { shopId } = await knownShop(tx, code)
      if (locationId !== null && !(await isMapped(tx, shopId, locationId))) throw locationNotFound(code, locationId)
      const underWay = (await leavingsOf(tx, shopId)).filter(leaving => leaving.kind !== 'products' && leaving.locationId === locationId)
      if (underWay.length > 0) throw leavesAlready()
      if (becomes === 'zero') {
        const leaver = locationId === null ? ({ kind: 'shop' } as const) : ({ kind: 'location', locationId } as const)
        await decideAnew(tx, await beginLeaving(tx, { shopId, leaver, reason, by, now }), now)
      } else await end(tx, { shopId, locationId, reason, now })
      const action = locationId === null ? 'shop.switch_off' : 'location.leave'
      const name = locationId === null ? code : `${code} / ${locationId}`
      await recordAudit(tx, {
        at: now,
        who: by,
        action,
        subject: locationId === null ? 'shop' : 'location',
        name,
        after: { becomes },
        reason,
      })
    })
    changed()
    switched()
  }

  async function listOf(code: string) {
    const shop = await knownShop(db, code)
    const stopped = await stoppedOf(db, shop.shopId)
    const rows = (await leavingsOf(db, shop.shopId)).map(
      ({ leavingId, kind, locationId, location, reason, askedAt, askedBy, levelsLeft }) => ({
        ...{ leavingId, kind, locationId, location, reason, askedAt, askedBy, levelsLeft },
      }),
    )
    return { shop: code, isEnabled: stopped === null && shop.isEnabled, rows }
  }
}

function leavesAlready(): TrueupError {
  return new TrueupError('CHANNEL_LEAVING_UNDER_WAY', 'It leaves already, and some of its levels do not show 0 yet.', {
    retry: 'after-operator',
    hint: 'Wait until they do; the shop’s page says how many levels are left.',
  })
}
