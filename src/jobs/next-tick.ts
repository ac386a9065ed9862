import type { InstantMs } from '../kernel/clock.ts'

const MINUTE_MS = 60_000
/** A schedule that has no tick within so many minutes has none: a year and a day. */
const MINUTES_AHEAD_MAX = 367 * 24 * 60

/** When a schedule of five fields in UTC ticks next after an instant; null: never, or its fields cannot be read. */
export function nextTick(cron: string, after: InstantMs): InstantMs | null {
  const fields = cron.trim().split(/\s+/)
  const [minutes, hours, days, months, weekdays] = RANGES.map(({ from, to }, index) => valuesOf(fields[index] ?? '', from, to))
  if (fields.length !== RANGES.length || !minutes || !hours || !days || !months || !weekdays) return null
  const isAnyDay = fields[2] === '*' || fields[4] === '*'
  for (let ahead = 1; ahead <= MINUTES_AHEAD_MAX; ahead += 1) {
    const at = new Date(Math.floor(after / MINUTE_MS) * MINUTE_MS + ahead * MINUTE_MS)
    if (!minutes.has(at.getUTCMinutes()) || !hours.has(at.getUTCHours()) || !months.has(at.getUTCMonth() + 1)) continue
    const isDay = days.has(at.getUTCDate())
    const isWeekday = weekdays.has(at.getUTCDay()) || (at.getUTCDay() === 0 && weekdays.has(7))
    // Where both are given, cron takes either.
    if (isAnyDay ? isDay && isWeekday : isDay || isWeekday) return at.getTime()
  }
  return null
}

const RANGES = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12 },
  { from: 0, to: 7 },
]

/** `*`, `5`, `1-5`, and any of these with `/step`, in a list with commas. */
function valuesOf(field: string, from: number, to: number): Set<number> | null {
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const match = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part)
    if (match === null) return null
    const [, star, first, last, step] = match
    const low = star === undefined ? Number(first) : from
    const high = star !== undefined || (last === undefined && step !== undefined) ? to : Number(last ?? first)
    const stride = Number(step ?? 1)
    if (low < from || high > to || stride < 1) return null
    for (let value = low; value <= high; value += stride) values.add(value)
  }
  return values
}
