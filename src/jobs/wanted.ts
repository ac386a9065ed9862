import type { Sql } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Job, jobOfStep, type RoomStep } from './job.ts'
import { EXCEPT_SHOPS } from './job-parameter.ts'
import { perWhat, whoseRun } from './parameters.ts'
import type { QueuedRun } from './queue.ts'
import type { Rest } from './room-loop.ts'
import { judgeTick, madeWith, type Schedule, tickOf } from './schedule.ts'
import { ownSchedules, schedules, takeTick } from './schedule-store.ts'

/* What people want at this moment of what would run, by the schedules that they set. */

type Told = { db: Sql; catalogue: readonly Job[] }

export type Wanted = { schedule: Schedule; parameters: QueuedRun['parameters']; judgement: ReturnType<typeof judgeTick> }

/** Whether people said that a room is not to run by itself: its job is paused, or waits for its ticks. */
export async function restOf({ db, catalogue }: Told, room: RoomStep): Promise<Rest | null> {
  const job = jobOfStep(room, catalogue)
  const schedule = job && (await schedules(db, catalogue)).get(job.slug)
  if (job === undefined || schedule === undefined) return null
  if (schedule.paused !== null) {
    const { by, reason } = schedule.paused
    return { code: 'JOBS_PAUSED', message: `${job.name} was paused by ${by}: ${reason}` }
  }
  return schedule.isRealTime ? null : { code: 'JOBS_NOT_REAL_TIME', message: `${job.name} runs by its schedule only.` }
}

/** Shops whose own schedule is paused, or without real time: no nudge of this room is for them. */
export async function restingShops({ db, catalogue }: Told, room: RoomStep): Promise<string[]> {
  const job = jobOfStep(room, catalogue)
  if (job === undefined || perWhat(job) !== 'shop') return []
  const own = (await ownSchedules(db)).get(job.slug) ?? new Map<string, Schedule>()
  return [...own].filter(([, { paused, isRealTime }]) => paused !== null || !isRealTime).map(([shop]) => shop)
}

/** What a run does and whether its tick counts: that of a shop or source by its own schedule, that of the job for all who have none. */
export async function wantedOf({ db, clock, catalogue }: Told & { clock: Clock }, job: Job, asked: QueuedRun): Promise<Wanted> {
  const schedule = (await schedules(db, catalogue)).get(job.slug) ?? madeWith(job)
  if (asked.cause !== 'tick') return { schedule, parameters: asked.parameters, judgement: 'run' }
  const own = (await ownSchedules(db)).get(job.slug) ?? new Map<string, Schedule>()
  const whose = whoseRun(asked.parameters)
  const mine = whose === '' ? schedule : own.get(whose)
  if (mine === undefined) return { schedule, parameters: {}, judgement: 'paused' }
  // Sources say themselves when the next look at them is due.
  const rest = whose === '' && own.size > 0 && perWhat(job) === 'shop' ? { [EXCEPT_SHOPS]: [...own.keys()].join(',') } : {}
  const parameters = { ...mine.parameters, ...asked.parameters, ...rest }
  const at = tickOf(mine, asked.queuedAt)
  const tick = { job, whose, at: at ?? asked.queuedAt, queuedId: asked.queuedId }
  if (!(await takeTick(db, tick))) return { schedule: mine, parameters, judgement: 'paused' }
  // By the tick's own instant where the clock here is behind that of the database: a first run on the minute is no tick before it.
  return { schedule: mine, parameters, judgement: judgeTick(mine, Math.max(clock.now(), at ?? 0)) }
}
