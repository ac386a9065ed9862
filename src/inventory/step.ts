import { addParkings, CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import type { Figures } from '../import/guard.ts'
import { asksForHistory, type BeliefSettings, type HoldBreach, heldReason, whyHeld } from '../import/hold.ts'
import { goodFiles, recordHold } from '../import/hold-store.ts'
import * as imports from '../import/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { foldMarks } from './as-of-store.ts'
import * as belief from './belief-store.ts'
import * as booking from './booking-store.ts'
import { checkLedger as checkPositions } from './check-store.ts'
import { bookDue } from './document-step.ts'
import { keepMissing } from './missing-store.ts'
import { keepMonths, purgeOld } from './month-step.ts'
import * as reservations from './reservation-store.ts'
import * as shipments from './shipment-store.ts'
import * as shopMoves from './shop-move-store.ts'
import * as store from './store.ts'

/** Order changes that one step turns into reservations: a step stays well under a second. */
const DEMAND_PER_STEP_MAX = 10_000

/** Books what is due, one believed file, and what orders changed. Each is one transaction; a file is applied whole or not at all. */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  await keepMonths(db, clock.now())
  // What was due before a count was taken stands before the count is booked.
  const due = await bookDue({ db, clock })
  const booked = await db.transaction(tx => bookFile(tx, clock))
  const reserved = await db.transaction(tx => reserveDemand(tx, clock))
  return {
    read: booked.read + reserved.read + due.read,
    wrote: booked.wrote + reserved.wrote + due.wrote,
    more: booked.more || reserved.more || due.more,
    ...(booked.notes ? { notes: booked.notes } : {}),
  }
}

async function bookFile(tx: Tx, clock: Clock): Promise<StepReport> {
  const from = await readCursor(tx, store.READS_IMPORT)
  const file = await booking.nextBelieved(tx)
  if (!file) return NOTHING_TO_DO
  const now = clock.now()
  const staged = await booking.stagedRows(tx, file.fileId)
  if (staged < file.rowsAccepted) {
    // The database lost its unlogged rows. The kept file is the record: it is read again, and nothing has moved.
    await imports.forgetVerdict(tx, file.fileId)
    await feed.backToReceived(tx, file.fileId, 'FILE_STAGE_LOST', now)
    return { read: 0, wrote: 0, more: true, notes: { restaged: file.fileId } }
  }
  const settings = (file.settings.belief as BeliefSettings | undefined) ?? {}
  const toBook = { ...file, missingRows: settings.missingRows ?? 'keep', now } as const
  const laid = await booking.layBooking(tx, toBook)
  const figures: Figures = { ...laid.figures, rowsRead: file.rowsRead, rejected: file.rowsRejected }
  const breaches = file.isReleased ? [] : await breachesOf(tx, file.feedId, { ...figures, missing: laid.missing }, settings)
  await advanceCursor(tx, store.READS_IMPORT, Math.max(from, file.seq))
  if (breaches.length > 0) {
    await hold(tx, file, { breaches, figures: { ...figures, missing: laid.missing }, now })
    await booking.dropLaid(tx, file.fileId, laid)
    return { read: staged, wrote: 0, more: true, notes: { file: file.fileId, held: breaches.length } }
  }
  const booked = await booking.bookLaid(tx, toBook)
  if (laid.missing !== null && laid.missing > 0) await keepMissing(tx, file.fileId)
  await booking.dropLaid(tx, file.fileId, laid)
  await imports.recordApplied(tx, {
    ...booked,
    fileId: file.fileId,
    stock: { ...booked, figures, missing: laid.missing, isCount: laid.isCount },
    now,
  })
  if (staged > 0 && booked.outdated.rows === staged) await feed.markStale(tx, { fileId: file.fileId, ...overtaken(booked.outdated), now })
  else await feed.markApplied(tx, file.fileId, now)
  await store.publishHead(tx)
  return { read: staged, wrote: booked.movements, more: true, notes: { file: file.fileId, refused: booked.refused.length } }
}

/** What speaks against a file beside the ones before it. */
async function breachesOf(
  tx: Tx,
  feedId: number,
  figures: Figures & { missing: number | null },
  settings: BeliefSettings,
): Promise<HoldBreach[]> {
  const good = asksForHistory(settings) ? await goodFiles(tx, feedId) : []
  return whyHeld(figures, good, settings)
}

