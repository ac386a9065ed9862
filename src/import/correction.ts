import { withoutApostrophe } from '../kernel/csv-line.ts'
import type { RawRow } from './format-port.ts'
import { columnKey } from './layout.ts'

/** What is added to the columns of a file when its rejected rows go out; the last says where a row belongs when it comes back. */
export const CODE_COLUMN = 'trueup_code'
export const REASON_COLUMN = 'trueup_reason'
export const REF_COLUMN = 'trueup_ref'

/** Which rejected row of which file a corrected row mends. */
export type RowRef = { fileId: number; line: number }

export function refOf({ fileId, line }: RowRef): string {
  return `${fileId}:${line}`
}

/** Reads a reference back; spreadsheets put blanks around it. Null for anything else. */
export function parseRef(text: string): RowRef | null {
  const found = /^\s*(\d{1,15}):(\d{1,15})\s*$/.exec(text)
  return found === null ? null : { fileId: Number(found[1]), line: Number(found[2]) }
}

/** Where the added columns stand in a file of corrections; null for any other file. */
export type CorrectionColumns = { ref: number; added: ReadonlySet<number> }

export function correctionColumns(header: readonly string[] | null): CorrectionColumns | null {
  const keys = (header ?? []).map(columnKey)
  const ref = keys.indexOf(columnKey(REF_COLUMN))
  if (ref < 0) return null
  const ours = [CODE_COLUMN, REASON_COLUMN, REF_COLUMN].map(columnKey)
  return { ref, added: new Set(keys.flatMap((key, index) => (ours.includes(key) ? [index] : []))) }
}

/** The cells that are the sender's own. */
export function withoutAdded<Cell>(cells: readonly Cell[], { added }: CorrectionColumns): Cell[] {
  return cells.filter((_, index) => !added.has(index))
}

/** A row of a file of corrections as it would stand in the sender's file, and what it mends. */
export function correctedRow(raw: RawRow, columns: CorrectionColumns): { row: RawRow; ref: RowRef | null } {
  const cells = withoutAdded(raw.cells, columns).map(withoutApostrophe)
  return { row: { ...raw, cells }, ref: parseRef(raw.cells[columns.ref] ?? '') }
}

/** The name under which the rejected rows of a file go out, and by which they are known when they come back. */
export function correctionName(fileName: string, extension: 'csv' | 'xlsx'): string {
  return `${fileName}.errors.${extension}`
}

export type RejectedCells = { cells: readonly string[] | null; raw: string; code: string; reason: string; root: RowRef }

/** The header under which rejected rows go out. */
export function exportedHeader(header: readonly string[]): string[] {
  return [...header, CODE_COLUMN, REASON_COLUMN, REF_COLUMN]
}

/**
 * A rejected row as it goes out: its own columns, then ours. What could not even be split into cells stands in the first one,
 * and what is more than the header has room for in the last.
 */
export function exportedRow(row: RejectedCells, header: readonly string[]): string[] {
  const given = row.cells ?? [row.raw]
  const own = header.map((_, index) => (index === header.length - 1 ? given.slice(index).join(',') : (given[index] ?? '')))
  return [...own, row.code, row.reason, refOf(row.root)]
}
