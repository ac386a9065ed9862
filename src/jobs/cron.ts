import { CronExpressionParser } from 'cron-parser'
import type { InstantMs } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'

/** When a job ticks: five fields, and the zone whose clock they mean. */
export type Cron = { cron: string; timeZone: string }

const FIELDS = 5

/** The next `count` ticks after an instant; fewer where the schedule has an end. Throws JOBS_SCHEDULE_INVALID. */
export function nextTicks({ cron, timeZone }: Cron, after: InstantMs, count: number): InstantMs[] {
  // A tick lies on a minute, so all instants within one have the same ticks after them.
  return [
    ...remembered(`${cron} ${timeZone} ${Math.floor(after / MINUTE_MS)} ${count}`, () => ticksUntil({ cron, timeZone }, { after, count })),
  ]
}

/** The ticks after an instant, up to another and at most `count`. */
export function ticksUntil(cron: Cron, span: { after: InstantMs; until?: InstantMs; count: number }): InstantMs[] {
  const { after, until = Number.POSITIVE_INFINITY, count } = span
  const expression = parse(cron, after)
  const ticks: InstantMs[] = []
  while (ticks.length < count) {
    try {
      const tick = expression.next().getTime()
      if (tick > until) return ticks
      ticks.push(tick)
    } catch {
      // The library looks years ahead and then says that there is none.
      return ticks
    }
  }
  return ticks
}

/**
 * The last tick at or before an instant; null where there was none. Throws JOBS_SCHEDULE_INVALID.
 *
 * It is always one of those that `nextTicks` tells. In a night in which the clocks change, the library looking back and the library looking
 * ahead are not of one mind: an hour that is left out has a tick for the one and none for the other, and one that comes twice has two.
 */
export function lastTick(cron: Cron, at: InstantMs): InstantMs | null {
  return remembered(`${cron.cron} ${cron.timeZone} before ${Math.floor(at / SECOND_MS)}`, () => {
    const back = lookedBack(cron, at)
    if (back === null || cron.timeZone === 'UTC') return back
    const isChanging = offsetMs(cron.timeZone, back) !== offsetMs(cron.timeZone, back - CHANGE_MS)
    const ahead = ticksUntil(cron, { after: back - (isChanging ? CHANGE_MS : SECOND_MS), until: at, count: TICKS_LOOKED_AT_MAX })
    return ahead.at(-1) ?? back
  })
}

/**
 * The last tick, where the queue's library, which looks back, does not come to it: at an hour that the clocks left out (02:30 in the night of
 * the change to summer time, which is 03:30 then). null: it comes to it.
 */
export function leftOutTick(cron: Cron, at: InstantMs): InstantMs | null {
  const tick = lastTick(cron, at)
  return tick === null || lookedBack(cron, tick) === tick ? null : tick
}

/** `prev` answers what lies strictly before, to the second. */
function lookedBack(cron: Cron, at: InstantMs): InstantMs | null {
  try {
    return parse(cron, at + SECOND_MS)
      .prev()
      .getTime()
  } catch (error) {
    if (error instanceof TrueupError) throw error
    return null
  }
}

/** How far the clocks of a zone are ahead of UTC. */
function offsetMs(timeZone: string, at: InstantMs): number {
  const part = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(one => one.type === 'timeZoneName')
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(part?.value ?? '') ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
/** A change of the clocks is over, for every tick of a day, after so long. */
const CHANGE_MS = 26 * 60 * MINUTE_MS
/** Every minute of that time. */
const TICKS_LOOKED_AT_MAX = 26 * 60 + 1
const REMEMBERED_MAX = 1_000
const memory = new Map<string, unknown>()

/**
 * What was worked out a moment ago: reading a schedule takes milliseconds, and two hundred jobs have a dozen schedules between them. The key
 * says all that the answer depends on.
 */
function remembered<Ticks>(key: string, work: () => Ticks): Ticks {
  if (memory.has(key)) return memory.get(key) as Ticks
  const ticks = work()
  memory.set(key, ticks)
  for (const oldest of memory.keys()) {
    if (memory.size <= REMEMBERED_MAX) break
    memory.delete(oldest)
  }
  return ticks
}

function parse({ cron, timeZone }: Cron, currentDate: InstantMs) {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== FIELDS) throw invalid(cron, `it has ${fields.length} fields and needs five: minute, hour, day, month, weekday`)
  if (!isTimeZone(timeZone)) throw invalid(cron, `there is no time zone called ${timeZone}`)
  try {
    return CronExpressionParser.parse(cron, { currentDate: new Date(currentDate), tz: timeZone })
  } catch (error) {
    throw invalid(cron, messageOf(error))
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function invalid(cron: string, why: string): TrueupError {
  return new TrueupError('JOBS_SCHEDULE_INVALID', `the schedule ${JSON.stringify(cron)} cannot be read: ${why}`, {
    retry: 'never',
    hint: 'Write five fields, for example `*/15 * * * *` for every quarter of an hour, and a time zone like Europe/Berlin.',
    detail: { cron },
  })
}
