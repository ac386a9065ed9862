import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { addSample, hasSample, type StreetSample } from './sample-store.ts'

const MINUTE_MS = 60_000
export const SAMPLES_KEPT_MS = 31 * 24 * 3_600_000

/** What the first page says at this moment. */
export type Moment = {
  sync: Pick<StreetSample, 'state' | 'levels' | 'levelsEqual' | 'levelsDifferent' | 'unitsAtRisk'>
  rooms: readonly { backlog: number; oldestAt: number | null }[]
}

/** Keeps how the street stands, once a minute whoever else looks too. */
export async function sampleStreet({ db, clock, moment }: { db: Db; clock: Clock; moment(): Promise<Moment> }): Promise<StepReport> {
  const now = clock.now()
  const at = Math.floor(now / MINUTE_MS) * MINUTE_MS
  if (await hasSample(db, at)) return NOTHING_TO_DO
  const { sync, rooms } = await moment()
  const { state, levels, levelsEqual, levelsDifferent, unitsAtRisk } = sync
  const oldest = rooms.flatMap(room => (room.backlog > 0 && room.oldestAt !== null ? [room.oldestAt] : []))
  const waits = {
    backlog: rooms.reduce((sum, room) => sum + room.backlog, 0),
    oldestMs: oldest.length === 0 ? null : now - Math.min(...oldest),
  }
  await addSample(db, { at, state, levels, levelsEqual, levelsDifferent, unitsAtRisk, ...waits }, now - SAMPLES_KEPT_MS)
  return NOTHING_TO_DO
}
