import type { RowCode } from './row-code.ts'
import { isTotalWord } from './trailer.ts'

/**
 * What a spreadsheet did to an identifier, by its look. Asked only of one that the catalogue does not have, since a SKU may
 * look like anything. The specification of `nameDamage` in damage-store.ts.
 */
export function identifierDamage(value: string): Extract<RowCode, 'ROW_ID_SCIENTIFIC' | 'ROW_ID_DATE' | 'ROW_TOTAL'> | null {
  if (isTotalWord(value)) return 'ROW_TOTAL'
  if (/^\d(?:[.,]\d+)?[eE]\+\d+$/.test(value)) return 'ROW_ID_SCIENTIFIC'
  return DATE.test(value) ? 'ROW_ID_DATE' : null
}

const MONTH = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mär|mai|okt|dez'
const DATE = new RegExp(
  `^(?:\\d{1,2}[-. ](?:${MONTH})\\.?(?:[-. ]\\d{2,4})?|(?:${MONTH})\\.?[-. ]\\d{1,4}|\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}(?: \\d{1,2}:\\d{2}(?::\\d{2})?)?)$`,
  'i',
)

/** The same patterns for the database. */
export const DAMAGE_PATTERNS = {
  total: '^(grand total|sub ?total|totals?|sum|summe|gesamt|insgesamt|total general)[:.]?$',
  scientific: '^\\d([.,]\\d+)?[eE]\\+\\d+$',
  date: `^(\\d{1,2}[-. ](${MONTH})\\.?([-. ]\\d{2,4})?|(${MONTH})\\.?[-. ]\\d{1,4}|\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}( \\d{1,2}:\\d{2}(:\\d{2})?)?)$`,
} as const
