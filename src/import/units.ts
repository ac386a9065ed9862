/** Why a cell is no quantity. */
export type UnitsFault = { code: 'ROW_UNITS_NOT_WHOLE' | 'ROW_UNITS_OUT_OF_RANGE'; reason: string }

/** What PostgreSQL's integer holds, which is what positions are kept in. */
const UNITS_MAX = 2_147_483_647
const UNITS_MIN = -2_147_483_648

/**
 * Reads a quantity: `12`, `+3`, `-3`, `12.0`, `.0000` are whole numbers. Nothing is guessed: what a spreadsheet or another
 * country's number format made of it is refused, with the name of what was done to it.
 */
export function parseUnits(cell: string): number | UnitsFault {
  const text = cell.trim()
  const short = shortInteger(text)
  if (short >= 0) return short
  if (!WHOLE.test(text)) return { code: 'ROW_UNITS_NOT_WHOLE', reason: whyNotWhole(text) }
  const units = Number(text)
  if (units > UNITS_MAX || units < UNITS_MIN) return outOfRange(text)
  return units === 0 ? 0 : units
}

const WHOLE = /^[+-]?(?:\d+(?:\.0*)?|\.0+)$/

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
