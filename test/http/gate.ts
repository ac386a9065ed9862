import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openSampleShelf } from '../../src/adapters/files/sample-shelf.ts'
import { sftpDoor } from '../../src/adapters/files/sftp-client/client.ts'
import { anyFormatReader } from '../../src/adapters/formats/any-format.ts'
import { writeWorkbook } from '../../src/adapters/formats/xlsx-writer.ts'
import { type Config, readConfig } from '../../src/app/config.ts'
import { configurationRoutes } from '../../src/app/configuration/routes.ts'
import { dropServerRoutes } from '../../src/app/drop-server-routes.ts'
import { madeByRuns } from '../../src/app/made-by-runs.ts'
import { settingsOfHouseRoutes } from '../../src/app/settings-routes.ts'
import { simulatedShopRoutes } from '../../src/app/simulated-shop-routes.ts'
import { eachOfJobs, forgetSchedule } from '../../src/app/sources.ts'
import { realSleep } from '../../src/app/world.ts'
import { availabilityRoutes } from '../../src/availability/routes.ts'
import { sellable } from '../../src/availability/sellable-store.ts'
import { credentialRoutes } from '../../src/catalog/credential-routes.ts'
import { identifierRoutes } from '../../src/catalog/identifier-routes.ts'
import { kitRoutes } from '../../src/catalog/kit-routes.ts'
import { placeRoutes } from '../../src/catalog/place-routes.ts'
import { catalogRoutes } from '../../src/catalog/routes.ts'
import { settingRoutes } from '../../src/catalog/setting-routes.ts'
import { choiceRoutes } from '../../src/channel/choice-routes.ts'
import { closingRoutes } from '../../src/channel/closing-routes.ts'
import { controlRoutes } from '../../src/channel/control-routes.ts'
import { exchangeRoutes } from '../../src/channel/exchange-routes.ts'
import { JOB_LOG_BOUNDS } from '../../src/channel/exchange-store.ts'
import { foreignRoutes } from '../../src/channel/foreign-routes.ts'
import { leavingRoutes } from '../../src/channel/leaving-routes.ts'
import { liveRoutes } from '../../src/channel/live-routes.ts'
import { mappingRoutes } from '../../src/channel/mapping-routes.ts'
import { channelRoutes } from '../../src/channel/routes.ts'
import { shadowRoutes } from '../../src/channel/shadow-routes.ts'
import { shadowUntilSeen } from '../../src/channel/shadow-step.ts'
import { shopRoutes, shopsThatHold } from '../../src/channel/shop-routes.ts'
import { uploadRoutes } from '../../src/channel/upload-routes.ts'
import type { Tx } from '../../src/db/connection.ts'
import { feedsRoutes } from '../../src/feed/feeds-routes.ts'
import { feedRoutes } from '../../src/feed/routes.ts'
import { settingsRoutes } from '../../src/feed/settings-routes.ts'
import { sourceRoutes } from '../../src/feed/source-routes.ts'
import { createReception } from '../../src/feed/step.ts'
import { auditRoutes } from '../../src/http/audit-routes.ts'
import { backupRoutes } from '../../src/http/backup-routes.ts'
import type { Route } from '../../src/http/contract/route.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { withKeys } from '../../src/http/keyed-change.ts'
import type { Log } from '../../src/http/log.ts'
import { hashPassword } from '../../src/http/password.ts'
import { ensureAdmin, ensureCliToken } from '../../src/http/people.ts'
import { peopleRoutes } from '../../src/http/people-routes.ts'
import { createGate, type Gate } from '../../src/http/server.ts'
import type { SignOn } from '../../src/http/sign-on-routes.ts'
import { beliefRoutes } from '../../src/import/belief-routes.ts'
import { LAYOUTS } from '../../src/import/layouts.ts'
import { rejectedRoutes } from '../../src/import/rejected-routes.ts'
import { requestRoutes } from '../../src/import/request-routes.ts'
import { importRoutes } from '../../src/import/routes.ts'
import { sampleRoutes } from '../../src/import/sample-routes.ts'
import { documentRoutes } from '../../src/inventory/document-routes.ts'
import { exportRoutes } from '../../src/inventory/export-routes.ts'
import { fileRoutes } from '../../src/inventory/file-routes.ts'
import { ledgerRoutes } from '../../src/inventory/ledger-routes.ts'
import { monthRoutes } from '../../src/inventory/month-routes.ts'
import { positionRoutes } from '../../src/inventory/position-routes.ts'
import { reportRoutes } from '../../src/inventory/report-routes.ts'
import { inventoryRoutes } from '../../src/inventory/routes.ts'
import { heartbeats } from '../../src/jobs/heartbeat-store.ts'
import { JOBS, type Job, knownJob } from '../../src/jobs/job.ts'
import { jobsCalled } from '../../src/jobs/job-view.ts'
import { jobRoutes } from '../../src/jobs/routes.ts'
import { scheduleRoutes } from '../../src/jobs/schedule-routes.ts'
import type { Sleep } from '../../src/kernel/clock.ts'
import { assignmentRoutes } from '../../src/orders/assignment-routes.ts'
import { ordersRoutes } from '../../src/orders/routes.ts'
import { outboxRoutes } from '../../src/outbox/routes.ts'
import { alertRoutes } from '../../src/reconcile/alert-routes.ts'
import { diffRoutes } from '../../src/reconcile/diff-routes.ts'
import { driftRoutes } from '../../src/reconcile/drift-routes.ts'
import { explainRoutes } from '../../src/reconcile/explain-routes.ts'
import { findingRoutes } from '../../src/reconcile/finding-routes.ts'
import { historyRoutes } from '../../src/reconcile/history-routes.ts'
import { objectiveRoutes } from '../../src/reconcile/objective-routes.ts'
import { promiseRoutes } from '../../src/reconcile/promise-routes.ts'
import { proofRoutes } from '../../src/reconcile/proof-routes.ts'
import { release } from '../../src/reconcile/proof-step.ts'
import { readStreet, reconcileRoutes } from '../../src/reconcile/routes.ts'
import { searchRoutes } from '../../src/reconcile/search-routes.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { memoryDisk } from '../doors/memory-disk.ts'
import { watchDeeds } from './deeds.ts'
import { NOW, seed } from './seed.ts'

