import type { Answer } from '../http/contract/instant.ts'
import type { jobDetail, jobInList } from '../http/contract/job.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { FLOOR_MS, isPerShop, type Job, jobOfStep } from './job.ts'
import { type JobFacts, judgeJob } from './lateness.ts'
import { permissions } from './permission-store.ts'
import type { JobRouteDeps, WaitingOfShop } from './routes.ts'
import { madeWith, nextRuns, type Schedule } from './schedule.ts'
import { schedules, shopSchedules } from './schedule-store.ts'
import { editsOf, heartbeats, knownSince, lastAskedRuns } from './store.ts'

const NEXT_SHOWN = 5

type ViewDeps = Pick<JobRouteDeps, 'db' | 'clock' | 'jobs' | 'waiting' | 'waitingOfShops'>

/** Every job as the list shows it, judged at this moment from rows: true even when the clockwork is dead. */
export async function jobViews({ db, clock, jobs, waiting, waitingOfShops }: ViewDeps): Promise<Answer<typeof jobInList>[]> {
  const set = await schedules(db, jobs)
  const own = await shopSchedules(db)
  const scopes = jobs.flatMap(({ name, slug }) => ['', ...(own.get(slug)?.keys() ?? [])].map(shop => ({ job: name, shop })))
  const asked = new Map((await lastAskedRuns(db, scopes)).map(({ shop, ...run }) => [`${run.job} ${shop}`, run]))
  const given = await permissions(db)
  const beats = new Map((await heartbeats(db)).map(beat => [beat.room, beat.beatAt]))
  const since = await knownSince(db)
  const rooms = await waiting()
  const ofShops = own.size === 0 ? new Map() : await waitingOfShops()
  const now = clock.now()
  return jobs.map(job => {
    const schedule = set.get(job.slug) ?? madeWith(job)
    const lastRun = asked.get(`${job.name} `) ?? null
    const facts: JobFacts = {
      schedule,
      lastRun,
      workerBeatAt: workerBeatAt(job, beats),
      waiting: waitingFor(job, jobs, rooms),
      knownSince: since,
    }
    const { name, slug, category, description, isSlow } = job
    const shops = [...(own.get(slug) ?? [])].map(([shop, ofShop]) => {
      const lastOfShop = asked.get(`${name} ${shop}`) ?? null
      const waits = waitingForShop(job, shop, ofShops)
      const ofIt = { ...facts, schedule: ofShop, lastRun: lastOfShop, waiting: waits }
      return {
        ...{ shop, schedule: sent(ofShop), nextAt: nextRuns(ofShop, now, NEXT_SHOWN), lastRun: lastOfShop, waiting: waits },
        findings: judgeJob({ name: `${name} for ${shop}` }, ofIt, now).filter(one => one.code !== 'WORKER_SILENT'),
      }
    })
    return {
      ...{ name, slug, category, description, isSlow, steps: [...job.steps], aliases: [...job.aliases] },
      parameters: job.parameters.map(one => ({ ...one, choices: [...one.choices], aliases: [...one.aliases] })),
      isPerShop: isPerShop(job),
      people: given.get(slug) ?? null,
      shops,
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

/** One job, with who changed it. */
export async function jobView(deps: JobRouteDeps, job: Job): Promise<Answer<typeof jobDetail>> {
  const view = (await jobViews(deps)).find(one => one.slug === job.slug)
  if (view === undefined) throw new Error(`bug: the job ${job.slug} is not in the catalogue`)
  return { ...view, edits: await editsOf(deps.db, job.name) }
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

/** What of one shop waits for a job, in the rooms for which this is the job that people know. */
function waitingForShop(job: Job, shop: string, rooms: Awaited<ReturnType<ViewDeps['waitingOfShops']>>): WaitingOfShop {
  const found = job.steps.flatMap(step => (jobOfStep(step)?.slug === job.slug ? (rooms.get(step)?.get(shop) ?? []) : []))
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
      const [worst] = [...view.findings, ...view.shops.flatMap(one => one.findings)]
      return {
        ...{ kind: 'job' as const, title: view.name, stage: null, since: worst?.since ?? null, code: worst?.code ?? null },
        tone: worst === undefined ? ('ok' as const) : ('stuck' as const),
        state: worst?.evidence ?? 'It runs as it should.',
        action: { label: worst?.action ?? 'Open the job', to: `/jobs/${view.slug}` },
      }
    })
}
