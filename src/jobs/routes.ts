import { recordAudit } from '../db/audit.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import {
  jobAsk,
  jobAsked,
  jobDetail,
  jobList,
  jobParams,
  jobTimeline,
  type madeByRun,
  runList,
  runParams,
  runsQuery,
  scheduleQuery,
  timelineQuery,
} from '../http/contract/job.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { RoomStatus } from '../kernel/report.ts'
import type { Clockwork } from './clockwork.ts'
import { type Job, knownJob } from './job.ts'
import { EXCEPT_SHOPS } from './job-parameter.ts'
import { jobView, jobViews } from './job-view.ts'
import { givenParameters, perWhat, whoseRun } from './parameters.ts'
import { allow } from './permission.ts'
import { permissionOf } from './permission-store.ts'
import { queuedRoutes } from './queued-routes.ts'
import { madeWith, type Schedule } from './schedule.ts'
import { schedules } from './schedule-store.ts'
import { askedRunsSince, askToEnd, countRuns, knownSince, type Run, type RunFilter, runOf, runsPage } from './store.ts'
import { comingTicks, missedTicks } from './timeline.ts'

export type WaitingOfOne = { backlog: number; oldestAt: InstantMs | null; units: number | null }

export type JobRouteDeps = {
  db: Db
  clock: Clock
  jobs: readonly Job[]
  /** What waits in each room, for the jobs that work for it. */
  waiting(): Promise<ReadonlyMap<string, RoomStatus>>
  /** The same of each shop and source, by room and its code or name: for jobs that it has a schedule of its own for. */
  waitingOfEach(): Promise<ReadonlyMap<string, ReadonlyMap<string, WaitingOfOne>>>
  /** What stands against a job whenever it runs: the code and why, for what it works on. */
  standingAgainst?(job: Job): Promise<{ code: string; reason: string }[]>
  /** The files, uploads and proofs that these runs made. */
  madeBy?(runs: readonly Run[]): Promise<ReadonlyMap<number, readonly Answer<typeof madeByRun>[]>>
  /** What a job can be run for one by one: the codes of the connected shops, or the names of the sources. */
  each(per: 'shop' | 'source'): Promise<string[]>
  /** A shop or source has another schedule of its own; null: none any more. In the transaction that says so. */
  ownChanged?(tx: Tx, of: { job: Job; whose: string }, schedule: Schedule | null): Promise<void>
  /** null: this process has no clockwork. */
  clockwork: Pick<Clockwork, 'runNow' | 'waiting' | 'drop' | 'scheduleChanged'> | null
}

