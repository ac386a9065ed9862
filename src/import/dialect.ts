import { decodeLoosely, type Encoding, guessEncoding } from './encoding.ts'
import { type HeadRecord, headRecords } from './head-records.ts'
import { looksLikeHeader } from './header.ts'
import { knownColumns } from './layouts.ts'
import { DOUBLED, type Quoting, quotingOf } from './quoting.ts'
import type { Escape, FormatName, LineEnd, ReadingSettings } from './reading-settings.ts'

/** How a file is written down, in whatever format; null for what a format does not have. */
export type Written = {
  format: FormatName
  encoding: Encoding
  delimiter: string | null
  quote: string | null
  escape: Escape | null
  lineEnd: LineEnd | null
  /** Physical lines before the header, or before the first row where there is no header. */
  preambleLines: number
  hasHeader: boolean
}

/** How the text of a delimited file is written down. */
export type Dialect = Written & {
  /** False while every byte seen was plain ASCII; the first other byte then decides between UTF-8 and Windows-1252. */
  encodingIsCertain: boolean
  /** Bytes of the byte order mark at the start: 0, 2 or 3. */
  bomBytes: number
  delimiter: string
  escape: Escape
  lineEnd: LineEnd
}

/** How much of a file is looked at. */
export const HEAD_BYTES = 64 * 1024

/**
 * Guesses the dialect from the first bytes of a file; what is overridden is not guessed. `isWhole` says that the head is all
 * there is, so that a last line without its line end counts too.
 */
export function detectDialect(head: Uint8Array, overrides: ReadingSettings = {}, isWhole = head.length < HEAD_BYTES): Dialect {
  const guess = guessEncoding(head)
  const encoding = overrides.encoding ?? guess.encoding
  const bomBytes = encoding === guess.encoding ? guess.bomBytes : 0
  const text = decodeLoosely(head.subarray(bomBytes), encoding)
  const lineEnd = overrides.lineEnd ?? detectLineEnd(text)
  const lines = headLines(text, lineEnd, isWhole)
  const shape = detectShape(lines, overrides)
  const preambleLines = overrides.preambleLines ?? countPreamble(shape)
  const records = shape.records.filter(record => record.line > preambleLines)
  return {
    format: 'delimited',
    encoding,
    encodingIsCertain: overrides.encoding !== undefined || guess.isCertain,
    bomBytes,
    delimiter: shape.delimiter,
    quote: shape.quoting?.sign ?? null,
    escape: shape.escape,
    lineEnd,
    preambleLines,
    hasHeader: overrides.hasHeader ?? looksLikeHeader(records.map(record => record.cells)),
  }
}

const QUOTED_CELL = /"(?:[^"]|"")*"/g

/** Counts line ends outside of quoted cells, where they end nothing. The commoner one wins. */
function detectLineEnd(text: string): LineEnd {
  const bare = text.replace(QUOTED_CELL, '')
  const counted = /[\r\n]/.test(bare) ? bare : text
  const windows = counted.split('\r\n').length - 1
  const unix = counted.split('\n').length - 1 - windows
  const mac = counted.split('\r').length - 1 - windows
  if (windows > 0 && windows >= unix && windows >= mac) return '\r\n'
  return mac > unix ? '\r' : '\n'
}

const HEAD_LINES_MAX = 500

function headLines(text: string, lineEnd: LineEnd, isWhole: boolean): string[] {
  const lines = text.split(lineEnd === '\r' ? '\r' : '\n')
  // The last piece is what stands behind the last line end: nothing, or a line that may be cut.
  if (lines.length > 1 && (!isWhole || lines.at(-1) === '')) lines.pop()
  return lines.slice(0, HEAD_LINES_MAX).map(line => (lineEnd !== '\r' && line.endsWith('\r') ? line.slice(0, -1) : line))
}

type Shape = { delimiter: string; quoting: Quoting | null; escape: Escape; records: HeadRecord[]; columns: number; score: number }

/** In the order in which a tie is decided: a comma stands in text and numbers more often than the others do. */
const DELIMITERS: readonly string[] = ['\t', ';', '|', ',']
/** Rarer ones, looked for where none of the others makes columns. */
const RARE_DELIMITERS: readonly string[] = ['^', '~', '\u001f', '\u0001', '¦', '§']

function detectShape(lines: readonly string[], overrides: ReadingSettings): Shape {
  if (overrides.delimiter !== undefined) return shapeOf(lines, overrides.delimiter, overrides)
  const usual = bestShape(lines, DELIMITERS, overrides)
  if (usual.score > 0) return usual
  const rare = bestShape(lines, RARE_DELIMITERS, overrides)
  return rare.score > 0 ? rare : shapeOf(lines, ',', overrides)
}

