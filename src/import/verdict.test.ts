import { expect, test } from 'vitest'
import { FILE_POLICY, type FileFacts, judgeFile } from './verdict.ts'

const WHOLE = { bytes: 100, lines: 11, lastLineEnded: true, lastRowCells: 7, lastRowReadable: true, broken: null }
const GOOD: FileFacts = { columnCount: 7, rowsRead: 10, rowsAccepted: 10, rowsRejected: 0, end: WHOLE }

const table: [title: string, facts: Partial<FileFacts>, is: string][] = [
  ['all rows are good', {}, 'believe'],
  ['one good row is enough', { rowsAccepted: 1, rowsRejected: 9 }, 'believe'],
  ['no line end, but a whole last row', { end: { ...WHOLE, lastLineEnded: false } }, 'believe'],
  ['a short last row with its line end is a bad row, not a cut', { end: { ...WHOLE, lastRowCells: 3 } }, 'believe'],
  ['no rows', { rowsRead: 0, rowsAccepted: 0 }, 'FILE_EMPTY'],
  ['cut in the last row', { end: { ...WHOLE, lastLineEnded: false, lastRowCells: 3 } }, 'FILE_LAST_LINE_INCOMPLETE'],
  [
    'cut inside a quoted cell',
    { rowsAccepted: 9, rowsRejected: 1, end: { ...WHOLE, lastLineEnded: false, lastRowCells: null, lastRowReadable: false } },
    'FILE_LAST_LINE_INCOMPLETE',
  ],
  ['no row is good', { rowsAccepted: 0, rowsRejected: 10 }, 'FILE_ALL_REJECTED'],
]
test.each(table)('%s', (_, facts, is) => {
  const verdict = judgeFile({ ...GOOD, ...facts })
  expect(verdict.kind === 'believe' ? 'believe' : verdict.code).toBe(is)
})

test('a sender that always ends its last line is held to it', () => {
  const cut = { ...GOOD, end: { ...WHOLE, lastLineEnded: false } }
  expect(judgeFile(cut, { ...FILE_POLICY, lastLineEndRequired: true })).toMatchObject({ kind: 'hold', code: 'FILE_LAST_LINE_INCOMPLETE' })
})

test('once a person has let it go, what can be read of a torn file counts', () => {
  const cut = { ...GOOD, rowsAccepted: 9, rowsRejected: 1, end: { ...WHOLE, lastLineEnded: false, lastRowCells: 3 } }
  expect(judgeFile(cut, { ...FILE_POLICY, isReleased: true })).toEqual({ kind: 'believe' })
})

test('a file that is not what its last line says waits for a person', () => {
  const total = { code: 'FILE_TRAILER_MISMATCH', reason: 'fewer rows' } as const
  expect(judgeFile(GOOD, { ...FILE_POLICY, total })).toEqual({ kind: 'hold', ...total })
})

test('a row without an outcome is a bug, not a verdict', () => {
  expect(() => judgeFile({ ...GOOD, rowsRead: 11 })).toThrow('bug')
})
