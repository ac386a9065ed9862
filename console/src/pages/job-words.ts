import { FREQUENCIES } from '../../../src/http/contract/job.ts'
import type { Job, JobRun } from '../api/jobs.ts'
import type { Tone } from '../parts/state.tsx'
import { jobs as texts } from '../texts/jobs.ts'

/** Who may run and change a job: admins, and of those who operate all, or the ones that it was given to. The server judges by the same. */
export function mayAct(who: { name: string; role: string } | null | undefined, people: readonly string[] | null): boolean {
  if (who === null || who === undefined || who.role === 'viewer') return false
  return who.role === 'admin' || people === null || people.includes(who.name)
}

/** A schedule in words where it has them, in its five fields where not. */
export function frequency({ cron, timeZone }: { cron: string; timeZone: string }): string {
  const known = FREQUENCIES.find(one => one.cron === cron)?.name
  const daily = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron)
  const minutes = /^\*\/(\d{1,2}) \* \* \* \*$/.exec(cron)?.[1]
  const words =
    known ?? (minutes ? texts.everyMinutes(minutes) : daily ? texts.dailyAt(daily[2]?.padStart(2, '0'), daily[1]?.padStart(2, '0')) : cron)
  return timeZone === 'UTC' && !words.startsWith('Daily') ? words : `${words} (${timeZone})`
}

type Shown = { tone: Tone; word: string }

/** How a job does, in one word: the worst thing that is to be said of it. */
export function stateOf(job: Pick<Job, 'findings' | 'schedule' | 'lastRun'>): Shown {
  const code = job.findings[0]?.code
  if (code !== undefined) return FOUND[code] ?? { tone: 'stuck', word: texts.needsYou }
  if (job.schedule.paused !== null) return { tone: 'paused', word: texts.paused }
  if (job.lastRun !== null && job.lastRun.outcome === null) return { tone: 'working', word: texts.running }
  return { tone: 'ok', word: texts.scheduled }
}

const FOUND: Record<string, Shown> = {
  JOB_LATE: { tone: 'stopped', word: texts.late },
  JOB_NOT_SCHEDULED: { tone: 'stopped', word: texts.notScheduled },
  JOB_PAUSED_WITH_WORK_WAITING: { tone: 'paused', word: texts.pausedWorkWaits },
  JOB_STUCK: { tone: 'stuck', word: texts.stuck },
  JOB_FAILED: { tone: 'stuck', word: texts.failed },
  WORKER_SILENT: { tone: 'stopped', word: texts.noWorker },
}

const OUTCOMES: Record<NonNullable<JobRun['outcome']>, Shown> = {
  finished: { tone: 'ok', word: texts.finished },
  finished_with_errors: { tone: 'stuck', word: texts.finishedWithErrors },
  failed: { tone: 'stopped', word: texts.failed },
  crashed: { tone: 'stopped', word: texts.crashed },
  cancelled: { tone: 'unknown', word: texts.terminated },
  skipped: { tone: 'unknown', word: texts.skipped },
}

/** How a run ended, or that it has not. */
export function outcomeOf(run: Pick<JobRun, 'outcome' | 'cancelAskedAt'>): Shown {
  if (run.outcome !== null) return OUTCOMES[run.outcome]
  return run.cancelAskedAt === null ? { tone: 'working', word: texts.running } : { tone: 'working', word: texts.ending }
}

export const OUTCOME_CHOICES = Object.entries(OUTCOMES).map(([value, { word }]) => ({ value, label: word }))

/** Who or what wanted a run. */
export function causeOf(run: Pick<JobRun, 'cause' | 'askedBy'>): string {
  if (run.cause === 'person') return run.askedBy === null ? texts.askedForByAPerson : texts.askedForBy(run.askedBy)
  return run.cause === 'tick' ? texts.bySchedule2 : texts.becauseSomethingCame2
}
