import { expect, test } from 'vitest'
import { isMonth, isPurgeable, type Month, monthOf, monthsAfter, monthsWanted, startOf } from './month.ts'

const month = (text: string) => text as Month

test.each<[string, number, string]>([
  ['2026-11', 1, '2026-12'],
  ['2026-12', 1, '2027-01'],
  ['2026-01', -1, '2025-12'],
  ['2026-11', -24, '2024-11'],
  ['2026-12', 0, '2026-12'],
])('%s and %i months is %s', (from, months, to) => expect(monthsAfter(month(from), months)).toBe(to))

test('a month begins at midnight UTC, and an instant belongs to one month', () => {
  const start = Date.UTC(2026, 11, 1)
  expect([startOf(month('2026-12')), monthOf(start), monthOf(start - 1)]).toEqual([start, '2026-12', '2026-11'])
})

test('this month and the next have a place before anything is written there', () => {
  expect(monthsWanted(Date.UTC(2026, 11, 31, 23, 59))).toEqual(['2026-12', '2027-01'])
})

test('what is kept for two months is this one and the two before it', () => {
  const now = Date.UTC(2026, 10, 26)
  const purged = ['2026-07', '2026-08', '2026-09', '2026-10', '2026-11'].filter(one => isPurgeable(month(one), now, 2))
  expect(purged).toEqual(['2026-07', '2026-08'])
  expect(isPurgeable(month('1999-01'), now, null)).toBe(false)
})

test.each([
  ['2026-11', true],
  ['2026-13', false],
  ['2026-1', false],
  ["2026-11'; drop", false],
])('%s is a month: %s', (text, expected) => expect(isMonth(text)).toBe(expected))
