import type { Quoting } from './quoting.ts'

/** A record in the first lines of a file, for guessing; the format's reader reads the file itself. */
export type HeadRecord = { line: number; cells: string[] }

export type HeadRecords = {
  records: HeadRecord[]
  /** Records with a quoted cell that closed as it should. */
  closedQuotes: number
  /** Lines whose quotes are none: never closed, or closed in the middle of a cell. */
  brokenQuotes: number
}

const LINES_PER_RECORD_MAX = 100

export function headRecords(lines: readonly string[], delimiter: string, quoting: Quoting | null): HeadRecords {
  const found: HeadRecords = { records: [], closedQuotes: 0, brokenQuotes: 0 }
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? ''
    if (line === '') {
      i += 1
      continue
    }
    const width = quoting === null ? 1 : recordLines(lines, i, delimiter, quoting)
    if (width === 0) found.brokenQuotes += 1
    else if (quoting !== null && startsQuoted(line, delimiter, quoting.sign)) found.closedQuotes += 1
    const isQuoted = quoting !== null && width > 0 && line.includes(quoting.sign)
    const text = width > 1 ? lines.slice(i, i + width).join('\n') : line
    found.records.push({ line: i + 1, cells: isQuoted ? quoting.split(text, delimiter) : text.split(delimiter) })
    i += Math.max(1, width)
  }
  return found
}

/** How many lines the record at `from` takes; 0 if its quotes are broken. */
function recordLines(lines: readonly string[], from: number, delimiter: string, quoting: Quoting): number {
  let isOpen = false
  for (let width = 1; width <= LINES_PER_RECORD_MAX; width++) {
    const line = lines[from + width - 1]
    if (line === undefined) return 0
    const state = quoting.walk(line, delimiter, isOpen)
    if (state === 'closed') return width
    if (state === 'misplaced') return 0
    isOpen = true
  }
  return 0
}

function startsQuoted(line: string, delimiter: string, sign: string): boolean {
  return line.startsWith(sign) || line.includes(delimiter + sign)
}
