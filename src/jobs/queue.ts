import { type JobWithMetadata, PgBoss } from 'pg-boss'
import type { InstantMs } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import type { Cron } from './cron.ts'
import type { Job, RoomStep } from './job.ts'
import { EXCEPT_SHOPS } from './job-parameter.ts'
import type { Log } from './log.ts'
import { perWhat } from './parameters.ts'
import type { Cause } from './room-loop.ts'

/** The job library's own tables lie in this schema and are its own affair. */
const QUEUE_SCHEMA = 'pgboss'
/** A tick waits at most this long when the notification that announces it is lost. */
const JOB_POLL_S = 1
/** Wake-ups are a shortcut past the rooms' floor interval: looked for seldom, announced at once. */
const WAKE_POLL_S = 5
/** A run whose process died is given to another after this long. The library allows no less. */
const HEARTBEAT_S = 10
/** … since it is looked for so often. Left to itself the library looks once a minute, and a death would hold a job up for longer. */
const DEAD_LOOK_S = 5
const RUN_S_MAX = 4 * 60 * 60
/** A run that was cut off by a death is begun again so often: more deaths in a row than this are its own doing. */
const RUN_RETRIES_MAX = 5
/** Finished ticks are of no use to anybody: jobs.run is the history. */
const FINISHED_KEPT_S = 60 * 60
const CONNECTIONS_MAX = 3
/** Of each job: one for all and one for each of so many shops. */
const WAITING_SHOWN_MAX = 100

/** What a run was asked for with. */
export type Asked = {
  cause: Cause
  by: string | null
  parameters: Readonly<Record<string, string>>
}

/** One that came out of the queue: under its name there, and when it was put in. */
export type QueuedRun = Asked & { queuedId: string; queuedAt: InstantMs }

export type Queue = {
  /** Puts one run of a job on its queue; false when one like it waits there already. */
  sendRun(job: Job, asked: Asked): Promise<boolean>
  /** What waits on the queues of the jobs, oldest first: nothing of it has begun. */
  waiting(): Promise<(QueuedRun & { job: Job })[]>
  /** Takes one that waits out of its queue; false: it has begun, or is not there any more. */
  drop(job: Job, queuedId: string): Promise<boolean>
  /** Lets a job tick by another schedule from now on, in every process; `whose`: for that shop or source. */
  reschedule(job: Job, schedule: Cron, whose?: string | null): Promise<void>
  /** A shop or source ticks with all the others again. */
  unschedule(job: Job, whose: string): Promise<void>
  /** Wakes a step in whichever process has it; false when it is being woken already. */
  sendWake(step: RoomStep): Promise<boolean>
  stop(options: { timeoutMs: number }): Promise<void>
}

/**
 * Schedules, ticks and wake-ups on pg-boss, in the same PostgreSQL. A tick is sent once however many processes watch the
 * schedule, and of each job one run goes at a time and one waits. Emptying these queues loses nothing: no work is in them.
 */
