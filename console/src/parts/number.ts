import { localeNow } from './mine.ts'

const formats = new Map<string, Intl.NumberFormat>()

/** One format for each locale and number of decimals. The digits are those of the texts, which are in Latin script. */
function formatOf(decimalsMin: number, decimalsMax: number): Intl.NumberFormat {
  const locale = localeNow()
  const name = `${locale} ${decimalsMin} ${decimalsMax}`
  const known = formats.get(name)
  if (known) return known
  const options = { minimumFractionDigits: decimalsMin, maximumFractionDigits: decimalsMax, numberingSystem: 'latn' }
  const made = new Intl.NumberFormat(locale, options)
  formats.set(name, made)
  return made
}

/** 412,310 or 412.310, as the reader writes it. Unknown is not zero: it is a dash. */
export const whole = (value: number | null): string => (value === null ? '–' : formatOf(0, 0).format(value))

/** With so many decimals, or with as many as are there up to `max`. */
export const decimal = (value: number, decimals: number | { max: number }): string =>
  (typeof decimals === 'number' ? formatOf(decimals, decimals) : formatOf(0, decimals.max)).format(value)

/** +12, −4, ±0: a change, with the sign that typographers use. */
export function signed(value: number): string {
  if (value === 0) return '±0'
  return value > 0 ? `+${whole(value)}` : `−${whole(-value)}`
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${decimal(value, { max: 1 })} ${UNITS[unit]}`
}

/** "1 row", "1,069 rows". */
export const many = (count: number, one: string, more: string): string => `${whole(count)} ${count === 1 ? one : more}`

/**
 * A count in a sentence of the server: 1,085. A SKU, an id, a date or what somebody wrote is none: it stands in “ ”, or in other signs.
 * Shares have decimals: 12.5 %.
 */
const COUNT =
  /(?<![\p{L}\p{N}\p{Pc}.,:;/#&=@'"“])(?<![^\s(]-)(?:\d{1,3}(?:,\d{3})+(?!\d|[.,:/]\d|[\p{L}\p{Pc}/@-])|\d{1,3}(?:,\d{3})*\.\d+(?= %))/gu
const QUOTED = /(“[^”]*”)/
const DECIMALS_MAX = 20

/** A sentence of the server, with its counts as the reader writes numbers. Whatever is quoted in it stays as it is. */
export function withCounts(sentence: string): string
export function withCounts(sentence: string | null): string | null
export function withCounts(sentence: string | null): string | null {
  if (sentence === null) return null
  const parts = sentence.split(QUOTED)
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(COUNT, asRead))).join('')
}

const asRead = (count: string): string => decimal(Number(count.replaceAll(',', '')), { max: DECIMALS_MAX })
