import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import { AS_OF_RECEIVED, type AsOfSettings } from '../feed/as-of.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import * as corrections from './correction-store.ts'
import { nameDamage } from './damage-store.ts'
import { momentOf } from './edge-step.ts'
import { type FacilityFinder, facilityFinder } from './facility-finder.ts'
import type { RawRow, Reading } from './format-port.ts'
import type { BeliefSettings } from './hold.ts'
import { incomingLine, rawLine, refusedLine } from './incoming-row.ts'
import * as incoming from './incoming-store.ts'
import { isStockLayout } from './layout.ts'
import type { Opened } from './opening-step.ts'
import { type PositionsNamed, positionsNamed } from './positions-named.ts'
import { type ProductFinder, productFinder } from './product-finder.ts'
import { judgeRepeat } from './repeat.ts'
import * as repeats from './repeat-store.ts'
import { type RowOutcome, readRow } from './row.ts'
import { takeOnce } from './row-key-store.ts'
import { columnCalled, dueMoments, type RowMoment, rowMoments } from './row-moment.ts'
import { reject } from './row-reject.ts'
import * as store from './store.ts'
import { count } from './tally.ts'
import type { UnknownSettings } from './unknown.ts'
import { settleUnknown } from './unknown-step.ts'
import { conclude, type FileToJudge, type FileToRead, refuse } from './verdict-step.ts'

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
  const belief = (file.settings.belief as BeliefSettings | undefined) ?? {}
  const spokenOf = (file.settings.asOf as AsOfSettings | undefined) ?? AS_OF_RECEIVED
  const asOf = await momentOf(files, file, spokenOf)
  if (asOf.kind === 'unknown') {
    await reading.close()
    return refuse(tx, { ...file, ...asOf, now: clock.now() })
  }
  const { header } = reading
  const dueColumn = isStockLayout(file.plan.layout) ? file.plan.layout.dueColumn : undefined
  const moment =
    dueColumn === undefined ? rowMoments(spokenOf, { header, receivedAt: file.receivedAt }) : dueMoments(dueColumn, spokenOf, { header })
  if (typeof moment !== 'function') {
    await reading.close()
    return refuse(tx, { ...file, code: 'FILE_AS_OF_MISSING', reason: moment.reason, now: clock.now() })
  }
  const keyColumn = keyColumnOf(file, reading.header)
  if (keyColumn === null) {
    await reading.close()
    return refuse(tx, {
      ...file,
      code: 'FILE_NO_LAYOUT',
      reason: 'The file has no column of the number by which the feed tells its rows.',
      now: clock.now(),
    })
  }
  const counted = { rows: 0, rejected: 0, found: { rows: 0, units: 0 } }
  const finders = await findersFor(tx, file)
  const positions = positionsNamed()
  await incoming.takeIncoming(tx, fileId, incomingChunks(reading, file, { ...finders, positions, moment }, counted))
  const settled = refs === null ? null : await settleCorrection(tx, file, refs)
  const once = keyColumn < 0 ? { repeated: 0, unnumbered: 0 } : await takeOnce(tx, { ...file, column: keyColumn })
  const now = clock.now()
  const isChanges =
    file.plan.layout.kind === 'delta' &&
    dueColumn === undefined &&
    keyColumn < 0 &&
    refs === null &&
    belief.appliedBefore !== 'count' &&
    !(await repeats.isRequest(tx, fileId))
  const before = isChanges ? judgeRepeat(await repeats.containedIn(tx, { ...file, now }), file) : NEW
  if (before.kind === 'held') return holdRepeated(tx, file, { ...before, rowsRead: counted.rows, now })
  if (isChanges) await repeats.keepLines(tx, { ...file, now })
  const again = before.kind === 'again' ? await repeats.leaveOutApplied(tx, fileId, before.of) : { repeated: 0, refused: 0 }
  const rows = (settled ?? counted).rows - once.repeated - again.repeated
  const rejected = (settled ?? counted).rejected + once.unnumbered - again.refused
  const policy = (file.settings.unknown ?? {}) as UnknownSettings
  const isAsRead = refs === null && keyColumn < 0 && before.kind === 'new'
  let known = finders.products !== null && isAsRead ? counted.found : await incoming.findKnown(tx, fileId, { by: byOf(finders) })
  const isFoundInReading = finders.products !== null && known.rows === rows - rejected
  // Somebody may have brought a product while the file was read.
  if (finders.products !== null && !isFoundInReading) known = await incoming.findKnown(tx, fileId, { by: 'database' })
  const handled = known.rows < rows - rejected ? await settleUnknown(tx, { fileId, settings: policy, now }) : null
  if (handled?.isKnownNow) known = await incoming.findKnown(tx, fileId, { by: 'database' })
  // What comes in at several times is no contradiction.
  const isOnce = dueColumn !== undefined || (isFoundInReading && positions.isEachOnce())
  const doubles = isOnce ? NO_DOUBLES : await incoming.settleDoubles(tx, fileId, file.rules.repeated ?? 'reject')
  count(file.tally, 'merged', doubles.merged)
  const rowsLeftOut = handled?.leftOut ?? 0
  const unknown = rows - rejected - rowsLeftOut - known.rows
  if (unknown > 0) {
    await incoming.refuseUnknown(tx, fileId)
    await nameDamage(tx, fileId)
  }
  if (unknown > 0 || doubles.refused > 0 || (settled?.unknown ?? 0) > 0 || once.unnumbered > 0)
    await incoming.takeRaw(tx, fileId, rawChunks(await readAgain()))
  const rowsAccepted = known.rows - doubles.refused
  const kept = rowsAccepted < rows ? await incoming.keepRejected(tx, fileId, { isParking: policy.products === 'park' }) : NOTHING_KEPT
  await incoming.layStaged(tx, fileId, { isAnyLeft: rowsAccepted < rows })
  const rowsRepeated = (settled?.repeated ?? 0) + once.repeated + again.repeated
  const repeatsFileId = before.kind === 'again' ? before.of : null
  if (rows === 0 && rowsRepeated > 0) return alreadyApplied(tx, file, { rowsRepeated, repeatsFileId, now })
  const aside = { rowsParked: kept.parked, rowsLeftOut, rowsRepeated, repeatsFileId }
  const counts = { rowsRead: counted.rows, rowsAccepted, rowsRejected: kept.rejected, ...aside, unitsRead: known.units }
  return conclude(tx, clock, file, counts, reading, {
    ...{
      asOf: asOf.at,
      hasRowAsOf: dueColumn !== undefined || spokenOf.from === 'column' || refs !== null,
      orderLagMs: (spokenOf.orderLagMinutes ?? 0) * 60_000,
    },
  })
}

