import { relink } from '../catalog/reading-store.ts'
import * as catalog from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { AS_OF_RECEIVED, type AsOf, type AsOfSettings, asOfFile } from './as-of.ts'
import { addToCatalogue } from './catalog-step.ts'
import { correctionName } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import * as corrections from './correction-store.ts'
import { edgeCollector } from './edge-lines.ts'
import { type FacilityFinder, facilityFinder } from './facility-finder.ts'
import type { FormatReader, RawRow, Reading } from './format-port.ts'
import { incomingLine, rawLine, refusedLine } from './incoming-row.ts'
import { intakeSettings } from './intake-settings.ts'
import { type LayoutPlan, type OrderLayout, planLayout, subjectOf } from './layout.ts'
import { layoutByName } from './layouts.ts'
import { type Opened, openFile } from './opening-step.ts'
import type { OrderSettings } from './order-row.ts'
import { readOrders } from './order-step.ts'
import { dropOrderRows } from './order-store.ts'
import { headerOf, waitingRows } from './rejected-store.ts'
import { type RowOutcome, readRow } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { type RowMoment, rowMoments } from './row-moment.ts'
import { reject } from './row-reject.ts'
import * as store from './store.ts'
import type { UnknownSettings } from './unknown.ts'
import { settleUnknown } from './unknown-step.ts'
import { judgeFile } from './verdict.ts'

export type ImportDeps = { db: Db; clock: Clock; files: FileRoom; format: FormatReader }

/**
 * Reads the next whole, new file: every row gets its outcome, the file gets its verdict, and both commit together. A crash
 * anywhere in between leaves the file as it was, to be read again from its first byte.
 */
export async function step({ db, clock, files, format }: ImportDeps): Promise<StepReport> {
  return db.transaction(async tx => {
    const file = await feed.nextToImport(tx)
    if (!file) return NOTHING_TO_DO
    // One that was held was read before, and is read anew: products may have come meanwhile.
    if (file.isReleased) await store.forgetVerdict(tx, file.fileId)
    const layout = layoutByName(file.layout)
    if (!layout)
      return refuse(tx, {
        ...file,
        code: 'FEED_LAYOUT_UNKNOWN',
        reason: `The feed ${file.feedName} declares the layout ${file.layout}, which does not exist.`,
        now: clock.now(),
      })
    const settings = intakeSettings(file.settings)
    const opened = await openFile({ files, format }, file, { layout, settings: settings.reading })
    const { reading } = opened
    if (reading.refusal) return refuse(tx, { ...file, ...reading.refusal, now: clock.now() })
    const plan = planLayout(layout, reading.header)
    if (plan.kind === 'mismatch') {
      await reading.close()
      return refuse(tx, { ...file, code: plan.code, reason: plan.reason, now: clock.now() })
    }
    if (plan.layout.kind === 'orders') return importOrders(tx, clock, file, opened, { ...plan, layout: plan.layout })
    return plan.layout.kind === 'products' || plan.layout.kind === 'facilities'
      ? importCatalogue(tx, clock, file, opened, plan)
      : importStock(tx, { clock, files }, file, opened, plan)
  })
}

type FileToRead = { fileId: number; feedId: number; layout: string }

async function importStock(
  tx: Tx,
  { clock, files }: Pick<ImportDeps, 'clock' | 'files'>,
  file: feed.ToImport,
  { reading, again, refs }: Opened,
  plan: LayoutPlan,
): Promise<StepReport> {
  const { fileId } = file
  const spokenOf = (file.settings.asOf as AsOfSettings | undefined) ?? AS_OF_RECEIVED
  const asOf = await momentOf(files, file, spokenOf)
  if (asOf.kind === 'unknown') {
    await reading.close()
    return refuse(tx, { ...file, ...asOf, now: clock.now() })
  }
  const moment = rowMoments(spokenOf, { header: reading.header, receivedAt: file.receivedAt })
  if (typeof moment !== 'function') {
    await reading.close()
    return refuse(tx, { ...file, code: 'FILE_AS_OF_MISSING', reason: moment.reason, now: clock.now() })
  }
  const counted = { rows: 0, rejected: 0 }
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  await store.takeIncoming(tx, fileId, incomingChunks(reading, plan, { facilities, moment }, counted))
  const settled = refs === null ? null : await settleCorrection(tx, file, refs)
  const { rows, rejected } = settled ?? counted
  const policy = (file.settings.unknown ?? {}) as UnknownSettings
  let staged = await store.stageKnown(tx, fileId)
  const handled = staged.rowsStaged < rows - rejected ? await settleUnknown(tx, { fileId, settings: policy, now: clock.now() }) : null
  if (handled?.isKnownNow) staged = await store.stageKnown(tx, fileId)
  const rowsLeftOut = handled?.leftOut ?? 0
  const unknown = rows - rejected - rowsLeftOut - staged.rowsStaged
  if (unknown > 0) await store.refuseUnknown(tx, fileId)
  if (unknown > 0 || staged.rowsDuplicate > 0 || (settled?.unknown ?? 0) > 0) await store.takeRaw(tx, fileId, rawChunks(await again()))
  const rowsAccepted = staged.rowsStaged - staged.rowsDuplicate
  const kept = rowsAccepted < rows ? await store.keepRejected(tx, fileId, { isParking: policy.products === 'park' }) : NOTHING_KEPT
  await store.dropIncoming(tx, fileId)
  const rowsRepeated = settled?.repeated ?? 0
  if (rows === 0 && rowsRepeated > 0) return alreadyApplied(tx, file, { rowsRepeated, now: clock.now() })
  const aside = { rowsParked: kept.parked, rowsLeftOut, rowsRepeated }
  const counts = { rowsRead: counted.rows, rowsAccepted, rowsRejected: kept.rejected, ...aside, unitsRead: staged.unitsRead }
  return conclude(tx, clock, file, counts, reading, plan, {
    ...{ asOf: asOf.at, hasRowAsOf: spokenOf.from === 'column' || refs !== null, orderLagMs: (spokenOf.orderLagMinutes ?? 0) * 60_000 },
  })
}

