import type { DeclaredColumn } from './reading-settings.ts'

/** A column of a file of fixed width, in characters. */
export type FixedColumn = { start: number; end: number }

/** Where the columns stand that a feed declares; the last one takes what is left of the line. */
export function declaredFixed(columns: readonly DeclaredColumn[]): FixedColumn[] {
  let start = 0
  return columns.map(({ width }) => {
    const column = { start, end: start + (width ?? FIXED_WIDTH_DEFAULT) }
    start = column.end
    return column
  })
}

const FIXED_WIDTH_DEFAULT = 10_000

const LINES_MIN = 3
const COLUMNS_MIN = 3
/** A gap of one character may stand between the words of a name by chance; then more lines have to agree. */
const NARROW_GAP_LINES_MIN = 12

/** Finds columns by the places that are blank in every line; null where a file does not look so. */
export function detectFixed(lines: readonly string[]): FixedColumn[] | null {
  const filled = lines.filter(line => line.trim() !== '')
  if (filled.length < LINES_MIN || filled.some(line => line.includes('\t'))) return null
  const width = Math.max(...filled.map(line => line.length))
  const used = new Uint8Array(width)
  for (const line of filled) for (let at = 0; at < line.length; at++) if (line[at] !== ' ') used[at] = 1
  const columns: FixedColumn[] = []
  for (let at = 0; at < width; at++) {
    if (used[at] === 0) continue
    const start = at
    while (at < width && used[at] === 1) at += 1
    columns.push({ start, end: at })
  }
  const gapMin = filled.length >= NARROW_GAP_LINES_MIN ? 1 : 2
  const isGapped = columns.every((column, i) => i === 0 || column.start - (columns[i - 1]?.end ?? 0) >= gapMin)
  return columns.length >= COLUMNS_MIN && isGapped ? columns : null
}

/**
 * The cells of a line, without the blanks that fill them up; null where text stands between two columns, so that it cannot be
 * known to which of them it belongs.
 */
export function splitFixed(text: string, columns: readonly FixedColumn[]): string[] | null {
  let end = 0
  for (const column of columns) {
    if (column.start > end && text.slice(end, column.start).trim() !== '') return null
    end = column.end
  }
  if (text.length > end && text.slice(end).trim() !== '') return null
  return columns.map(column => text.slice(column.start, column.end).trim())
}