const NEW = { kind: 'new' } as const
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

/** Where the sender's number of each row stands; -1 where the feed has none, null where this file lacks it. */
function keyColumnOf(file: FileToJudge, header: readonly string[] | null): number | null {
  const name = (file.settings.belief as BeliefSettings | undefined)?.keyColumn
  if (name === undefined || file.plan.layout.kind !== 'delta') return -1
  const at = columnCalled(name, header)
  return at < 0 ? null : at
}

const NOTHING_KEPT = { rejected: 0, parked: 0 }

/** A correction is tied to the file that it mends; of its rows only those are taken whose row still waits. */
async function settleCorrection(tx: Tx, file: FileToRead, refs: NonNullable<Opened['refs']>): Promise<corrections.Settled> {
  await tieCorrection(tx, file, refs)
  return corrections.settleRefs(tx, file.fileId)
}

/** Ties a correction to the file whose rows it brings home. */
export async function tieCorrection(tx: Tx, file: FileToRead, refs: Opened['refs']): Promise<void> {
  if (refs === null) return
  await corrections.recordRefs(tx, file, refs)
  const root = await corrections.rootOf(tx, file.fileId)
  if (root !== null) await feed.setCorrects(tx, file.fileId, root)
}

/** Every row of it has come before: in a correction, by its number, or in a file that this one repeats. */
async function alreadyApplied(
  tx: Tx,
  file: feed.ToImport,
  { rowsRepeated, repeatsFileId, now }: { rowsRepeated: number; repeatsFileId: number | null; now: number },
): Promise<StepReport> {
  const root = await corrections.rootOf(tx, file.fileId)
  await store.dropStaged(tx, file.fileId)
  await feed.markDuplicate(tx, {
    ...{ fileId: file.fileId, of: repeatsFileId ?? root ?? file.fileId, code: 'FEED_ALREADY_APPLIED', now },
    reason: `Already applied: all ${rowsRepeated} rows had come before. Nothing was changed.`,
  })
  return { read: rowsRepeated, wrote: 0, more: true, notes: { file: file.fileId } }
}

/** Who finds what rows call products. */
const byOf = ({ products }: Finders): 'reading' | 'database' => (products === null ? 'database' : 'reading')

type Finders = { facilities: FacilityFinder; products: ProductFinder | null }

/**
 * What names mean, for the reading of one file. Products are taken into the process where the file is long beside the catalogue: each
 * of its rows is then found where it is read, and none has to be looked up and laid down once more in the database.
 */
async function findersFor(tx: Tx, file: FileToJudge): Promise<Finders> {
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  const keys = await catalog.productKeys(tx, { most: Math.min(PRODUCTS_IN_PROCESS_MAX, Math.floor(file.bytes / BYTES_PER_PRODUCT)) })
  return { facilities, products: keys && productFinder(keys) }
}

async function* incomingChunks(
  reading: Reading,
  { plan, rules, tally }: FileToJudge,
  { facilities, products, positions, moment }: Finders & { positions: PositionsNamed; moment: RowMoment },
  counted: { rows: number; rejected: number; found: { rows: number; units: number } },
): AsyncIterable<string> {
  for await (const batch of reading.batches) {
    // One text that grows: an array of a thousand lines and their joining cost a tenth more.
    let lines = ''
    for (const raw of batch.rows) {
      const row = timed(readRow(plan, raw, rules), raw, moment)
      const facilityId = row.kind === 'rejected' ? null : facilities(row.facility)
      if (row.kind !== 'rejected' && facilityId !== null) {
        const productId = products === null ? null : products(row.product)
        if (productId !== null) {
          positions.name(facilityId, productId)
          counted.found.rows++
          counted.found.units += row.units
        }
        lines += incomingLine(row, { facilityId, productId }, raw)
        if (row.treated !== undefined) count(tally, row.treated)
      } else {
        lines += refusedLine(row.kind === 'rejected' ? row : reject.facilityUnknown(raw, row.facility))
        counted.rejected++
      }
    }
    for (const row of batch.unreadable) lines += refusedLine(row)
    counted.rejected += batch.unreadable.length
    counted.rows += batch.rows.length + batch.unreadable.length
    if (lines !== '') yield lines
  }
}

/** A row with the moment of which it speaks, where the feed has one for each row. */
function timed(row: RowOutcome, raw: RawRow, moment: RowMoment): RowOutcome {
  if (row.kind === 'rejected') return row
  const asOf = moment(raw)
  if (asOf === null) return row
  return typeof asOf === 'number' ? { ...row, asOf } : asOf
}

async function* rawChunks(reading: Reading): AsyncIterable<string> {
  for await (const batch of reading.batches) if (batch.rows.length > 0) yield batch.rows.map(rawLine).join('')
}
