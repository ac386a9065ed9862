import path from 'node:path'
import { receiveUpload } from '../adapters/files/http-upload.ts'
import { openSampleShelf } from '../adapters/files/sample-shelf.ts'
import { anyFormatReader } from '../adapters/formats/any-format.ts'
import { writeWorkbook } from '../adapters/formats/xlsx-writer.ts'
import { availabilityRoutes } from '../availability/routes.ts'
import { sellable } from '../availability/sellable-store.ts'
import { credentialRoutes } from '../catalog/credential-routes.ts'
import { identifierRoutes } from '../catalog/identifier-routes.ts'
import { kitRoutes } from '../catalog/kit-routes.ts'
import { placeRoutes } from '../catalog/place-routes.ts'
import { catalogRoutes } from '../catalog/routes.ts'
import { settingRoutes } from '../catalog/setting-routes.ts'
import { choiceRoutes } from '../channel/choice-routes.ts'
import { closingRoutes } from '../channel/closing-routes.ts'
import { conformRoutes } from '../channel/conform-routes.ts'
import { controlRoutes } from '../channel/control-routes.ts'
import { exchangeRoutes } from '../channel/exchange-routes.ts'
import { foreignRoutes } from '../channel/foreign-routes.ts'
import { leavingRoutes } from '../channel/leaving-routes.ts'
import { liveRoutes } from '../channel/live-routes.ts'
import { mappingRoutes } from '../channel/mapping-routes.ts'
import { publishingRoutes } from '../channel/publishing-routes.ts'
import { channelRoutes } from '../channel/routes.ts'
import { shadowRoutes } from '../channel/shadow-routes.ts'
import { shadowUntilSeen } from '../channel/shadow-step.ts'
import { shopRoutes, shopsThatHold } from '../channel/shop-routes.ts'
import { uploadRoutes } from '../channel/upload-routes.ts'
import type { Hint } from '../channel/webhook.ts'
import { webhookRoutes } from '../channel/webhook-routes.ts'
import type { Db } from '../db/connection.ts'
import { againRoutes } from '../feed/again-routes.ts'
import { feedsRoutes } from '../feed/feeds-routes.ts'
import type { Reception } from '../feed/port.ts'
import { feedRoutes, keptBytes } from '../feed/routes.ts'
import { settingsRoutes } from '../feed/settings-routes.ts'
import type { HostKey } from '../feed/source-port.ts'
import { sourceRoutes } from '../feed/source-routes.ts'
import { auditRoutes } from '../http/audit-routes.ts'
import { backupRoutes } from '../http/backup-routes.ts'
import type { Answer } from '../http/contract/instant.ts'
import type { Route } from '../http/contract/route.ts'
import type { street } from '../http/contract/street.ts'
import { withKeys } from '../http/keyed-change.ts'
import { peopleRoutes } from '../http/people-routes.ts'
import { beliefRoutes } from '../import/belief-routes.ts'
import { LAYOUTS } from '../import/layouts.ts'
import { rejectedRoutes } from '../import/rejected-routes.ts'
import { requestRoutes } from '../import/request-routes.ts'
import { importRoutes } from '../import/routes.ts'
import { sampleRoutes } from '../import/sample-routes.ts'
import { documentRoutes } from '../inventory/document-routes.ts'
import { exportRoutes } from '../inventory/export-routes.ts'
import { fileRoutes } from '../inventory/file-routes.ts'
import { ledgerRoutes } from '../inventory/ledger-routes.ts'
import { monthRoutes } from '../inventory/month-routes.ts'
import { positionRoutes } from '../inventory/position-routes.ts'
import { reportRoutes } from '../inventory/report-routes.ts'
import { inventoryRoutes } from '../inventory/routes.ts'
import type { Clockwork } from '../jobs/clockwork.ts'
import { heartbeats } from '../jobs/heartbeat-store.ts'
import { JOBS, type Job, type RoomStep } from '../jobs/job.ts'
import { jobsCalled } from '../jobs/job-view.ts'
import { jobRoutes } from '../jobs/routes.ts'
import { scheduleRoutes } from '../jobs/schedule-routes.ts'
import type { Clock } from '../kernel/clock.ts'
import { assignmentRoutes } from '../orders/assignment-routes.ts'
import { ordersRoutes } from '../orders/routes.ts'
import { outboxRoutes } from '../outbox/routes.ts'
import { alertRoutes } from '../reconcile/alert-routes.ts'
import { diffRoutes } from '../reconcile/diff-routes.ts'
import { driftRoutes } from '../reconcile/drift-routes.ts'
import { explainRoutes } from '../reconcile/explain-routes.ts'
import { findingRoutes } from '../reconcile/finding-routes.ts'
import { historyRoutes } from '../reconcile/history-routes.ts'
import { objectiveRoutes } from '../reconcile/objective-routes.ts'
import { promiseRoutes } from '../reconcile/promise-routes.ts'
import { proofRoutes } from '../reconcile/proof-routes.ts'
import { release } from '../reconcile/proof-step.ts'
import { readStreet, reconcileRoutes } from '../reconcile/routes.ts'
import { searchRoutes } from '../reconcile/search-routes.ts'
import { changingRoutes } from './configuration/changing-routes.ts'
import { configurationRoutes } from './configuration/routes.ts'
import { dropServerRoutes } from './drop-server-routes.ts'
import { madeByRuns } from './made-by-runs.ts'
import { FOLLOWS } from './rooms.ts'
import { type SettingsDeps, settingsOfHouseRoutes } from './settings-routes.ts'
import type { SimulatedShop } from './simulated-shop.ts'
import { simulatedShopRoutes } from './simulated-shop-routes.ts'
import { eachOfJobs, forgetSchedule } from './sources.ts'
import type { House, World } from './wire.ts'

