import { recordAudit } from '../db/audit.ts'
import { jobAsked, queuedParams, queuedRuns } from '../http/contract/job.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { TrueupError } from '../kernel/error.ts'
import { allow } from './permission.ts'
import { permissionOf } from './permission-store.ts'
import type { JobRouteDeps } from './routes.ts'
import { notBegunRun } from './run-end.ts'
import { recordRuns } from './store.ts'

/** What was asked for, by people or schedules, and has not begun: what it is, and taking it back. */
export function queuedRoutes({ db, clock, clockwork }: Pick<JobRouteDeps, 'db' | 'clock' | 'clockwork'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/jobs/queued',
      summary: 'Runs that wait on their queue and have not begun, oldest first',
      tag: 'jobs',
      role: 'viewer',
      answer: queuedRuns,
      wholeLists: ['rows'],
      async handle() {
        const waiting = (await clockwork?.waiting()) ?? []
        return { rows: waiting.map(({ job, ...one }) => ({ job: job.name, slug: job.slug, ...one, parameters: { ...one.parameters } })) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/queued/:queuedId/end',
      summary: 'Takes a run back that has not begun; false: it has begun meanwhile',
      tag: 'jobs',
      role: 'operator',
      params: queuedParams,
      answer: jobAsked,
      async handle({ params: { queuedId }, who }) {
        const found = (await clockwork?.waiting())?.find(one => one.queuedId === queuedId)
        if (clockwork === null || found === undefined) throw notQueued(queuedId)
        const { job } = found
        allow(job, who, await permissionOf(db, job))
        const isQueued = await clockwork.drop(job, queuedId)
        const [room] = job.steps
        if (!isQueued || room === undefined) return { job: job.name, isQueued }
        const at = clock.now()
        await db.transaction(async tx => {
          await recordRuns(tx, [notBegunRun(job, room, found, { endedBy: who.name, at })])
          const said = { before: { queuedId, parameters: found.parameters }, after: null }
          await recordAudit(tx, { at, who: who.name, action: 'job.end', subject: 'job', name: job.name, ...said })
        })
        return { job: job.name, isQueued }
      },
    }),
  ]
}

function notQueued(queuedId: string): TrueupError {
  return new TrueupError('JOBS_RUN_UNKNOWN', `No run waits under ${queuedId}: it has begun, or was taken back.`, {
    retry: 'never',
    hint: 'Look under Running and in the history.',
    detail: { queuedId },
  })
}