const NOTHING_KEPT = { rejected: 0, parked: 0 }

/** A correction is tied to the file that it mends; of its rows only those are taken whose row still waits. */
async function settleCorrection(tx: Tx, file: FileToRead, refs: NonNullable<Opened['refs']>): Promise<corrections.Settled> {
  await tieCorrection(tx, file, refs)
  return corrections.settleRefs(tx, file.fileId)
}

async function tieCorrection(tx: Tx, file: FileToRead, refs: Opened['refs']): Promise<void> {
  if (refs === null) return
  await corrections.recordRefs(tx, file, refs)
  const root = await corrections.rootOf(tx, file.fileId)
  if (root !== null) await feed.setParent(tx, file.fileId, { fileId: root, kind: 'correction' })
}

/** Every row of a correction has come home before. */
async function alreadyApplied(
  tx: Tx,
  file: feed.ToImport,
  { rowsRepeated, now }: { rowsRepeated: number; now: number },
): Promise<StepReport> {
  const root = await corrections.rootOf(tx, file.fileId)
  await store.dropStaged(tx, file.fileId)
  await feed.markDuplicate(tx, {
    ...{ fileId: file.fileId, of: root ?? file.fileId, code: 'FEED_ALREADY_APPLIED', now },
    reason: `Already applied: all ${rowsRepeated} rows had been corrected before. Nothing was changed.`,
  })
  return { read: rowsRepeated, wrote: 0, more: true, notes: { file: file.fileId } }
}

/** The moment of which the counts of a file speak, from what of it the feed declares. */
async function momentOf(files: FileRoom, file: feed.ToImport, settings: AsOfSettings): Promise<AsOf> {
  const edges = edgeCollector()
  if (settings.from === 'header' || settings.from === 'trailer') {
    const decoder = new TextDecoder()
    for await (const chunk of files.readSpool(file.spoolName)) edges.add(decoder.decode(chunk, { stream: true }))
  }
  return asOfFile(settings, {
    ...edges.lines(),
    name: feed.originalNameOf(file.name),
    receivedAt: file.receivedAt,
    modifiedAt: file.modifiedAt,
  })
}

/** Products and facilities go into the catalogue as they are read; what they carry has no ledger and needs no booking. */
async function importCatalogue(tx: Tx, clock: Clock, file: FileToRead, { reading, refs }: Opened, plan: LayoutPlan): Promise<StepReport> {
  const now = clock.now()
  const rejected: RowRejected[] = []
  const seen = new Set<string>()
  let rowsRead = 0
  for await (const batch of reading.batches) {
    rowsRead += batch.rows.length + batch.unreadable.length
    rejected.push(...batch.unreadable, ...(await addToCatalogue(tx, plan, batch.rows, seen, now)))
  }
  await tieCorrection(tx, file, refs)
  const rowsRejected = await keepRefused(tx, file.fileId, rejected)
  for (const shop of await catalog.enabledShops(tx)) if (shop.catalogReadAt !== null) await relink(tx, shop.shopId, now)
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead: 0 }, reading, plan)
}

async function keepRefused(tx: Tx, fileId: number, rejected: readonly RowRejected[]): Promise<number> {
  if (rejected.length === 0) return 0
  await store.takeIncoming(tx, fileId, linesOf(rejected))
  const kept = await store.keepRejected(tx, fileId)
  await store.dropIncoming(tx, fileId)
  return kept.rejected
}

