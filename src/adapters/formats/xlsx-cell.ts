import type { Entry } from 'yauzl'
import type { Archive } from './archive.ts'
import { elementsOf } from './xml-elements.ts'

/** What a number in a cell is shown as, by the index of its style. */
export type Styles = { shown: readonly Shown[]; is1904: boolean }
type Shown = { kind: 'number' } | { kind: 'date' } | { kind: 'digits'; width: number }

type Cell = { type: string; style: number; value: string; formula: string | null }

/** The text of a cell as the sheet shows it, where that matters: dates, and zeroes before a number. Null: it points nowhere. */
export function cellText(cell: Cell, strings: readonly string[], styles: Styles): string | null {
  const { type, value } = cell
  if (value === '' && cell.formula !== null && cell.formula !== '') return `=${cell.formula}`
  if (type === 's') return value === '' ? '' : (strings[Number(value)] ?? null)
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type !== 'n' || value === '') return value
  const shown = styles.shown[cell.style]
  if (shown?.kind === 'date') return dateOf(value, styles.is1904)
  if (shown?.kind === 'digits' && /^\d+$/.test(value)) return value.padStart(shown.width, '0')
  return plainNumber(value)
}

const DIGITS_MAX = 15

/** Excel writes long numbers with an exponent even where it knows every digit: those are written out, others left as they are. */
function plainNumber(value: string): string {
  const exponent = /^(-?\d)(?:\.(\d+))?E\+?(\d+)$/i.exec(value)
  if (exponent === null) return value
  const [, first = '', decimals = '', power = ''] = exponent
  const digits = Number(power)
  return decimals.length <= digits && digits < DIGITS_MAX ? first + decimals.padEnd(digits, '0') : value
}

const DAY_MS = 86_400_000
/** Day 0 of each way of counting. The first one knows a 29 February 1900 that never was, so all later days are one too many. */
const DAY_0 = Date.UTC(1899, 11, 30)
const DAY_0_1904 = Date.UTC(1904, 0, 1)
const DAYS_MAX = 2_958_466

function dateOf(value: string, is1904: boolean): string {
  const days = Number(value)
  if (!Number.isFinite(days) || days < 0 || days > DAYS_MAX) return value
  const at = new Date((is1904 ? DAY_0_1904 : DAY_0) + Math.round(days * DAY_MS))
  const text = at.toISOString()
  return Number.isInteger(days) ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ')
}

export async function readStyles(archive: Archive, entry: Entry | undefined, is1904: boolean): Promise<Styles> {
  const codes = new Map<number, string>()
  const shown: Shown[] = []
  let isCellStyle = false
  if (entry !== undefined) {
    for await (const events of elementsOf(archive.read(entry)))
      for (const event of events) {
        if (event.kind === 'text') continue
        if (event.name === 'cellXfs') isCellStyle = event.kind === 'open'
        if (event.kind === 'close') continue
        if (event.name === 'numFmt') codes.set(Number(event.attributes.numFmtId), event.attributes.formatCode ?? '')
        if (event.name === 'xf' && isCellStyle) shown.push(shownAs(Number(event.attributes.numFmtId ?? 0), codes))
      }
  }
  return { shown, is1904 }
}

function shownAs(id: number, codes: ReadonlyMap<number, string>): Shown {
  const code = codes.get(id)
  if (code === undefined)
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)
      ? { kind: 'date' }
      : { kind: 'number' }
  if (/^0+$/.test(code)) return { kind: 'digits', width: code.length }
  // What stands in quotes, brackets or behind a backslash is text of the format, not a part of a date.
  const bare = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, '')
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare) ? { kind: 'date' } : { kind: 'number' }
}
