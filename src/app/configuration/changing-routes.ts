import { ruleRoutes } from '../../availability/rule-routes.ts'
import { credentialRoutes } from '../../catalog/credential-routes.ts'
import { placeRoutes } from '../../catalog/place-routes.ts'
import { catalogRoutes } from '../../catalog/routes.ts'
import { choiceRoutes } from '../../channel/choice-routes.ts'
import { publishingRoutes } from '../../channel/publishing-routes.ts'
import { shadowUntilSeen } from '../../channel/shadow-step.ts'
import { shopRoutes, shopsThatHold } from '../../channel/shop-routes.ts'
import type { Db } from '../../db/connection.ts'
import { feedsRoutes } from '../../feed/feeds-routes.ts'
import type { FileRoom, Reception } from '../../feed/port.ts'
import { settingsRoutes } from '../../feed/settings-routes.ts'
import type { RemoteDoor } from '../../feed/source-port.ts'
import { sourceRoutes } from '../../feed/source-routes.ts'
import type { Route } from '../../http/contract/route.ts'
import { peopleRoutes } from '../../http/people-routes.ts'
import { LAYOUTS } from '../../import/layouts.ts'
import { JOBS, type Job, type RoomStep } from '../../jobs/job.ts'
import type { JobRouteDeps } from '../../jobs/routes.ts'
import { scheduleRoutes } from '../../jobs/schedule-routes.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { alertRoutes } from '../../reconcile/alert-routes.ts'
import { dropServerRoutes } from '../drop-server-routes.ts'
import { FOLLOWS } from '../rooms.ts'
import { eachOfJobs, forgetSchedule } from '../sources.ts'

export type ChangingDeps = {
  clock: Clock
  ids: Ids
  files: FileRoom
  reception: Reception
  door: RemoteDoor
  seal(secret: string): string
  unseal(sealed: string): string
  canMail: boolean
  nudge(room: RoomStep): void
  clockwork: JobRouteDeps['clockwork']
}

/** The routes by which a configuration is changed, on a database that is handed in; what they would wake waits in `later`. */
export function changingRoutes(deps: ChangingDeps, db: Db, later: (() => unknown)[]): Route[] {
  const { clock, ids, files, reception, door, seal, unseal, canMail, clockwork } = deps
  const wake = (rooms: readonly RoomStep[]) => () =>
    void later.push(() => {
      for (const room of rooms) deps.nudge(room)
    })
  const switched = wake(FOLLOWS.catalog ?? [])
  return [
    ...peopleRoutes({ db, clock, ids }),
    ...dropServerRoutes({ db, clock, server: null }),
    ...placeRoutes({ db, clock, switched }),
    ...catalogRoutes({
      ...{ db, clock, seal, shopChanged: wake(['catalog', 'shop-check']), mappingChanged: switched },
      letWrite: (tx, shopId) => shadowUntilSeen(tx, shopId, clock.now()),
    }),
    ...sourceRoutes({ db, clock, door, seal, unseal, removed: forgetSchedule, sourceChanged: wake(['sources']) }),
    ...feedsRoutes({
      ...{ db, clock, files, reception, door, unseal, layouts: LAYOUTS.map(layout => layout.name) },
      changed: wake(['feed', 'sources', 'look-around']),
    }),
    ...settingsRoutes({ db, clock }),
    ...shopRoutes({ db, clock, checkNow: () => Promise.resolve(), switched: wake(['channel']) }),
    ...credentialRoutes({ db, clock, seal, credentialChanged: wake(['shop-check']) }),
    ...choiceRoutes({ db, clock, switched }),
    ...publishingRoutes({ db, clock, switched: wake(['channel']) }),
    ...ruleRoutes({ db, clock, switched }),
    ...scheduleRoutes({
      ...{ db, clock, jobs: JOBS },
      ...eachOfJobs(db, clock),
      standingAgainst: async (job: Job) => (job.steps.includes('channel') || job.steps.includes('outbox') ? shopsThatHold(db) : []),
      clockwork: clockwork && {
        runNow: clockwork.runNow,
        waiting: clockwork.waiting,
        drop: clockwork.drop,
        async scheduleChanged(job, whose) {
          later.push(() => clockwork.scheduleChanged(job, whose))
        },
      },
    }),
    ...alertRoutes({ db, clock, ids, seal, canMail, queued: wake(['alerts']) }),
  ]
}
