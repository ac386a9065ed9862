import { PgBoss, type Job as QueuedJob } from 'pg-boss'
import { messageOf } from '../kernel/error.ts'
import type { Job, RoomStep } from './job.ts'
import type { Log } from './log.ts'
import type { Cause } from './room-loop.ts'

/** The job library's own tables lie in this schema and are its own affair. */
const QUEUE_SCHEMA = 'pgboss'
/** A tick waits at most this long when the notification that announces it is lost. */
const JOB_POLL_S = 1
/** Wake-ups are a shortcut past the rooms' floor interval: looked for seldom, announced at once. */
const WAKE_POLL_S = 5
/** A run whose process died is given to another after this long. The library allows no less. */
const HEARTBEAT_S = 10
const RUN_S_MAX = 4 * 60 * 60
const RUN_RETRIES_MAX = 3
/** Finished ticks are of no use to anybody: jobs.run is the history. */
const FINISHED_KEPT_S = 60 * 60
const CONNECTIONS_MAX = 3

export type Queue = {
  /** Puts one run of a job on its queue; false when one waits there already. */
  sendRun(job: Job, cause: Cause): Promise<boolean>
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
  /** What this process can run: it takes ticks of the jobs that have one of these steps, and wake-ups for these. */
  steps: readonly RoomStep[]
  onRun(job: Job, cause: Cause): Promise<void>
  onWake(step: RoomStep): void
  log: Log
}): Promise<Queue> {
  const { databaseUrl, jobs, steps, onRun, onWake, log } = options
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    application_name: 'trueup-jobs',
    max: CONNECTIONS_MAX,
    useListenNotify: true,
    registerInstance: false,
  })
  boss.on('error', error => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: messageOf(error) }))
  boss.on('warning', warning => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: warning.message }))
  await boss.start()

  const scheduled = new Set((await boss.getSchedules()).map(schedule => schedule.name))
  for (const job of jobs) {
    await boss.createQueue(queueOfJob(job), {
      policy: 'stately',
      notify: true,
      heartbeatSeconds: HEARTBEAT_S,
      expireInSeconds: RUN_S_MAX,
      retryLimit: RUN_RETRIES_MAX,
      deleteAfterSeconds: FINISHED_KEPT_S,
    })
    // Once there, a schedule is the operator's: a new start does not put the default back.
    if (!scheduled.has(queueOfJob(job))) await boss.schedule(queueOfJob(job), job.cron, { cause: 'tick' }, { tz: 'UTC', missed: 'once' })
    if (!job.steps.some(step => steps.includes(step))) continue
    const polling = { pollingIntervalSeconds: JOB_POLL_S, notifyPollingIntervalSeconds: JOB_POLL_S }
    await boss.work<{ cause?: Cause }>(queueOfJob(job), polling, async ([queued]) => onRun(job, causeOf(queued)))
  }
  for (const step of new Set(jobs.flatMap(job => job.steps))) {
    await boss.createQueue(queueOfWake(step), { policy: 'short', notify: true, retryLimit: 0, deleteAfterSeconds: FINISHED_KEPT_S })
    if (!steps.includes(step)) continue
    const polling = { pollingIntervalSeconds: WAKE_POLL_S, notifyPollingIntervalSeconds: WAKE_POLL_S }
    await boss.work(queueOfWake(step), polling, async () => onWake(step))
  }

  return {
    sendRun: async (job, cause) => (await boss.send(queueOfJob(job), { cause })) !== null,
    sendWake: async step => (await boss.send(queueOfWake(step))) !== null,
    stop: ({ timeoutMs }) => boss.stop({ graceful: true, timeout: timeoutMs }),
  }
}

function causeOf(queued: QueuedJob<{ cause?: Cause }> | undefined): Cause {
  return queued?.data?.cause ?? 'tick'
}

function queueOfJob(job: Job): string {
  return `job.${job.slug}`
}

function queueOfWake(step: RoomStep): string {
  return `wake.${step}`
}
