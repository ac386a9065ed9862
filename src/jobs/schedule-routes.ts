import { recordAudit } from '../db/audit.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jobParams, scheduleChange, scheduleChanged, schedulePreview, why } from '../http/contract/job.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { lastTick, nextTicks } from './cron.ts'
import { type Job, knownJob } from './job.ts'
import { givenParameters } from './parameters.ts'
import type { JobRouteDeps } from './routes.ts'
import { madeWith, nextRuns, objections, type Schedule } from './schedule.ts'
import { schedules, setSchedule } from './schedule-store.ts'

const NEXT_SHOWN = 5

type Found = { kind: 'refused' | 'warning'; code: string; reason: string }

/** When a job runs by itself: another schedule, a pause, one tick passed over. Each is a deed on record. */
export function scheduleRoutes(deps: Pick<JobRouteDeps, 'db' | 'clock' | 'jobs' | 'clockwork' | 'standingAgainst'>): Route[] {
  const { db, clock, jobs, clockwork } = deps
  return [
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/schedule/preview',
      summary: 'What a schedule would come to: its next five runs, and what would be said about it',
      tag: 'jobs',
      role: 'viewer',
      params: jobParams,
      body: scheduleChange,
      answer: schedulePreview,
      async handle({ params, body }) {
        const job = knownJob(params.name, jobs)
        const { schedule, found } = await changed(job, body)
        return { nextAt: nextRuns({ ...schedule, paused: null }, clock.now(), NEXT_SHOWN), objections: found }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/jobs/:name/schedule',
      summary: 'Sets when a job runs by itself',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      body: scheduleChange,
      answer: scheduleChanged,
      async handle({ params, body, who }) {
        const job = knownJob(params.name, jobs)
        const { schedule, found } = await changed(job, body)
        const refused = found.find(one => one.kind === 'refused')
        if (refused !== undefined) throw tooOften(job, refused.reason)
        const answer = await take(job, schedule, { action: 'job.schedule', who: who.name })
        return { ...answer, warnings: found.map(one => one.reason) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/pause',
      summary: 'Lets nothing run a job but a person; what comes meanwhile waits',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      body: why,
      answer: scheduleChanged,
      async handle({ params, body, who }) {
        const job = knownJob(params.name, jobs)
        const schedule = await current(job)
        const paused = { at: clock.now(), by: who.name, reason: body.reason }
        return take(job, { ...schedule, paused }, { action: 'job.pause', who: who.name, reason: body.reason })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/resume',
      summary: 'Lets a paused job run by itself again, and at once',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      answer: scheduleChanged,
      async handle({ params, who }) {
        const job = knownJob(params.name, jobs)
        return take(job, { ...(await current(job)), paused: null }, { action: 'job.resume', who: who.name })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/skip',
      summary: 'Passes over the next tick of a job, once',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      answer: scheduleChanged,
      async handle({ params, who }) {
        const job = knownJob(params.name, jobs)
        const schedule = await current(job)
        const [next] = nextRuns(schedule, clock.now(), 1)
        if (next === undefined) throw nothingToSkip(job)
        return take(job, { ...schedule, skippedUntil: next }, { action: 'job.skip', who: who.name })
      },
    }),
  ]

  async function current(job: Job): Promise<Schedule> {
    return (await schedules(db, jobs)).get(job.slug) ?? madeWith(job)
  }

  async function changed(job: Job, change: Answer<typeof scheduleChange>) {
    const before = await current(job)
    const parameters = change.parameters === undefined ? before.parameters : givenParameters(job, change.parameters)
    const schedule: Schedule = { ...before, ...withoutBlanks(change), parameters }
    // Looked at now, so that a schedule which cannot be read is refused and never kept.
    nextTicks(schedule, clock.now(), 1)
    const set = await schedules(db, jobs)
    const others = jobs.filter(one => set.get(one.slug)?.paused === null)
    // A job that is going to push into a shop that holds it is told so now, and not when it has run in vain.
    const against = (await deps.standingAgainst?.(job)) ?? []
    const found: Found[] = [
      ...objections(job, schedule, clock.now(), others),
      ...against.map(one => ({ kind: 'warning' as const, ...one })),
    ]
    return { schedule, found }
  }

  /** The row and the deed in one transaction; the library's copy follows, and would at the next start if this died in between. */
  async function take(job: Job, schedule: Schedule, deed: { action: string; who: string; reason?: string }) {
    const at = clock.now()
    const before = await current(job)
    const kept = { ...schedule, skippedUntil: stillAhead(schedule, at), changedAt: at, changedBy: deed.who }
    await db.transaction(async tx => {
      await setSchedule(tx, job, kept, { by: deed.who, at })
      await recordAudit(tx, { ...deed, at, subject: 'job', name: job.name, before: shown(before), after: shown(kept) })
    })
    await clockwork?.scheduleChanged(job)
    return { schedule: { ...kept, parameters: { ...kept.parameters } }, nextAt: nextRuns(kept, at, NEXT_SHOWN), warnings: [] as string[] }
  }
}

/** A tick that was passed over long ago is of no interest any more. */
function stillAhead(schedule: Schedule, now: InstantMs): InstantMs | null {
  const last = lastTick(schedule, now)
  return schedule.skippedUntil !== null && (last === null || schedule.skippedUntil >= last) ? schedule.skippedUntil : null
}

/** What of a schedule goes on record: what people set. */
function shown({ cron, timeZone, firstRunAt, paused, skippedUntil, isRealTime, parameters }: Schedule) {
  return { cron, timeZone, firstRunAt, paused: paused?.reason ?? null, skippedUntil, isRealTime, parameters }
}

function withoutBlanks(change: Answer<typeof scheduleChange>): Partial<Schedule> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

function tooOften(job: Job, reason: string): TrueupError {
  return new TrueupError('JOBS_TOO_OFTEN', reason, {
    retry: 'never',
    hint: 'Choose “Every 6 hours” or “Daily”; to compare one SKU or shop at once, run the job now.',
    detail: { job: job.slug },
  })
}

function nothingToSkip(job: Job): TrueupError {
  return new TrueupError('JOBS_NOTHING_TO_SKIP', `${job.name} has no next run that could be passed over.`, {
    retry: 'never',
    hint: 'It is paused or has no next time: resume it, or change its schedule.',
    detail: { job: job.slug },
  })
}
