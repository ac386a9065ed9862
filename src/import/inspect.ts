import type { Written } from './dialect.ts'
import type { RawRow, Reading, RowBatch } from './format-port.ts'
import type { IntakeSettings } from './intake-settings.ts'
import { judgeRow } from './judge-row.ts'
import { matchLayout } from './layout.ts'
import { LAYOUTS, layoutByName } from './layouts.ts'
import type { RowRejected } from './row-code.ts'
import { planRows } from './row-plan.ts'
import { count, countPassedOver, type Tally } from './tally.ts'

/** What a file turned out to be, before any row is believed. The keys are part of `trueup inspect --json`. */
export type Inspection = Pick<Written, 'encoding' | 'delimiter' | 'quote' | 'lineEnd' | 'preambleLines'> & {
  header: readonly string[] | null
  /** The built-in layout that the file shows by itself. */
  layout: string | null
}

/** What the rows would say in a layout, before any of them is asked of the catalogue. */
export type Outcome = {
  layout: string
  /** The columns that rows are handed on in, and the first of them. */
  columns: readonly string[]
  rows: string[][]
  accepted: number
  rejectedByCode: Record<string, number>
  treated: Tally
  /** Why the layout, or the mapping, does not fit the file. */
  problem: string | null
}

/** How a file is to be looked at: as a layout that is named, with what a feed would declare. */
export type InspectAsked = { layout?: string; settings: IntakeSettings; name: string; folder: string }

const MAPPED_ROWS_MAX = 20

/** Goes along while a file is read, and counts what would become of each row. Null where no layout is named or seen. */
export function outcomeOf(
  reading: Pick<Reading, 'dialect' | 'header'>,
  firstRows: readonly RawRow[],
  { layout: named, settings, ...file }: InspectAsked,
): { take(batch: RowBatch): void; found: Outcome } | null {
  const name = named ?? inspectionOf(reading, firstRows).layout
  const layout = name === null ? null : layoutByName(name)
  if (layout === null) return null
  const found: Outcome = { layout: layout.name, columns: [], rows: [], accepted: 0, rejectedByCode: {}, treated: {}, problem: null }
  const rows = planRows(layout, settings, { header: reading.header, ...file })
  if (rows.kind === 'mismatch') return { take() {}, found: { ...found, problem: rows.reason } }
  found.columns = rows.header ?? layout.columns.map(column => column.name)
  return {
    found,
    take(given) {
      const batch = rows.interpret?.(given) ?? given
      countPassedOver(found.treated, batch)
      for (const row of batch.rows) {
        if (found.rows.length < MAPPED_ROWS_MAX) found.rows.push(row.cells)
        const { fault, treated } = judgeRow(rows.plan, row, settings)
        if (treated !== null) count(found.treated, treated)
        if (fault === null) found.accepted += 1
        else found.rejectedByCode[fault.code] = (found.rejectedByCode[fault.code] ?? 0) + 1
      }
      for (const fault of batch.unreadable) found.rejectedByCode[fault.code] = (found.rejectedByCode[fault.code] ?? 0) + 1
    },
  }
}

export type InspectedFault = Pick<RowRejected, 'line' | 'code' | 'reason'>

/** How many rows a file without a header has to look right in to be recognised. */
const SAMPLE_ROWS_MAX = 20

/** `firstRows` are those of the first batch. */
export function inspectionOf(reading: Pick<Reading, 'dialect' | 'header'>, firstRows: readonly RawRow[]): Inspection {
  const { encoding, delimiter, quote, lineEnd, preambleLines } = reading.dialect
  const sample = firstRows.slice(0, SAMPLE_ROWS_MAX).map(row => row.cells)
  const layout = matchLayout(reading.header, LAYOUTS, sample)?.name ?? null
  return { encoding, delimiter, quote, lineEnd, preambleLines, header: reading.header, layout }
}

export function faultOf({ line, code, reason }: RowRejected): InspectedFault {
  return { line, code, reason }
}

const NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  '\t': 'tab',
  ';': 'semicolon',
  '|': 'vertical bar',
  '\n': 'LF',
  '\r\n': 'CR LF',
  '\r': 'CR',
  '"': 'double quote',
}

/** The same for a person, one fact a line. */
export function inspectionLines(inspection: Inspection, { dialect, container }: Pick<Reading, 'dialect' | 'container'>): string[] {
  const { encoding, delimiter, quote, lineEnd, preambleLines, header, layout } = inspection
  const named = (sign: string | null) => (sign === null ? 'none' : (NAMES[sign] ?? sign))
  return [
    `format     ${dialect.format}${container === null ? '' : `, packed with ${container}`}`,
    `encoding   ${encoding}`,
    `delimiter  ${named(delimiter)}`,
    `quote      ${named(quote)}`,
    `line end   ${named(lineEnd)}`,
    `preamble   ${preambleLines === 0 ? 'none' : `${preambleLines} ${preambleLines === 1 ? 'line' : 'lines'}`}`,
    `header     ${header === null ? 'none' : `${header.length} columns`}`,
    `layout     ${layout ?? 'not recognised'}`,
  ]
}
