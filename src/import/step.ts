import * as catalog from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { AS_OF_RECEIVED, type AsOf, type AsOfSettings, asOfFile } from '../feed/as-of.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { takeIntoCatalogue } from './catalog-step.ts'
import { judgeTotal, numberIn, type TrailerSettings } from './control-total.ts'
import { correctionName } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import * as corrections from './correction-store.ts'
import { nameDamage } from './damage-store.ts'
import { edgeCollector } from './edge-lines.ts'
import { type FacilityFinder, facilityFinder } from './facility-finder.ts'
import type { FormatReader, RawRow, Reading } from './format-port.ts'
import type { BeliefSettings } from './hold.ts'
import { incomingLine, rawLine, refusedLine } from './incoming-row.ts'
import * as incoming from './incoming-store.ts'
import { intakeSettings } from './intake-settings.ts'
import { interpretedReading } from './intake-step.ts'
import { type LayoutPlan, type OrderLayout, subjectOf } from './layout.ts'
import { layoutByName } from './layouts.ts'
import { type Opened, openFile } from './opening-step.ts'
import type { OrderSettings } from './order-row.ts'
import { readOrders } from './order-step.ts'
import { dropOrderRows } from './order-store.ts'
import { headerOf, waitingRows } from './rejected-store.ts'
import { type RowOutcome, type RowSettings, readRow } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { isOneUnbooked, takeOnce } from './row-key-store.ts'
import { columnCalled, type RowMoment, rowMoments } from './row-moment.ts'
import { planRows } from './row-plan.ts'
import { reject } from './row-reject.ts'
import * as store from './store.ts'
import { count, type Tally } from './tally.ts'
import type { UnknownSettings } from './unknown.ts'
import { settleUnknown } from './unknown-step.ts'
import { FILE_POLICY, judgeFile } from './verdict.ts'

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
    if ((file.settings.belief as BeliefSettings | undefined)?.keyColumn !== undefined && (await isOneUnbooked(tx, file.feedId)))
      return NOTHING_TO_DO
    const layout = layoutByName(file.layout)
    if (!layout)
      return refuse(tx, {
        ...file,
        code: 'FEED_LAYOUT_UNKNOWN',
        reason: `The feed ${file.feedName} declares the layout ${file.layout}, which does not exist.`,
        now: clock.now(),
      })
    const settings = intakeSettings(file.settings)
    const total = await totalOf(files, file)
    const opened = await openFile({ files, format }, file, {
      layout,
      settings: { ...(total?.isThere ? { trailerLines: 1 } : {}), ...settings.reading },
    })
    const { reading } = opened
    if (reading.refusal) return refuse(tx, { ...file, ...reading.refusal, now: clock.now() })
    // A correction comes in the columns that it was given out in, which are those of the layout.
    const asked = opened.refs === null ? settings : { ...settings, mapping: null }
    const rows = planRows(layout, asked, { header: reading.header, name: feed.originalNameOf(file.name), folder: file.folder })
    if (rows.kind === 'mismatch') {
      await reading.close()
      return refuse(tx, { ...file, code: rows.code, reason: rows.reason, now: clock.now() })
    }
    const tally: Tally = {}
    const judged: FileToJudge = { ...file, plan: rows.plan, rules: settings.rows, tally, total }
    const interpreted: Opened = {
      ...opened,
      reading: interpretedReading(reading, rows, tally),
      again: async () => interpretedReading(await opened.again(), rows, {}),
    }
    switch (rows.plan.layout.kind) {
      case 'orders':
        return importOrders(tx, clock, judged, interpreted, { ...rows.plan, layout: rows.plan.layout })
      case 'products':
      case 'facilities':
      case 'settings':
      case 'locations':
        return importCatalogue(tx, clock, judged, interpreted)
      default:
        return importStock(tx, { clock, files }, judged, interpreted)
    }
  })
}

type FileToRead = { fileId: number; feedId: number; layout: string }
/** A file whose rows are understood, with what its feed says of odd ones, and how many were treated so. */
type FileToJudge = feed.ToImport & {
  plan: LayoutPlan
  rules: RowSettings
  tally: Tally
  /** The last line, where the feed declares what it says. */
  total: { settings: TrailerSettings; lastLine: string | null } | null
}

