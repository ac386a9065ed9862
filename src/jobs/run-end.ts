import type { Pass } from './room-loop.ts'
import type { RunEnd } from './store.ts'

/** How a pass goes into the history: what it did, and how it ended. Rejected rows are the file's errors, not the run's failure. */
export function runEnd({ finishedAt, read, wrote, errors, failure, isCancelled }: Pass): RunEnd {
  const outcome = failure !== null ? 'failed' : isCancelled ? 'cancelled' : errors > 0 ? 'finished_with_errors' : 'finished'
  return { finishedAt, outcome, read, wrote, errors, code: failure?.code ?? null, message: failure?.message ?? null }
}
