import { expect, test } from 'vitest'
import { isTemporaryName, judgeLook, type Look, matchesPattern } from './arrival.ts'

const temporary = [
  'stock.csv.part',
  'stock.csv.a1b2c3d4.partial',
  'stock.csv.filepart',
  'Stock.CSV.TMP',
  '.stock.csv',
  '.in.stock.csv',
  '~stock.csv',
  'stock.csv~',
  'x.crdownload',
]
const final = [
  'stock.csv',
  'part.csv',
  'tmp',
  'stock.part.csv',
  'Mon Nov 23 2026 23:50:35 GMT-0500 (EST)-InventoryItemExport.csv',
  '在庫.csv',
  'stock',
]

test.each(temporary)('%s is still being written', name => expect(isTemporaryName(name)).toBe(true))
test.each(final)('%s is a finished name', name => expect(isTemporaryName(name)).toBe(false))

const still: Look = { bytes: 100, modifiedAt: 5_000, stillSince: 10_000 }
const looks: [string, Look | null, { bytes: number; modifiedAt: number; at: number }, 'whole' | number][] = [
  ['the first look never says whole', null, { bytes: 100, modifiedAt: 5_000, at: 10_000 }, 10_000],
  ['unchanged, but not for long enough', still, { bytes: 100, modifiedAt: 5_000, at: 14_999 }, 10_000],
  ['unchanged over the quiet time', still, { bytes: 100, modifiedAt: 5_000, at: 15_000 }, 'whole'],
  ['it grew: the quiet time begins again', still, { bytes: 101, modifiedAt: 5_000, at: 15_000 }, 15_000],
  ['it was written over in the same size', still, { bytes: 100, modifiedAt: 5_001, at: 15_000 }, 15_000],
  ['an old modification time alone proves nothing', null, { bytes: 100, modifiedAt: 0, at: 99_000 }, 99_000],
  ['an empty file that stays empty is whole', { ...still, bytes: 0 }, { bytes: 0, modifiedAt: 5_000, at: 15_000 }, 'whole'],
]

test.each(looks)('%s', (_title, before, now, expected) => {
  const verdict = judgeLook(before, now, { quietMs: 5_000 })
  expect(verdict.kind === 'whole' ? 'whole' : verdict.look.stillSince).toBe(expected)
})

const patterns: [string, string, boolean][] = [
  ['stock.csv', '*', true],
  ['stock.csv', '*.csv', true],
  ['STOCK.CSV', '*.csv', true],
  ['stock.txt', '*.csv', false],
  ['stock-2026.csv', 'stock-????.csv', true],
  ['stock-26.csv', 'stock-????.csv', false],
  ['a-b-c.csv', '*-*-*.csv', true],
  ['stock.csv.bak', '*.csv', false],
  ['', '*', true],
  ['', '?', false],
  ['stock(1).csv', 'stock(1).csv', true],
  ['在庫.csv', '?庫.*', true],
]

test.each(patterns)('the name %s and the pattern %s: %s', (name, pattern, fits) => {
  expect(matchesPattern(name, pattern)).toBe(fits)
})

test('a hostile pattern ends at once', () => {
  expect(matchesPattern('a'.repeat(255), `${'*a'.repeat(100)}b`)).toBe(false)
})
