import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Job } from './job.ts'
import { madeWith, type Schedule } from './schedule.ts'

type ScheduleRow = {
  job: string
  whose: string
  cron: string
  timeZone: string
  firstRunAt: InstantMs | null
  pausedAt: InstantMs | null
  pausedBy: string | null
  pausedReason: string | null
  skippedUntil: InstantMs | null
  isRealTime: boolean
  parameters: Record<string, string>
  changedAt: InstantMs
  changedBy: string
}

const SCHEDULE = `job, whose, cron, time_zone as "timeZone", first_run_at as "firstRunAt", paused_at as "pausedAt", paused_by as "pausedBy",
            paused_reason as "pausedReason", skipped_until as "skippedUntil", is_real_time as "isRealTime", parameters,
            changed_at as "changedAt", changed_by as "changedBy"`

/** The schedule of every job of the catalogue, by slug: as people set it, or as the job was made. */
export async function schedules(sql: Sql, catalogue: readonly Job[]): Promise<Map<string, Schedule>> {
  const rows = await sql.query<ScheduleRow>(`select ${SCHEDULE} from jobs.schedule where whose = ''`)
  const set = new Map(rows.map(row => [row.job, scheduleOf(row)]))
  return new Map(catalogue.map(job => [job.slug, set.get(job.slug) ?? madeWith(job)]))
}

function scheduleOf({ job, whose, pausedAt, pausedBy, pausedReason, ...row }: ScheduleRow): Schedule {
  return { ...row, paused: pausedAt === null ? null : { at: pausedAt, by: pausedBy ?? '', reason: pausedReason ?? '' } }
}

/** The schedules that shops and sources have of their own, by the slug of the job and the code of the shop or the name of the source. */
export async function ownSchedules(sql: Sql): Promise<Map<string, Map<string, Schedule>>> {
  const rows = await sql.query<ScheduleRow>(`select ${SCHEDULE} from jobs.schedule where whose <> '' order by job, whose`)
  const byJob = new Map<string, Map<string, Schedule>>()
  for (const row of rows) byJob.set(row.job, (byJob.get(row.job) ?? new Map()).set(row.whose, scheduleOf(row)))
  return byJob
}

const TICKS_KEPT_MS = 24 * 3_600_000

/** Takes a tick for what was queued for it; false: it was taken by another. What was cut off takes its own again. */
export async function takeTick(sql: Sql, tick: { job: Job; whose: string; at: InstantMs; queuedId: string }): Promise<boolean> {
  await sql.query('delete from jobs.tick where job = $1 and whose = $2 and tick_at < $3', [
    ...[tick.job.slug, tick.whose, new Date(tick.at - TICKS_KEPT_MS)],
  ])
  const [taken] = await sql.query<{ isMine: boolean }>(
    `insert into jobs.tick (job, whose, tick_at, queued_id) values ($1, $2, $3, $4)
     on conflict (job, whose, tick_at) do update set queued_id = jobs.tick.queued_id returning queued_id = $4 as "isMine"`,
    [tick.job.slug, tick.whose, new Date(tick.at), tick.queuedId],
  )
  return taken?.isMine ?? false
}

/** Whether a tick was taken already, by whomever. */
export async function isTaken(sql: Sql, tick: { job: Pick<Job, 'slug'>; whose: string; at: InstantMs }): Promise<boolean> {
  const rows = await sql.query('select 1 from jobs.tick where job = $1 and whose = $2 and tick_at = $3', [
    ...[tick.job.slug, tick.whose, new Date(tick.at)],
  ])
  return rows.length > 0
}

/** Takes the schedule away that a shop or a source has of its own: the job's is its again. False: it had none. */
export async function removeOwnSchedule(sql: Sql, job: Pick<Job, 'slug'>, whose: string): Promise<boolean> {
  const rows = await sql.query(`delete from jobs.schedule where job = $1 and whose = $2 and whose <> '' returning job`, [job.slug, whose])
  return rows.length > 0
}

/** Whoever changes a schedule of this job does it after whoever else does, until the transaction ends; there need not be a row yet. */
export async function lockSchedule(tx: Tx, job: Pick<Job, 'slug'>): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [SCHEDULE_LOCK_SPACE, job.slug])
}

const SCHEDULE_LOCK_SPACE = 7_312

/** Puts a schedule in the place of the one before; `whose`: the shop's or source's own, none for the job's. */
export async function setSchedule(
  sql: Sql,
  job: Job,
  schedule: Schedule,
  change: { by: string; at: InstantMs; whose?: string | null },
): Promise<void> {
  await sql.query(
    `insert into jobs.schedule
       (job, whose, cron, time_zone, first_run_at, paused_at, paused_by, paused_reason, skipped_until, is_real_time, parameters, changed_at, changed_by)
     values ($1, $13, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
     on conflict (job, whose) do update
        set cron = excluded.cron, time_zone = excluded.time_zone, first_run_at = excluded.first_run_at, paused_at = excluded.paused_at,
            paused_by = excluded.paused_by, paused_reason = excluded.paused_reason, skipped_until = excluded.skipped_until,
            is_real_time = excluded.is_real_time, parameters = excluded.parameters,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      job.slug,
      schedule.cron,
      schedule.timeZone,
      dateOrNull(schedule.firstRunAt),
      dateOrNull(schedule.paused?.at ?? null),
      schedule.paused?.by ?? null,
      schedule.paused?.reason ?? null,
      dateOrNull(schedule.skippedUntil),
      schedule.isRealTime,
      JSON.stringify(schedule.parameters),
      new Date(change.at),
      change.by,
      change.whose ?? '',
    ],
  )
}

function dateOrNull(at: InstantMs | null): Date | null {
  return at === null ? null : new Date(at)
}
