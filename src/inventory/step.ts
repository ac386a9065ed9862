import { addParkings, CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import { LARGE_FILE_ROWS } from '../import/large-store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { foldMarks } from './as-of-store.ts'
import { bookFile } from './booking-step.ts'
import { checkLedger as checkPositions } from './check-store.ts'
import { bookDue } from './document-step.ts'
import { bookPart } from './large-step.ts'
import { keepMonths, purgeOld, tellIndexes } from './month-step.ts'
import * as reservations from './reservation-store.ts'
import { scheduleNext } from './schedule-file-step.ts'
import * as shipments from './shipment-store.ts'
import * as shopMoves from './shop-move-store.ts'
import * as store from './store.ts'

/** Order changes that one step turns into reservations: a step stays well under a second. */
const DEMAND_PER_STEP_MAX = 10_000

/** `largeRows`: from how many rows on a file is booked part by part. */
export type InventoryDeps = { db: Db; clock: Clock; largeRows?: number }

/** Books what is due, one believed file, the next part of a large one, and what orders changed. Each is one transaction; a file is applied whole or not at all. */
export async function step({ db, clock, largeRows = LARGE_FILE_ROWS }: InventoryDeps): Promise<StepReport> {
  await keepMonths(db, clock.now())
  const queued = await scheduleNext({ db, clock })
  // What was due before a count was taken stands before the count is booked.
  const due = await bookDue({ db, clock })
  const booked = await db.transaction(tx => bookFile(tx, clock, { rowsMax: largeRows }))
  // A large file takes a part of each turn: neither waits for the other.
  const part = await db.transaction(tx => bookPart(tx, clock))
  const reserved = await db.transaction(tx => reserveDemand(tx, clock))
  if (booked.wrote + part.wrote > 0) await tellIndexes(db, clock.now())
  return {
    read: queued.read + booked.read + part.read + reserved.read + due.read,
    wrote: queued.wrote + booked.wrote + part.wrote + reserved.wrote + due.wrote,
    more: queued.more || booked.more || part.more || reserved.more || due.more,
    ...(booked.notes || part.notes ? { notes: { ...part.notes, ...booked.notes } } : {}),
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
  if (upTo.changes > 0 || isRelinked) await shipments.holdRejectedOfShops(tx)
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
