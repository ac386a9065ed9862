import { expect, test } from 'vitest'
import { judgeTotal, numberIn } from './control-total.ts'

const lines: [string, string, number | null][] = [
  ['TRAILER|1000', 'TRAILER|{n}', 1_000],
  ['trailer|1000', 'TRAILER|{n}', 1_000],
  ['TRAILER|1,000,000', 'TRAILER|{n}', 1_000_000],
  ['T;2026-11-23;42;EUR', 'T;*;{n};EUR', 42],
  ['42 rows exported', '{n} rows exported', 42],
  ['Total: 335974', '*{n}', 335_974],
  ['TRAILER|', 'TRAILER|{n}', null],
  ['F1,SKU,A,1', 'TRAILER|{n}', null],
  ['TRAILER|12 rows', 'TRAILER|{n}', null],
  ['TRAILER|12', 'TRAILER', null],
]
test.each(lines)('the number of %s by %s is %s', (line, pattern, expected) => expect(numberIn(line, pattern)).toBe(expected))

const facts = { rowsRead: 1_000, unitsRead: 50_000, rowsRejected: 0 }
const judged: [string, Parameters<typeof judgeTotal>, string | null][] = [
  ['as many rows as it says', [{ counts: 'rows', pattern: 'TRAILER|{n}' }, 'TRAILER|1000', facts], null],
  ['as many units as it says', [{ counts: 'units', pattern: 'TRAILER|{n}' }, 'TRAILER|50000', facts], null],
  ['fewer rows', [{ counts: 'rows', pattern: 'TRAILER|{n}' }, 'TRAILER|1001', facts], 'FILE_TRAILER_MISMATCH'],
  ['no such line', [{ counts: 'rows', pattern: 'TRAILER|{n}' }, 'F1,SKU,A,1', facts], 'FILE_TRAILER_MISSING'],
  ['no line at all', [{ counts: 'rows', pattern: 'TRAILER|{n}' }, null, facts], 'FILE_TRAILER_MISSING'],
]
test.each(judged)('a file with %s', (_what, args, expected) => expect(judgeTotal(...args)?.code ?? null).toBe(expected))
