import type { Tx } from '../db/connection.ts'
import { advanceCursor, readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import type { Figures } from '../import/guard.ts'
import { asksForHistory, type BeliefSettings, type HoldBreach, heldReason, whyHeld } from '../import/hold.ts'
import { goodFiles, recordHold } from '../import/hold-store.ts'
import * as imports from '../import/store.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as belief from './belief-store.ts'
import * as booking from './booking-store.ts'
import { keepMissing } from './missing-store.ts'
import * as store from './store.ts'

/** Books the next believed file of at most so many rows, as one. */
export async function bookFile(tx: Tx, clock: Clock, { rowsMax }: { rowsMax: number }): Promise<StepReport> {
  const from = await readCursor(tx, store.READS_IMPORT)
  const file = await booking.nextBelieved(tx, { rowsMax })
  if (!file) return NOTHING_TO_DO
  const now = clock.now()
  const staged = await booking.stagedRows(tx, file.fileId)
  if (staged < file.rowsAccepted) return readAgain(tx, file.fileId, now)
  const settings = (file.settings.belief as BeliefSettings | undefined) ?? {}
  const toBook = { ...file, missingRows: settings.missingRows ?? 'keep', now } as const
  const laid = await booking.layBooking(tx, toBook)
  const figures: Figures = { ...laid.figures, rowsRead: file.rowsRead, rejected: file.rowsRejected }
  const breaches = file.isReleased ? [] : await breachesOf(tx, file.feedId, { ...figures, missing: laid.missing }, settings)
  await advanceCursor(tx, store.READS_IMPORT, Math.max(from + 1, file.seq))
  if (breaches.length > 0) {
    await hold(tx, file, { breaches, figures: { ...figures, missing: laid.missing }, now })
    await booking.dropLaid(tx, file.fileId, laid)
    return { read: staged, wrote: 0, more: true, notes: { file: file.fileId, held: breaches.length } }
  }
  const booked = await booking.bookLaid(tx, toBook, laid)
  if (laid.missing !== null && laid.missing > 0) await keepMissing(tx, file.fileId)
  await booking.dropLaid(tx, file.fileId, laid)
  await imports.recordRefused(tx, file.fileId, booked.refused)
  await imports.recordApplied(tx, {
    ...booked,
    fileId: file.fileId,
    refused: booked.refused.length,
    stock: { ...booked, figures, missing: laid.missing, isCount: laid.isCount },
    now,
  })
  if (staged > 0 && booked.outdated.rows === staged) await feed.markStale(tx, { fileId: file.fileId, ...overtaken(booked.outdated), now })
  else await feed.markApplied(tx, file.fileId, now)
  await store.publishHead(tx)
  return { read: staged, wrote: booked.movements, more: true, notes: { file: file.fileId, refused: booked.refused.length } }
}

/** The database lost its unlogged rows. The kept file is the record: it is read again, and nothing has moved. */
export async function readAgain(tx: Tx, fileId: number, now: InstantMs): Promise<StepReport> {
  await imports.forgetVerdict(tx, fileId)
  await feed.backToReceived(tx, fileId, 'FILE_STAGE_LOST', now)
  return { read: 0, wrote: 0, more: true, notes: { restaged: fileId } }
}

/** What speaks against a file beside the ones before it. */
export async function breachesOf(
  tx: Tx,
  feedId: number,
  figures: Figures & { missing: number | null },
  settings: BeliefSettings,
): Promise<HoldBreach[]> {
  const good = asksForHistory(settings) ? await goodFiles(tx, feedId) : []
  return whyHeld(figures, good, settings)
}

/** Lays a file before a person, with what it would do. Nothing of it has moved. */
export async function hold(
  tx: Tx,
  file: booking.ToApply,
  { breaches, figures, now }: { breaches: HoldBreach[]; figures: Figures & { missing: number | null }; now: number },
): Promise<void> {
  const { fileId } = file
  await belief.unmark(tx, fileId)
  const [code, reason] = ['FILE_HELD_BY_GUARD', heldReason(breaches)]
  const shown = { facilities: await belief.facilityDiff(tx, file), largest: await belief.largestChanges(tx, fileId) }
  await recordHold(tx, fileId, { ...shown, breaches, figures, heldAt: now, code, reason })
  await feed.markHeld(tx, { fileId, code, reason, now })
}

/** Why a file changed nothing although it was believed. */
export function overtaken({ rows, byFileId }: imports.Outdated): { code: string; reason: string } {
  const by = byFileId === null ? 'newer counts' : `file ${byFileId}`
  return {
    code: 'FILE_STALE',
    reason: `All ${grouped(rows)} rows speak of a moment before the newest count of their position, which ${by} brought. They are kept as evidence and changed nothing.`,
  }
}
