import { localeNow, timeZoneNow } from './mine.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(style: string, options: Intl.DateTimeFormatOptions, timeZone = timeZoneNow(), locale = localeNow()): Intl.DateTimeFormat {
  const name = `${style} ${locale} ${timeZone}`
  const known = formats.get(name)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone, numberingSystem: 'latn' })
  formats.set(name, made)
  return made
}

/** The whole instant with its seconds and its zone. */
export const exact = (at: string | number): string => formatOf('exact', { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at))

/** The hour and minute; the day too where it is not today's. */
export function clockTime(at: number, now = Date.now()): string {
  const hour = formatOf('hour', { hour: '2-digit', minute: '2-digit' }).format(at)
  const isToday = localOf(at).slice(0, 10) === localOf(now).slice(0, 10)
  return isToday ? hour : `${formatOf('day', { day: 'numeric', month: 'short' }).format(at)}, ${hour}`
}

/** What a field of the kind `datetime-local` says of an instant: 2026-11-26T10:05, in the reader's zone. */
export function localOf(at: string | number | null | undefined, timeZone = timeZoneNow()): string {
  if (at === null || at === undefined || at === '') return ''
  const parts = formatOf(
    'parts',
    { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    timeZone,
    'en-US-u-ca-gregory',
  ).formatToParts(new Date(at))
  const part = (type: string) => parts.find(one => one.type === type)?.value ?? '00'
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

const MINUTE_MS = 60_000

/**
 * The instant of what somebody wrote into such a field, as ISO 8601; null: nothing, or no time. Of an hour that comes twice the first; of
 * one that the clocks leap over, the one after.
 */
export function instantOf(local: string, timeZone = timeZoneNow()): string | null {
  const wall = Date.parse(`${local}${local.length === 10 ? 'T00:00' : ''}Z`)
  if (Number.isNaN(wall)) return null
  const offsetAt = (at: number) => Date.parse(`${localOf(at, timeZone)}Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS
  // Before and after whatever change of the clocks may be near.
  const [before, after] = [offsetAt(wall - DAY_MS), offsetAt(wall + DAY_MS)]
  const isBefore = localOf(wall - before, timeZone) === localOf(wall, 'UTC')
  return new Date(wall - (isBefore ? before : localOf(wall - after, timeZone) === localOf(wall, 'UTC') ? after : before)).toISOString()
}

const DAY_MS = 24 * 60 * MINUTE_MS
