import { expect, test } from 'vitest'
import { type Contained, isComparedByLine, judgeRepeat } from './repeat.ts'

const file = (fileId: number, applied: number, matched: number, isLastCut = false): Contained => ({
  ...{ fileId, name: `f${fileId}.csv`, applied, matched, isLastCut },
})

const table: [string, Contained[], string][] = [
  ['nothing like it came', [], 'new'],
  ['no line agrees', [file(1, 20, 0)], 'new'],
  ['one line of many does not agree: it is another file', [file(1, 1_000, 999)], 'new'],
  ['every line that was applied stands in it', [file(1, 20, 20)], 'again of 1'],
  ['of two that stand in it, the one with more lines says what was applied', [file(1, 20, 20), file(2, 40, 40)], 'again of 2'],
  ['of two alike, the newer one', [file(1, 20, 20), file(2, 20, 20)], 'again of 2'],
  ['ten lines are no accident', [file(1, 10, 10)], 'again of 1'],
  ['nine may be', [file(1, 9, 9)], 'held, like 1'],
  ['the last line of a torn file was cut', [file(1, 20, 19, true)], 'held, like 1'],
  ['nothing but a cut line agrees', [file(1, 1, 0, true)], 'new'],
]

test.each(table)('%s', (_, earlier, wanted) => {
  const repeat = judgeRepeat(earlier, { isReleased: false })
  expect(repeat.kind === 'new' ? 'new' : `${repeat.kind === 'again' ? 'again of' : 'held, like'} ${repeat.of}`).toBe(wanted)
})

test('once a person has let it go, the rest of it counts', () => {
  expect(judgeRepeat([file(1, 3, 3)], { isReleased: true })).toEqual({ kind: 'again', of: 1 })
  expect(judgeRepeat([file(1, 20, 19, true)], { isReleased: true })).toEqual({ kind: 'again', of: 1 })
  expect(judgeRepeat([], { isReleased: true })).toEqual({ kind: 'new' })
})

const CHANGES = { kind: 'delta', isDue: false, isNumbered: false, isCorrection: false, isRequest: false, appliedBefore: undefined } as const

test.each<[string, Partial<Parameters<typeof isComparedByLine>[0]>, boolean]>([
  ['a file of changes', {}, true],
  ['a file of changes, as its feed says', { appliedBefore: 'leave_out' }, true],
  ['counts, which do no harm twice', { kind: 'count' }, false],
  ['a snapshot', { kind: 'on_hand_reset' }, false],
  ['changes that take effect later', { isDue: true }, false],
  ['changes that the sender numbers', { isNumbered: true }, false],
  ['a correction, whose rows say what they mend', { isCorrection: true }, false],
  ['changes under the key of a request', { isRequest: true }, false],
  ['changes that count as often as they come', { appliedBefore: 'count' }, false],
])('compared line by line with what came before: %s', (_, file, expected) => {
  expect(isComparedByLine({ ...CHANGES, ...file })).toBe(expected)
})
