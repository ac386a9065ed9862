import { knownColumns } from './layouts.ts'

/** Cells that say what kind of column they stand in: numbers, dates, GUIDs. A column's name is none of these. */
const DATA =
  /^(?:[+-]?[\d.,]*\d[\d.,]*(?:e[+-]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ t].*)?|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i

const NAME = /^[\p{L}_][\p{L}\p{N} _.\-#/()%:]{0,63}$/u

const DATA_SHARE_MIN = 0.8

/** Whether the first of these rows names the columns. A known column name decides; otherwise what the rows below look like. */
export function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...below] = rows
  if (first === undefined) return false
  const names = first.map(cell => cell.trim())
  if (knownColumns(names) >= Math.min(2, names.length)) return true
  if (names.some(name => DATA.test(name)) || new Set(names).size < names.length) return false
  const body = below.filter(row => row.length === first.length)
  if (body.length > 0 && names.some((_, column) => share(body, column, cell => DATA.test(cell)) >= DATA_SHARE_MIN)) return true
  // All text: names are short words, and what stands below one column at least is not.
  if (!names.every(name => NAME.test(name) && !/\d/.test(name))) return false
  return body.length === 0 || names.some((_, column) => share(body, column, cell => !NAME.test(cell) || /\d/.test(cell)) >= DATA_SHARE_MIN)
}

/** The share of the filled cells of a column for which something is true; 0 for a column without any. */
function share(rows: readonly (readonly string[])[], column: number, isSo: (cell: string) => boolean): number {
  const cells = rows.map(row => (row[column] ?? '').trim()).filter(cell => cell !== '')
  return cells.length === 0 ? 0 : cells.filter(isSo).length / cells.length
}
