import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { lastTick } from './cron.ts'
import type { Job } from './job.ts'
import { nextRuns, type Schedule } from './schedule.ts'

/*
 * Whether a job does what its schedule says, worked out from rows at the moment somebody looks. So it is true even when the
 * clockwork that should have run it is dead: nothing has to notice its own death.
 */

export type LateCode = 'JOB_LATE' | 'JOB_NOT_SCHEDULED' | 'JOB_PAUSED_WITH_WORK_WAITING' | 'JOB_STUCK' | 'JOB_FAILED' | 'WORKER_SILENT'

export type JobFinding = {
  code: LateCode
  since: InstantMs | null
  evidence: string
  /** What a person does next: the name of the button. */
  action: 'Run now' | 'Resume' | 'Change schedule' | 'Terminate' | 'Start a worker'
}

export type JobFacts = {
  schedule: Schedule
  /** The newest run that a tick or a person began, finished or not. */
  lastRun: {
    startedAt: InstantMs
    finishedAt: InstantMs | null
    outcome: string | null
    code: string | null
    message: string | null
  } | null
  /** When the first process that runs this job's rooms was last heard of; null: never. */
  workerBeatAt: InstantMs | null
  /** What waits in the job's rooms, and since when; of a shop also by how many units it shows something else meanwhile. */
  waiting: { backlog: number; oldestAt: InstantMs | null; units?: number | null }
  /** When the program first knew this job: no tick before it was missed. */
  knownSince: InstantMs
}

/** A tick may be taken so much later without anybody being told. */
export const LATE_GRACE_MS = 2 * 60_000
/** A run that takes longer than this is looked at. */
export const STUCK_MS = 15 * 60_000
/** A worker says so often that it lives; after this it is said to be silent. */
export const WORKER_SILENT_MS = 60_000

/** Everything that is to be said about one job, worst first. */
export function judgeJob(job: Pick<Job, 'name'>, facts: JobFacts, now: InstantMs): JobFinding[] {
  const { schedule, lastRun, waiting, workerBeatAt } = facts
  const found: JobFinding[] = []
  const silentMs = workerBeatAt === null ? null : now - workerBeatAt
  if (schedule.paused !== null) {
    if (waiting.backlog === 0) return []
    const { at, by, reason } = schedule.paused
    const units = waiting.units ? `, ${grouped(waiting.units)} units apart from what is shown,` : ''
    const things = waiting.backlog === 1 ? `1 thing${units} waits` : `${grouped(waiting.backlog)} things${units} wait`
    const evidence = `${job.name} was paused by ${by} (“${reason}”), and ${things} for it.`
    return [{ code: 'JOB_PAUSED_WITH_WORK_WAITING', since: at, evidence, action: 'Resume' }]
  }
  if (silentMs !== null && silentMs > WORKER_SILENT_MS) {
    const evidence = `No process that runs ${job.name} has been heard of for ${minutes(silentMs)}.`
    found.push({ code: 'WORKER_SILENT', since: workerBeatAt, evidence, action: 'Start a worker' })
  }
  if (nextRuns(schedule, now, 1).length === 0) {
    const evidence = `The schedule ${schedule.cron} of ${job.name} has no next time.`
    found.push({ code: 'JOB_NOT_SCHEDULED', since: schedule.changedAt, evidence, action: 'Change schedule' })
  }
  if (lastRun !== null && lastRun.finishedAt === null && now - lastRun.startedAt > STUCK_MS) {
    const evidence = `${job.name} has been running for ${minutes(now - lastRun.startedAt)}; it is usually done within ${minutes(STUCK_MS)}.`
    found.push({ code: 'JOB_STUCK', since: lastRun.startedAt, evidence, action: 'Terminate' })
  }
  const missed = missedTick(schedule, facts, now)
  if (missed !== null) {
    const last = lastRun === null ? 'it has never run' : `it last ran ${minutes(now - lastRun.startedAt)} ago`
    const evidence = `${job.name} was due ${minutes(now - missed)} ago, and ${last}.`
    found.push({ code: 'JOB_LATE', since: missed, evidence, action: 'Run now' })
  }
  if (lastRun !== null && (lastRun.outcome === 'failed' || lastRun.outcome === 'crashed')) {
    const evidence = `The last run of ${job.name} ${lastRun.outcome}: ${lastRun.message ?? lastRun.code ?? 'it did not say why'}`
    found.push({ code: 'JOB_FAILED', since: lastRun.finishedAt, evidence, action: 'Run now' })
  }
  return found
}

/** The tick that should have run the job and did not; null where none is overdue. */
function missedTick(schedule: Schedule, { lastRun, knownSince }: JobFacts, now: InstantMs): InstantMs | null {
  const due = lastTick(schedule, now - LATE_GRACE_MS)
  if (due === null || due < knownSince) return null
  if (schedule.changedAt !== null && due < schedule.changedAt) return null
  if (schedule.firstRunAt !== null && due < schedule.firstRunAt) return null
  if (schedule.skippedUntil !== null && due <= schedule.skippedUntil) return null
  return lastRun !== null && (lastRun.startedAt >= due || lastRun.finishedAt === null) ? null : due
}

function minutes(ms: number): string {
  const whole = Math.max(1, Math.round(ms / 60_000))
  if (whole < 120) return `${whole} min`
  return whole < 48 * 60 ? `${Math.round(whole / 60)} h` : `${Math.round(whole / 1_440)} days`
}
