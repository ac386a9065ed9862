import { detectDialect } from './dialect.ts'
import { decodeLoosely, guessEncoding } from './encoding.ts'
import { detectFixed } from './fixed-width.ts'
import type { FormatName } from './reading-settings.ts'

/** What the first bytes of an unpacked file say about its format. What is nothing else is delimited. */
export function sniffFormat(head: Uint8Array): FormatName {
  const { encoding, bomBytes } = guessEncoding(head)
  const text = decodeLoosely(head.subarray(bomBytes), encoding).replace(/^\ufeff/, '')
  const start = text.trimStart()
  if (/^ISA[^A-Za-z0-9\s][\s\S]{102}/.test(start)) return 'x12'
  if (/^<(?:\?xml|!DOCTYPE|!--)|^<[A-Za-z_][\w:.-]*(?:\s[^<>]*)?>\s*</.test(start)) return 'xml'
  if (/^\{\s*(?:"|\})/.test(start)) return isLineOfJson(start) ? 'ndjson' : 'json'
  if (/^\[\s*[[{"\]]/.test(start)) return 'json'
  return isFixed(head, text) ? 'fixed-width' : 'delimited'
}

/** Whether the first line is an object for itself and another one begins below it. */
function isLineOfJson(text: string): boolean {
  const end = text.indexOf('\n')
  if (end < 0) return false
  return text.slice(end).trimStart().startsWith('{') && isObject(text.slice(0, end))
}

function isObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

const FIXED_LINES_MAX = 200

/** Only where no delimiter makes columns: a table of text may well have blanks above each other. */
function isFixed(head: Uint8Array, text: string): boolean {
  const lines = text.split(/\r\n|\n|\r/)
  // The last piece may be cut.
  const whole = lines.slice(0, Math.min(FIXED_LINES_MAX, Math.max(1, lines.length - 1)))
  if (detectFixed(whole) === null) return false
  const { delimiter, quote, preambleLines } = detectDialect(head)
  const widths = whole.slice(preambleLines).map(line => (quote !== null && line.includes(quote) ? 2 : line.split(delimiter).length))
  return widths.filter(width => width > 1).length < widths.length / 2
}
