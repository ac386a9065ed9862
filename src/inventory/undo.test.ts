import { expect, test } from 'vitest'
import { type Deed, reversalOf } from './undo.ts'

const TWO = Date.UTC(2026, 10, 26, 2)
const deed = (over: Partial<Deed>): Deed => ({ onHandUnits: 12, effectiveAt: TWO, otherCount: null, ...over })

const table: [string, Partial<Deed>, string][] = [
  ['nobody counted it before or since', {}, 'reversed -12'],
  ['what it took away comes back', { onHandUnits: -5 }, 'reversed 5'],
  ['an older count was there before', { otherCount: { asOf: TWO - 1, isBookedAfter: false } }, 'reversed -12'],
  ['a later count stands', { otherCount: { asOf: TWO + 1, isBookedAfter: true } }, 'overruled'],
  ['a later count stands, though it came first', { otherCount: { asOf: TWO + 1, isBookedAfter: false } }, 'overruled'],
  ['a correction of the same moment stands', { otherCount: { asOf: TWO, isBookedAfter: true } }, 'overruled'],
  ['the count that it corrected comes back', { otherCount: { asOf: TWO, isBookedAfter: false } }, 'reversed -12'],
]

test.each(table)('%s', (_title, over, expected) => {
  const reversal = reversalOf(deed(over))
  expect(reversal.kind === 'reversed' ? `reversed ${reversal.onHandUnits}` : reversal.kind).toBe(expected)
})
