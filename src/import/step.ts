import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { tieCorrection } from './came-before-step.ts'
import { takeIntoCatalogue } from './catalog-step.ts'
import { totalOf } from './edge-step.ts'
import type { FormatReader } from './format-port.ts'
import type { BeliefSettings } from './hold.ts'
import { refusedLine } from './incoming-row.ts'
import * as incoming from './incoming-store.ts'
import { intakeSettings } from './intake-settings.ts'
import { interpretedReading } from './intake-step.ts'
import type { LayoutPlan, OrderLayout } from './layout.ts'
import { layoutByName } from './layouts.ts'
import { type Opened, openFile } from './opening-step.ts'
import type { OrderSettings } from './order-row.ts'
import { readOrders } from './order-step.ts'
import type { RowRejected } from './row-code.ts'
import { isOneUnbooked } from './row-key-store.ts'
import { planRows } from './row-plan.ts'
import { importStock } from './stock-step.ts'
import * as store from './store.ts'
import type { Tally } from './tally.ts'
import { conclude, type FileToJudge, refuse } from './verdict-step.ts'
import { lookAgainIfNamed } from './waiting-step.ts'

/** `isLarge`: whether it takes the files that take long to read, or the others. */
export type ImportDeps = { db: Db; clock: Clock; files: FileRoom; format: FormatReader; isLarge: boolean }

/**
 * Reads the next whole, new file: every row gets its outcome, the file gets its verdict, and both commit together. A crash
 * anywhere in between leaves the file as it was, to be read again from its first byte.
 */
export async function step(deps: ImportDeps): Promise<StepReport> {
  return deps.db.transaction(async tx => {
    const file = await feed.nextToImport(tx, { isLarge: deps.isLarge })
    if (!file) return NOTHING_TO_DO
    const namesUpTo = await peekCursor(tx, CATALOG_HEAD)
    const report = await judge(tx, deps, file)
    await lookAgainIfNamed(tx, { fileId: file.fileId, namesUpTo })
    return report
  })
}

async function judge(tx: Tx, { clock, files, format }: ImportDeps, file: feed.ToImport): Promise<StepReport> {
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

async function* linesOf(rejected: readonly RowRejected[]): AsyncIterable<string> {
  for (const row of rejected) yield refusedLine(row)
}
