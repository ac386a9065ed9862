import type { Db } from '../db/connection.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import { leftOutTick } from './cron.ts'
import type { Job } from './job.ts'
import type { Log } from './log.ts'
import { perWhat } from './parameters.ts'
import { madeWith } from './schedule.ts'
import { isTaken, ownSchedules, schedules } from './schedule-store.ts'

/** It is looked so often; a tick that is older than this is missed, and its next one comes soon. */
const LOOK_MS = 60_000
const LATE_MS_MAX = 20 * 3_600_000

type Deps = {
  db: Db
  clock: Clock
  sleep: Sleep
  log: Log
  jobs: readonly Job[]
  send(job: Job, parameters: Readonly<Record<string, string>>): Promise<unknown>
  signal: AbortSignal
}

/**
 * The library sends no tick for an hour that the clocks leave out in the night of a change. Such a tick is sent from here, by whichever
 * process comes first: it is taken once as any other.
 */
export async function watchLeftOutTicks(deps: Deps): Promise<void> {
  const { sleep, log, signal } = deps
  for (;;) {
    await sleep(LOOK_MS, signal)
    if (signal.aborted) return
    await sendLeftOutTicks(deps).catch(error => log.warn({ code: 'JOBS_QUEUE_TROUBLE', message: messageOf(error) }))
  }
}

async function sendLeftOutTicks({ db, clock, jobs, send }: Deps): Promise<void> {
  const now = clock.now()
  const set = await schedules(db, jobs)
  const own = await ownSchedules(db)
  for (const job of jobs) {
    for (const [whose, schedule] of [['', set.get(job.slug) ?? madeWith(job)] as const, ...(own.get(job.slug) ?? [])]) {
      const at = schedule.timeZone === 'UTC' ? null : leftOutTick(schedule, now)
      if (at === null || now - at > LATE_MS_MAX || at < (schedule.changedAt ?? 0) || (await isTaken(db, { job, whose, at }))) continue
      await send(job, whose === '' ? {} : { [perWhat(job) ?? '']: whose })
    }
  }
}
