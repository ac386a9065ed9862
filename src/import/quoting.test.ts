import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitQuoted, walkLine } from './quoted.ts'
import { quotingOf } from './quoting.ts'
import type { Escape } from './reading-settings.ts'

const table: [title: string, quote: string, escape: Escape, line: string, state: string, cells: string[] | null][] = [
  ['a quote behind a backslash', '"', 'backslash', '"12\\" pipe",1', 'closed', ['12" pipe', '1']],
  ['a backslash behind a backslash ends nothing', '"', 'backslash', '"C:\\\\",1', 'closed', ['C:\\', '1']],
  ['a backslash before a letter stands for itself', '"', 'backslash', '"C:\\temp",1', 'closed', ['C:\\temp', '1']],
  ['outside of quotes a backslash is a sign like any other', '"', 'backslash', 'a\\,1', 'closed', ['a\\', '1']],
  ['a cell that goes on in the next line', '"', 'backslash', '"12\\",1', 'open', null],
  ['single quotes', "'", 'doubled', "'it''s','1'", 'closed', ["it's", '1']],
  ['single quotes, a double one inside', "'", 'doubled', "'12\" pipe','1'", 'closed', ['12" pipe', '1']],
  ['text behind the closing quote', "'", 'doubled', "'a'b,1", 'misplaced', null],
]
test.each(table)('%s', (_, quote, escaping, line, state, cells) => {
  const quoting = quotingOf(quote, escaping)
  expect(quoting?.walk(line, ',', false)).toBe(state)
  if (cells !== null) expect(quoting?.split(line, ',')).toEqual(cells)
})

test('the general way reads doubled quotes as the fast way does', () => {
  const line = fc.array(fc.constantFrom('a', '1', ',', '"', '""', ' ')).map(pieces => pieces.join(''))
  fc.assert(
    fc.property(line, fc.boolean(), (text, isOpen) => {
      // The general way with another sign, on the same text with that sign in the place of the double quote.
      const general = quotingOf("'", 'doubled')
      const other = text.replaceAll('"', "'")
      const state = walkLine(text, ',', isOpen)
      expect(general?.walk(other, ',', isOpen)).toBe(state)
      if (state === 'closed' && !isOpen)
        expect(general?.split(other, ',').map(cell => cell.replaceAll("'", '"'))).toEqual(splitQuoted(text, ','))
    }),
    { numRuns: 2_000 },
  )
})

test('whatever is written behind backslashes is read back', () => {
  const cell = fc.array(fc.constantFrom('a', '\\', '"', ',', 'n', '\n')).map(pieces => pieces.join(''))
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), cells => {
      const written = cells.map(text => `"${text.replace(/[\\"]/g, sign => `\\${sign}`)}"`).join(',')
      expect(quotingOf('"', 'backslash')?.split(written, ',')).toEqual(cells)
    }),
    { numRuns: 2_000 },
  )
})