/** What people may see and do, room by room, in the order of the street. */
export function allRoutes(deps: {
  house: House
  world: World
  clockwork: Clockwork
  reception: Reception
  sftp: { host: string; port: number; hostKeys: HostKey[] } | null
  simulatedShop: Pick<SimulatedShop, 'connect'>
  started: SettingsDeps['started']
}): Route[] {
  const { house, world, clockwork, reception } = deps
  const { files, spoolDir, bring } = house
  const { clock } = world
  const db = withKeys(house.db, clock)
  const moved = () => {
    for (const room of ['inventory', ...(FOLLOWS.inventory ?? [])] as const) clockwork.nudge(room)
  }
  const switched = () => {
    for (const room of FOLLOWS.catalog ?? []) clockwork.nudge(room)
  }
  const relinked = () => {
    switched()
    clockwork.nudge('channel')
  }
  const shopChanged = () => {
    clockwork.nudge('catalog')
    clockwork.nudge('shop-check')
  }
  const jobs = {
    ...{ db, clock, clockwork, jobs: JOBS },
    madeBy: (runs: Parameters<typeof madeByRuns>[1]) => madeByRuns(db, runs, clock.now()),
    ...eachOfJobs(db, clock),
    waiting: async () => new Map((await streetNow(db, clock)).rooms.map(room => [room.room as string, room])),
    standingAgainst: async (job: Job) => (job.steps.includes('channel') || job.steps.includes('outbox') ? shopsThatHold(db) : []),
  }
  return [
    ...reconcileRoutes({ db, clock, heartbeats: () => heartbeats(db) }),
    ...proofRoutes({ db, clock, release, asked: () => clockwork.nudge('channel') }),
    ...driftRoutes({ db, clock, asked: () => clockwork.nudge('reconcile') }),
    ...explainRoutes({ db, clock, files }),
    ...promiseRoutes({ db }),
    ...historyRoutes({ db, clock }),
    ...objectiveRoutes({ db, clock }),
    ...diffRoutes({ db, clock }),
    ...feedRoutes({
      db,
      clock,
      files,
      upload: ({ feedId, name, chunks }) => receiveUpload({ spoolDir, reception }, { feedId, name, chunks, declaredBytes: null }),
      arrived: () => clockwork.nudge('feed'),
    }),
    ...settingsRoutes({ db, clock }),
    ...feedsRoutes({
      ...{ db, clock, files, reception, door: house.remoteDoor, unseal: house.box.open },
      layouts: LAYOUTS.map(layout => layout.name),
      changed() {
        for (const room of ['feed', 'sources', 'look-around'] as const) clockwork.nudge(room)
      },
    }),
    ...againRoutes({ db, clock, files, reception, arrived: () => clockwork.nudge('feed') }),
    ...sourceRoutes({
      db,
      clock,
      door: house.remoteDoor,
      seal: house.box.seal,
      unseal: house.box.open,
      removed: forgetSchedule,
      sourceChanged: () => clockwork.nudge('sources'),
    }),
    ...dropServerRoutes({ db, clock, server: deps.sftp }),
    ...requestRoutes({
      ...{ db, clock, ids: world.ids, sleep: world.sleep },
      upload: file => receiveUpload({ spoolDir, reception }, { ...file, declaredBytes: null }),
      arrived: () => clockwork.nudge('feed'),
    }),
    ...importRoutes({ db }),
    ...sampleRoutes({
      ...{ db, clock, ids: world.ids, format: anyFormatReader },
      samples: openSampleShelf(path.join(spoolDir, 'samples'), clock),
      keptFile: fileId => keptBytes({ db, files }, fileId),
    }),
    ...beliefRoutes({ db }),
    ...rejectedRoutes({ db, clock, writeWorkbook, bring }),
    ...ordersRoutes({ db }),
    ...assignmentRoutes({ db, clock, assigned: () => clockwork.nudge('inventory') }),
    ...inventoryRoutes({ db }),
    ...positionRoutes({ db }),
    ...exportRoutes({ db }),
    ...fileRoutes({ db, clock, moved }),
    ...documentRoutes({ db, clock, moved }),
    ...ledgerRoutes({ db, clock, moved }),
    ...monthRoutes({ db, clock, moved }),
    ...reportRoutes({ db, clock, sources: { sellable } }),
    ...availabilityRoutes({ db, clock, switched }),
    ...outboxRoutes({ db }),
    ...channelRoutes({ db }),
    ...shopRoutes({
      db,
      clock,
      checkNow: async shop => void (await house.shops.check(shop, { isAskedByPerson: true })),
      switched: () => clockwork.nudge('channel'),
    }),
    ...publishingRoutes({ db, clock, switched: () => clockwork.nudge('channel') }),
    ...uploadRoutes({ db, clock, asked: () => clockwork.nudge('channel') }),
    ...conformRoutes({ db, clock, conform: house.shops.conform }),
    ...exchangeRoutes({ db, clock, jobLog: house.jobLog }),
    ...mappingRoutes({ db }),
    ...shadowRoutes({ db, clock, compareNow: () => clockwork.nudge('shop-check'), switched: () => clockwork.nudge('channel') }),
    ...liveRoutes({ db, clock, compareNow: () => clockwork.nudge('shop-check'), switched: () => clockwork.nudge('channel') }),
    ...choiceRoutes({ db, clock, switched: relinked }),
    ...foreignRoutes({ db, clock, switched: () => clockwork.nudge('channel') }),
    ...closingRoutes({ db, clock, changed: switched, switched: () => clockwork.nudge('channel') }),
    ...leavingRoutes({ db, clock, changed: switched, switched: () => clockwork.nudge('channel') }),
    ...controlRoutes({ db, clock, switched: () => clockwork.nudge('channel') }),
    ...credentialRoutes({ db, clock, seal: house.box.seal, credentialChanged: () => clockwork.nudge('shop-check') }),
    ...webhookRoutes({
      db,
      clock,
      isSigned: house.shops.isSigned,
      hinted(hint) {
        for (const room of WAKES[hint.kind]) clockwork.nudge(room)
      },
    }),
    ...identifierRoutes({ db, clock, declared: () => clockwork.nudge('import') }),
    ...catalogRoutes({
      db,
      clock,
      seal: house.box.seal,
      letWrite: (tx, shopId) => shadowUntilSeen(tx, shopId, clock.now()),
      shopChanged,
      mappingChanged: switched,
    }),
    ...simulatedShopRoutes({ db, clock, shop: deps.simulatedShop, shopChanged }),
    ...placeRoutes({ db, clock, switched }),
    ...kitRoutes({ db, clock, switched }),
    ...settingRoutes({ db, clock, switched }),
    ...findingRoutes({ db, clock, lookedAt: async () => (await heartbeats(db)).find(beat => beat.room === 'watch')?.beatAt ?? null }),
    ...alertRoutes({
      ...{ db, clock, ids: world.ids, seal: house.box.seal, canMail: house.canMail },
      queued: () => clockwork.nudge('alerts'),
    }),
    ...peopleRoutes({ db, clock, ids: world.ids }),
    ...searchRoutes({ db, jobsCalled: text => jobsCalled(jobs, text) }),
    ...backupRoutes({ db, clock }),
    ...auditRoutes({ db }),
    ...settingsOfHouseRoutes({ db, started: deps.started }),
    ...jobRoutes(jobs),
    ...scheduleRoutes(jobs),
    ...configurationRoutes({
      ...{ db, clock, unseal: house.box.open },
      routes: (within, later) =>
        changingRoutes(
          {
            ...{ clock, ids: world.ids, files, reception, door: house.remoteDoor, clockwork },
            ...{ seal: house.box.seal, unseal: house.box.open, canMail: house.canMail, nudge: clockwork.nudge },
          },
          within,
          later,
        ),
    }),
  ]
}

/** Which room looks when a webhook hinted at something. */
const WAKES: Readonly<Record<Hint['kind'], readonly RoomStep[]>> = {
  level: ['channel'],
  orders: ['orders'],
  items: ['catalog-news'],
  locations: ['catalog-news'],
  scopes: ['shop-check', 'channel'],
  bulk: ['channel'],
  uninstalled: [],
  nothing: [],
}

/** The first page's picture: for those who watch it live, and for the figures. */
export function streetNow(db: Db, clock: Clock): Promise<Answer<typeof street>> {
  return readStreet({ db, clock, heartbeats: () => heartbeats(db) })
}
