import type { RawRow } from './format-port.ts'

/** How far up from the end of a file is looked for lines that belong to no row. */
export const TRAILER_ROWS_MAX = 10

/** The words with which senders end a table. As a whole cell only: a SKU may well begin with one of them. */
const WORDS =
  /^(?:trailer|trl|tlr|footer|ftr|eof|end|end of (?:file|report|data|list)|grand total|sub ?total|totals?|sum|summe|gesamt|insgesamt|total general|count|row ?count|record ?count|records?|rows?)[:.]?(?:\s*[=:]?\s*[\d.,]+)?$/i
const COUNTED = /^\(?[\d.,]+ (?:rows?|records?|lines?)(?: (?:affected|selected|returned|exported|written|read))?\.?\)?$/i
const RULE = /^[-=*_#]{3,}$/

/**
 * How many of the last rows are no rows: as many as are declared, else those that look like the end of a report and are not
 * as wide as the table. A total that is as wide as the table is a row, since it might be one; it is refused by name.
 */
export function trailerRows(rows: readonly RawRow[], width: number, declared: number | undefined): number {
  if (declared !== undefined) return Math.min(declared, rows.length)
  let found = 0
  while (found < Math.min(TRAILER_ROWS_MAX, rows.length) && isTrailer(rows[rows.length - 1 - found], width)) found += 1
  return found
}

function isTrailer(row: RawRow | undefined, width: number): boolean {
  if (row === undefined || row.cells.length === width) return false
  const first = row.cells.map(cell => cell.trim()).find(cell => cell !== '')
  return first !== undefined && (WORDS.test(first) || COUNTED.test(first) || RULE.test(first))
}

/** Whether a cell is what stands before a total below a table, and no name of anything. */
export function isTotalWord(cell: string): boolean {
  return /^(?:grand total|sub ?total|totals?|sum|summe|gesamt|insgesamt|total general)[:.]?$/i.test(cell)
}

/** The header once more, as it stands between files that were put together to one. */
export function isRepeatedHeader(header: readonly string[], cells: readonly string[]): boolean {
  return cells[0] === header[0] && cells.length === header.length && cells.every((cell, i) => cell === header[i])
}
