import type { Answer } from '../http/contract/instant.ts'
import type { jobDetail, jobInList } from '../http/contract/job.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { heartbeats } from './heartbeat-store.ts'
import { FLOOR_MS, type Job, jobOfStep } from './job.ts'
import { lastRunOf } from './last-run.ts'
import { type JobFacts, judgeJob } from './lateness.ts'
import { perWhat, whoseRun } from './parameters.ts'
import { permissions } from './permission-store.ts'
import type { JobRouteDeps, WaitingOfOne } from './routes.ts'
import { madeWith, nextRuns, type Schedule } from './schedule.ts'
import { ownSchedules, schedules } from './schedule-store.ts'
import { editsOf, knownSince, lastAskedRuns } from './store.ts'

const NEXT_SHOWN = 5

type ViewDeps = Pick<JobRouteDeps, 'db' | 'clock' | 'jobs' | 'waiting' | 'waitingOfEach'>

/** Every job as the list shows it, judged at this moment from rows: true even when the clockwork is dead. */
export async function jobViews({ db, clock, jobs, waiting, waitingOfEach }: ViewDeps): Promise<Answer<typeof jobInList>[]> {
  const set = await schedules(db, jobs)
  const own = await ownSchedules(db)
  // A job whose own schedule is for one shop or source has the runs of that one.
  const whoseOf = (slug: string) => whoseRun(set.get(slug)?.parameters ?? {})
  const scopes = jobs.flatMap(({ name, slug }) => [whoseOf(slug), ...(own.get(slug)?.keys() ?? [])].map(whose => ({ job: name, whose })))
  const asked = Map.groupBy(await lastAskedRuns(db, scopes), run => `${run.job} ${run.whose}`)
  const lastOf = ({ name, steps }: Job, whose: string) => {
    const last = lastRunOf(asked.get(`${name} ${whose}`) ?? [], steps)
    if (last === null) return null
    const { whose: _, ...run } = last
    return run
  }
  const given = await permissions(db)
  const beats = new Map((await heartbeats(db)).map(beat => [beat.room, beat.beatAt]))
  const since = await knownSince(db)
  const rooms = await waiting()
  const ofEach = own.size === 0 ? new Map() : await waitingOfEach()
  const now = clock.now()
  return jobs.map(job => {
    const schedule = set.get(job.slug) ?? madeWith(job)
    const lastRun = lastOf(job, whoseOf(job.slug))
    const facts: JobFacts = {
      schedule,
      lastRun,
      workerBeatAt: workerBeatAt(job, beats),
      waiting: waitingFor(job, jobs, rooms),
      knownSince: since,
    }
    const { name, slug, category, description, isSlow } = job
    const ownOnes = [...(own.get(slug) ?? [])].map(([whose, mine]) => {
      const lastOfIt = lastOf(job, whose)
      const waits = waitingForOne(job, whose, ofEach)
      const ofIt = { ...facts, schedule: mine, lastRun: lastOfIt, waiting: waits }
      return {
        ...{ whose, schedule: sent(mine), nextAt: nextRuns(mine, now, NEXT_SHOWN), lastRun: lastOfIt, waiting: waits },
        findings: judgeJob({ name: `${name} for ${whose}` }, ofIt, now).filter(one => one.code !== 'WORKER_SILENT'),
      }
    })
    return {
      ...{ name, slug, category, description, isSlow, steps: [...job.steps], aliases: [...job.aliases] },
      parameters: job.parameters.map(one => ({ ...one, choices: [...one.choices], aliases: [...one.aliases] })),
      per: perWhat(job),
      people: given.get(slug) ?? null,
      own: ownOnes,
      schedule: sent(schedule),
      nextAt: nextRuns(schedule, now, NEXT_SHOWN),
      lastRun,
      waiting: facts.waiting,
      findings: judgeJob(job, facts, now),
    }
  })
}

function sent(schedule: Schedule) {
  return { ...schedule, parameters: { ...schedule.parameters } }
}

/** One job, with who changed it; `whose`: only what was changed for that shop or source. */
export async function jobView(deps: JobRouteDeps, job: Job, whose: string | null): Promise<Answer<typeof jobDetail>> {
  const view = (await jobViews(deps)).find(one => one.slug === job.slug)
  if (view === undefined) throw new Error(`bug: the job ${job.slug} is not in the catalogue`)
  return { ...view, edits: await editsOf(deps.db, job.name, whose) }
}

/** Rooms that look every few seconds tell whether anybody works at all; where a job has none, nothing is known. */
function workerBeatAt(job: Job, beats: ReadonlyMap<string, number>): number | null {
  const known = job.steps.flatMap(step => (FLOOR_MS[step] === null ? [] : (beats.get(step) ?? [])))
  return known.length === 0 ? null : Math.min(...known)
}

/** What waits in the rooms for which this is the job that people know. */
function waitingFor(job: Job, jobs: readonly Job[], rooms: ReadonlyMap<string, RoomStatus>): JobFacts['waiting'] {
  let backlog = 0
  let oldestAt: number | null = null
  for (const step of job.steps) {
    const status = jobOfStep(step, jobs)?.slug === job.slug ? rooms.get(step) : undefined
    if (status === undefined || status.backlog === 0) continue
    backlog += status.backlog
    if (status.oldestAt !== null) oldestAt = Math.min(oldestAt ?? status.oldestAt, status.oldestAt)
  }
  return { backlog, oldestAt }
}

/** What of one shop or source waits for a job, in the rooms for which this is the job that people know. */
function waitingForOne(job: Job, whose: string, rooms: Awaited<ReturnType<ViewDeps['waitingOfEach']>>): WaitingOfOne {
  const found = job.steps.flatMap(step => (jobOfStep(step)?.slug === job.slug ? (rooms.get(step)?.get(whose) ?? []) : []))
  const oldest = found.flatMap(one => one.oldestAt ?? [])
  const units = found.flatMap(one => one.units ?? [])
  return {
    backlog: found.reduce((sum, one) => sum + one.backlog, 0),
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    units: units.length === 0 ? null : units.reduce((sum, one) => sum + one, 0),
  }
}

/** The jobs that are called so, with the worst that is to be said of each: for whoever asks where something is stuck. */
export async function jobsCalled(deps: ViewDeps, text: string) {
  const wanted = text.toLowerCase()
  const named = deps.jobs.filter(job => [job.name, job.slug, ...job.aliases].some(name => name.toLowerCase().includes(wanted)))
  if (named.length === 0) return []
  const slugs = new Set(named.map(job => job.slug))
  return (await jobViews(deps))
    .filter(view => slugs.has(view.slug))
    .map(view => {
      const [worst] = [...view.findings, ...view.own.flatMap(one => one.findings)]
      return {
        ...{ kind: 'job' as const, title: view.name, stage: null, since: worst?.since ?? null, code: worst?.code ?? null },
        tone: worst === undefined ? ('ok' as const) : ('stuck' as const),
        state: worst?.evidence ?? 'It runs as it should.',
        action: { label: worst?.action ?? 'Open the job', to: `/jobs/${view.slug}` },
      }
    })
}
