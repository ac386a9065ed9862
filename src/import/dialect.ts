import { decodeLoosely, type Encoding, guessEncoding } from './encoding.ts'
import { type HeadRecord, headRecords } from './head-records.ts'
import { looksLikeHeader } from './header.ts'
import { knownColumns } from './layouts.ts'

export type Delimiter = ',' | '\t' | ';' | '|'
export type LineEnd = '\n' | '\r\n' | '\r'

/** How the text of a file is written down. */
export type Dialect = {
  encoding: Encoding
  /** False while every byte seen was plain ASCII; the first other byte then decides between UTF-8 and Windows-1252. */
  encodingIsCertain: boolean
  /** Bytes of the byte order mark at the start: 0, 2 or 3. */
  bomBytes: number
  delimiter: Delimiter
  quote: '"' | null
  lineEnd: LineEnd
  /** Physical lines before the header, or before the first row where there is no header. */
  preambleLines: number
  hasHeader: boolean
}

/** What a feed declares instead of leaving it to be detected. */
export type DialectOverrides = Partial<Omit<Dialect, 'encodingIsCertain' | 'bomBytes'>>

/** How much of a file is looked at. */
export const HEAD_BYTES = 64 * 1024

/**
 * Guesses the dialect from the first bytes of a file; what is overridden is not guessed. `isWhole` says that the head is all
 * there is, so that a last line without its line end counts too.
 */
export function detectDialect(head: Uint8Array, overrides: DialectOverrides = {}, isWhole = head.length < HEAD_BYTES): Dialect {
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
    encoding,
    encodingIsCertain: overrides.encoding !== undefined || guess.isCertain,
    bomBytes,
    delimiter: shape.delimiter,
    quote: shape.quote,
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

type Shape = { delimiter: Delimiter; quote: '"' | null; records: HeadRecord[]; columns: number; score: number }

/** In the order in which a tie is decided: a comma stands in text and numbers more often than the others do. */
const DELIMITERS: readonly Delimiter[] = ['\t', ';', '|', ',']

function detectShape(lines: readonly string[], overrides: DialectOverrides): Shape {
  const candidates = overrides.delimiter === undefined ? DELIMITERS : [overrides.delimiter]
  let best: Shape | null = null
  for (const delimiter of candidates) {
    const shape = shapeOf(lines, delimiter, overrides.quote)
    if (best === null || shape.score > best.score) best = shape
  }
  if (best === null || (best.score === 0 && overrides.delimiter === undefined)) return shapeOf(lines, ',', overrides.quote)
  return best
}

/** Quotes that open and never close well, so many times and no other, are no quotes but inches. */
const MISPLACED_QUOTES_MIN = 3

function shapeOf(lines: readonly string[], delimiter: Delimiter, declared: '"' | null | undefined): Shape {
  const quoted = declared === null ? null : headRecords(lines, delimiter, '"')
  const isBare = quoted === null || (declared === undefined && quoted.closedQuotes === 0 && quoted.brokenQuotes >= MISPLACED_QUOTES_MIN)
  const { records } = isBare ? headRecords(lines, delimiter, null) : quoted
  const columns = commonest(records.map(record => record.cells.length))
  return { delimiter, quote: isBare ? null : '"', records, columns, score: scoreOf(records, columns) }
}

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

const PREAMBLE_LINES_MAX = 20

/** Lines before the table: everything above a header that is known, or narrow lines above the first one of full width. */
function countPreamble(shape: Shape): number {
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