/** The jobs that operators know by name: whether they run as they should, running one now, and what ran. */
export function jobRoutes(deps: JobRouteDeps): Route[] {
  const { db, clock, jobs, clockwork } = deps
  return [
    jsonRoute({
      method: 'GET',
      path: '/jobs',
      summary: 'The jobs with their schedule, their last run, what waits for them and what is wrong with them',
      tag: 'jobs',
      role: 'viewer',
      answer: jobList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await jobViews(deps) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/jobs/runs',
      summary: 'What ran, newest first',
      tag: 'jobs',
      role: 'viewer',
      query: runsQuery,
      answer: runList,
      async handle({ query }) {
        const { job, room, outcome, cause, whose, search } = query
        const filter: RunFilter = {
          job: job ?? null,
          room: room ?? null,
          outcome: outcome ?? null,
          cause: cause ?? null,
          whose: whose ?? null,
          search: search ?? null,
        }
        const runs = await runsPage(db, filter, { limit: query.pageSize, offset: offsetOf(query) })
        const made = await deps.madeBy?.(runs)
        const rows = runs.map(run => ({ ...run, made: [...(made?.get(run.runId) ?? [])] }))
        return pageFrom(query, rows, () => countRuns(db, filter, TOTAL_COUNTED_MAX + 1))
      },
    }),
    ...queuedRoutes(deps),
    jsonRoute({
      method: 'GET',
      path: '/jobs/timeline',
      summary: 'Every job on one line of time: what ran, what comes, and which ticks began nothing',
      tag: 'jobs',
      role: 'viewer',
      query: timelineQuery,
      answer: jobTimeline,
      handle: ({ query }) => timelineOf(query.hours * HOUR_MS),
    }),
    jsonRoute({
      method: 'GET',
      path: '/jobs/:name',
      summary: 'One job, by its name, slug or alias',
      tag: 'jobs',
      role: 'viewer',
      params: jobParams,
      query: scheduleQuery,
      answer: jobDetail,
      handle: async ({ params, query }) => jobView(deps, knownJob(params.name, jobs), query.shop ?? query.source ?? null),
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/run',
      summary: 'Runs a job now, besides its schedule; its name, slug or alias says which',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      body: jobAsk,
      answer: jobAsked,
      status: 202,
      async handle({ params, body, who }) {
        const job = knownJob(params.name, jobs)
        allow(job, who, await permissionOf(db, job))
        const parameters = givenParameters(job, body?.parameters ?? {})
        await oneOf(deps, job, whoseRun(parameters))
        const asked = await (clockwork ?? noClockwork()).runNow(job.slug, { by: who.name, parameters })
        await recordAudit(db, {
          at: clock.now(),
          who: who.name,
          action: 'job.run',
          subject: 'job',
          name: job.name,
          before: null,
          after: parameters,
        })
        return asked
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/runs/:runId/again',
      summary: 'Runs the job of an earlier run again, with the parameters of that run',
      tag: 'jobs',
      role: 'operator',
      params: runParams,
      answer: jobAsked,
      status: 202,
      async handle({ params, who }) {
        const run = (await runOf(db, params.runId)) ?? noRun(params.runId)
        const job = knownJob(run.job, jobs)
        allow(job, who, await permissionOf(db, job))
        // What it left out is never given by people; the rest has to be what the job takes today.
        const { [EXCEPT_SHOPS]: leftOut, ...given } = run.parameters
        const parameters = { ...givenParameters(job, given), ...(leftOut !== undefined && { [EXCEPT_SHOPS]: leftOut }) }
        await oneOf(deps, job, whoseRun(parameters))
        const asked = await (clockwork ?? noClockwork()).runNow(job.slug, { by: who.name, parameters })
        const after = { run: run.runId, ...parameters }
        await recordAudit(db, { at: clock.now(), who: who.name, action: 'job.run', subject: 'job', name: job.name, before: null, after })
        return asked
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/runs/:runId/end',
      summary: 'Ends a running run after its present step; what it did stays done',
      tag: 'jobs',
      role: 'operator',
      params: runParams,
      answer: jobAsked,
      status: 202,
      async handle({ params, who }) {
        const run = (await runOf(db, params.runId)) ?? noRun(params.runId)
        const job = knownJob(run.job, jobs)
        allow(job, who, await permissionOf(db, job))
        const at = clock.now()
        const isQueued = await db.transaction(async tx => {
          const isAsked = await askToEnd(tx, run.runId, { by: who.name, at })
          const said = { before: { run: run.runId, isAskedToEnd: false }, after: { run: run.runId, isAskedToEnd: true } }
          if (isAsked) await recordAudit(tx, { at, who: who.name, action: 'job.end', subject: 'job', name: run.job, ...said })
          return isAsked
        })
        return { job: run.job, isQueued }
      },
    }),
  ]

  async function timelineOf(spanMs: number) {
    const now = clock.now()
    const [from, until] = [now - spanMs, now + spanMs * COMING_SHARE]
    const set = await schedules(db, jobs)
    const runs = await askedRunsSince(db, from, RUNS_DRAWN_MAX)
    const known = Math.max(from, await knownSince(db))
    const rows = jobs.map(({ name, slug, cron }) => {
      const schedule = set.get(slug) ?? madeWith({ cron })
      const own = runs.filter(run => run.job === name)
      const starts = own.map(run => run.startedAt)
      return {
        ...{ name, slug },
        runs: own.map(({ startedAt, finishedAt, outcome, parameters }) => ({
          startedAt,
          finishedAt,
          outcome,
          whose: whoseRun(parameters) || null,
        })),
        nextAt: comingTicks(schedule, { now, until }),
        missedAt: missedTicks(schedule, starts, { from: known, now }),
      }
    })
    return { from, now, until, isCut: runs.length === RUNS_DRAWN_MAX, rows }
  }
}

const HOUR_MS = 3_600_000
/** So much of what comes is shown beside what was. */
const COMING_SHARE = 0.25
const RUNS_DRAWN_MAX = 3_000

/** A run for one shop or source is for one that there is. */
export async function oneOf({ each }: Pick<JobRouteDeps, 'each'>, job: Job, whose: string): Promise<void> {
  const per = perWhat(job)
  if (whose === '' || per === null || (await each(per)).includes(whose)) return
  throw new TrueupError(NOT_PER[per], `There is no ${per} called ${JSON.stringify(whose)}.`, {
    retry: 'never',
    hint: per === 'shop' ? 'Name the code of a connected shop.' : 'Name a source that is declared.',
    detail: { job: job.slug, [per]: whose },
  })
}

export const NOT_PER = { shop: 'JOBS_NOT_PER_SHOP', source: 'JOBS_NOT_PER_SOURCE' } as const

function noClockwork(): never {
  throw new TrueupError('JOBS_NOT_HERE', 'This process lets people in and runs no jobs.', {
    retry: 'after-operator',
    hint: 'Start a process with the role work beside it, or this one with both roles.',
  })
}

function noRun(runId: number): never {
  throw new TrueupError('JOBS_RUN_UNKNOWN', `There is no run ${runId}.`, {
    retry: 'never',
    hint: 'Look it up in the history of runs; the oldest are not kept.',
    detail: { runId },
  })
}