/** What another system says of its orders waits for the orders room. */
async function importOrders(
  tx: Tx,
  clock: Clock,
  file: feed.ToImport,
  { reading, refs }: Opened,
  plan: LayoutPlan & { layout: OrderLayout },
): Promise<StepReport> {
  const { fileId, receivedAt, settings } = file
  const read = await readOrders(tx, { fileId, receivedAt, settings: (settings.orders ?? {}) as OrderSettings }, reading, plan)
  await tieCorrection(tx, file, refs)
  const rowsRejected = await keepRefused(tx, fileId, read.rejected)
  const { rowsRead, unitsRead } = read
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead }, reading, plan)
}

type Counts = {
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  unitsRead: number
  /** Rows that are neither taken nor refused: they wait, are none of ours, or were taken before. */
  rowsParked?: number
  rowsLeftOut?: number
  rowsRepeated?: number
}

async function conclude(
  tx: Tx,
  clock: Clock,
  file: FileToRead,
  counts: Counts,
  reading: Reading,
  plan: LayoutPlan,
  moment: store.Moment | null = null,
): Promise<StepReport> {
  const now = clock.now()
  const verdict = judgeFile({ ...counts, ...asideOf(counts), end: reading.end(), columnCount: plan.columnCount })
  const believed = verdict.kind === 'believe'
  const subject = subjectOf(plan.layout)
  await store.recordVerdict(tx, {
    ...counts,
    fileId: file.fileId,
    feedId: file.feedId,
    layout: file.layout,
    subject,
    decision: believed ? 'believed' : 'failed',
    code: believed ? null : verdict.code,
    reason: believed ? null : verdict.reason,
    header: reading.header ?? plan.layout.columns.map(column => column.name),
    moment,
    now,
  })
  if (!believed) {
    await store.dropStaged(tx, file.fileId)
    if (subject === 'orders') await dropOrderRows(tx, file.fileId)
    const mark = verdict.kind === 'empty' ? feed.markEmpty : feed.markFailed
    await mark(tx, { fileId: file.fileId, code: verdict.code, reason: verdict.reason, now })
  } else {
    await feed.markStaged(tx, file.fileId, now)
    if (subject === 'catalog') {
      await store.recordApplied(tx, { fileId: file.fileId, movements: counts.rowsAccepted, refused: [], outdated: null, now })
      await feed.markApplied(tx, file.fileId, now)
    }
  }
  return { read: counts.rowsRead, wrote: counts.rowsAccepted, more: true, notes: { file: file.fileId, rejected: counts.rowsRejected } }
}

function asideOf({ rowsParked = 0, rowsLeftOut = 0, rowsRepeated = 0 }: Counts) {
  return { rowsAside: rowsParked + rowsLeftOut + rowsRepeated }
}

/** A file whose columns the layout does not know: nothing was read, and that is its verdict. */
async function refuse(tx: Tx, file: FileToRead & { code: string; reason: string; now: number }): Promise<StepReport> {
  const { fileId, feedId, layout, code, reason, now } = file
  const nothing = { rowsRead: 0, rowsAccepted: 0, rowsRejected: 0, unitsRead: 0 }
  await store.recordVerdict(tx, { fileId, feedId, layout, decision: 'failed', code, reason, ...nothing, moment: null, now })
  await feed.markFailed(tx, { fileId, code, reason, now })
  return { read: 0, wrote: 0, more: true, notes: { file: fileId, code } }
}

async function* incomingChunks(
  reading: Reading,
  plan: LayoutPlan,
  { facilities, moment }: { facilities: FacilityFinder; moment: RowMoment },
  counted: { rows: number; rejected: number },
): AsyncIterable<string> {
  for await (const batch of reading.batches) {
    // One text that grows: an array of a thousand lines and their joining cost a tenth more.
    let lines = ''
    for (const raw of batch.rows) {
      const row = timed(readRow(plan, raw), raw, moment)
      const facilityId = row.kind === 'rejected' ? null : facilities(row.facility)
      if (row.kind !== 'rejected' && facilityId !== null) lines += incomingLine(row, facilityId, raw)
      else {
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

async function* linesOf(rejected: readonly RowRejected[]): AsyncIterable<string> {
  for (const row of rejected) yield refusedLine(row)
}

/** Writes the rejected rows of one judged file beside it in `error/`, so that a person finds them with an SFTP client too. */
export async function reportErrors({ db, clock, files }: Pick<ImportDeps, 'db' | 'clock' | 'files'>): Promise<StepReport> {
  const due = await store.nextErrorFile(db)
  if (!due) return NOTHING_TO_DO
  const rest = feed.restNameOf({ name: due.name, receivedAt: due.receivedAt, fileId: due.fileId })
  const header = (await headerOf(db, due.fileId)) ?? []
  const at = { home: due.home, folder: due.folder, kind: 'error', name: correctionName(rest, 'csv') } as const
  await files.writeWhole(at, correctionCsv(header, waitingRows(db, due.fileId)))
  await store.recordErrorFile(db, due.fileId, clock.now())
  return { read: due.rowsRejected, wrote: due.rowsRejected, more: true }
}
