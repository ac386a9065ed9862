import { statfs } from 'node:fs/promises'
import type { Db } from '../db/connection.ts'
import { silentFeeds } from '../feed/finding-store.ts'
import { misplacedFiles } from '../feed/misplaced-store.ts'
import { openStrays } from '../feed/stray-store.ts'
import { unknownByFeed } from '../import/rejected-store.ts'
import { heartbeats } from '../jobs/heartbeat-store.ts'
import { JOBS } from '../jobs/job.ts'
import { jobViews } from '../jobs/job-view.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import type { Facts } from '../reconcile/diagnosis.ts'
import * as facts from '../reconcile/facts-store.ts'
import type { Finding } from '../reconcile/finding.ts'
import { readStreet } from '../reconcile/routes.ts'
import { eachOfJobs } from './sources.ts'

type Deps = { db: Db; clock: Clock; dataDir: string }

/** What the orders room noticed counts for a day. */
const NOTICED_MS = 24 * 3_600_000

/** Everything that diagnosis.ts judges, read at this moment. */
export async function healthFacts({ db, clock, dataDir }: Deps): Promise<Facts> {
  const street = await streetOf({ db, clock })
  const waiting = async () => new Map(street.rooms.map(room => [room.room as string, room]))
  const jobs = await jobViews({ db, clock, jobs: JOBS, waiting, ...eachOfJobs(db, clock) })
  const now = clock.now()
  return {
    rooms: street.rooms,
    jobs: jobs.flatMap(({ name, slug, findings, per, own }) => [
      ...findings.map(finding => ({ ...finding, job: name, slug })),
      ...own.flatMap(({ whose, waiting: { units }, findings: ofIt }) =>
        ofIt.map(finding => ({
          ...finding,
          ...(per === 'shop' ? { shop: whose } : {}),
          job: `${name} for ${whose}`,
          slug,
          unitsAtRisk: units,
        })),
      ),
    ]),
    shops: await facts.shopFacts(db),
    links: await facts.linkFacts(db),
    blocked: await facts.blockedFacts(db),
    drift: await facts.driftFacts(db),
    files: await facts.fileFacts(db, now),
    sources: await facts.sourceFacts(db),
    machine: { ...(await facts.machineFacts(db)), freeBytes: await freeBytes(dataDir), dataDir },
    found: [
      ...(await facts.orderFindings(db, now - NOTICED_MS)),
      ...(await facts.foreignFindings(db, now - NOTICED_MS)),
      ...(await facts.webhookFindings(db)),
      ...(await facts.unheardFindings(db, now)),
      ...(await feedFindings(db, now)),
      ...(await facts.promiseFindings(db)),
    ],
  }
}

const STRAYS_MAX = 50

/** Files that did not come, and those that lie where no feed looks. */
async function feedFindings(db: Db, now: InstantMs): Promise<Finding[]> {
  const strays = await openStrays(db, { now, limit: STRAYS_MAX })
  const action = { label: 'See the feeds', to: '/feeds' }
  const about = { unitsAtRisk: null, action }
  return [
    ...(await silentFeeds(db, { strays, now })).map(silent => ({
      ...{ ...about, code: 'FEED_SILENT', subject: silent.feed, severity: 'risk' as const, since: silent.since, evidence: silent.reason },
    })),
    ...(await misplacedFiles(db, now)).map(({ name, since, reason }) => ({
      ...{ ...about, code: 'FEED_FILE_ELSEWHERE', subject: name, severity: 'risk' as const, since, evidence: named(name, reason) },
    })),
    ...(await unknownByFeed(db)).map(({ feed, rows, names, examples, since }) => ({
      ...{ code: 'IMPORT_NAMES_UNKNOWN', subject: feed, severity: 'risk' as const, since, unitsAtRisk: null },
      evidence: `${grouped(rows)} ${rows === 1 ? 'row waits' : 'rows wait'} for ${grouped(names)} ${names === 1 ? 'name' : 'names'} that nobody knows, as ${examples.join(', ')}.`,
      action: { label: 'See the names', to: '/findings' },
    })),
    ...strays.map(stray => ({
      ...{
        ...about,
        code: 'FEED_FILE_ELSEWHERE',
        subject: stray.path,
        severity: 'risk' as const,
        since: stray.foundAt,
        evidence: named(stray.path, stray.reason),
      },
    })),
  ]
}

/** On the page of feeds a file stands above its reason; in a list of findings the reason has to say which file it is. */
function named(file: string, reason: string): string {
  return reason.replace(/^It /, () => `${file} `)
}

/** The first page's sentence, for the daily mail. */
export async function syncNow(deps: Deps): Promise<{ sentence: string; levelsDifferent: number; unitsAtRisk: number }> {
  return (await streetOf(deps)).sync
}

export function streetOf({ db, clock }: Pick<Deps, 'db' | 'clock'>) {
  return readStreet({ db, clock, heartbeats: () => heartbeats(db) })
}

/** null where it cannot be looked at. */
async function freeBytes(directory: string): Promise<number | null> {
  try {
    const disk = await statfs(directory)
    return disk.bavail * disk.bsize
  } catch {
    return null
  }
}