export async function openQueue(options: {
  databaseUrl: string
  jobs: readonly Job[]
  /** When each job ticks, by slug. */
  schedules: ReadonlyMap<string, Cron>
  /** What shops and sources have of their own, by slug and the shop's code or the source's name. */
  ownSchedules?: ReadonlyMap<string, ReadonlyMap<string, Cron>>
  /** What this process can run: it takes ticks of the jobs that have one of these steps, and wake-ups for these. */
  steps: readonly RoomStep[]
  onRun(job: Job, asked: QueuedRun): Promise<void>
  onWake(step: RoomStep): void
  log: Log
}): Promise<Queue> {
  const { databaseUrl, jobs, schedules, steps, onRun, onWake, log } = options
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    application_name: 'trueup-jobs',
    max: CONNECTIONS_MAX,
    useListenNotify: true,
    registerInstance: false,
    superviseIntervalSeconds: DEAD_LOOK_S,
    monitorIntervalSeconds: DEAD_LOOK_S,
  })
  boss.on('error', error => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: messageOf(error) }))
  boss.on('warning', warning => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: warning.message }))
  await boss.start()

  const ticking = new Map(
    (await boss.getSchedules()).map(({ name, key, cron, timezone }) => [`${name} ${key ?? ''}`, `${cron} ${timezone}`]),
  )
  for (const job of jobs) {
    await boss.createQueue(queueOfJob(job), {
      policy: 'stately',
      notify: true,
      heartbeatSeconds: HEARTBEAT_S,
      expireInSeconds: RUN_S_MAX,
      retryLimit: RUN_RETRIES_MAX,
      deleteAfterSeconds: FINISHED_KEPT_S,
    })
    // The schedule that people set is a row of ours; the library follows it, also when a process died between the two.
    const schedule = schedules.get(job.slug) ?? { cron: job.cron, timeZone: 'UTC' }
    const wanted = new Map([['', schedule], ...(options.ownSchedules?.get(job.slug) ?? [])])
    for (const [whose, own] of wanted)
      if (ticking.get(`${queueOfJob(job)} ${keyOf(whose)}`) !== `${own.cron} ${own.timeZone}`) await reschedule(job, own, whose)
    const keys = new Set([...wanted.keys()].map(keyOf))
    for (const known of ticking.keys()) {
      const [name, key = ''] = known.split(' ')
      if (name === queueOfJob(job) && !keys.has(key)) await boss.unschedule(name, key)
    }
    if (!job.steps.some(step => steps.includes(step))) continue
    const polling = { pollingIntervalSeconds: JOB_POLL_S, notifyPollingIntervalSeconds: JOB_POLL_S, includeMetadata: true as const }
    await boss.work(queueOfJob(job), polling, async (queued: JobWithMetadata<Partial<Asked>>[]) => {
      for (const one of queued) await onRun(job, askedOf(one))
    })
  }
  for (const step of new Set(jobs.flatMap(job => job.steps))) {
    await boss.createQueue(queueOfWake(step), { policy: 'short', notify: true, retryLimit: 0, deleteAfterSeconds: FINISHED_KEPT_S })
    if (!steps.includes(step)) continue
    const polling = { pollingIntervalSeconds: WAKE_POLL_S, notifyPollingIntervalSeconds: WAKE_POLL_S }
    await boss.work(queueOfWake(step), polling, async () => onWake(step))
  }

  return {
    async sendRun(job, asked) {
      // Of runs that ask for the same one waits; a run for one shop does not stand in for a run for all. What a run leaves out does not
      // make it another: it is the run for all the others, however many those are.
      const { [EXCEPT_SHOPS]: _, ...meant } = asked.parameters
      const key = Object.keys(meant).length === 0 ? {} : { singletonKey: JSON.stringify(meant) }
      return (await boss.send(queueOfJob(job), asked, key)) !== null
    },
    async waiting() {
      const found = await Promise.all(
        jobs.map(async job =>
          (await boss.findJobs<Partial<Asked>>(queueOfJob(job), { queued: true, limit: WAITING_SHOWN_MAX })).map(one => ({
            job,
            ...askedOf(one),
          })),
        ),
      )
      return found.flat().toSorted((one, other) => one.queuedAt - other.queuedAt)
    },
    async drop(job, queuedId) {
      const [waits] = await boss.findJobs(queueOfJob(job), { id: queuedId, queued: true })
      if (waits === undefined) return false
      await boss.cancel(queueOfJob(job), queuedId)
      // A process may have taken it in between: what it has begun goes on, as one that runs.
      const [now] = await boss.findJobs(queueOfJob(job), { id: queuedId })
      return now?.state === 'cancelled' && now.startedOn?.getTime() === waits.startedOn?.getTime()
    },
    reschedule,
    unschedule: (job, whose) => boss.unschedule(queueOfJob(job), keyOf(whose)),
    sendWake: async step => (await boss.send(queueOfWake(step))) !== null,
    stop: ({ timeoutMs }) => boss.stop({ graceful: true, timeout: timeoutMs }),
  }

  async function reschedule(job: Job, { cron, timeZone }: Cron, whose: string | null = null) {
    const parameters = whose ? { [perWhat(job) ?? 'shop']: whose } : null
    // Two shops that tick in the same minute are two runs, as two that are asked for are.
    const key = whose ? { key: keyOf(whose), singletonKey: JSON.stringify(parameters) } : {}
    await boss.schedule(
      queueOfJob(job),
      cron,
      { cause: 'tick', ...(parameters && { parameters }) },
      { tz: timeZone, missed: 'once', ...key },
    )
  }
}

/** The library's names have letters, digits and `_ . - /` only; ours of sources may have any. No two are given the same. */
function keyOf(whose: string): string {
  return whose.replaceAll(/[^\w.-]/gu, character => `/${character.codePointAt(0)?.toString(16)}/`)
}

function askedOf(queued: JobWithMetadata<Partial<Asked>>): QueuedRun {
  const { cause = 'tick', by = null, parameters = {} } = queued.data ?? {}
  return { cause, by, parameters, queuedId: queued.id, queuedAt: queued.createdOn.getTime() }
}

function queueOfJob(job: Job): string {
  return `job.${job.slug}`
}

function queueOfWake(step: RoomStep): string {
  return `wake.${step}`
}
