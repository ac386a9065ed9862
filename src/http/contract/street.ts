import { z } from 'zod'
import { instant } from './instant.ts'

/** In the order in which data walks; the catalogue is the ground floor under all of them. */
export const ROOMS = ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile', 'catalog'] as const
export type RoomName = (typeof ROOMS)[number]

export const ROOM_STATES = ['ok', 'working', 'waiting', 'stuck', 'paused', 'stopped', 'unknown'] as const
export type RoomState = (typeof ROOM_STATES)[number]

export const roomOnStreet = z
  .object({
    room: z.enum(ROOMS),
    question: z.string(),
    state: z.enum(ROOM_STATES),
    /** The state as one or two words for a person. */
    word: z.string(),
    /** Why it is in that state, as a sentence. */
    reason: z.string(),
    backlog: z.number().int(),
    oldestAt: instant.nullable(),
    stuck: z.number().int(),
    lastStep: z.object({ at: instant, outcome: z.enum(['finished', 'failed', 'paused']), code: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'RoomOnStreet' })

export const SYNC_STATES = ['in_sync', 'catching_up', 'not_in_sync', 'unknown'] as const
export type SyncState = (typeof SYNC_STATES)[number]

export const sync = z
  .object({
    state: z.enum(SYNC_STATES),
    /** The one sentence that answers "Is stock in sync?". */
    sentence: z.string(),
    levels: z.number().int(),
    levelsEqual: z.number().int(),
    levelsDifferent: z.number().int(),
    levelsWaiting: z.number().int(),
    unitsAtRisk: z.number().int(),
    differentSince: instant.nullable(),
    comparedAt: instant.nullable(),
  })
  .meta({ id: 'Sync' })

export const street = z.object({ observedAt: instant, sync, rooms: z.array(roomOnStreet) }).meta({ id: 'Street' })

const HOURS_MAX = 31 * 24

export const streetHistoryQuery = z.object({ hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24) })

/** How the street stood, the worst of each span; a span in which the program did not run is left out. */
export const streetHistory = z.object({
  since: instant,
  spanMs: z.number().int(),
  points: z.array(
    z.object({
      at: instant,
      levels: z.number().int(),
      levelsEqual: z.number().int(),
      levelsDifferent: z.number().int(),
      unitsAtRisk: z.number().int(),
      backlog: z.number().int(),
      oldestMs: z.number().int().nullable(),
    }),
  ),
})

/** Which files are on their way just now, for the progress that is shown while they are. */
export const fileProgress = z.object({
  fileId: z.number().int(),
  name: z.string(),
  phase: z.enum(['receiving', 'reading', 'booking']),
  done: z.number(),
  /** null: how much there will be is not known. */
  total: z.number().nullable(),
})
