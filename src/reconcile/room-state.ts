import type { InstantMs } from '../kernel/clock.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { ageInWords, counted } from './age.ts'

/** The rooms in the order in which data walks, and the catalogue under them. */
export const STREET = ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile', 'catalog'] as const
export type RoomOfStreet = (typeof STREET)[number]

/**
 * How a room does:
 *
 *   ok        it works and nothing waits
 *   working   something waits, and not for long
 *   waiting   something waits longer than a room should need
 *   stuck     something will not go on by itself, or the room's last step failed
 *   paused    people said that it is to rest
 *   stopped   the room has not done a step for too long: whatever is said of it is old
 *   unknown   it never did a step, or has nothing to do it with
 */
export type RoomState = 'ok' | 'working' | 'waiting' | 'stuck' | 'paused' | 'stopped' | 'unknown'

/** `paused`: the room is alive and rests, since people said so. */
export type Heartbeat = { beatAt: InstantMs; outcome: 'finished' | 'failed' | 'paused'; code: string | null; message: string | null }

export type JudgedRoom = { room: RoomOfStreet; state: RoomState; word: string; reason: string }

/** A healthy room takes what waits well within this. */
export const WAITS_LONG_MS = 60_000

/**
 * Without a step for so long a room counts as stopped. Rooms look every few seconds, but one pass over a large file may
 * take a minute. Reconcile is held shorter: what it last proved is said to be so now. The catalogue only works when asked.
 */
export const SILENT_MS_MAX: Readonly<Record<RoomOfStreet, number>> = {
  feed: 60_000,
  import: 180_000,
  orders: 60_000,
  inventory: 180_000,
  availability: 120_000,
  outbox: 120_000,
  channel: 60_000,
  reconcile: 20_000,
  catalog: Number.POSITIVE_INFINITY,
}

const NEEDS_SHOP: ReadonlySet<RoomOfStreet> = new Set(['orders', 'channel', 'reconcile', 'catalog'])

export function judgeRoom(
  room: RoomOfStreet,
  of: { status: RoomStatus; heartbeat: Heartbeat | null; hasShops: boolean; now: InstantMs },
): JudgedRoom {
  const { status, heartbeat, now } = of
  if (NEEDS_SHOP.has(room) && !of.hasShops) return { room, state: 'unknown', word: 'No shop', reason: 'No shop is connected yet.' }
  if (heartbeat === null)
    return { room, state: 'unknown', word: 'Not started', reason: `This room has not done a step yet.${waits(room, status, now)}` }
  const silentMs = now - heartbeat.beatAt
  if (silentMs > SILENT_MS_MAX[room]) {
    return { room, state: 'stopped', word: 'Stopped', reason: `No step for ${ageInWords(silentMs)}.${waits(room, status, now)}` }
  }
  if (heartbeat.outcome === 'failed') {
    const because = heartbeat.message ?? heartbeat.code ?? 'it did not say why'
    return { room, state: 'stuck', word: 'Failing', reason: `The last step failed and is tried again: ${because}` }
  }
  if (heartbeat.outcome === 'paused')
    return { room, state: 'paused', word: 'Paused', reason: `${heartbeat.message ?? 'It was paused'}.${waits(room, status, now)}` }
  if (status.stuck > 0) return { room, state: 'stuck', word: 'Needs you', reason: `${counted(status.stuck, ...STUCK[room])}.` }
  if (status.backlog === 0) return { room, state: 'ok', word: 'All done', reason: `Nothing waits.${aside(status)}` }
  const isLong = status.oldestAt !== null && now - status.oldestAt > WAITS_LONG_MS
  return {
    room,
    state: isLong ? 'waiting' : 'working',
    word: isLong ? 'Behind' : 'Working',
    reason: `${waits(room, status, now)}${aside(status)}`.trim(),
  }
}

/** A shop that sells a part of what the ERP counts is well: that is told, and asks for nobody. */
function aside({ aside: count = 0 }: RoomStatus): string {
  return count === 0 ? '' : ` ${counted(count, ...ASIDE)}.`
}

const ASIDE = ['promise has nobody to be sent to', 'promises have nobody to be sent to'] as const

function waits(room: RoomOfStreet, status: RoomStatus, now: InstantMs): string {
  if (status.backlog === 0) return ''
  const oldest = status.oldestAt === null ? '' : `, the oldest for ${ageInWords(now - status.oldestAt)}`
  return ` ${counted(status.backlog, ...WAITING[room])}${oldest}.`
}

const WAITING: Readonly<Record<RoomOfStreet, [one: string, many: string]>> = {
  feed: ['file waits', 'files wait'],
  import: ['file waits to be read', 'files wait to be read'],
  orders: ["shop's orders are asked for", "shops' orders are asked for"],
  inventory: ['file or order change waits to be booked', 'files and order changes wait to be booked'],
  availability: ['change waits to be worked out', 'changes wait to be worked out'],
  outbox: ['new promise waits to be queued', 'new promises wait to be queued'],
  channel: ['level waits to be sent', 'levels wait to be sent'],
  reconcile: ['level waits to be read back', 'levels wait to be read back'],
  catalog: ['shop was never read', 'shops were never read'],
}

const STUCK: Readonly<Record<RoomOfStreet, [one: string, many: string]>> = {
  feed: [
    'file or source needs somebody: cut off, in the wrong place, or given up',
    'files or sources need somebody: cut off, in the wrong place, or given up',
  ],
  import: ['file is held for a person to decide', 'files are held for a person to decide'],
  orders: ['shop did not tell its orders', 'shops did not tell their orders'],
  inventory: ['file cannot be booked', 'files cannot be booked'],
  availability: ['promise cannot be worked out', 'promises cannot be worked out'],
  outbox: ['promise cannot be queued', 'promises cannot be queued'],
  channel: ['level was refused', 'levels were refused'],
  reconcile: ['level differs from what was promised', 'levels differ from what was promised'],
  catalog: ['SKU of a shop is ambiguous', 'SKUs of a shop are ambiguous'],
}