async function importStock(
  tx: Tx,
  { clock, files }: Pick<ImportDeps, 'clock' | 'files'>,
  file: FileToJudge,
  { reading, again, refs }: Opened,
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
  const counted = { rows: 0, rejected: 0 }
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  await incoming.takeIncoming(tx, fileId, incomingChunks(reading, file, { facilities, moment }, counted))
  const settled = refs === null ? null : await settleCorrection(tx, file, refs)
  const once = keyColumn < 0 ? { repeated: 0, unnumbered: 0 } : await takeOnce(tx, { ...file, column: keyColumn })
  const rows = (settled ?? counted).rows - once.repeated
  const rejected = (settled ?? counted).rejected + once.unnumbered
  const policy = (file.settings.unknown ?? {}) as UnknownSettings
  const stage = () => incoming.stageKnown(tx, fileId, file.rules.repeated ?? 'reject')
  let staged = await stage()
  const handled = staged.rowsStaged < rows - rejected ? await settleUnknown(tx, { fileId, settings: policy, now: clock.now() }) : null
  if (handled?.isKnownNow) staged = await stage()
  count(file.tally, 'merged', staged.rowsMerged)
  const rowsLeftOut = handled?.leftOut ?? 0
  const unknown = rows - rejected - rowsLeftOut - staged.rowsStaged
  if (unknown > 0) {
    await incoming.refuseUnknown(tx, fileId)
    await nameDamage(tx, fileId)
  }
  if (unknown > 0 || staged.rowsDuplicate > 0 || (settled?.unknown ?? 0) > 0 || once.unnumbered > 0)
    await incoming.takeRaw(tx, fileId, rawChunks(await again()))
  const rowsAccepted = staged.rowsStaged - staged.rowsDuplicate
  const kept = rowsAccepted < rows ? await incoming.keepRejected(tx, fileId, { isParking: policy.products === 'park' }) : NOTHING_KEPT
  await incoming.dropIncoming(tx, fileId)
  const rowsRepeated = (settled?.repeated ?? 0) + once.repeated
  if (rows === 0 && rowsRepeated > 0) return alreadyApplied(tx, file, { rowsRepeated, now: clock.now() })
  const aside = { rowsParked: kept.parked, rowsLeftOut, rowsRepeated }
  const counts = { rowsRead: counted.rows, rowsAccepted, rowsRejected: kept.rejected, ...aside, unitsRead: staged.unitsRead }
  return conclude(tx, clock, file, counts, reading, {
    ...{ asOf: asOf.at, hasRowAsOf: spokenOf.from === 'column' || refs !== null, orderLagMs: (spokenOf.orderLagMinutes ?? 0) * 60_000 },
  })
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

async function tieCorrection(tx: Tx, file: FileToRead, refs: Opened['refs']): Promise<void> {
  if (refs === null) return
  await corrections.recordRefs(tx, file, refs)
  const root = await corrections.rootOf(tx, file.fileId)
  if (root !== null) await feed.setCorrects(tx, file.fileId, root)
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

/** What the last line of a file says, where its feed declares that it says something. */
async function totalOf(files: FileRoom, file: feed.ToImport): Promise<(FileToJudge['total'] & { isThere: boolean }) | null> {
  const settings = file.settings.trailer as TrailerSettings | undefined
  if (settings === undefined) return null
  const lastLine = (await edgesOf(files, file)).trailerLine
  return { settings, lastLine, isThere: lastLine !== null && numberIn(lastLine, settings.pattern) !== null }
}

/** What stands above and below the table of a file; it is gone through for it once more. */
async function edgesOf(files: FileRoom, file: feed.ToImport): Promise<{ headerLines: string[]; trailerLine: string | null }> {
  const edges = edgeCollector()
  const decoder = new TextDecoder()
  for await (const chunk of files.readSpool(file.spoolName)) edges.add(decoder.decode(chunk, { stream: true }))
  return edges.lines()
}

/** The moment of which the counts of a file speak, from what of it the feed declares. */
async function momentOf(files: FileRoom, file: feed.ToImport, settings: AsOfSettings): Promise<AsOf> {
  const isAtEdge = settings.from === 'header' || settings.from === 'trailer'
  return asOfFile(settings, {
    ...(isAtEdge ? await edgesOf(files, file) : edgeCollector().lines()),
    name: feed.originalNameOf(file.name),
    receivedAt: file.receivedAt,
    modifiedAt: file.modifiedAt,
  })
}

/** What is said of the catalogue goes into it as it is read; it has no ledger and needs no booking. */
async function importCatalogue(tx: Tx, clock: Clock, file: FileToJudge, { reading, refs }: Opened): Promise<StepReport> {
  const { rowsRead, rejected } = await takeIntoCatalogue(tx, reading, file, clock.now())
  await tieCorrection(tx, file, refs)
  const rowsRejected = await keepRefused(tx, file.fileId, rejected)
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead: 0 }, reading)
}

