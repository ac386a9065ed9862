import { enabledShops } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Reception } from '../feed/port.ts'
import { waitingAtSources } from '../feed/remote-file-store.ts'
import type { RemoteDoor } from '../feed/source-port.ts'
import { visitSource } from '../feed/source-step.ts'
import { dueSources, listSources, lookByItself, type Source, sourceCalled } from '../feed/source-store.ts'
import type { Recognise } from '../feed/stray-step.ts'
import { JOBS, type Job, jobOfStep } from '../jobs/job.ts'
import type { JobRouteDeps, WaitingOfOne } from '../jobs/routes.ts'
import { madeWith, type Schedule } from '../jobs/schedule.ts'
import { ownSchedules, removeOwnSchedule, schedules } from '../jobs/schedule-store.ts'
import { assert } from '../kernel/assert.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { StepReport } from '../kernel/report.ts'
import { chanceOf } from '../outbox/backoff.ts'
import { waitingOfShops } from '../reconcile/shop-waiting-store.ts'

type Deps = {
  db: Db
  clock: Clock
  sleep: Sleep
  ids: Ids
  door: RemoteDoor
  reception: Reception
  unseal(sealed: string): string
  recognise: Recognise
}

/** `only`: a run for this source alone, as long as it is asked with the same `run`. `ended`: a person ended it. */
export type AskedVisit = { only?: string | undefined; run?: object | undefined; ended?: AbortSignal | undefined }

type Asked = { isPaced: boolean; signal?: AbortSignal | undefined; ended?: AbortSignal | undefined }

export type SourceVisits = (signal?: AbortSignal, asked?: AskedVisit) => Promise<StepReport>

/** The job under whose name sources are looked at. */
export const LOOKING = jobOfStep('sources', JOBS)

/** While a long fetch goes on, the others are looked for so often. */
const LOOK_AGAIN_MS = 1_000

/**
 * Visits every source that is due, side by side: a slow one keeps nobody waiting, and goes on from one call of the step to the next. Of
 * several processes only one visits a source at a time. A run for one source visits that one, due or not, and the others meanwhile.
 */
export function sourceVisits({ db, clock, sleep, ids, door, reception, unseal, recognise }: Deps): SourceVisits {
  const underWay = new Map<string, Promise<StepReport | null>>()
  const runs = new WeakMap<object, Promise<StepReport | null>>()
  // What broke while nobody was waiting for it is thrown by the next call of the step.
  const broken: unknown[] = []
  const chance = () => chanceOf(ids.uuid())

  return async (signal, { only, run, ended } = {}) => {
    const { ofJob, own } = await schedulesOfSources(db)
    const isPaced = (source: Source) => own.get(source.name)?.isRealTime ?? true
    const isForOne = only !== undefined && run !== undefined
    if (isForOne && !runs.has(run)) {
      const source = await sourceCalled(db, only)
      // What is being visited already is visited for this run, too.
      const visiting =
        source === null ? Promise.resolve(null) : (underWay.get(only) ?? visit(source, { isPaced: isPaced(source), signal, ended }))
      runs.set(run, visiting)
    }
    for (const source of await dueSources(db, clock.now())) {
      if (underWay.has(source.name) || !isLookedAt(own.get(source.name) ?? null, ofJob, isForOne)) continue
      visit(source, { isPaced: isPaced(source), signal })
    }
    if (!isForOne) return inSight(underWay, signal)
    const report = await inSight(new Map([[only, runs.get(run) ?? Promise.resolve(null)]]), signal)
    if (report.notes?.code !== undefined && ended?.aborted !== true) throw await troubleOf(only, String(report.notes.code))
    return report
  }

  /** A run for one source fails as its visit did; that the source is tried again is the source's own affair. */
  async function troubleOf(name: string, code: string): Promise<TrueupError> {
    const reason = (await sourceCalled(db, name))?.reason ?? 'The visit did not come to its end.'
    return new TrueupError(code, reason, { retry: 'after-operator', hint: `See ${name} on the page Sources.`, detail: { source: name } })
  }

  function visit(source: Source, { isPaced, signal, ended }: Asked): Promise<StepReport | null> {
    const given = { isPaced, ...(signal && { signal }), ...(ended && { ended }) }
    const visiting = db
      .alone(`source ${source.sourceId}`, () => visitSource({ db, clock, chance, door, reception, unseal, recognise }, source, given))
      .then(done => (done.ran ? done.result : null))
      .catch((error: unknown) => {
        broken.push(error)
        return null
      })
      .finally(() => underWay.delete(source.name))
    underWay.set(source.name, visiting)
    return visiting
  }

  /** What came of the first of these that ends, if one does within a second. */
  async function inSight(visits: ReadonlyMap<string, Promise<StepReport | null>>, signal?: AbortSignal): Promise<StepReport> {
    if (visits.size === 0) return { read: 0, wrote: 0, more: false }
    const over = new AbortController()
    const going = new Set(visits.keys())
    const ends = [...visits].map(([name, one]) => one.then(report => ({ name, report })))
    const first = await Promise.race([...ends, sleep(LOOK_AGAIN_MS, over.signal).then(() => null)])
    over.abort()
    if (first !== null) going.delete(first.name)
    if (signal?.aborted) await Promise.allSettled(underWay.values())
    if (broken.length > 0) throw broken.shift()
    return { ...(first?.report ?? { read: 0, wrote: 0 }), more: going.size > 0 && !signal?.aborted }
  }
}

/** When sources are looked at: by the job's schedule, and by those that some have of their own. */
export async function schedulesOfSources(db: Pick<Db, 'query'>): Promise<{ ofJob: Schedule; own: ReadonlyMap<string, Schedule> }> {
  assert(LOOKING !== undefined, 'a job looks at the sources')
  const ofJob = (await schedules(db, JOBS)).get(LOOKING.slug) ?? madeWith(LOOKING)
  return { ofJob, own: (await ownSchedules(db)).get(LOOKING.slug) ?? new Map() }
}

/** Whether a source whose look is due is looked at now. `isForOne`: only because a run for another one goes on, and not for all. */
function isLookedAt(own: Schedule | null, ofJob: Schedule, isForOne: boolean): boolean {
  if (own !== null) return own.paused === null
  return !isForOne || (ofJob.paused === null && ofJob.isRealTime)
}

/** What jobs can be run for one by one, what waits for each, and what a source does when it gets another schedule. */
export function eachOfJobs(db: Db, clock: Clock): Required<Pick<JobRouteDeps, 'each' | 'waitingOfEach' | 'ownChanged'>> {
  return {
    each: async per =>
      per === 'shop' ? (await enabledShops(db)).map(shop => shop.code) : (await listSources(db)).map(source => source.name),
    waitingOfEach: async () =>
      new Map<string, ReadonlyMap<string, WaitingOfOne>>([...(await waitingOfShops(db)), ['sources', await waitingAtSources(db)]]),
    async ownChanged(tx, { job, whose }, schedule) {
      const isByItself = schedule === null || (schedule.paused === null && schedule.isRealTime)
      if (isOfSources(job) && isByItself) await lookByItself(tx, { name: whose, now: clock.now() })
    },
  }
}

function isOfSources(job: Pick<Job, 'slug'>): boolean {
  return job.slug === LOOKING?.slug
}

/** With a source goes the schedule that it had of its own. */
export async function forgetSchedule(tx: Tx, name: string): Promise<void> {
  if (LOOKING !== undefined) await removeOwnSchedule(tx, LOOKING, name)
}
