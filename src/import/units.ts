/** Why a cell is no quantity. */
export type UnitsFault = { code: 'ROW_UNITS_NOT_WHOLE' | 'ROW_UNITS_OUT_OF_RANGE'; reason: string }

/** What PostgreSQL's integer holds, which is what positions are kept in. */
const UNITS_MAX = 2_147_483_647
const UNITS_MIN = -2_147_483_648

/** How the quantities of a feed are written, and what becomes of a fraction, where the feed says so. */
export type UnitsRule = { fraction?: 'round_down' | 'reject' | undefined; decimalSign?: '.' | ',' | undefined }

/**
 * Reads a quantity: `12`, `+3`, `-3`, `12.0`, `.0000` are whole numbers. Nothing is guessed: what a spreadsheet or another
 * country's number format made of it is refused, with the name of what was done to it.
 */
export function parseUnits(cell: string, rule?: UnitsRule): number | UnitsFault {
  const text = cell.trim()
  const short = shortInteger(text)
  if (short >= 0) return short
  const plain = rule?.decimalSign === ',' ? withPoint(text) : text
  if (!WHOLE.test(plain)) return rule?.fraction === 'round_down' && FRACTION.test(plain) ? rounded(plain) : fault(text)
  return inRange(Number(plain), text)
}

/** A number that may have a fraction, for computing with. */
export function parseDecimal(cell: string, decimalSign: '.' | ',' = '.'): number | UnitsFault {
  const text = cell.trim()
  const plain = decimalSign === ',' ? withPoint(text) : text
  return WHOLE.test(plain) || FRACTION.test(plain) ? Number(plain) : fault(text)
}

/** Whether a quantity was written with a fraction that is not nothing. */
export function hasFraction(cell: string, decimalSign: '.' | ',' = '.'): boolean {
  return FRACTION.test(decimalSign === ',' ? withPoint(cell.trim()) : cell.trim())
}

const WHOLE = /^[+-]?(?:\d+(?:\.0*)?|\.0+)$/
const FRACTION = /^[+-]?\d*\.\d*[1-9]\d*$/

/** Where a comma stands before decimals, points separate thousands, in groups of three or not at all. */
function withPoint(text: string): string {
  if (/^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/.test(text)) return text.replaceAll('.', '').replace(',', '.')
  // A point that is no such separator is damage, and keeps its look.
  return text.includes('.') ? `${text}?` : text.replace(',', '.')
}

/** Down is towards less: of 2.7 pieces there are 2, and −2.7 is a lack of 3. */
function rounded(text: string): number | UnitsFault {
  return inRange(Math.floor(Number(text)), text)
}

function inRange(units: number, text: string): number | UnitsFault {
  if (units > UNITS_MAX || units < UNITS_MIN) return outOfRange(text)
  return units === 0 ? 0 : units
}

function fault(text: string): UnitsFault {
  return { code: 'ROW_UNITS_NOT_WHOLE', reason: whyNotWhole(text) }
}

/** Up to nine digits and nothing else, which is nearly every cell; -1 for all others. */
function shortInteger(text: string): number {
  if (text.length === 0 || text.length > 9) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** The first that fits names the damage. */
const DAMAGE: readonly (readonly [RegExp, string])[] = [
  [/^[+-]?\d*\.\d*[1-9]\d*$/, 'has a fraction'],
  [
    /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i,
    'is in scientific notation, which a spreadsheet makes of a long number; the digits that it hides are lost',
  ],
  [/^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/, 'has a comma, and it cannot be known whether it separates thousands or decimals'],
  [/^[+-]?\d{1,3}(?:[.'’\s]\d{3})+(?:,\d+)?$/, 'has a thousands separator'],
  [/^[+-]?\d*,\d*$/, 'has a decimal comma'],
  [/^[+-]?[\d.,]*\d-$/, 'has its minus sign behind the number'],
  [/^\([\d.,]+\)$/, 'is in the brackets that accountants write for a minus'],
  [/^[−–—]\d/, 'has a dash where a minus sign belongs'],
  [/^[\d.,]+\s*\p{L}/u, 'has a unit behind the number'],
  [/^=/, 'is a formula of a spreadsheet, not its result'],
  [/^#/, 'is an error of a spreadsheet'],
]

function whyNotWhole(text: string): string {
  const damage = DAMAGE.find(([pattern]) => pattern.test(text))?.[1] ?? 'is no number'
  return `The quantity ${quoted(text)} ${damage}. Only whole numbers like 12 or 12.0 are taken.`
}

function outOfRange(text: string): UnitsFault {
  return { code: 'ROW_UNITS_OUT_OF_RANGE', reason: `The quantity ${quoted(text)} does not fit between ${UNITS_MIN} and ${UNITS_MAX}.` }
}

const SHOWN_CHARS_MAX = 60

/** A cell inside a sentence: short, whatever stood in the file. */
export function quoted(cell: string): string {
  return `“${cell.length > SHOWN_CHARS_MAX ? `${cell.slice(0, SHOWN_CHARS_MAX).toWellFormed()}…` : cell}”`
}
