import { facilityClosed, facilityNotFound } from '../catalog/not-as-asked.ts'
import { closeFacility, facilityCalled, openFacility } from '../catalog/place-store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { closingOfFacility, newClosing, opening } from '../http/contract/leaving.ts'
import { placeParams } from '../http/contract/place.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { grouped } from '../kernel/grouped.ts'
import * as store from './closing-store.ts'
import type { LeavingRouteDeps } from './leaving-routes.ts'
import { askFirst, leavesAlready, letGo } from './leaving-step.ts'

/** A facility that closes: what shops show of it alone goes to 0 first, stays, or is handed over; groups sell it no more, at once. */
export function closingRoutes({ db, clock, changed, switched }: LeavingRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/facilities/:code/closing',
      summary: 'What closing a facility would come to: the locations that show it alone, and the groups that sell it with others',
      tag: 'channel',
      role: 'viewer',
      params: placeParams,
      answer: closingOfFacility,
      handle: async ({ params }) => described(db, params.code),
    }),
    jsonRoute({
      method: 'POST',
      path: '/facilities/:code/close',
      summary: 'Closes a facility: what shops show of it alone goes to 0 first, stays, or is handed over; no group sells it any longer',
      tag: 'channel',
      role: 'admin',
      params: placeParams,
      body: newClosing,
      answer: closingOfFacility,
      async handle({ params: { code }, body: { becomes, reason }, who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          const { facilityId, closed } = await known(tx, code)
          if (closed !== null) throw facilityClosed(code)
          if (await store.isMovedTo(tx, facilityId)) throw leavesAlready()
          const own = await store.ownLocationsOf(tx, facilityId)
          const levels = own.reduce((sum, each) => sum + each.levels, 0)
          if (levels > 0 && becomes === undefined)
            throw askFirst(
              `${grouped(levels)} levels of locations that show ${code} alone would no longer be written, and nobody said what becomes of them.`,
              {
                levels,
                locations: own.length,
              },
            )
          for (const { shopId, locationId } of own)
            await letGo(tx, { shopId, locationId, becomes: becomes ?? 'keep', reason, by: who.name, now })
          await closeFacility(tx, { facilityId, by: who.name, reason, now })
          const locations = own.map(({ shop, location }) => `${shop} / ${location}`)
          const deed = { at: now, who: who.name, action: 'facility.close', subject: 'facility', name: code, reason }
          await recordAudit(tx, { ...deed, before: { closed: null }, after: { becomes: becomes ?? null, locations } })
        })
        changed()
        switched()
        return described(db, code)
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/facilities/:code/open',
      summary: 'Opens a facility again: its groups sell it at once, locations of its own are mapped anew',
      tag: 'channel',
      role: 'admin',
      params: placeParams,
      body: opening,
      answer: closingOfFacility,
      async handle({ params: { code }, body: { reason }, who }) {
        await db.transaction(async tx => {
          const { facilityId, closed } = await known(tx, code)
          if (closed === null) return
          await openFacility(tx, facilityId)
          const deed = { at: clock.now(), who: who.name, action: 'facility.open', subject: 'facility', name: code, reason }
          await recordAudit(tx, { ...deed, before: { closed: closed.reason }, after: { closed: null } })
        })
        changed()
        switched()
        return described(db, code)
      },
    }),
  ]
}

async function known(sql: Sql, code: string) {
  const facility = await facilityCalled(sql, code)
  if (facility === null) throw facilityNotFound(code)
  return facility
}

async function described(sql: Sql, code: string): Promise<Answer<typeof closingOfFacility>> {
  const { facilityId, closed } = await known(sql, code)
  const locations = (await store.ownLocationsOf(sql, facilityId)).map(({ shopId: _, ...location }) => location)
  return {
    facility: code,
    closed,
    locations,
    groups: await store.groupsWith(sql, facilityId),
    units: await store.freeUnitsAt(sql, facilityId),
  }
}