function bestShape(lines: readonly string[], delimiters: readonly string[], overrides: ReadingSettings): Shape {
  const shapes = delimiters.map(delimiter => shapeOf(lines, delimiter, overrides))
  return shapes.reduce((best, shape) => (shape.score > best.score ? shape : best))
}

/** Quotes that open and never close well, so many times and no other, are no quotes but inches. */
const MISPLACED_QUOTES_MIN = 3

function shapeOf(lines: readonly string[], delimiter: string, overrides: ReadingSettings): Shape {
  const quoted = quotedAs(lines, delimiter, overrides)
  const { records } = quoted
  const columns = commonest(records.map(record => record.cells.length))
  return { ...quoted, delimiter, columns, score: scoreOf(records, columns) }
}

type Quoted = Pick<Shape, 'quoting' | 'escape' | 'records'>

/** The usual quotes first; another way only where they make trouble and it makes less. */
function quotedAs(lines: readonly string[], delimiter: string, { quote, escape: said }: ReadingSettings): Quoted {
  if (quote !== undefined) {
    const quoting = quotingOf(quote, said ?? 'doubled')
    return { quoting, escape: said ?? 'doubled', records: headRecords(lines, delimiter, quoting).records }
  }
  const usual = headRecords(lines, delimiter, quotingOf('"', said ?? 'doubled'))
  if (said === undefined && usual.brokenQuotes > 0 && lines.some(line => line.includes('\\"'))) {
    const backslash = quotingOf('"', 'backslash')
    const other = headRecords(lines, delimiter, backslash)
    if (other.brokenQuotes < usual.brokenQuotes) return { quoting: backslash, escape: 'backslash', records: other.records }
  }
  if (usual.closedQuotes === 0 && usual.brokenQuotes === 0 && isSingleQuoted(lines, delimiter)) {
    const single = quotingOf("'", said ?? 'doubled')
    const other = headRecords(lines, delimiter, single)
    if (other.brokenQuotes === 0) return { quoting: single, escape: said ?? 'doubled', records: other.records }
  }
  if (usual.closedQuotes === 0 && usual.brokenQuotes >= MISPLACED_QUOTES_MIN)
    return { quoting: null, escape: 'doubled', records: headRecords(lines, delimiter, null).records }
  return { quoting: said === 'backslash' ? quotingOf('"', said) : DOUBLED, escape: said ?? 'doubled', records: usual.records }
}

/** Whether the cells of nearly every line stand in single quotes: an apostrophe before a number is a spreadsheet's. */
function isSingleQuoted(lines: readonly string[], delimiter: string): boolean {
  const filled = lines.filter(line => line !== '')
  const quoted = filled.filter(line => line.startsWith("'") && line.includes(`'${delimiter}'`))
  return filled.length > 1 && quoted.length >= filled.length * SINGLE_QUOTED_SHARE_MIN
}

const SINGLE_QUOTED_SHARE_MIN = 0.9

/** A known column name outweighs everything; then rows of equal width; then the number of columns. */
const KNOWN_COLUMN_SCORE = 10
/** Rows of equal width count far more than many columns: 1,234,567 has three columns in most rows of a semicolon file. */
const EVENNESS_POWER = 8

function scoreOf(records: readonly HeadRecord[], columns: number): number {
  if (columns < 2) return 0
  const even = records.filter(record => record.cells.length === columns).length / records.length
  const known = Math.max(...records.slice(0, PREAMBLE_LINES_MAX).map(record => knownColumns(record.cells)))
  return even ** EVENNESS_POWER * Math.sqrt(columns - 1) + (known >= 2 ? KNOWN_COLUMN_SCORE * known : 0)
}

function commonest(widths: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
  // Of two equally common ones the wider: a title line is narrow.
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0
}

/** The same two questions for a table whose cells are known already, as in a workbook. */
export function detectTable(records: readonly HeadRecord[], settings: ReadingSettings = {}): Pick<Written, 'preambleLines' | 'hasHeader'> {
  const columns = commonest(records.map(record => record.cells.length))
  const preambleLines = settings.preambleLines ?? countPreamble({ records, columns })
  const below = records.filter(record => record.line > preambleLines)
  return { preambleLines, hasHeader: settings.hasHeader ?? looksLikeHeader(below.map(record => record.cells)) }
}

const PREAMBLE_LINES_MAX = 20

/** Lines before the table: everything above a header that is known, or narrow lines above the first one of full width. */
function countPreamble(shape: { records: readonly HeadRecord[]; columns: number }): number {
  const top = shape.records.slice(0, PREAMBLE_LINES_MAX)
  const header = top.find(record => knownColumns(record.cells) >= 2)
  if (header !== undefined) return header.line - 1
  for (const record of top) {
    if (record.cells.length === shape.columns) return record.line - 1
    if (record.cells.filter(cell => cell.trim() !== '').length > Math.max(1, Math.floor(shape.columns / 3))) break
  }
  const first = shape.records[0]
  return first === undefined ? 0 : first.line - 1
}
