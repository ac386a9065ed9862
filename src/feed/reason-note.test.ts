import { expect, test } from 'vitest'
import { followLines, reasonNote, type ToExplain } from './reason-note.ts'

const file: ToExplain = {
  feedName: 'netsuite',
  name: 'stock.csv',
  state: 'interrupted',
  receivedBytes: 4_711,
  expectedBytes: 10_000,
  reached: { line: 83, text: 'SKU-82,1', isEnded: false },
  wholeLater: null,
  openedAt: Date.UTC(2026, 10, 23, 23, 50, 35),
  receivedAt: null,
  code: 'FILE_INTERRUPTED',
  reason: 'The connection was lost after 4711 bytes.',
}

test('the note beside an interrupted file says how far it came and to send it again', () => {
  const note = reasonNote(file)
  expect(note).toContain('Bytes:    4711 of 10000')
  expect(note).toContain('Received: never whole')
  expect(note).toContain('FILE_INTERRUPTED')
  expect(note).toContain('Reached:  line 83, which is broken off: SKU-82,1')
  expect(note).toContain('Upload the whole file again')
})

test('the note beside a refused file names the page about its code', () => {
  const note = reasonNote({ ...file, state: 'failed', receivedAt: file.openedAt, code: 'FILE_EMPTY', reason: 'The file has no bytes.' })
  expect(note).toContain('Received: 2026-11-23 23:50:35 UTC')
  expect(note).toContain('docs/errors/FILE_EMPTY.md')
})

test('a note beside a torn file that came whole later says that nothing is to be done', () => {
  expect(reasonNote({ ...file, wholeLater: 43 })).toContain('came whole later, as file 43')
})

const lines: [string, string[], string][] = [
  ['no bytes', [], 'null'],
  ['one whole line', ['a,1\r\n'], '1 whole a,1'],
  ['a broken one', ['a,1\nb,', '2'], '2 broken b,2'],
  ['pieces that break in the middle', ['a', ',1', '\n', 'b'], '2 broken b'],
  ['signs that nobody should see', ['a\u0000b\u001b[1m'], '1 broken a?b?[1m'],
  ['a line of any length', ['x'.repeat(10_000)], `1 broken ${'x'.repeat(200)}`],
]
test.each(lines)('the last line reached of %s', (_what, chunks, expected) => {
  const follow = followLines()
  for (const chunk of chunks) follow.take(new TextEncoder().encode(chunk))
  const reached = follow.reached()
  expect(reached === null ? 'null' : `${reached.line} ${reached.isEnded ? 'whole' : 'broken'} ${reached.text}`).toBe(expected)
})
