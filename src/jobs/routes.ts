import type { Sql } from '../db/connection.ts'
import { jobAsked, jobList, jobParams, runList, runsQuery } from '../http/contract/job.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Job } from './job.ts'
import { nextTick } from './next-tick.ts'
import { lastRunOfEachJob, latestRuns, type Run } from './store.ts'

export type JobRouteDeps = {
  db: Sql
  clock: Clock
  jobs: readonly Job[]
  /** null: this process has no clockwork. */
  runNow: ((job: string) => Promise<{ job: string; isQueued: boolean }>) | null
}

/** The jobs that operators know by name: when they ran, when they will, and running one now. */
export function jobRoutes({ db, clock, jobs, runNow }: JobRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/jobs',
      summary: 'The jobs with their last run and their next tick',
      tag: 'jobs',
      role: 'viewer',
      answer: jobList,
      async handle() {
        const last = new Map<string, Run>((await lastRunOfEachJob(db)).map(run => [run.job, run]))
        const now = clock.now()
        const rows = jobs.map(job => ({
          ...{
            name: job.name,
            slug: job.slug,
            category: job.category,
            description: job.description,
            steps: [...job.steps],
            cron: job.cron,
          },
          nextAt: nextTick(job.cron, now),
          lastRun: last.get(job.name) ?? null,
        }))
        return { rows }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/jobs/runs',
      summary: 'The newest runs, of all jobs, of one, or of one room',
      tag: 'jobs',
      role: 'viewer',
      query: runsQuery,
      answer: runList,
      async handle({ query }) {
        if (query.room !== undefined) return { rows: await runsOfRoom(db, { room: query.room, limit: query.limit }) }
        return { rows: await latestRuns(db, { job: query.job ?? null, limit: query.limit }) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/run',
      summary: 'Runs a job now; its name, slug or alias says which',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      answer: jobAsked,
      status: 202,
      async handle({ params }) {
        if (runNow === null) throw noClockwork()
        return runNow(params.name)
      },
    }),
  ]
}

async function runsOfRoom(sql: Sql, { room, limit }: { room: string; limit: number }): Promise<Run[]> {
  return sql.query<Run>(
    `select run_id as "runId", job, room, started_at as "startedAt", finished_at as "finishedAt", outcome, read, wrote, code, message, cause
       from jobs.run where room = $1 order by run_id desc limit $2`,
    [room, limit],
  )
}

function noClockwork(): TrueupError {
  return new TrueupError('JOBS_NOT_HERE', 'This process lets people in and runs no jobs.', {
    retry: 'after-operator',
    hint: 'Start a process with the role work beside it, or this one with both roles.',
  })
}