async function keepRefused(tx: Tx, fileId: number, rejected: readonly RowRejected[]): Promise<number> {
  if (rejected.length === 0) return 0
  await incoming.takeIncoming(tx, fileId, linesOf(rejected))
  const kept = await incoming.keepRejected(tx, fileId)
  await incoming.dropIncoming(tx, fileId)
  return kept.rejected
}

/** What another system says of its orders waits for the orders room. */
async function importOrders(
  tx: Tx,
  clock: Clock,
  file: FileToJudge,
  { reading, refs }: Opened,
  plan: LayoutPlan & { layout: OrderLayout },
): Promise<StepReport> {
  const { fileId, receivedAt, settings } = file
  const read = await readOrders(tx, { fileId, receivedAt, settings: (settings.orders ?? {}) as OrderSettings }, reading, plan)
  await tieCorrection(tx, file, refs)
  const rowsRejected = await keepRefused(tx, fileId, read.rejected)
  const { rowsRead, unitsRead } = read
  return conclude(tx, clock, file, { rowsRead, rowsAccepted: rowsRead - rowsRejected, rowsRejected, unitsRead }, reading)
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
  file: FileToJudge,
  counts: Counts,
  reading: Reading,
  moment: store.Moment | null = null,
): Promise<StepReport> {
  const now = clock.now()
  const { plan, tally } = file
  const total = file.total === null ? null : judgeTotal(file.total.settings, file.total.lastLine, counts)
  const facts = { ...counts, ...asideOf(counts), end: reading.end(), columnCount: plan.columnCount }
  const verdict = judgeFile(facts, { ...FILE_POLICY, isReleased: file.isReleased, total })
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
    treated: tally,
    now,
  })
  if (!believed) {
    await store.dropStaged(tx, file.fileId)
    if (subject === 'orders') await dropOrderRows(tx, file.fileId)
    await MARK[verdict.kind](tx, { fileId: file.fileId, code: verdict.code, reason: verdict.reason, now })
  } else {
    await feed.markStaged(tx, file.fileId, now)
    if (subject === 'catalog') {
      await store.recordApplied(tx, { fileId: file.fileId, movements: counts.rowsAccepted, refused: [], outdated: null, now })
      await feed.markApplied(tx, file.fileId, now)
    }
  }
  return { read: counts.rowsRead, wrote: counts.rowsAccepted, more: true, notes: { file: file.fileId, rejected: counts.rowsRejected } }
}

const MARK = { empty: feed.markEmpty, fail: feed.markFailed, hold: feed.markHeld }

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
  { plan, rules, tally }: FileToJudge,
  { facilities, moment }: { facilities: FacilityFinder; moment: RowMoment },
  counted: { rows: number; rejected: number },
): AsyncIterable<string> {
  for await (const batch of reading.batches) {
    // One text that grows: an array of a thousand lines and their joining cost a tenth more.
    let lines = ''
    for (const raw of batch.rows) {
      const row = timed(readRow(plan, raw, rules), raw, moment)
      const facilityId = row.kind === 'rejected' ? null : facilities(row.facility)
      if (row.kind !== 'rejected' && facilityId !== null) {
        lines += incomingLine(row, facilityId, raw)
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
