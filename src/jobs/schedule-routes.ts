import { recordAudit } from '../db/audit.ts'
import type { Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jobParams, jobPeople, scheduleChange, scheduleChanged, schedulePreview, scheduleQuery, why } from '../http/contract/job.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { lastTick, nextTicks } from './cron.ts'
import { type Job, knownJob } from './job.ts'
import { givenParameters, perWhat, whoseRun } from './parameters.ts'
import { allow } from './permission.ts'
import { permissionOf, setPermission } from './permission-store.ts'
import { type JobRouteDeps, NOT_PER, oneOf } from './routes.ts'
import { madeWith, nextRuns, objections, type Schedule } from './schedule.ts'
import { lockSchedule, ownSchedules, removeOwnSchedule, schedules, setSchedule } from './schedule-store.ts'

const NEXT_SHOWN = 5

type Found = { kind: 'refused' | 'warning'; code: string; reason: string }

/** When a job runs by itself: another schedule, a pause, one tick passed over. Each is a deed on record. */
export function scheduleRoutes(
  deps: Pick<JobRouteDeps, 'db' | 'clock' | 'jobs' | 'clockwork' | 'standingAgainst' | 'each' | 'ownChanged'>,
): Route[] {
  const { db, clock, jobs, clockwork } = deps
  return [
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/schedule/preview',
      summary: 'What a schedule would come to: its next five runs, and what would be said about it',
      tag: 'jobs',
      role: 'viewer',
      params: jobParams,
      query: scheduleQuery,
      body: scheduleChange,
      answer: schedulePreview,
      async handle({ params, query, body }) {
        const { job, whose } = await asked(params, query)
        const { schedule, found } = await changed(job, body, whose)
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
      query: scheduleQuery,
      body: scheduleChange,
      answer: scheduleChanged,
      async handle({ params, query, body, who }) {
        const { job, whose } = await asked(params, query, who)
        const { schedule, found } = await changed(job, body, whose)
        const refused = found.find(one => one.kind === 'refused')
        if (refused !== undefined) throw tooOften(job, refused.reason)
        const given = body.parameters === undefined ? body : { ...body, parameters: { ...schedule.parameters } }
        const answer = await take(job, before => merged(before, given), { action: 'job.schedule', who: who.name, whose })
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
      query: scheduleQuery,
      body: why,
      answer: scheduleChanged,
      async handle({ params, query, body, who }) {
        const { job, whose } = await asked(params, query, who)
        const paused = { at: clock.now(), by: who.name, reason: body.reason }
        return take(job, schedule => ({ ...schedule, paused }), { action: 'job.pause', who: who.name, reason: body.reason, whose })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/resume',
      summary: 'Lets a paused job run by itself again, and at once',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      query: scheduleQuery,
      answer: scheduleChanged,
      async handle({ params, query, who }) {
        const { job, whose } = await asked(params, query, who)
        return take(job, schedule => ({ ...schedule, paused: null }), { action: 'job.resume', who: who.name, whose })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/jobs/:name/skip',
      summary: 'Passes over the next tick of a job, once',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      query: scheduleQuery,
      answer: scheduleChanged,
      async handle({ params, query, who }) {
        const { job, whose } = await asked(params, query, who)
        const skip = (schedule: Schedule) => {
          const [next] = nextRuns(schedule, clock.now(), 1)
          if (next === undefined) throw nothingToSkip(job)
          return { ...schedule, skippedUntil: next }
        }
        return take(job, skip, { action: 'job.skip', who: who.name, whose })
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/jobs/:name/schedule',
      summary: 'Takes away the schedule that a shop or source has of its own: it runs with all the others again',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      query: scheduleQuery,
      answer: scheduleChanged,
      async handle({ params, query, who }) {
        const { job, whose } = await asked(params, query, who)
        if (whose === null) throw ofTheJob(job)
        const at = clock.now()
        await db.transaction(async tx => {
          await lockSchedule(tx, job)
          const before = await current(job, whose, tx)
          if (!(await removeOwnSchedule(tx, job, whose))) return
          await deps.ownChanged?.(tx, { job, whose }, null)
          const deed = { at, who: who.name, action: 'job.schedule', subject: 'job', name: job.name }
          const of = { [perWhat(job) ?? '']: whose }
          await recordAudit(tx, { ...deed, before: { ...of, ...shown(before) }, after: { ...of, schedule: 'as all the others' } })
        })
        await clockwork?.scheduleChanged(job, whose)
        const schedule = await current(job)
        return {
          schedule: { ...schedule, parameters: { ...schedule.parameters } },
          nextAt: nextRuns(schedule, at, NEXT_SHOWN),
          warnings: [] as string[],
        }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/jobs/:name/people',
      summary: 'Gives a job to these people only, beside admins; null: to every operator',
      tag: 'jobs',
      role: 'admin',
      params: jobParams,
      body: jobPeople,
      answer: jobPeople,
      async handle({ params, body, who }) {
        const job = knownJob(params.name, jobs)
        const at = clock.now()
        const before = await permissionOf(db, job)
        await db.transaction(async tx => {
          await setPermission(tx, job, body.people, { by: who.name, at })
          const deed = { at, who: who.name, action: 'job.people', subject: 'job', name: job.name }
          await recordAudit(tx, { ...deed, before: { people: before }, after: { people: body.people } })
        })
        return body
      },
    }),
  ]

  /** The job and the shop or source that a request is about; `who` may change it, or it is refused. */
  async function asked(params: { name: string }, query: Answer<typeof scheduleQuery>, who?: { name: string; role: string }) {
    const job = knownJob(params.name, jobs)
    if (who !== undefined) allow(job, who, await permissionOf(db, job))
    for (const per of ['shop', 'source'] as const) {
      if (query[per] === undefined) continue
      if (perWhat(job) !== per) throw notPer(job, per)
      // What a shop had of its own while it was on can be changed and taken away when it is off.
      if (!(await ownSchedules(db)).get(job.slug)?.has(query[per])) await oneOf(deps, job, query[per])
    }
    return { job, whose: query.shop ?? query.source ?? null }
  }

  /** A shop or source without a schedule of its own begins with the job's. */
  async function current(job: Job, whose: string | null = null, sql: Sql = db): Promise<Schedule> {
    const own = whose === null ? undefined : (await ownSchedules(sql)).get(job.slug)?.get(whose)
    return own ?? (await schedules(sql, jobs)).get(job.slug) ?? madeWith(job)
  }

  async function changed(job: Job, change: Answer<typeof scheduleChange>, whose: string | null) {
    const before = await current(job, whose)
    const parameters = change.parameters === undefined ? before.parameters : givenParameters(job, change.parameters)
    if (change.parameters !== undefined) await oneOf(deps, job, whoseRun(parameters))
    const schedule = merged(before, { ...change, parameters })
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
  async function take(
    job: Job,
    change: (before: Schedule) => Schedule,
    { whose, ...deed }: { action: string; who: string; reason?: string; whose: string | null },
  ) {
    const at = clock.now()
    const of = whose === null ? {} : { [perWhat(job) ?? '']: whose }
    const kept = await db.transaction(async tx => {
      // Two who change it at once change it one after the other: what the first one set stays, where the second says nothing of it.
      await lockSchedule(tx, job)
      const before = await current(job, whose, tx)
      const schedule = change(before)
      const kept = { ...schedule, skippedUntil: stillAhead(schedule, at), changedAt: at, changedBy: deed.who }
      await setSchedule(tx, job, kept, { by: deed.who, at, whose })
      if (whose !== null) await deps.ownChanged?.(tx, { job, whose }, kept)
      const [was, is] = [before, kept].map(one => ({ ...of, ...shown(one) }))
      await recordAudit(tx, { ...deed, at, subject: 'job', name: job.name, before: was, after: is })
      return kept
    })
    await clockwork?.scheduleChanged(job, whose)
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

/** What was passed over was a tick of the schedule before: of another one it would pass over all until then. */
function merged(before: Schedule, change: Answer<typeof scheduleChange>): Schedule {
  const said = { ...before, ...withoutBlanks(change) }
  const isOther = said.cron !== before.cron || said.timeZone !== before.timeZone
  return { ...said, skippedUntil: isOther ? null : before.skippedUntil }
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

function notPer(job: Job, per: 'shop' | 'source'): TrueupError {
  return new TrueupError(NOT_PER[per], `${job.name} does not work ${per} by ${per}.`, {
    retry: 'never',
    hint: 'Set the schedule of the job itself.',
    detail: { job: job.slug },
  })
}

function ofTheJob(job: Job): TrueupError {
  const per = perWhat(job)
  if (per === null) return notPer(job, 'shop')
  return new TrueupError(NOT_PER[per], `A job keeps its schedule; only what a ${per} has of its own can be taken away.`, {
    retry: 'never',
    hint: `Say which ${per} is meant: ?${per}=…`,
    detail: { job: job.slug },
  })
}
