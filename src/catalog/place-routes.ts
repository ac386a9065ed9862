import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import {
  channelInList,
  channelList,
  channelSwitches,
  facilitiesPage,
  facilitiesQuery,
  facilityInList,
  facilitySwitches,
  placeParams,
} from '../http/contract/place.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { facilityNotFound, groupNotFound } from './not-as-asked.ts'
import * as store from './place-store.ts'

export type PlaceRouteDeps = {
  db: Db
  clock: Clock
  /** Something sells otherwise than before: promises follow. */
  switched(): void
}

/** Where stock lies and where it is sold, and the switches of both. */
export function placeRoutes({ db, clock, switched }: PlaceRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/facilities',
      summary: 'Facilities that hold stock, with their switches, groups and locations',
      tag: 'catalog',
      role: 'viewer',
      query: facilitiesQuery,
      answer: facilitiesPage,
      async handle({ query }) {
        const search = query.search || null
        const found = await store.facilitiesOf(db, { search, limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, found.map(shownFacility), () => store.countFacilities(db, search))
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/facilities/:code/switches',
      summary: 'Lets a facility sell online or for pickup, or no longer; every promise it feeds follows',
      tag: 'catalog',
      role: 'operator',
      params: placeParams,
      body: facilitySwitches,
      answer: facilityInList,
      async handle({ params: { code }, body: { reason, ...to }, who }) {
        const switchedTo = await db.transaction(async tx => {
          const before = await store.facilityCalled(tx, code)
          if (before === null) throw facilityNotFound(code)
          await store.switchFacility(tx, before.facilityId, to)
          const after = (await store.facilityCalled(tx, code)) ?? before
          const deed = {
            action: 'facility.switch',
            subject: 'facility',
            name: code,
            before: switchesOf(before),
            after: switchesOf(after),
            reason,
          }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return after
        })
        switched()
        return shownFacility(switchedTo)
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/groups',
      summary: 'Groups of facilities, with their switches, members and locations',
      tag: 'catalog',
      role: 'viewer',
      answer: channelList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: (await store.channels(db)).map(shownChannel) }),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/groups/:code/switches',
      summary: 'Lets a group sell or no longer, and hold stock for pre-orders or no longer; its promises follow',
      tag: 'catalog',
      role: 'operator',
      params: placeParams,
      body: channelSwitches,
      answer: channelInList,
      async handle({ params: { code }, body: { reason, ...to }, who }) {
        const switchedTo = await db.transaction(async tx => {
          const before = await store.channelCalled(tx, code)
          if (before === null) throw groupNotFound(code)
          await store.switchChannel(tx, before.groupId, to)
          const after = (await store.channelCalled(tx, code)) ?? before
          const deed = {
            action: 'channel.switch',
            subject: 'group',
            name: code,
            before: sellingOf(before),
            after: sellingOf(after),
            reason,
          }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return after
        })
        switched()
        return shownChannel(switchedTo)
      },
    }),
  ]
}

const switchesOf = ({ allowBrokering, allowPickup }: store.Facility) => ({ allowBrokering, allowPickup })
const sellingOf = ({ isSelling, holdPreorder }: store.Channel) => ({ isSelling, holdPreorder })
const shownFacility = ({ facilityId: _, ...shown }: store.Facility) => shown
const shownChannel = ({ groupId: _, ...shown }: store.Channel) => shown