export type TestGate = {
  gate: Gate
  database: TestDatabase
  clock: { at: number; now(): number }
  admin: { name: string; password: string }
  cliToken: string
  /** What was uploaded, and which jobs were asked for. */
  done: { uploads: { name: string; bytes: string }[]; jobs: string[] }
  routes: readonly Route[]
  /** Signs in and gives the cookie. */
  signIn(name: string, password: string): Promise<string>
  close(): Promise<void>
}

export const PASSWORD = 'a good long password'

const PAUSE_MS_MAX = 20_000

/** The gate's pauses between two looks are cut short; how long a client may take is not. */
const hurriedSleep: Sleep = (ms, signal) => realSleep(ms > PAUSE_MS_MAX ? ms : 1, signal)

/** The gate with every room's routes on a seeded database. Nothing is listened on; answers come by inject. */
/** The run that waits on its queue there. */
export const QUEUED_ID = '00000000-0000-4000-8000-00000000abcd'

export async function openTestGate(
  options: {
    consoleDir?: string | null
    errorsDir?: string
    sleep?: Sleep
    proxy?: string
    requestsPerMinute?: number
    signOn?: SignOn
    config?: Config
    log?: Log
  } = {},
): Promise<TestGate> {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-gate-'))
  let made = 0
  const secret = () => createHash('sha256').update(`secret ${++made}`).digest('base64url')
  const ids = { uuid: () => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`, secret }
  const clock = { at: NOW, now: () => clock.at }
  const db = withKeys(database.db, clock)
  const done: TestGate['done'] = { uploads: [], jobs: [] }
  await seed(db)
  const admin = await ensureAdmin({ db, ids, clock })
  if (admin === null) throw new Error('the seeded house has people already')
  for (const role of ['viewer', 'operator']) {
    await db.query('insert into gate.person (name, role, password_hash, created_at) values ($1, $1, $2, $3)', [
      role,
      await hashPassword(PASSWORD, Buffer.from(secret())),
      new Date(NOW),
    ])
  }
  const street = { db, clock, heartbeats: () => heartbeats(db) }
  const files = {
    async *readSpool(name: string) {
      yield Buffer.from(`spooled ${name}`)
    },
    async *readRest(file: { kind: string; restName: string }) {
      yield Buffer.from(`${file.kind} ${file.restName}`)
    },
  }
  const catalog = {
    ...{ db, clock },
    letWrite: (tx: Tx, shopId: number) => shadowUntilSeen(tx, shopId, clock.now()),
    seal: (token: string) => createHash('sha256').update(token).digest('hex'),
    shopChanged: () => void done.jobs.push('catalog'),
    mappingChanged: () => void done.jobs.push('mapping'),
  }
  const moved = () => void done.jobs.push('moved')
  const bring = async ({ name, chunks }: { name: string; chunks: AsyncIterable<Uint8Array> }) => {
    const bytes: Uint8Array[] = []
    for await (const chunk of chunks) bytes.push(chunk)
    done.uploads.push({ name, bytes: Buffer.concat(bytes).toString() })
    return { fileId: 42 }
  }
  const cliToken = await ensureCliToken({ dataDir, ids })
  const jobs = {
    ...{ db, clock, jobs: JOBS },
    madeBy: (runs: Parameters<typeof madeByRuns>[1]) => madeByRuns(db, runs, NOW),
    ...eachOfJobs(db, clock),
    waiting: async () => new Map((await readStreet(street)).rooms.map(room => [room.room as string, room])),
    standingAgainst: async (job: Job) => (job.steps.includes('channel') ? shopsThatHold(db) : []),
    clockwork: {
      async runNow(job: string) {
        done.jobs.push(job)
        return { job, isQueued: true }
      },
      async waiting() {
        return [
          {
            job: knownJob('Hard Sync'),
            cause: 'person' as const,
            by: 'ada',
            parameters: { shop: 'corner' },
            queuedAt: NOW,
            queuedId: QUEUED_ID,
          },
        ]
      },
      async drop(job: Job, queuedId: string) {
        done.jobs.push(`drop ${job.slug}`)
        return queuedId === QUEUED_ID
      },
      async scheduleChanged(job: Job) {
        done.jobs.push(`schedule of ${job.slug}`)
      },
    },
  }
  const routes: Route[] = [
    ...feedRoutes({
      ...{ db, clock, files, arrived() {} },
      async upload({ name, chunks }) {
        const bytes: Uint8Array[] = []
        for await (const chunk of chunks) bytes.push(chunk)
        done.uploads.push({ name, bytes: Buffer.concat(bytes).toString() })
        return { fileId: 42 }
      },
    }),
    ...requestRoutes({
      db,
      clock,
      ids,
      sleep: async () => {},
      upload: async () => ({ fileId: 1 }),
      arrived: () => void done.jobs.push('feed'),
    }),
    ...[
      importRoutes({ db }),
      ordersRoutes({ db }),
      assignmentRoutes({ db, clock, assigned: () => void done.jobs.push('inventory') }),
      inventoryRoutes({ db }),
      positionRoutes({ db }),
      availabilityRoutes({ db, clock, switched() {} }),
    ].flat(),
    ...[
      documentRoutes({ db, clock, moved }),
      ledgerRoutes({ db, clock, moved }),
      monthRoutes({ db, clock, moved }),
      reportRoutes({ db, clock, sources: { sellable } }),
    ].flat(),
    ...[
      outboxRoutes({ db }),
      channelRoutes({ db }),
      shopRoutes({ ...{ db, clock }, async checkNow() {}, switched: () => void done.jobs.push('channel') }),
      exchangeRoutes({ db, clock, jobLog: JOB_LOG_BOUNDS }),
      mappingRoutes({ db }),
      shadowRoutes({ ...{ db, clock }, compareNow() {}, switched: () => void done.jobs.push('channel') }),
      liveRoutes({ ...{ db, clock }, compareNow: () => void done.jobs.push('compare'), switched: () => void done.jobs.push('channel') }),
      choiceRoutes({ db, clock, switched: () => void done.jobs.push('channel') }),
      foreignRoutes({ db, clock, switched: () => void done.jobs.push('channel') }),
      leavingRoutes({ db, clock, changed: catalog.mappingChanged, switched: () => void done.jobs.push('channel') }),
      closingRoutes({ db, clock, changed: catalog.mappingChanged, switched: () => void done.jobs.push('channel') }),
      controlRoutes({ db, clock, switched: () => void done.jobs.push('channel') }),
      credentialRoutes({ ...{ db, clock }, seal: catalog.seal, credentialChanged: () => void done.jobs.push('shop-check') }),
      uploadRoutes({ db, clock, asked: () => void done.jobs.push('channel') }),
      reconcileRoutes(street),
      proofRoutes({ db, clock, release, asked: () => void done.jobs.push('channel') }),
      driftRoutes({ db, clock, asked: () => void done.jobs.push('reconcile') }),
      ...[explainRoutes({ db, clock, files }), historyRoutes({ db, clock }), promiseRoutes({ db })],
      diffRoutes({ db, clock }),
      catalogRoutes(catalog),
      ...[placeRoutes, kitRoutes, settingRoutes].map(routesOf => routesOf({ db, clock, switched: catalog.mappingChanged })),
    ].flat(),
    ...jobRoutes(jobs),
    ...scheduleRoutes(jobs),
    ...findingRoutes({ db, clock, lookedAt: async () => NOW }),
    ...alertRoutes({ db, clock, ids, seal: catalog.seal, canMail: false, queued: () => void done.jobs.push('alerts') }),
    ...peopleRoutes({ db, clock, ids }),
    ...searchRoutes({ db, jobsCalled: text => jobsCalled(jobs, text) }),
    ...backupRoutes({ db, clock }),
    ...auditRoutes({ db }),
    ...objectiveRoutes({ db, clock }),
    ...settingsOfHouseRoutes({
      db,
      started: () => ({
        config: options.config ?? readConfig({}, {}, '/srv'),
        version: '0.0.0',
        nodeVersion: 'v24',
        httpUrl: null,
        sftp: null,
      }),
    }),
    ...exportRoutes({ db }),
    ...sampleRoutes({
      ...{ db, clock, ids, format: anyFormatReader },
      samples: openSampleShelf(path.join(dataDir, 'samples'), clock),
      keptFile: async () => null,
    }),
    ...beliefRoutes({ db }),
    ...rejectedRoutes({ db, clock, writeWorkbook, bring }),
    ...identifierRoutes({ db, clock, declared: () => void done.jobs.push('import') }),
    ...fileRoutes({ db, clock, moved: () => void done.jobs.push('moved') }),
    ...settingsRoutes({ db, clock }),
    ...feedsRoutes({
      ...{ db, clock, files: memoryDisk().room, reception: createReception({ db, clock, ids }), unseal: (text: string) => text },
      ...{ door: sftpDoor({ spoolDir: dataDir, agentSocket: null, clock }), layouts: LAYOUTS.map(layout => layout.name), changed() {} },
    }),
    ...sourceRoutes({
      ...{ db, clock, seal: (text: string) => `sealed ${text}`, unseal: (text: string) => text.replace('sealed ', '') },
      door: sftpDoor({ spoolDir: dataDir, agentSocket: null, clock }),
      removed: forgetSchedule,
      sourceChanged: () => void done.jobs.push('sources'),
    }),
    ...configurationRoutes({ db, clock, unseal: (text: string) => text, routes: () => [] }),
    ...simulatedShopRoutes({
      db,
      clock,
      shop: { connect: async () => ({ apiUrl: 'http://127.0.0.1:1' }) },
      shopChanged: catalog.shopChanged,
    }),
    ...dropServerRoutes({ db, clock, server: { host: '127.0.0.1', port: 7322, hostKeys: [] } }),
  ]
  const deeds = watchDeeds(routes, database)
  const gate = await createGate({
    db,
    clock,
    ids,
    sleep: options.sleep ?? hurriedSleep,
    log: options.log ?? { debug() {}, info() {}, warn() {} },
    routes: deeds.routes,
    streetNow: () => readStreet(street),
    cliToken,
    consoleDir: options.consoleDir ?? null,
    version: '0.0.0',
    errorsDir: options.errorsDir ?? null,
    proxy: options.proxy ?? null,
    requestsPerMinute: options.requestsPerMinute,
    signOn: options.signOn ?? null,
  })
  return {
    ...{ gate, database, clock, admin, cliToken, done, routes },
    async signIn(name, password) {
      const answer = await gate.app.inject({
        ...{ method: 'POST', url: '/api/v1/session', headers: { [CONSOLE_HEADER]: '1' }, payload: { name, password } },
      })
      const cookie = answer.cookies.find(one => one.name === 'trueup_session')
      if (cookie === undefined) throw new Error(`no session for ${name}: ${answer.body}`)
      return `${cookie.name}=${cookie.value}`
    },
    async close() {
      await gate.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
      const unaudited = deeds.unaudited()
      if (unaudited.length > 0) throw new Error(`deeds that stand in no audit log: ${unaudited.join(', ')}`)
    },
  }
}
