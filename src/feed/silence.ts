import type { InstantMs } from '../kernel/clock.ts'

/* When a feed's file is due, and whether it is overdue. Unknown is not late: a feed that declares nothing is never silent. */

/** What a feed declares (settings, section `due`): times of the day in a zone, or an interval. */
export type DueSettings = {
  at?: readonly string[]
  zone?: string
  /** 1 for Monday to 7 for Sunday. */
  days?: readonly number[]
  everyMinutes?: number
  graceMinutes?: number
}

export type Due = {
  /** The latest moment at which a file should have been there; null: none yet. */
  lastDueAt: InstantMs | null
  nextDueAt: InstantMs
  /** Since when the file is missing, its grace included; null: it came, or may still come. */
  silentSince: InstantMs | null
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const GRACE_MINUTES_DEFAULT = 30
/** A week and a day: further back lies no time of the week. */
const DAYS_LOOKED_AT = 8

/**
 * `lastFileAt`: when the last file came that counts, empty ones and replays left out. `since`: from when on files are expected at all,
 * so that a feed which was declared this morning has not been silent since yesterday.
 */
export function judgeSilence(
  settings: DueSettings,
  { lastFileAt, since, now }: { lastFileAt: InstantMs | null; since: InstantMs; now: InstantMs },
): Due | null {
  const graceMs = (settings.graceMinutes ?? GRACE_MINUTES_DEFAULT) * MINUTE_MS
  if (settings.everyMinutes !== undefined) return everySoOften(settings.everyMinutes * MINUTE_MS, graceMs, { lastFileAt, since, now })
  if (settings.at === undefined) return null
  const times = dueTimes(settings, now)
  const past = times.filter(at => at <= now && at > since)
  const lastDueAt = past.at(-1) ?? null
  const nextDueAt = times.find(at => at > now) ?? now + DAY_MS
  // A file counts for a time of the day when it came after the time before it: early is in time.
  const before = times.filter(at => lastDueAt !== null && at < lastDueAt).at(-1) ?? Number.NEGATIVE_INFINITY
  const isThere = lastDueAt === null || (lastFileAt !== null && lastFileAt > Math.max(before, lastDueAt - DAY_MS))
  const overdueAt = lastDueAt === null ? null : lastDueAt + graceMs
  return { lastDueAt, nextDueAt, silentSince: !isThere && overdueAt !== null && overdueAt <= now ? overdueAt : null }
}

function everySoOften(
  everyMs: number,
  graceMs: number,
  { lastFileAt, since, now }: { lastFileAt: InstantMs | null; since: InstantMs; now: InstantMs },
): Due {
  const from = Math.max(lastFileAt ?? since, since)
  const dueAt = from + everyMs
  return { lastDueAt: dueAt <= now ? dueAt : null, nextDueAt: dueAt, silentSince: dueAt + graceMs <= now ? dueAt + graceMs : null }
}

/** The moments around now at which a file is due, in order. */
function dueTimes({ at = [], zone = 'UTC', days }: DueSettings, now: InstantMs): InstantMs[] {
  const times: InstantMs[] = []
  for (let day = -DAYS_LOOKED_AT; day <= DAYS_LOOKED_AT; day++) {
    const { year, month, date, weekday } = wallClock(now + day * DAY_MS, zone)
    if (days !== undefined && !days.includes(weekday)) continue
    for (const time of at) {
      const [hour = 0, minute = 0] = time.split(':').map(Number)
      times.push(instantOf({ year, month, date, hour, minute }, zone))
    }
  }
  return [...new Set(times)].sort((a, b) => a - b)
}

type Wall = { year: number; month: number; date: number; hour: number; minute: number }

/** What a clock on the wall of that zone shows. */
function wallClock(at: InstantMs, zone: string): Wall & { weekday: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' },
  } as Intl.DateTimeFormatOptions).formatToParts(at)
  const of = (type: string) => Number(parts.find(part => part.type === type)?.value ?? 0)
  const wall = { year: of('year'), month: of('month'), date: of('day'), hour: of('hour'), minute: of('minute') }
  return { ...wall, weekday: new Date(Date.UTC(wall.year, wall.month - 1, wall.date)).getUTCDay() || 7 }
}

/** When the wall clock of a zone shows that. A time that is skipped in spring is the one after the jump. */
function instantOf(wall: Wall, zone: string): InstantMs {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.date, wall.hour, wall.minute)
  let at = asUtc
  // Twice, since the offset at the guess may be that of the other side of a change.
  for (let tries = 0; tries < 2; tries++) {
    const shown = wallClock(at, zone)
    at += asUtc - Date.UTC(shown.year, shown.month - 1, shown.date, shown.hour, shown.minute)
  }
  return at
}
