import type { Written } from './dialect.ts'
import type { RawRow, Reading } from './format-port.ts'
import { matchLayout } from './layout.ts'
import { LAYOUTS } from './layouts.ts'
import type { RowRejected } from './row-code.ts'

/** What a file turned out to be, before any row is believed. The keys are part of `trueup inspect --json`. */
export type Inspection = Pick<Written, 'encoding' | 'delimiter' | 'quote' | 'lineEnd' | 'preambleLines'> & {
  header: readonly string[] | null
  /** The built-in layout that the file shows by itself. */
  layout: string | null
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
export function inspectionLines(inspection: Inspection): string[] {
  const { encoding, delimiter, quote, lineEnd, preambleLines, header, layout } = inspection
  const named = (sign: string | null) => (sign === null ? 'none' : (NAMES[sign] ?? sign))
  return [
    `encoding   ${encoding}`,
    `delimiter  ${named(delimiter)}`,
    `quote      ${named(quote)}`,
    `line end   ${named(lineEnd)}`,
    `preamble   ${preambleLines === 0 ? 'none' : `${preambleLines} ${preambleLines === 1 ? 'line' : 'lines'}`}`,
    `header     ${header === null ? 'none' : `${header.length} columns`}`,
    `layout     ${layout ?? 'not recognised'}`,
  ]
}
