import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import * as imports from '../import/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { checkLedger as checkPositions } from './check-store.ts'
import { bookDue } from './document-step.ts'
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
  // A new link or mapping can give a known order a place to hold stock at, although no order changed.
  const linkedUpTo = await peekCursor(tx, CATALOG_HEAD)
  const linkedFrom = await readCursor(tx, store.READS_CATALOG)
  if (upTo.changes === 0 && linkedUpTo === linkedFrom) return NOTHING_TO_DO
  // One writer in the ledger at a time: the file cursor's lock is the room's, so seqs commit in their order.
  await readCursor(tx, store.READS_IMPORT)
  const reserved = await store.reserve(tx, clock.now())
  const queued = await store.queueAtGroups(tx)
  await store.publishHead(tx)
  await advanceCursor(tx, store.READS_ORDERS, upTo.seq)
  await advanceCursor(tx, store.READS_CATALOG, linkedUpTo)
  return { read: upTo.changes, wrote: reserved + queued, more: upTo.changes === DEMAND_PER_STEP_MAX }
}

/** Recomputes every position from its movements; nightly, and whenever a person asks. */
export async function checkLedger({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  const { positions, differing, differingBins } = await db.transaction(tx => checkPositions(tx, clock.now()))
  return { read: positions, wrote: 0, more: false, notes: { differing: differing + differingBins } }
}
