import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeCell, withoutApostrophe } from '../kernel/csv-line.ts'
import { correctedRow, correctionColumns, parseRef, refOf, withoutAdded } from './correction.ts'

const header = ['sku', 'Trueup Code', 'qty', 'trueup_reason', 'TRUEUP_REF']

test('a file of corrections is known by its column of references, however a spreadsheet writes it', () => {
  expect(correctionColumns(header)).toEqual({ ref: 4, added: new Set([1, 3, 4]) })
  expect(correctionColumns(['sku', 'qty'])).toBeNull()
  expect(correctionColumns(['sku', 'trueup_code'])).toBeNull()
  expect(correctionColumns(null)).toBeNull()
})

test('what was added is taken off again, and the row says what it mends', () => {
  const columns = correctionColumns(header)
  if (columns === null) throw new Error('it is one')
  expect(withoutAdded(header, columns)).toEqual(['sku', 'qty'])
  const { row, ref } = correctedRow(
    { line: 2, byteOffset: 60, raw: 'raw', cells: ["'-X", 'ROW_FIELD_MISSING', "'-4", 'blank', ' 12:7 '] },
    columns,
  )
  expect(row.cells).toEqual(['-X', '-4'])
  expect(ref).toEqual({ fileId: 12, line: 7 })
})

test.each(['', '12', '12:', 'a:b', '12:7:1', '-1:2', '1e3:2'])('%j is no reference', text => expect(parseRef(text)).toBeNull())

test('a reference is found again', () => expect(parseRef(refOf({ fileId: 12, line: 7 }))).toEqual({ fileId: 12, line: 7 }))

test('no cell goes out that a spreadsheet would calculate, and every cell comes back as it was', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.tuple(fc.stringMatching(/^'{0,3}[=+\-@\t\r\n]?/), fc.string()).map(parts => parts.join('')),
  )
  fc.assert(
    fc.property(cell, text => {
      expect(safeCell(text)).not.toMatch(/^[=+\-@\t\r\n]/)
      expect(withoutApostrophe(safeCell(text))).toBe(text)
    }),
    { numRuns: 2_000 },
  )
})
