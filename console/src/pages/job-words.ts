import { FREQUENCIES } from '../../../src/http/contract/job.ts'
import type { Job, JobRun } from '../api/jobs.ts'
import type { Tone } from '../parts/state.tsx'

/** A schedule in words where it has them, in its five fields where not. */
export function frequency({ cron, timeZone }: { cron: string; timeZone: string }): string {
  const known = FREQUENCIES.find(one => one.cron === cron)?.name
  const daily = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron)
  const words = known ?? (daily ? `Daily at ${daily[2]?.padStart(2, '0')}:${daily[1]?.padStart(2, '0')}` : cron)
  return timeZone === 'UTC' && !words.startsWith('Daily') ? words : `${words} (${timeZone})`
}

type Shown = { tone: Tone; word: string }

/** How a job does, in one word: the worst thing that is to be said of it. */
export function stateOf(job: Pick<Job, 'findings' | 'schedule' | 'lastRun'>): Shown {
  const code = job.findings[0]?.code
  if (code !== undefined) return FOUND[code] ?? { tone: 'stuck', word: 'Needs you' }
  if (job.schedule.paused !== null) return { tone: 'paused', word: 'Paused' }
  if (job.lastRun !== null && job.lastRun.outcome === null) return { tone: 'working', word: 'Running' }
  return { tone: 'ok', word: 'Scheduled' }
}

const FOUND: Record<string, Shown> = {
  JOB_LATE: { tone: 'stopped', word: 'Late' },
  JOB_NOT_SCHEDULED: { tone: 'stopped', word: 'Not scheduled' },
  JOB_PAUSED_WITH_WORK_WAITING: { tone: 'paused', word: 'Paused, work waits' },
  JOB_STUCK: { tone: 'stuck', word: 'Stuck' },
  JOB_FAILED: { tone: 'stuck', word: 'Failed' },
  WORKER_SILENT: { tone: 'stopped', word: 'No worker' },
}

const OUTCOMES: Record<NonNullable<JobRun['outcome']>, Shown> = {
  finished: { tone: 'ok', word: 'Finished' },
  finished_with_errors: { tone: 'stuck', word: 'Finished with errors' },
  failed: { tone: 'stopped', word: 'Failed' },
  crashed: { tone: 'stopped', word: 'Crashed' },
  cancelled: { tone: 'unknown', word: 'Terminated' },
  skipped: { tone: 'unknown', word: 'Skipped' },
}

/** How a run ended, or that it has not. */
export function outcomeOf(run: Pick<JobRun, 'outcome' | 'cancelAskedAt'>): Shown {
  if (run.outcome !== null) return OUTCOMES[run.outcome]
  return run.cancelAskedAt === null ? { tone: 'working', word: 'Running' } : { tone: 'working', word: 'Ending' }
}

export const OUTCOME_CHOICES = Object.entries(OUTCOMES).map(([value, { word }]) => ({ value, label: word }))
