import { relink } from '../catalog/reading-store.ts'
import * as catalog from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { AS_OF_RECEIVED, type AsOf, type AsOfSettings, asOfFile } from './as-of.ts'
import { addToCatalogue } from './catalog-step.ts'
import { declaredReading } from './declared.ts'
import { edgeCollector } from './edge-lines.ts'
import { ERROR_FILE_HEADER, errorFileLine } from './error-file.ts'
import { type FacilityFinder, facilityFinder } from './facility-finder.ts'
import type { FileEnd, FormatReader, RawRow, Reading } from './format-port.ts'
import { incomingLine, rawLine, refusedLine } from './incoming-row.ts'
import { intakeSettings } from './intake-settings.ts'
import { type LayoutPlan, type OrderLayout, planLayout, subjectOf } from './layout.ts'
import { layoutByName } from './layouts.ts'
import type { OrderSettings } from './order-row.ts'
import { readOrders } from './order-step.ts'
import { dropOrderRows } from './order-store.ts'
import { type RowOutcome, readRow } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { type RowMoment, rowMoments } from './row-moment.ts'
import { reject } from './row-reject.ts'
import * as store from './store.ts'
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
    const open = () => format.open(files.readSpool(file.spoolName), declaredReading(layout, settings.reading))
    const reading = await open()
    if (reading.refusal) return refuse(tx, { ...file, ...reading.refusal, now: clock.now() })
    const plan = planLayout(layout, reading.header)
    if (plan.kind === 'mismatch') {
      await reading.close()
      return refuse(tx, { ...file, code: plan.code, reason: plan.reason, now: clock.now() })
    }
    if (plan.layout.kind === 'orders') return importOrders(tx, clock, file, reading, { ...plan, layout: plan.layout })
    return plan.layout.kind === 'products' || plan.layout.kind === 'facilities'
      ? importCatalogue(tx, clock, file, reading, plan)
      : importStock(tx, { clock, files }, file, { reading, open }, plan)
  })
}

type FileToRead = { fileId: number; feedId: number; layout: string }

async function importStock(
  tx: Tx,
  { clock, files }: Pick<ImportDeps, 'clock' | 'files'>,
  file: feed.ToImport,
  { reading, open }: { reading: Reading; open(): Promise<Reading> },
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
  const staged = await store.stageKnown(tx, fileId)
  const unknown = counted.rows - counted.rejected - staged.rowsStaged
  if (unknown > 0) await store.refuseUnknown(tx, fileId)
  if (unknown > 0 || staged.rowsDuplicate > 0) await store.takeRaw(tx, fileId, rawChunks(await open()))
  const rowsAccepted = staged.rowsStaged - staged.rowsDuplicate
  const rowsRejected = rowsAccepted < counted.rows ? await store.keepRejected(tx, fileId) : 0
  await store.dropIncoming(tx, fileId)
  const counts = { rowsRead: counted.rows, rowsAccepted, rowsRejected, unitsRead: staged.unitsRead }
  return conclude(tx, clock, file, counts, reading.end(), plan, {
    ...{ asOf: asOf.at, hasRowAsOf: spokenOf.from === 'column', orderLagMs: (spokenOf.orderLagMinutes ?? 0) * 60_000 },
  })
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
async function importCatalogue(tx: Tx, clock: Clock, file: FileToRead, reading: Reading, plan: LayoutPlan): Promise<StepReport> {
  const now = clock.now()
  const rejected: RowRejected[] = []
  const seen = new Set<string>()
  let rowsRead = 0
  for await (const batch of reading.batches) {
    rowsRead += batch.rows.length + batch.unreadable.length
    rejected.push(...batch.unreadable, ...(await addToCatalogue(tx, plan, batch.rows, seen, now)))
  }
  await store.takeIncoming(tx, file.fileId, linesOf(rejected))
  const rowsRejected = rejected.length > 0 ? await store.keepRejected(tx, file.fileId) : 0
  await store.dropIncoming(tx, file.fileId)
  for (const shop of await catalog.enabledShops(tx)) if (shop.catalogReadAt !== null) await relink(tx, shop.shopId, now)
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead: 0 }, reading.end(), plan)
}

/** What another system says of its orders waits for the orders room. */
async function importOrders(
  tx: Tx,
  clock: Clock,
  file: feed.ToImport,
  reading: Reading,
  plan: LayoutPlan & { layout: OrderLayout },
): Promise<StepReport> {
  const { fileId, receivedAt, settings } = file
  const read = await readOrders(tx, { fileId, receivedAt, settings: (settings.orders ?? {}) as OrderSettings }, reading, plan)
  await store.takeIncoming(tx, fileId, linesOf(read.rejected))
  const rowsRejected = read.rejected.length > 0 ? await store.keepRejected(tx, fileId) : 0
  await store.dropIncoming(tx, fileId)
  const { rowsRead, unitsRead } = read
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead }, reading.end(), plan)
}

type Counts = { rowsRead: number; rowsAccepted: number; rowsRejected: number; unitsRead: number }

async function conclude(
  tx: Tx,
  clock: Clock,
  file: FileToRead,
  counts: Counts,
  end: FileEnd | null,
  plan: LayoutPlan,
  moment: store.Moment | null = null,
): Promise<StepReport> {
  const now = clock.now()
  const verdict = judgeFile({ ...counts, end, columnCount: plan.columnCount })
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
      if (row.kind !== 'rejected' && facilityId !== null) lines += incomingLine(row, facilityId, raw.raw)
      else {
        lines += refusedLine(row.kind === 'rejected' ? row : reject.facilityUnknown(raw, row.facility.value))
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

const REJECTED_PER_PAGE_MAX = 5_000

/** Writes the rejected rows of one judged file beside it in `error/`, so that a person finds them with an SFTP client too. */
export async function reportErrors({ db, clock, files }: Pick<ImportDeps, 'db' | 'clock' | 'files'>): Promise<StepReport> {
  const due = await store.nextErrorFile(db)
  if (!due) return NOTHING_TO_DO
  const name = feed.restNameOf({ name: due.name, receivedAt: due.receivedAt, fileId: due.fileId })
  await files.writeWhole({ home: due.home, folder: due.folder, kind: 'error', name: `${name}.errors.csv` }, errorFileOf(db, due.fileId))
  await store.recordErrorFile(db, due.fileId, clock.now())
  return { read: due.rowsRejected, wrote: due.rowsRejected, more: true }
}

async function* errorFileOf(db: Db, fileId: number): AsyncIterable<string> {
  yield ERROR_FILE_HEADER
  let afterLine = 0
  for (;;) {
    const page = await store.rejectedRows(db, { fileId, afterLine, limit: REJECTED_PER_PAGE_MAX })
    yield page.map(errorFileLine).join('')
    const last = page.at(-1)
    if (!last || page.length < REJECTED_PER_PAGE_MAX) return
    afterLine = last.line
  }
}
