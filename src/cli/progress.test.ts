import { expect, test } from 'vitest'
import { plain } from '../kernel/plain.ts'
import { barOf, openProgress } from './progress.ts'
import { ageOf, tableOf } from './table.ts'

function drawn(isTTY: boolean, times: number[]) {
  const text: string[] = []
  let time = 0
  const progress = openProgress({ terminal: { write: piece => void text.push(piece), isTTY }, now: () => time })
  for (const at of times) {
    time = at
    progress.at(at, 2_000, 'sending')
  }
  progress.end()
  return text.join('')
}

test('a bar is drawn where somebody sees it and the work takes longer than a second, and taken away again', () => {
  expect(drawn(true, [0, 500, 999])).toBe('')
  expect(drawn(false, [500, 1_500])).toBe('')
  expect(drawn(true, [500, 1_500, 1_550])).toBe(`\r\u001b[K${barOf(75, 100, 0)} sending\r\u001b[K`)
})

test.each([
  [0, 10, '   0%'],
  [5, 10, '  50%'],
  [10, 10, ' 100%'],
  [12, 10, ' 100%'],
  [0, 0, ' 100%'],
])('%i of %i is%s', (done, total, wanted) => expect(barOf(done, total, 0).slice(-5)).toBe(wanted))

test('what is not known is a light that wanders', () =>
  expect([barOf(0, null, 0), barOf(0, null, 200)].map(bar => bar.indexOf('#'))).toEqual([1, 3]))

test.each([
  [-5, '0 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [3 * 3_600_000, '3 h'],
  [3 * 86_400_000, '3 d'],
])('%i ms are %s', (ms, wanted) => expect(ageOf(ms)).toBe(wanted))

test('a name from outside cannot paint the terminal', () => expect(plain('a\u001b[31m\nb\u202e')).toBe('a?[31m?b?'))

test('a row of a file with tabs is shown as a row, not as a row of question marks', () => expect(plain('1\t50\tA')).toBe('1 50 A'))

test('numbers stand to the right', () =>
  expect(
    tableOf(
      ['Name', '>Units'],
      [
        ['a', '10'],
        ['bcdefg', '7'],
      ],
    ),
  ).toBe('Name    Units\na          10\nbcdefg      7'))
