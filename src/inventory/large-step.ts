import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import { asksForHistory, type BeliefSettings } from '../import/hold.ts'
import * as large from '../import/large-store.ts'
import * as imports from '../import/store.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { breachesOf, hold, overtaken, readAgain } from './booking-step.ts'
import * as booking from './booking-store.ts'
import { keepForParts, keepMissing } from './missing-store.ts'
import * as store from './store.ts'

/*
 * A file of millions of rows would hold the ledger for a minute, and with it every order and every small file. So it is booked in parts,
 * a part of each turn of the room:
 *
 *   believed ──laid out──► begun ──part──► … ──part──► applied
 *                │
 *             unlike the files before it ──► held
 *
 * That it counts, all of it, is decided and committed when it is laid out: what may speak against a file is asked before. From then on there
 * is only one way, forward: a part and how far the file is commit together, so that it goes on where it was after a crash of whatever it be.
 */

/** A part that takes longer is followed by a shorter one, and the other way round. */
const PART_MS = 400
const PAGES_A_PART_MIN = 100
const PAGES_A_PART_MAX = 4_000

/** Lays the next large file out for its parts, beside the room's other work: it takes the ledger from nobody. */
export async function layLarge({
  db,
  clock,
  largeRows = large.LARGE_FILE_ROWS,
}: {
  db: Db
  clock: Clock
  largeRows?: number
}): Promise<StepReport> {
  return db.transaction(async tx => {
    const file = await booking.nextLarge(tx, { rowsMax: largeRows })
    if (!file) return NOTHING_TO_DO
    const now = clock.now()
    const staged = await booking.stagedRows(tx, file.fileId)
    if (staged < file.rowsAccepted) return readAgain(tx, file.fileId, now)
    const settings = (file.settings.belief as BeliefSettings | undefined) ?? {}
    const toBook = { ...file, missingRows: settings.missingRows ?? 'keep', now } as const
    const isCompared = asksForHistory(settings) || toBook.missingRows !== 'keep'
    const laid = isCompared ? await compare(tx, file, toBook, settings) : { missing: null, ...(await booking.countRows(tx, toBook)) }
    if (laid === 'held') return { read: staged, wrote: 0, more: true, notes: { file: file.fileId, held: 1 } }
    await large.layWhole(tx, { ...laid, fileId: file.fileId })
    return { read: staged, wrote: 1, more: true, notes: { file: file.fileId, laid: staged } }
  })
}

/** Asks what speaks against a file before anything of it moves. */
async function compare(
  tx: Tx,
  file: booking.ToApply,
  toBook: booking.ToBook,
  settings: BeliefSettings,
): Promise<'held' | (booking.CountedRows & { missing: number | null })> {
  const laid = await booking.layBooking(tx, toBook)
  const figures = { ...laid.figures, rowsRead: file.rowsRead, rejected: file.rowsRejected, missing: laid.missing }
  const breaches = file.isReleased ? [] : await breachesOf(tx, file.feedId, figures, settings)
  if (breaches.length > 0) {
    await hold(tx, file, { breaches, figures, now: toBook.now })
    await booking.dropLaid(tx, file.fileId, laid)
    return 'held'
  }
  if (laid.missing !== null && laid.missing > 0) await keepMissing(tx, file.fileId)
  const isKept = toBook.missingRows === 'zero' && laid.missing !== null && laid.missing > 0
  if (isKept) await keepForParts(tx, file.fileId)
  await booking.dropLaid(tx, file.fileId, isKept ? { ...laid, missing: null } : laid)
  return { ...laid.figures, missing: laid.missing, isCount: laid.isCount }
}

