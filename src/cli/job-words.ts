import type { Wire } from '../http/contract/instant.ts'
import { FREQUENCIES, type jobInList, type jobRun, type jobSchedule } from '../http/contract/job.ts'
import { plain } from '../kernel/plain.ts'
import { ageOf } from './table.ts'

type Job = Wire<typeof jobInList>
type Run = Wire<typeof jobRun>

/** A schedule by its name where it has one, by its five fields where not. */
export function frequencyOf({ cron, timeZone }: Pick<Wire<typeof jobSchedule>, 'cron' | 'timeZone'>): string {
  return `${FREQUENCIES.find(one => one.cron === cron)?.name ?? cron} (${timeZone})`
}

/** How a job does, in a word: the worst that is to be said of it. */
export function stateOf({ findings, schedule, lastRun }: Pick<Job, 'findings' | 'schedule' | 'lastRun'>): string {
  if (findings[0] !== undefined) return findings[0].code
  if (schedule.paused !== null) return 'paused'
  return lastRun !== null && lastRun.outcome === null ? 'running' : 'ok'
}

export function outcomeOf({ outcome, cancelAskedAt }: Pick<Run, 'outcome' | 'cancelAskedAt'>): string {
  if (outcome !== null) return outcome.replaceAll('_', ' ')
  return cancelAskedAt === null ? 'running' : 'ending'
}

export function lastOf(run: Run | null, now: number): string {
  return run === null ? 'never' : `${outcomeOf(run)}, ${ageOf(now - Date.parse(run.startedAt))} ago`
}

export function nextOf(nextAt: readonly string[]): string {
  return nextAt.length === 0 ? 'no next run' : `next run ${nextAt[0]}`
}

export function whoMay(people: readonly string[] | null): string {
  if (people === null) return 'every operator'
  return people.length === 0 ? 'admins only' : `${people.map(plain).join(', ')} and admins`
}
