import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { objective, objectiveGiven } from '../http/contract/settings.ts'
import type { Clock } from '../kernel/clock.ts'
import { objectiveMinutes, setObjectiveMinutes } from './objective-store.ts'

/** How long a change may take from here to the shop. */
export function objectiveRoutes({ db, clock }: { db: Db; clock: Clock }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/objective',
      summary: 'How many minutes a change may take until the shop shows it; older ones make stock count as not in sync',
      tag: 'street',
      role: 'viewer',
      answer: objective,
      handle: async () => ({ minutes: await objectiveMinutes(db) }),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/objective',
      summary: 'Says how many minutes a change may take until the shop shows it',
      tag: 'street',
      role: 'admin',
      body: objectiveGiven,
      answer: objective,
      handle: ({ body: { minutes, reason }, who }) =>
        db.transaction(async tx => {
          const before = { minutes: await objectiveMinutes(tx) }
          await setObjectiveMinutes(tx, minutes)
          const deed = { action: 'objective.set', subject: 'house', name: 'objective', before, after: { minutes }, reason }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return { minutes }
        }),
    }),
  ]
}
