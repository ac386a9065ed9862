import { addParkings, CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import * as imports from '../import/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { checkLedger as checkPositions } from './check-store.ts'
import { bookDue } from './document-step.ts'
import * as reservations from './reservation-store.ts'
import * as shipments from './shipment-store.ts'
import * as store from './store.ts'

/** Order changes that one step turns into reservations: a step stays well under a second. */
const DEMAND_PER_STEP_MAX = 10_000

/** Books one believed file, what orders changed, and what is due. Each is one transaction; a file is applied whole or not at all. */
export async function step({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  const booked = await db.transaction(tx => bookFile(tx, clock))
  const reserved = await db.transaction(tx => reserveDemand(tx, clock))
  const due = await bookDue({ db, clock })
  return {
    read: booked.read + reserved.read + due.read,
    wrote: booked.wrote + reserved.wrote + due.wrote,
    more: booked.more || reserved.more || due.more,
    ...(booked.notes ? { notes: booked.notes } : {}),
  }
}

async function bookFile(tx: Tx, clock: Clock): Promise<StepReport> {
  const from = await readCursor(tx, store.READS_IMPORT)
  const file = await store.nextBelieved(tx)
  if (!file) return NOTHING_TO_DO
  const now = clock.now()
  const staged = await store.stagedRows(tx, file.fileId)
  if (staged < file.rowsAccepted) {
    // The database lost its unlogged rows. The kept file is the record: it is read again, and nothing has moved.
    await imports.forgetVerdict(tx, file.fileId)
    await feed.backToReceived(tx, file.fileId, 'FILE_STAGE_LOST', now)
    return { read: 0, wrote: 0, more: true, notes: { restaged: file.fileId } }
  }
  const booked = await store.applyStaged(tx, { ...file, now })
  await imports.recordApplied(tx, { ...booked, fileId: file.fileId, now })
  if (staged > 0 && booked.outdated.rows === staged) await feed.markStale(tx, { fileId: file.fileId, ...overtaken(booked.outdated), now })
  else await feed.markApplied(tx, file.fileId, now)
  await store.publishHead(tx)
  await advanceCursor(tx, store.READS_IMPORT, Math.max(from, file.seq))
  return { read: staged, wrote: booked.movements, more: true, notes: { file: file.fileId, refused: booked.refused.length } }
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
  // A new link or mapping can give a known order a place to hold stock at, although no order changed.
  const linkedUpTo = await peekCursor(tx, CATALOG_HEAD)
  const linkedFrom = await readCursor(tx, store.READS_CATALOG)
  // One writer in the ledger at a time: the file cursor's lock is the room's, so seqs commit in their order.
  await readCursor(tx, store.READS_IMPORT)
  const events = { after: systemsFrom, upTo: systemsUpTo.seq }
  const isRelinked = linkedUpTo !== linkedFrom
  const countsUpTo = await shipments.countsHead(tx)
  const isNews = countsUpTo > (await readCursor(tx, store.READS_COUNTS)) || systemsUpTo.events > 0
  const isCounted = isNews && (await shipments.isAnythingCounted(tx))
  await advanceCursor(tx, store.READS_COUNTS, countsUpTo)
  if (upTo.changes === 0 && systemsUpTo.events === 0 && !isCounted && !isRelinked) return NOTHING_TO_DO
  await reservations.gatherTouchedOrders(tx, { shops: { after: from, upTo: upTo.seq }, systems: events })
  if (isCounted) await shipments.releaseCounted(tx, clock.now())
  if (isRelinked) await reservations.gatherAllOrders(tx)
  const shipped = systemsUpTo.events === 0 ? 0 : await shipments.bookShipments(tx, events, clock.now())
  if (systemsUpTo.events > 0) await shipments.holdRejected(tx, events)
  if (await reservations.gatherWanted(tx)) {
    await addParkings(tx, clock.now())
    await reservations.parkWanted(tx)
  }
  const reserved = await reservations.reserveWanted(tx, clock.now())
  const queued = await reservations.queueWanted(tx)
  await store.publishHead(tx)
  await advanceCursor(tx, store.READS_ORDERS, upTo.seq)
  await advanceCursor(tx, store.READS_SYSTEM_ORDERS, systemsUpTo.seq)
  await advanceCursor(tx, store.READS_CATALOG, linkedUpTo)
  const read = upTo.changes + systemsUpTo.events
  return { read, wrote: shipped + reserved + queued, more: Math.max(upTo.changes, systemsUpTo.events) === DEMAND_PER_STEP_MAX }
}

/** Recomputes every position from its movements; nightly, and whenever a person asks. */
export async function checkLedger({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  const { positions, differing, differingBins, differingReservations } = await db.transaction(tx => checkPositions(tx, clock.now()))
  return { read: positions, wrote: 0, more: false, notes: { differing: differing + differingBins + differingReservations } }
}