/** Books the next part of the large file that is begun, or says that its last one is through. */
export async function bookPart(tx: Tx, clock: Clock): Promise<StepReport> {
  const from = await readCursor(tx, store.READS_IMPORT)
  const file = await booking.nextBegun(tx)
  const progress = file && (await large.largeProgress(tx, file.fileId))
  if (!file || !progress) return NOTHING_TO_DO
  const now = clock.now()
  const { fileId } = file
  const notes = { file: fileId, page: progress.nextPage, of: progress.pages }
  const toBook = { ...file, missingRows: 'keep', now, isPart: true, elsewhere: progress.elsewhere } as const
  if (progress.nextPage < progress.pages) {
    const toPage = Math.min(progress.pages, progress.nextPage + progress.pagesAPart)
    const { rows, first, last } = await large.stagePart(tx, { fileId, fromPage: progress.nextPage, toPage })
    const range = { from: first, to: last }
    const booked = await bookStaged(tx, { ...toBook, range }, { toPage, pagesAPart: progress.pagesAPart, rows, clock })
    await store.publishHead(tx)
    return { read: rows, wrote: booked.movements, more: true, notes }
  }
  const settings = (file.settings.belief as BeliefSettings | undefined) ?? {}
  if (settings.missingRows === 'zero' && (progress.missing ?? 0) > 0) {
    // What is missing comes last, as a part of its own without rows.
    await large.stagePart(tx, { fileId, fromPage: progress.pages, toPage: progress.pages })
    await bookStaged(tx, { ...toBook, missingRows: 'zero' }, { toPage: progress.pages, pagesAPart: progress.pagesAPart, rows: 0, clock })
  }
  await conclude(tx, file, now)
  await advanceCursor(tx, store.READS_IMPORT, Math.max(from + 1, file.seq))
  await store.publishHead(tx)
  return { read: 0, wrote: 1, more: true, notes }
}

async function bookStaged(
  tx: Tx,
  toBook: booking.ToBook,
  { toPage, pagesAPart, rows, clock }: { toPage: number; pagesAPart: number; rows: number; clock: Clock },
): Promise<booking.Booked> {
  const laid = await booking.layBooking(tx, toBook)
  const booked = await booking.bookLaid(tx, toBook, laid)
  const isLast = toBook.missingRows === 'zero'
  await booking.dropLaid(tx, toBook.fileId, isLast ? { ...laid, missing: 0 } : laid)
  await imports.recordRefused(tx, toBook.fileId, booked.refused)
  const tookMs = clock.now() - toBook.now
  await large.recordPart(tx, {
    ...{ fileId: toBook.fileId, toPage, pagesAPart: nextPages(pagesAPart, tookMs), rows },
    ...{ movements: booked.movements, zeroed: booked.zeroed, refused: booked.refused.length },
    ...{ outdated: booked.outdated.rows, outdatedBy: booked.outdated.byFileId },
    ...{ movementFrom: booked.movementFrom, movementTo: booked.movementTo },
    ...{
      firstCounts: laid.figures.rows - laid.figures.known,
      changed: laid.figures.changed,
      largestChange: laid.figures.largestChangeUnits,
    },
  })
  return booked
}

function nextPages(pages: number, tookMs: number): number {
  if (tookMs <= 0) return pages
  return Math.min(PAGES_A_PART_MAX, Math.max(PAGES_A_PART_MIN, Math.round((pages * PART_MS) / tookMs)))
}

async function conclude(tx: Tx, file: booking.ToApply, now: InstantMs): Promise<void> {
  const { fileId } = file
  const all = await large.largeProgress(tx, fileId)
  if (!all) return
  const { rows, units, zeroes, facilities, missing, isCount, movements, zeroed, refused, movementFrom, movementTo } = all
  const outdated = { rows: all.outdated, byFileId: all.outdatedBy }
  const figures = {
    ...{ rows, units, zeroes, facilities: [...facilities], rowsRead: file.rowsRead, rejected: file.rowsRejected },
    ...{ known: rows - all.firstCounts, changed: all.changed, largestChangeUnits: all.largestChange },
  }
  const stock = { isCount, figures, missing, zeroed, movementFrom, movementTo }
  await imports.recordApplied(tx, { fileId, movements, refused, outdated, stock, now })
  if (outdated.rows === rows) await feed.markStale(tx, { fileId, ...overtaken(outdated), now })
  else await feed.markApplied(tx, fileId, now)
  await large.dropWhole(tx, fileId)
}
