import * as catalog from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { takeIntoCatalogue } from './catalog-step.ts'
import { nameDamage } from './damage-store.ts'
import { declaredReading } from './declared.ts'
import { facilityFinder } from './facility-finder.ts'
import type { FormatReader, RawRow, Reading } from './format-port.ts'
import { refusedLine } from './incoming-row.ts'
import * as incoming from './incoming-store.ts'
import type { IntakeSettings } from './intake-settings.ts'
import { interpretedReading } from './intake-step.ts'
import { judgeRow } from './judge-row.ts'
import { isStockLayout, type Layout, type LayoutPlan } from './layout.ts'
import { rawLines, stockLines } from './lines-step.ts'
import { readOrders } from './order-step.ts'
import type { Preview, PreviewRow, Review } from './review.ts'
import { rejectedByCode, reserveFileId } from './review-store.ts'
import type { RowRejected } from './row-code.ts'
import { planRows } from './row-plan.ts'
import { noneRead } from './stock-lines.ts'
import { count, type Tally } from './tally.ts'

export type FileAsked = {
  layout: Layout
  settings: IntakeSettings
  /** What is known of the file beside its bytes: a mapping may read it. */
  name: string
  folder: string
}

export type ReviewDeps = { db: Db; clock: Clock; format: FormatReader }

/** The first rows, before and after the mapping. Reads no further than it has to. */
export async function previewFile(
  { format }: Pick<ReviewDeps, 'format'>,
  bytes: AsyncIterable<Uint8Array>,
  { layout, settings, ...facts }: FileAsked,
  rowsMax: number,
): Promise<Preview> {
  const reading = await format.open(bytes, declaredReading(layout, settings.reading))
  try {
    const { dialect: written, container, header } = reading
    const nothing = { written, container, header, columns: null, rows: [] }
    if (reading.refusal !== null) return { ...nothing, problem: reading.refusal.reason }
    const rows = planRows(layout, settings, { header, ...facts })
    if (rows.kind === 'mismatch') return { ...nothing, problem: rows.reason, rows: await firstRows(reading, rowsMax, standing) }
    const shown = await firstRows(reading, rowsMax, raw => {
      const batch = { rows: [raw], unreadable: [], passedOver: [], bytesRead: 0 }
      const { rows: mapped, unreadable, passedOver } = rows.interpret?.(batch) ?? batch
      const read = mapped.map(row => ({ cells: row.cells, ...faultOf(judgeRow(rows.plan, row, settings).fault) }))
      const refused = unreadable.map(fault => ({ cells: [...(fault.cells ?? [])], ...faultOf(fault) }))
      return { ...standing(raw), outcomes: [...read, ...refused], isLeftOut: passedOver.length > 0 }
    })
    const broken = reading.end()?.broken ?? null
    return { ...nothing, columns: rows.header ?? layout.columns.map(column => column.name), problem: broken, rows: shown }
  } finally {
    await reading.close()
  }
}

function standing({ line, raw, cells }: RawRow): PreviewRow {
  return { line, raw, cells, outcomes: [], isLeftOut: false }
}

async function firstRows(reading: Reading, rowsMax: number, shownAs: (raw: RawRow) => PreviewRow): Promise<PreviewRow[]> {
  const rows: PreviewRow[] = []
  for await (const batch of reading.batches) {
    for (const { line, raw, code, reason } of batch.unreadable)
      rows.push({ line, raw, cells: [], outcomes: [{ cells: [], code, reason }], isLeftOut: false })
    for (const raw of batch.rows.slice(0, rowsMax)) rows.push(shownAs(raw))
    if (rows.length >= rowsMax) break
  }
  return rows.sort((one, other) => one.line - other.line).slice(0, rowsMax)
}

function faultOf(fault: RowRejected | null) {
  return { code: fault?.code ?? null, reason: fault?.reason ?? null }
}

/** Ends the transaction of a review, so that nothing of it stays. */
class NothingStays extends Error {}

/** Judges every row of a file as an import would, the catalogue included, in a transaction that is taken back. */
export async function reviewFile(
  { db, clock, format }: ReviewDeps,
  bytes: () => AsyncIterable<Uint8Array>,
  asked: FileAsked,
): Promise<Review> {
  const { layout, settings, ...facts } = asked
  let review: Review | null = null
  const reading = await format.open(bytes(), declaredReading(layout, settings.reading))
  const nothing = { rowsRead: 0, rowsAccepted: 0, rowsRejected: 0, unitsRead: 0, treated: {}, byCode: [] }
  try {
    if (reading.refusal !== null) return { ...nothing, problem: reading.refusal.reason }
    const rows = planRows(layout, settings, { header: reading.header, ...facts })
    if (rows.kind === 'mismatch') return { ...nothing, problem: rows.reason }
    const tally: Tally = {}
    const interpreted = interpretedReading(reading, rows, tally)
    await db
      .transaction(async tx => {
        const again = async () => interpretedReading(await format.open(bytes(), declaredReading(layout, settings.reading)), rows, {})
        const counted = await judgeAll(tx, clock, { reading: interpreted, again }, rows.plan, settings, tally)
        review = { ...counted, treated: tally, problem: reading.end()?.broken ?? null }
        throw new NothingStays()
      })
      .catch(error => {
        if (!(error instanceof NothingStays)) throw error
      })
    return review ?? { ...nothing, problem: null }
  } finally {
    await reading.close()
  }
}

async function judgeAll(
  tx: Tx,
  clock: Clock,
  { reading, again }: { reading: Reading; again(): Promise<Reading> },
  plan: LayoutPlan,
  settings: IntakeSettings,
  tally: Tally,
): Promise<Omit<Review, 'treated' | 'problem'>> {
  const fileId = await reserveFileId(tx)
  const { layout } = plan
  if (isStockLayout(layout)) {
    const facilities = facilityFinder(await catalog.facilityKeys(tx))
    const read = noneRead()
    await incoming.takeIncoming(
      tx,
      fileId,
      stockLines(reading, { plan, rules: settings.rows, tally }, { facilities, products: null }, read),
    )
    const known = await incoming.findKnown(tx, fileId, { by: 'database' })
    const doubles = await incoming.settleDoubles(tx, fileId, settings.rows.repeated ?? 'reject')
    count(tally, 'merged', doubles.merged)
    await incoming.refuseUnknown(tx, fileId)
    await nameDamage(tx, fileId)
    await incoming.takeRaw(tx, fileId, rawLines(await again()))
    const byCode = await rejectedByCode(tx, fileId)
    const rowsRejected = byCode.reduce((sum, one) => sum + one.rows, 0)
    return { rowsRead: read.rows, rowsAccepted: read.rows - rowsRejected, rowsRejected, unitsRead: known.units, byCode }
  }
  const taken =
    layout.kind === 'orders'
      ? await readOrders(tx, { fileId, receivedAt: clock.now(), settings: {} }, reading, { ...plan, layout })
      : { unitsRead: 0, ...(await takeIntoCatalogue(tx, reading, { plan, rules: settings.rows }, clock.now())) }
  await incoming.takeIncoming(tx, fileId, refusedLines(taken.rejected))
  const byCode = await rejectedByCode(tx, fileId)
  const { rowsRead, unitsRead, rejected } = taken
  return { rowsRead, rowsAccepted: rowsRead - rejected.length, rowsRejected: rejected.length, unitsRead, byCode }
}

async function* refusedLines(rejected: readonly RowRejected[]): AsyncIterable<string> {
  for (const row of rejected) yield refusedLine(row)
}
