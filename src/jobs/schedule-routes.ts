import { recordAudit } from '../db/audit.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jobParams, jobPeople, scheduleChange, scheduleChanged, schedulePreview, scheduleQuery, why } from '../http/contract/job.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { lastTick, nextTicks } from './cron.ts'
import { isPerShop, type Job, knownJob } from './job.ts'
import { givenParameters } from './parameters.ts'
import { allow } from './permission.ts'
import { permissionOf, setPermission } from './permission-store.ts'
import type { JobRouteDeps } from './routes.ts'
import { madeWith, nextRuns, objections, type Schedule } from './schedule.ts'
import { removeShopSchedule, schedules, setSchedule, shopSchedules } from './schedule-store.ts'

const NEXT_SHOWN = 5

type Found = { kind: 'refused' | 'warning'; code: string; reason: string }

/** When a job runs by itself: another schedule, a pause, one tick passed over. Each is a deed on record. */
export function scheduleRoutes(deps: Pick<JobRouteDeps, 'db' | 'clock' | 'jobs' | 'clockwork' | 'standingAgainst' | 'shops'>): Route[] {
  const { db, clock, jobs, clockwork, shops } = deps
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
        const { job, shop } = await asked(params, query)
        const { schedule, found } = await changed(job, body, shop)
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
        const { job, shop } = await asked(params, query, who)
        const { schedule, found } = await changed(job, body, shop)
        const refused = found.find(one => one.kind === 'refused')
        if (refused !== undefined) throw tooOften(job, refused.reason)
        const answer = await take(job, schedule, { action: 'job.schedule', who: who.name, shop })
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
        const { job, shop } = await asked(params, query, who)
        const schedule = await current(job, shop)
        const paused = { at: clock.now(), by: who.name, reason: body.reason }
        return take(job, { ...schedule, paused }, { action: 'job.pause', who: who.name, reason: body.reason, shop })
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
        const { job, shop } = await asked(params, query, who)
        return take(job, { ...(await current(job, shop)), paused: null }, { action: 'job.resume', who: who.name, shop })
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
        const { job, shop } = await asked(params, query, who)
        const schedule = await current(job, shop)
        const [next] = nextRuns(schedule, clock.now(), 1)
        if (next === undefined) throw nothingToSkip(job)
        return take(job, { ...schedule, skippedUntil: next }, { action: 'job.skip', who: who.name, shop })
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/jobs/:name/schedule',
      summary: 'Takes away the schedule that a shop has of its own: it runs with all the others again',
      tag: 'jobs',
      role: 'operator',
      params: jobParams,
      query: scheduleQuery,
      answer: scheduleChanged,
      async handle({ params, query, who }) {
        const { job, shop } = await asked(params, query, who)
        if (shop === null) throw notPerShop(job, shop)
        const at = clock.now()
        const before = await current(job, shop)
        await db.transaction(async tx => {
          if (!(await removeShopSchedule(tx, job, shop))) return
          const deed = { at, who: who.name, action: 'job.schedule', subject: 'job', name: job.name }
          await recordAudit(tx, { ...deed, before: { shop, ...shown(before) }, after: { shop, schedule: 'as all the others' } })
        })
        await clockwork?.scheduleChanged(job, shop)
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

  /** The job and the shop that a request is about; `who` may change it, or it is refused. */
  async function asked(params: { name: string }, query: { shop?: string | undefined }, who?: { name: string; role: string }) {
    const job = knownJob(params.name, jobs)
    if (who !== undefined) allow(job, who, await permissionOf(db, job))
    const shop = query.shop ?? null
    if (shop !== null && !(isPerShop(job) && (await shops()).includes(shop))) throw notPerShop(job, shop)
    return { job, shop }
  }

  /** A shop without a schedule of its own begins with the job's. */
  async function current(job: Job, shop: string | null = null): Promise<Schedule> {
    const own = shop === null ? undefined : (await shopSchedules(db)).get(job.slug)?.get(shop)
    return own ?? (await schedules(db, jobs)).get(job.slug) ?? madeWith(job)
  }

  async function changed(job: Job, change: Answer<typeof scheduleChange>, shop: string | null) {
    const before = await current(job, shop)
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
  async function take(
    job: Job,
    schedule: Schedule,
    { shop, ...deed }: { action: string; who: string; reason?: string; shop: string | null },
  ) {
    const at = clock.now()
    const before = await current(job, shop)
    const whose = shop === null ? {} : { shop }
    const kept = { ...schedule, skippedUntil: stillAhead(schedule, at), changedAt: at, changedBy: deed.who }
    await db.transaction(async tx => {
      await setSchedule(tx, job, kept, { by: deed.who, at, shop })
      const [was, is] = [before, kept].map(one => ({ ...whose, ...shown(one) }))
      await recordAudit(tx, { ...deed, at, subject: 'job', name: job.name, before: was, after: is })
    })
    await clockwork?.scheduleChanged(job, shop)
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

function notPerShop(job: Job, shop: string | null): TrueupError {
  const why = isPerShop(job) ? `There is no shop called ${JSON.stringify(shop)}.` : `${job.name} does not work shop by shop.`
  return new TrueupError('JOBS_NOT_PER_SHOP', why, {
    retry: 'never',
    hint: isPerShop(job) ? 'Name the code of a connected shop.' : 'Set the schedule of the job itself.',
    detail: { job: job.slug, shop },
  })
}
