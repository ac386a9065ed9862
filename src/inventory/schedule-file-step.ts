import type { Db } from '../db/connection.ts'
import * as feed from '../feed/store.ts'
import * as imports from '../import/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { readAgain } from './booking-step.ts'
import { stagedRows } from './booking-store.ts'
import * as scheduled from './scheduled-store.ts'

/** Puts what the next file says of units to come into the queue of due changes. */
export async function scheduleNext({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return db.transaction(async tx => {
    const file = await scheduled.nextScheduleFile(tx)
    if (!file) return NOTHING_TO_DO
    const now = clock.now()
    const { fileId } = file
    if ((await stagedRows(tx, fileId)) < file.rowsAccepted) return readAgain(tx, fileId, now)
    const movements = await scheduled.scheduleFile(tx, { ...file, now })
    await imports.recordApplied(tx, { fileId, movements, refused: 0, outdated: null, now })
    await feed.markApplied(tx, fileId, now)
    return { read: file.rowsAccepted, wrote: movements, more: true, notes: { file: fileId, scheduled: movements } }
  })
}
