import type { InstantMs } from '../kernel/clock.ts'
import { ticksUntil } from './cron.ts'
import { LATE_GRACE_MS } from './lateness.ts'
import { nextFrom, type Schedule } from './schedule.ts'

/** Every minute of the longest span that is drawn. */
const TICKS_MAX = 3_000

/**
 * The ticks of a span for which nothing began, since whoever should have begun it was not there: from the last change of the
 * schedule on, and not while it was paused, skipped or before its first run. A tick is made up for by any run until the next one.
 */
export function missedTicks(schedule: Schedule, starts: readonly InstantMs[], span: { from: InstantMs; now: InstantMs }): InstantMs[] {
  if (schedule.paused !== null) return []
  const from = Math.max(span.from, schedule.changedAt ?? 0, schedule.firstRunAt ?? 0)
  const ticks = ticksUntil(schedule, { after: from - 1, until: span.now - LATE_GRACE_MS, count: TICKS_MAX })
  return ticks.filter((tick, at) => {
    if (schedule.skippedUntil !== null && tick <= schedule.skippedUntil) return false
    const next = ticks[at + 1] ?? span.now
    return !starts.some(start => start >= tick && start < Math.max(next, tick + LATE_GRACE_MS))
  })
}

/** What will run until then. */
export function comingTicks(schedule: Schedule, span: { now: InstantMs; until: InstantMs }): InstantMs[] {
  if (schedule.paused !== null) return []
  return ticksUntil(schedule, { after: nextFrom(schedule, span.now), until: span.until, count: TICKS_MAX })
}
