import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import { type Left, leaveOutRepeated } from './came-before-step.ts'
import * as corrections from './correction-store.ts'
import { nameDamage } from './damage-store.ts'
import { facilityFinder } from './facility-finder.ts'
import type { Reading } from './format-port.ts'
import * as incoming from './incoming-store.ts'
import { rawLines, stockLines } from './lines-step.ts'
import type { Opened } from './opening-step.ts'
import { positionsNamed } from './positions-named.ts'
import { productFinder } from './product-finder.ts'
import { type Finders, noneRead, type RowsRead } from './stock-lines.ts'
import * as store from './store.ts'
import { count } from './tally.ts'
import { type Terms, termsOf } from './terms-step.ts'
import type { UnknownSettings } from './unknown.ts'
import { settleUnknown } from './unknown-step.ts'
import { conclude, type FileToJudge, refuse } from './verdict-step.ts'

/** So many identifiers take some 30 MB of memory. */
const PRODUCTS_IN_PROCESS_MAX = 250_000
/** A file of fewer bytes for each identifier is resolved sooner by the database than the catalogue is read. */
const BYTES_PER_PRODUCT = 30

/** Reads the rows of a stock file, resolves what they name, and lays down those that are believed for the ledger. */
export async function importStock(
  tx: Tx,
  { clock, files }: { clock: Clock; files: FileRoom },
  file: FileToJudge,
  { reading, again: readAgain, refs }: Opened,
): Promise<StepReport> {
  const { fileId } = file
  const terms = await termsOf(files, file, reading.header)
  if (terms.kind === 'refused') {
    await reading.close()
    return refuse(tx, { ...file, ...terms, now: clock.now() })
  }
  const read = await layIncoming(tx, file, reading, terms)
  const now = clock.now()
  const left = await leaveOutRepeated(tx, file, { refs, terms, read, now })
  if (left.kind === 'held') return holdRepeated(tx, file, { ...left, rowsRead: read.rows, now })
  const policy = (file.settings.unknown ?? {}) as UnknownSettings
  const known = await findProducts(tx, file, { read, left, policy, now })
  // What comes in at several times is no contradiction.
  const isOnce = terms.isDue || (known.isAsRead && read.isEachOnce)
  const doubles = isOnce ? NO_DOUBLES : await incoming.settleDoubles(tx, fileId, file.rules.repeated ?? 'reject')
  count(file.tally, 'merged', doubles.merged)
  const unknown = left.rows - left.rejected - known.leftOut - known.rows
  if (unknown > 0) {
    await incoming.refuseUnknown(tx, fileId)
    await nameDamage(tx, fileId)
  }
  if (unknown + doubles.refused + left.refusedSince > 0) await incoming.takeRaw(tx, fileId, rawLines(await readAgain()))
  const rowsAccepted = known.rows - doubles.refused
  const isAnyLeft = rowsAccepted < left.rows
  const kept = isAnyLeft ? await incoming.keepRejected(tx, fileId, { isParking: policy.products === 'park' }) : NOTHING_KEPT
  await incoming.layStaged(tx, fileId, { isAnyLeft })
  if (left.rows === 0 && left.repeated > 0) return alreadyApplied(tx, file, { ...left, now })
  const aside = { rowsParked: kept.parked, rowsLeftOut: known.leftOut, rowsRepeated: left.repeated, repeatsFileId: left.repeatsFileId }
  const counts = { rowsRead: read.rows, rowsAccepted, rowsRejected: kept.rejected, ...aside, unitsRead: known.units }
  const { asOf, orderLagMs } = terms
  return conclude(tx, clock, file, counts, reading, { asOf, hasRowAsOf: terms.hasRowAsOf || refs !== null, orderLagMs })
}

type Read = RowsRead & { isFoundByUs: boolean; isEachOnce: boolean }

/** Reads every row into the database. */
async function layIncoming(tx: Tx, file: FileToJudge, reading: Reading, { moment }: Terms): Promise<Read> {
  const finders = await findersFor(tx, file)
  const positions = positionsNamed()
  const read = noneRead()
  await incoming.takeIncoming(tx, file.fileId, stockLines(reading, file, { ...finders, positions, moment }, read))
  return { ...read, isFoundByUs: finders.products !== null, isEachOnce: positions.isEachOnce() }
}

type Known = { rows: number; units: number; leftOut: number; isAsRead: boolean }

/** Knows of which products the rows speak that are left, and does with those that nobody knows what the feed declares. */
async function findProducts(
  tx: Tx,
  { fileId }: FileToJudge,
  { read, left, policy, now }: { read: Read; left: Left; policy: UnknownSettings; now: InstantMs },
): Promise<Known> {
  const good = left.rows - left.rejected
  if (read.isFoundByUs) {
    const found = left.isAsRead ? read.found : await incoming.findKnown(tx, fileId, { by: 'reading' })
    if (found.rows === good) return { ...found, leftOut: 0, isAsRead: true }
  }
  // Somebody may have brought a product while the file was read.
  const found = await incoming.findKnown(tx, fileId, { by: 'database' })
  if (found.rows === good) return { ...found, leftOut: 0, isAsRead: false }
  const { leftOut, isKnownNow } = await settleUnknown(tx, { fileId, settings: policy, now })
  return { ...(isKnownNow ? await incoming.findKnown(tx, fileId, { by: 'database' }) : found), leftOut, isAsRead: false }
}

const NO_DOUBLES = { merged: 0, refused: 0 }

/** It may be an earlier file of changes, sent again, and too little of it agrees to be sure: a person is asked before anything moves. */
async function holdRepeated(
  tx: Tx,
  file: FileToJudge,
  { code, reason, rowsRead, now }: { code: string; reason: string; rowsRead: number; now: number },
): Promise<StepReport> {
  const { fileId, feedId, layout } = file
  await incoming.dropIncoming(tx, fileId)
  const nothing = { rowsAccepted: 0, rowsRejected: 0, unitsRead: 0 }
  await store.recordVerdict(tx, { fileId, feedId, layout, decision: 'failed', code, reason, rowsRead, ...nothing, moment: null, now })
  await feed.markHeld(tx, { fileId, code, reason, now })
  return { read: rowsRead, wrote: 0, more: true, notes: { file: fileId, code } }
}

const NOTHING_KEPT = { rejected: 0, parked: 0 }

/** Every row of it has come before: in a correction, by its number, or in a file that this one repeats. */
async function alreadyApplied(tx: Tx, file: FileToJudge, { repeated, repeatsFileId, now }: Left & { now: InstantMs }): Promise<StepReport> {
  const root = await corrections.rootOf(tx, file.fileId)
  await store.dropStaged(tx, file.fileId)
  await feed.markDuplicate(tx, {
    ...{ fileId: file.fileId, of: repeatsFileId ?? root ?? file.fileId, code: 'FEED_ALREADY_APPLIED', now },
    reason: `Already applied: all ${repeated} rows had come before. Nothing was changed.`,
  })
  return { read: repeated, wrote: 0, more: true, notes: { file: file.fileId } }
}

/**
 * What names mean, for the reading of one file. Products are taken into the process where the file is long beside the catalogue: each
 * of its rows is then found where it is read, and none has to be looked up and laid down once more in the database.
 */
async function findersFor(tx: Tx, file: FileToJudge): Promise<Finders> {
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  const keys = await catalog.productKeys(tx, { most: Math.min(PRODUCTS_IN_PROCESS_MAX, Math.floor(file.bytes / BYTES_PER_PRODUCT)) })
  return { facilities, products: keys && productFinder(keys) }
}
