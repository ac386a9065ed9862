import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Job } from './job.ts'
import { madeWith, type Schedule } from './schedule.ts'

type ScheduleRow = {
  job: string
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

/** The schedule of every job of the catalogue, by slug: as people set it, or as the job was made. */
export async function schedules(sql: Sql, catalogue: readonly Job[]): Promise<Map<string, Schedule>> {
  const rows = await sql.query<ScheduleRow>(
    `select job, cron, time_zone as "timeZone", first_run_at as "firstRunAt", paused_at as "pausedAt", paused_by as "pausedBy",
            paused_reason as "pausedReason", skipped_until as "skippedUntil", is_real_time as "isRealTime", parameters,
            changed_at as "changedAt", changed_by as "changedBy"
       from jobs.schedule`,
  )
  const set = new Map(rows.map(row => [row.job, scheduleOf(row)]))
  return new Map(catalogue.map(job => [job.slug, set.get(job.slug) ?? madeWith(job)]))
}

function scheduleOf({ job, pausedAt, pausedBy, pausedReason, ...row }: ScheduleRow): Schedule {
  return { ...row, paused: pausedAt === null ? null : { at: pausedAt, by: pausedBy ?? '', reason: pausedReason ?? '' } }
}

/** Puts a schedule in the place of the one before. */
export async function setSchedule(sql: Sql, job: Job, schedule: Schedule, change: { by: string; at: InstantMs }): Promise<void> {
  await sql.query(
    `insert into jobs.schedule
       (job, cron, time_zone, first_run_at, paused_at, paused_by, paused_reason, skipped_until, is_real_time, parameters, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
     on conflict (job) do update
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
    ],
  )
}

function dateOrNull(at: InstantMs | null): Date | null {
  return at === null ? null : new Date(at)
}