/** Lays a file before a person, with what it would do. Nothing of it has moved. */
async function hold(
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
function overtaken({ rows, byFileId }: imports.Outdated): { code: string; reason: string } {
  const by = byFileId === null ? 'newer counts' : `file ${byFileId}`
  return {
    code: 'FILE_STALE',
    reason: `All ${rows} rows speak of a moment before the newest count of their position, which ${by} brought. They are kept as evidence and changed nothing.`,
  }
}

async function reserveDemand(tx: Tx, clock: Clock): Promise<StepReport> {
  const from = await readCursor(tx, store.READS_ORDERS)
  const upTo = await store.demandUpTo(tx, from, DEMAND_PER_STEP_MAX)
  const systemsFrom = await readCursor(tx, store.READS_SYSTEM_ORDERS)
  const systemsUpTo = await shipments.eventsUpTo(tx, systemsFrom, DEMAND_PER_STEP_MAX)
  const movesFrom = await readCursor(tx, store.READS_SHOP_MOVES)
  const movesUpTo = await shopMoves.movesUpTo(tx, movesFrom, DEMAND_PER_STEP_MAX)
  // A new link or mapping can give a known order a place to hold stock at, although no order changed.
  const linkedUpTo = await peekCursor(tx, CATALOG_HEAD)
  const linkedFrom = await readCursor(tx, store.READS_CATALOG)
  // One writer in the ledger at a time: the file cursor's lock is the room's, so seqs commit in their order.
  const booked = await readCursor(tx, store.READS_IMPORT)
  const events = { after: systemsFrom, upTo: systemsUpTo.seq }
  const moves = { after: movesFrom, upTo: movesUpTo.seq }
  const isRelinked = linkedUpTo !== linkedFrom
  // Both only rise: a file that was booked, or a count by hand, is news for what waits for a count.
  const countsUpTo = booked + (await shipments.newestCountByHand(tx))
  const isNews = countsUpTo > (await readCursor(tx, store.READS_COUNTS)) || systemsUpTo.events > 0
  const isCounted = isNews && (await shipments.isAnythingCounted(tx))
  const isShipmentCounted = isNews && (await shopMoves.isAnyShipmentSettled(tx))
  await advanceCursor(tx, store.READS_COUNTS, countsUpTo)
  const isOrderNews = upTo.changes + systemsUpTo.events + movesUpTo.moves > 0
  if (!isOrderNews && !isCounted && !isShipmentCounted && !isRelinked) return NOTHING_TO_DO
  await reservations.gatherTouchedOrders(tx, { shops: { after: from, upTo: upTo.seq }, systems: events, moves })
  if (isCounted) await shipments.releaseCounted(tx, clock.now())
  if (isShipmentCounted) await shopMoves.settleShipments(tx, clock.now())
  if (isRelinked) await reservations.gatherAllOrders(tx)
  const shipped = systemsUpTo.events === 0 ? 0 : await shipments.bookShipments(tx, events, clock.now())
  const left = movesUpTo.moves > 0 || isRelinked ? await shopMoves.bookShopMoves(tx, moves, clock.now(), isRelinked) : 0
  if (systemsUpTo.events > 0) {
    await shipments.holdRejected(tx, events)
    await shipments.acknowledge(tx, events)
  }
  if (await reservations.gatherWanted(tx)) {
    await addParkings(tx, clock.now())
    await reservations.parkWanted(tx)
  }
  const reserved = await reservations.reserveWanted(tx, clock.now())
  const queued = await reservations.queueWanted(tx)
  await store.publishHead(tx)
  await advanceCursor(tx, store.READS_ORDERS, upTo.seq)
  await advanceCursor(tx, store.READS_SYSTEM_ORDERS, systemsUpTo.seq)
  await advanceCursor(tx, store.READS_SHOP_MOVES, movesUpTo.seq)
  await advanceCursor(tx, store.READS_CATALOG, linkedUpTo)
  const counts = [upTo.changes, systemsUpTo.events, movesUpTo.moves]
  const read = counts.reduce((sum, count) => sum + count, 0)
  return { read, wrote: shipped + left + reserved + queued, more: Math.max(...counts) === DEMAND_PER_STEP_MAX }
}

/** Recomputes every position from its movements; nightly, and whenever a person asks. What is older than history is kept goes then. */
export async function checkLedger({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  const { positions, differing, differingBins, differingReservations } = await db.transaction(tx => checkPositions(tx, clock.now()))
  await db.transaction(tx => foldMarks(tx, clock.now()))
  const purged = await purgeOld({ db, clock })
  const notes = { differing: differing + differingBins + differingReservations, ...(purged.kept ? { kept: purged.kept } : {}) }
  return { read: positions, wrote: purged.carried, more: false, notes: { ...notes, purgedMonths: purged.months.length } }
}
