import type { Run } from './store.ts'

/**
 * What is to be said of the last run of a job, of which each room has its own: one that still runs, one that did not go well, or else the
 * newest. `runs`: newest first; `steps`: the job's rooms in order.
 */
export function lastRunOf<Of extends Pick<Run, 'room' | 'outcome'>>(runs: readonly Of[], steps: readonly string[]): Of | null {
  const first = runs.findIndex(run => run.room === steps[0])
  const last = first < 0 ? runs.slice(0, 1) : runs.slice(0, first + 1)
  const failed = (run: Of) => run.outcome === 'failed' || run.outcome === 'crashed'
  return last.find(run => run.outcome === null) ?? last.find(failed) ?? last[0] ?? null
}
