type Room = { room: string; state: 'ok' | 'working' | 'waiting' | 'stuck' | 'paused' | 'stopped' | 'unknown' }
type Finding = { code: string; subject: string }

const WEIGHT: Readonly<Record<Room['state'], number>> = { stopped: 0, paused: 1, stuck: 2, waiting: 3, unknown: 4, working: 5, ok: 6 }

/** The rooms of which a finding speaks, by the first word of its code. */
const ROOMS_OF: Readonly<Record<string, readonly string[]>> = {
  ...{ SOURCE: ['feed'], FEED: ['feed'], FILE: ['feed', 'import'], IMPORT: ['import'], ORDERS: ['orders'], SHOP: ['orders'] },
  ...{ INVENTORY: ['inventory'], AVAILABILITY: ['availability'], OUTBOX: ['outbox'], CHANNEL: ['channel'] },
  ...{ RECONCILE: ['reconcile'], CATALOG: ['catalog'] },
}

/**
 * The rooms that stand under *What needs you*, worst first: what stops always does; what is stuck does where no finding names its cause,
 * so that a card that says *Needs you* is never answered by *Nothing needs you*; what only waits, where nothing else is wrong.
 */
export function concernsOf<R extends Room>(rooms: readonly R[], findings: readonly Finding[]): R[] {
  const isTold = ({ room }: R) =>
    findings.some(({ code, subject }) => subject === room || ROOMS_OF[code.split('_')[0] ?? '']?.includes(room) === true)
  const stands = (room: R): boolean => {
    if (room.state === 'stopped' || room.state === 'paused') return true
    if (room.state === 'stuck') return !isTold(room)
    return room.state === 'waiting' && findings.length === 0
  }
  return rooms.filter(stands).toSorted((one, other) => WEIGHT[one.state] - WEIGHT[other.state])
}
