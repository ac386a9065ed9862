import type { InstantMs } from '../kernel/clock.ts'
import { type Cron, lastTick, nextTicks } from './cron.ts'
import type { Job } from './job.ts'

/** A job's schedule as it stands: what people set, or what the job was made with. */
export type Schedule = Cron & {
  firstRunAt: InstantMs | null
  paused: { at: InstantMs; by: string; reason: string } | null
  /** The tick at this instant and those before it are passed over. */
  skippedUntil: InstantMs | null
  isRealTime: boolean
  parameters: Readonly<Record<string, string>>
  changedAt: InstantMs | null
  changedBy: string | null
}

/** What a job has that nobody has set anything for. */
export function madeWith(job: Pick<Job, 'cron'>): Schedule {
  return {
    cron: job.cron,
    timeZone: 'UTC',
    firstRunAt: null,
    paused: null,
    skippedUntil: null,
    isRealTime: true,
    parameters: {},
    changedAt: null,
    changedBy: null,
  }
}

/** A slow job reads a whole shop: it ticks at most so often. */
export const SLOW_JOB_INTERVAL_MS_MIN = 6 * 3_600_000
/** Whoever sets a first run further away than this probably meant something else. */
export const FIRST_RUN_FAR_MS = 24 * 3_600_000
/** Ticks that are looked at to know how often a schedule ticks. */
const TICKS_SAMPLED = 25

/** Whether a tick that comes now runs the job, or why not. */
export function judgeTick(schedule: Schedule, now: InstantMs): 'run' | 'paused' | 'before-first-run' | 'skipped' {
  if (schedule.paused !== null) return 'paused'
  if (schedule.firstRunAt !== null && now < schedule.firstRunAt) return 'before-first-run'
  const tick = lastTick(schedule, now)
  return tick !== null && schedule.skippedUntil !== null && tick <= schedule.skippedUntil ? 'skipped' : 'run'
}

/** The clocks of the database and of a process may differ by so much: a tick that was queued a moment early is still that tick. */
const CLOCKS_APART_MS_MAX = 5_000

/** Which tick it was that was queued then; null: the schedule never ticks. */
export function tickOf(schedule: Schedule, queuedAt: InstantMs): InstantMs | null {
  return lastTick(schedule, queuedAt + CLOCKS_APART_MS_MAX)
}

/** The next ticks that will run, at most `count`; none while the job is paused. */
export function nextRuns(schedule: Schedule, now: InstantMs, count: number): InstantMs[] {
  if (schedule.paused !== null) return []
  return nextTicks(schedule, nextFrom(schedule, now), count)
}

/** The instant after which ticks count: what is skipped, or lies before the first run, does not. */
export function nextFrom({ skippedUntil, firstRunAt }: Pick<Schedule, 'skippedUntil' | 'firstRunAt'>, now: InstantMs): InstantMs {
  return Math.max(now, skippedUntil ?? now, firstRunAt === null ? now : firstRunAt - 1)
}

/** The smallest time between two ticks of a schedule, of those that come next. */
export function intervalMs(cron: Cron, now: InstantMs): number {
  const ticks = nextTicks(cron, now, TICKS_SAMPLED)
  const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick))
  return gaps.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...gaps)
}

export type Objection =
  /** Refused. */
  | { kind: 'refused'; code: 'JOBS_TOO_OFTEN'; reason: string }
  /** Taken, and said. */
  | { kind: 'warning'; code: 'JOBS_FIRST_RUN_FAR' | 'JOBS_SAME_WORK'; reason: string }

/** What is to be said about a schedule before it is taken. `others`: the jobs that are not paused. */
export function objections(job: Job, schedule: Schedule, now: InstantMs, others: readonly Job[]): Objection[] {
  const found: Objection[] = []
  // By the clock on the wall: that a night is an hour shorter once a year makes no schedule more frequent.
  const every = intervalMs({ cron: schedule.cron, timeZone: 'UTC' }, now)
  if (job.isSlow && every < SLOW_JOB_INTERVAL_MS_MIN) {
    const reason = `${job.name} reads a whole shop; it may tick every six hours at the most, and this schedule ticks every ${Math.round(every / 60_000)} minutes.`
    found.push({ kind: 'refused', code: 'JOBS_TOO_OFTEN', reason })
  }
  if (schedule.firstRunAt !== null && schedule.firstRunAt - now > FIRST_RUN_FAR_MS) {
    const hours = Math.round((schedule.firstRunAt - now) / 3_600_000)
    const reason = `The first run is ${hours} hours away. Until then ${job.name} runs only when a person asks for it.`
    found.push({ kind: 'warning', code: 'JOBS_FIRST_RUN_FAR', reason })
  }
  for (const other of others) {
    if (other.slug === job.slug || !other.steps.every(step => job.steps.includes(step))) continue
    const reason = `${other.name} does the same work (${other.steps.join(', ')}) and is scheduled too.`
    found.push({ kind: 'warning', code: 'JOBS_SAME_WORK', reason })
  }
  return found
}
