import { expect, test } from 'vitest'
import { reasonNote, type ToExplain } from './reason-note.ts'

const file: ToExplain = {
  feedName: 'netsuite',
  name: 'stock.csv',
  state: 'interrupted',
  receivedBytes: 4_711,
  openedAt: Date.UTC(2026, 10, 23, 23, 50, 35),
  receivedAt: null,
  code: 'FILE_INTERRUPTED',
  reason: 'The connection was lost after 4711 bytes.',
}

test('the note beside an interrupted file says how far it came and to send it again', () => {
  const note = reasonNote(file)
  expect(note).toContain('Bytes:    4711')
  expect(note).toContain('Received: never whole')
  expect(note).toContain('FILE_INTERRUPTED')
  expect(note).toContain('Upload the whole file again')
})

test('the note beside a refused file names the page about its code', () => {
  const note = reasonNote({ ...file, state: 'failed', receivedAt: file.openedAt, code: 'FILE_EMPTY', reason: 'The file has no bytes.' })
  expect(note).toContain('Received: 2026-11-23 23:50:35 UTC')
  expect(note).toContain('docs/errors/FILE_EMPTY.md')
})
