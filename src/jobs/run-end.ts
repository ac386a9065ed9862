import type { InstantMs } from '../kernel/clock.ts'
import type { Job, RoomStep } from './job.ts'
import type { Asked } from './queue.ts'
import type { Pass } from './room-loop.ts'
import type { Schedule } from './schedule.ts'
import type { EndedRun, RunEnd } from './store.ts'

/** How a pass goes into the history: what it did, and how it ended. Rejected rows are the file's errors, not the run's failure. */
export function runEnd({ finishedAt, read, wrote, errors, failure, isCancelled }: Pass): RunEnd {
  const outcome = failure !== null ? 'failed' : isCancelled ? 'cancelled' : errors > 0 ? 'finished_with_errors' : 'finished'
  return { finishedAt, outcome, read, wrote, errors, code: failure?.code ?? null, message: failure?.message ?? null }
}

/** The record of a tick that was passed over. */
export function skippedRun(job: Job, schedule: Schedule, parameters: EndedRun['parameters'], at: InstantMs): EndedRun {
  const end = { finishedAt: at, outcome: 'skipped' as const, read: 0, wrote: 0, errors: 0, code: null }
  const message = `This tick was passed over once, as ${schedule.changedBy ?? 'somebody'} asked.`
  return { job: job.name, room: job.steps[0] ?? '', startedAt: at, cause: 'tick', askedBy: null, parameters, ...end, message }
}

/** The record of a room that a run did not come to, since a person ended it in the one before. */
export function notBegunRun(job: Job, room: RoomStep, asked: Asked, { endedBy, at }: { endedBy: string; at: InstantMs }): EndedRun {
  const { cause, by: askedBy, parameters } = asked
  const end = { finishedAt: at, outcome: 'cancelled' as const, read: 0, wrote: 0, errors: 0, code: null }
  const message = `${endedBy} ended this run before it came to this room.`
  return { job: job.name, room, startedAt: at, cause, askedBy, parameters, ...end, message }
}
