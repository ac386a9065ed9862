import type { z } from 'zod'
import { locationsOf, mappingWanted } from '../catalog/mapping-store.ts'
import { locationNotFound } from '../catalog/not-as-asked.ts'
import { isMapped, startShop, stoppedOf } from '../catalog/store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Tx } from '../db/connection.ts'
import { leavingList, newLeaving, newMove, shopSwitched, switchOn } from '../http/contract/leaving.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { locationParams, shopParams } from '../http/contract/shop.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { askFirst, type Becomes, letGo } from './leaving-step.ts'
import { leavingsOf, toldAt } from './leaving-store.ts'
import { knownShop } from './shop-routes.ts'

export type LeavingRouteDeps = {
  db: Db
  clock: Clock
  /** A mapping ended, or a shop was switched: whoever follows the catalogue looks. */
  changed(): void
  switched(): void
}

type Asked = { code: string; locationId: number | null; becomes: Becomes; reason: string; by: string; now: InstantMs }
type AskedMove = { code: string; locationId: number; body: z.output<typeof newMove>; by: string; now: InstantMs }

/** A mapping that ends or moves and a shop that is switched off, with what becomes of the numbers that the shop shows; and on again. */
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
      path: '/shops/:code/locations/:locationId/move',
      summary: 'Has a location stand for something else: what it shows goes to 0 first, is kept until it is counted, or is handed over',
      tag: 'channel',
      role: 'admin',
      params: locationParams,
      body: newMove,
      answer: leavingList,
      async handle({ params: { code, locationId }, body, who }) {
        await move({ code, locationId, body, by: who.name, now: clock.now() })
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

  async function standsFor(tx: Tx, shopId: number, locationId: number) {
    const location = (await locationsOf(tx, shopId)).find(one => one.locationId === locationId)
    return { standsFor: location?.facility ?? location?.group ?? null }
  }

  async function leave({ code, locationId, becomes, reason, by, now }: Asked): Promise<void> {
    await db.transaction(async tx => {
      const { shopId } = await knownShop(tx, code)
      if (locationId !== null && !(await isMapped(tx, shopId, locationId))) throw locationNotFound(code, locationId)
      const before = locationId === null ? { isEnabled: (await stoppedOf(tx, shopId)) === null } : await standsFor(tx, shopId, locationId)
      await letGo(tx, { shopId, locationId, becomes, reason, by, now })
      const deed =
        locationId === null
          ? { action: 'shop.switch_off', subject: 'shop', name: code }
          : { action: 'location.leave', subject: 'location', name: `${code} / ${locationId}` }
      await recordAudit(tx, { at: now, who: by, ...deed, before, after: { becomes }, reason })
    })
    changed()
    switched()
  }

  async function move({ code, locationId, body, by, now }: AskedMove): Promise<void> {
    await db.transaction(async tx => {
      const { shopId } = await knownShop(tx, code)
      const [facility, group] = [body.facility ?? null, body.group ?? null]
      const { before, ...to } = await mappingWanted(tx, { shopId, shop: code, locationId, facility, group })
      const from = before.facility ?? before.group
      const target = facility ?? group ?? ''
      if (from === target) return
      const told = from === null ? { levels: 0, units: 0 } : await toldAt(tx, { shopId, locationId })
      if (told.levels > 0 && body.becomes === undefined)
        throw askFirst(
          `${grouped(told.levels)} levels that show ${from} now would show ${target}, and nobody said what becomes of them.`,
          told,
        )
      const becomes = told.levels === 0 ? 'hand_over' : (body.becomes ?? 'hand_over')
      await letGo(tx, { shopId, locationId, to, becomes, reason: body.reason, by, now })
      await recordAudit(tx, {
        ...{ at: now, who: by, action: 'location.move', subject: 'location', name: `${code} / ${locationId}`, reason: body.reason },
        ...{ before: { standsFor: from }, after: { standsFor: target, becomes } },
      })
    })
    changed()
    switched()
  }

  async function listOf(code: string) {
    const shop = await knownShop(db, code)
    const stopped = await stoppedOf(db, shop.shopId)
    const rows = (await leavingsOf(db, shop.shopId)).map(
      ({ leavingId, kind, locationId, location, movesTo, reason, askedAt, askedBy, levelsLeft, levelsRefused }) => ({
        ...{ leavingId, kind, locationId, location, movesTo, reason, askedAt, askedBy, levelsLeft, levelsRefused },
      }),
    )
    return { shop: code, isEnabled: stopped === null && shop.isEnabled, rows }
  }
}
