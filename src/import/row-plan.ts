import { type Ask, asksOf } from './condition.ts'
import type { RawRow, RowBatch } from './format-port.ts'
import type { IntakeSettings } from './intake-settings.ts'
import { type Layout, type LayoutMismatch, type LayoutPlan, planLayout } from './layout.ts'
import { type CompiledMapping, compileMapping, type FileFacts, type Mapping } from './mapping.ts'
import { reject } from './row-reject.ts'

/** How the rows of one file become rows in the columns of a layout. */
export type RowPlan = {
  kind: 'rows'
  plan: LayoutPlan
  /** The header of the rows as they are handed on: the file's own, or the mapping's. */
  header: string[] | null
  /** Null: rows are handed on as they stand in the file, and cost nothing. */
  interpret: ((batch: RowBatch) => RowBatch) | null
}

export type RowPlanProblem = LayoutMismatch | { kind: 'mismatch'; code: 'FILE_MAPPING_MISFIT'; reason: string }

/** Lays a feed's mapping and its layout over a file. */
export function planRows(
  layout: Layout,
  settings: IntakeSettings,
  file: FileFacts & { header: string[] | null },
): RowPlan | RowPlanProblem {
  const mapping = settings.mapping === null ? null : withMoment(settings.mapping, settings)
  const compiled = mapping === null ? null : compileMapping(mapping, { ...file, decimalSign: settings.rows.decimalSign })
  if (compiled?.kind === 'problem')
    return { kind: 'mismatch', code: 'FILE_MAPPING_MISFIT', reason: `The mapping of the feed does not fit the file. ${compiled.reason}` }
  const header = compiled === null ? file.header : compiled.header
  const plan = planLayout(compiled === null ? layout : { ...layout, columnsBy: 'name' }, header)
  if (plan.kind === 'mismatch') return plan
  const asks = asksOf(layout.leaveOut ?? [], header)
  const width = settings.reading.raggedRows === 'pad' ? (file.header?.length ?? layout.columns.length) : null
  const isPlain = compiled === null && asks.length === 0 && width === null
  const columnCount = compiled === null ? null : (file.header?.length ?? null)
  return { kind: 'rows', plan, header, interpret: isPlain ? null : batch => interpreted(batch, { compiled, asks, width, columnCount }) }
}

/** A column that only tells the moment of a row goes along, though the layout does not know it. */
function withMoment(mapping: Mapping, { asOf }: IntakeSettings): Mapping {
  const column = asOf?.from === 'column' ? asOf.column : undefined
  if (column === undefined || mapping.columns.some(one => one.to === column)) return mapping
  return { ...mapping, columns: [...mapping.columns, { to: column, from: { column } }] }
}

type Interpretation = { compiled: CompiledMapping | null; asks: readonly Ask[]; width: number | null; columnCount: number | null }

function interpreted(batch: RowBatch, { compiled, asks, width, columnCount }: Interpretation): RowBatch {
  const next: RowBatch = { ...batch, rows: [], unreadable: [...batch.unreadable], passedOver: [...batch.passedOver] }
  for (const given of batch.rows) {
    const row = width === null ? given : padded(given, width)
    const isLeftOut = (cells: readonly string[]) => asks.some(ask => ask(cells))
    if (compiled === null) {
      if (isLeftOut(row.cells)) next.passedOver.push({ line: row.line, what: 'left_out', raw: row.raw })
      else next.rows.push(row)
      continue
    }
    // A row of another width would be read in the wrong columns.
    if (columnCount !== null && row.cells.length !== columnCount) {
      const { cells: _, ...refused } = reject.columnCount(row, columnCount)
      next.unreadable.push(refused)
      continue
    }
    for (const mapped of compiled.map(row)) {
      if (mapped.kind === 'rejected') next.unreadable.push({ ...reject.because(row, mapped.code, mapped.reason), cells: mapped.cells })
      else if (mapped.kind === 'left_out' || isLeftOut(mapped.row.cells))
        next.passedOver.push({ line: row.line, what: 'left_out', raw: row.raw })
      else next.rows.push(mapped.row)
    }
  }
  return next
}

/** Blanks that were not written at the end of a row; and blanks beyond the last column, which are no cells. */
function padded(row: RawRow, width: number): RawRow {
  const { cells } = row
  if (cells.length === width) return row
  if (cells.length < width) return { ...row, cells: [...cells, ...Array.from({ length: width - cells.length }, () => '')] }
  return cells.slice(width).every(cell => cell.trim() === '') ? { ...row, cells: cells.slice(0, width) } : row
}
