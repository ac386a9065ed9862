import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUnits } from './units.ts'

const whole: [string, number][] = [
  ['12', 12],
  ['12.0', 12],
  ['12.000', 12],
  ['12.', 12],
  ['.0000', 0],
  ['0', 0],
  ['-0', 0],
  ['+3', 3],
  ['-3', -3],
  ['-3.00', -3],
  ['007', 7],
  [' 5 ', 5],
  ['2147483647', 2147483647],
  ['-2147483648', -2147483648],
]
test.each(whole)('%j is %d pieces', (cell, units) => {
  expect(parseUnits(cell)).toBe(units)
})

const refused: [cell: string, code: string, says: string][] = [
  ['12.5', 'ROW_UNITS_NOT_WHOLE', 'fraction'],
  ['0.001', 'ROW_UNITS_NOT_WHOLE', 'fraction'],
  ['1,234', 'ROW_UNITS_NOT_WHOLE', 'thousands or decimals'],
  ['1,234.00', 'ROW_UNITS_NOT_WHOLE', 'thousands'],
  ['12,0', 'ROW_UNITS_NOT_WHOLE', 'decimal comma'],
  ['1.234,00', 'ROW_UNITS_NOT_WHOLE', 'thousands separator'],
  ['1 234', 'ROW_UNITS_NOT_WHOLE', 'thousands separator'],
  ["1'234", 'ROW_UNITS_NOT_WHOLE', 'thousands separator'],
  ['1.23E+12', 'ROW_UNITS_NOT_WHOLE', 'scientific'],
  ['1e3', 'ROW_UNITS_NOT_WHOLE', 'scientific'],
  ['1,23E+12', 'ROW_UNITS_NOT_WHOLE', 'scientific'],
  ['5-', 'ROW_UNITS_NOT_WHOLE', 'behind the number'],
  ['(5)', 'ROW_UNITS_NOT_WHOLE', 'brackets'],
  ['−5', 'ROW_UNITS_NOT_WHOLE', 'dash'],
  ['5 pcs', 'ROW_UNITS_NOT_WHOLE', 'unit'],
  ['=SUM(A1:A3)', 'ROW_UNITS_NOT_WHOLE', 'formula'],
  ['#N/A', 'ROW_UNITS_NOT_WHOLE', 'error of a spreadsheet'],
  ['many', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['0x1F', 'ROW_UNITS_NOT_WHOLE', ''],
  ['Infinity', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['NaN', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['٣', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['--3', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['.', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['', 'ROW_UNITS_NOT_WHOLE', 'no number'],
  ['2147483648', 'ROW_UNITS_OUT_OF_RANGE', '2147483647'],
  ['-2147483649', 'ROW_UNITS_OUT_OF_RANGE', '2147483647'],
  ['9'.repeat(400), 'ROW_UNITS_OUT_OF_RANGE', '…'],
]
test.each(refused)('%j is refused, and it says why', (cell, code, says) => {
  expect(parseUnits(cell)).toMatchObject({ code, reason: expect.stringContaining(says) })
})

test('whatever integer is written is read back, and nothing becomes NaN', () => {
  fc.assert(fc.property(fc.integer({ min: -2147483648, max: 2147483647 }), units => parseUnits(String(units)) === units))
  fc.assert(
    fc.property(fc.string(), cell => {
      const units = parseUnits(cell)
      return typeof units === 'number' ? Number.isInteger(units) : units.reason.length < 300
    }),
  )
})
