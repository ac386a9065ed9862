import type { InstantMs } from '../kernel/clock.ts'
import { nextTicks } from './cron.ts'
import { LATE_GRACE_MS } from './lateness.ts'
import { nextRuns, type Schedule } from './schedule.ts'

const TICKS_MAX = 400

/**
 * The ticks of a span for which nothing began, since whoever should have begun it was not there: from the last change of the
 * schedule on, and not while it was paused, skipped or before its first run. A tick is made up for by any run until the next one.
 */
export function missedTicks(schedule: Schedule, starts: readonly InstantMs[], span: { from: InstantMs; now: InstantMs }): InstantMs[] {
  if (schedule.paused !== null) return []
  const from = Math.max(span.from, schedule.changedAt ?? 0, schedule.firstRunAt ?? 0)
  const ticks = nextTicks(schedule, from - 1, TICKS_MAX).filter(tick => tick <= span.now - LATE_GRACE_MS)
  return ticks.filter((tick, at) => {
    if (schedule.skippedUntil !== null && tick <= schedule.skippedUntil) return false
    const next = ticks[at + 1] ?? span.now
    return !starts.some(start => start >= tick && start < Math.max(next, tick + LATE_GRACE_MS))
  })
}

/** What will run until then. */
export function comingTicks(schedule: Schedule, span: { now: InstantMs; until: InstantMs }): InstantMs[] {
  return nextRuns(schedule, span.now, TICKS_MAX).filter(tick => tick <= span.until)
}
