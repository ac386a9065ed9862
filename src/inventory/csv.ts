import { csvLine as quoted, safeCell } from '../kernel/csv-line.ts'

/**
 * A line of an export as RFC 4180 writes it, with its line end. Text comes from outside, so what a spreadsheet would take for a formula
 * gets an apostrophe; a number is one, whatever its sign.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${quoted(cells.map(cell => (typeof cell === 'string' ? safeCell(cell) : textOf(cell))))}\n`
}

/** The same for a file that an ERP reads: its own names go back to it to the letter. */
export function erpCsvLine(cells: readonly (string | number | null)[]): string {
  return `${quoted(cells.map(textOf))}\n`
}

function textOf(value: string | number | null): string {
  return value === null ? '' : String(value)
}
