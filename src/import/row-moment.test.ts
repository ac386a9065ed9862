import { expect, test } from 'vitest'
import type { AsOfSettings } from '../feed/as-of.ts'
import { columnCalled, rowMoments } from './row-moment.ts'

const RECEIVED = Date.parse('2026-11-26T02:40:00Z')
const row = (cells: string[]) => ({ line: 2, byteOffset: 20, cells, raw: cells.join(',') })
const header = ['sku', 'Counted At', 'qty']

function says(settings: AsOfSettings, cell: string): unknown {
  const moments = rowMoments(settings, { header, receivedAt: RECEIVED })
  if (typeof moments !== 'function') return moments.kind
  const moment = moments(row(['A', cell, '1']))
  return typeof moment === 'number' ? new Date(moment).toISOString() : moment === null ? null : moment.code
}

const byColumn: AsOfSettings = { from: 'column', column: 'counted_at', zone: 'Europe/Berlin' }

const table: [string, AsOfSettings, string, unknown][] = [
  ['each row names its moment', byColumn, '2026-11-26 03:00', '2026-11-26T02:00:00.000Z'],
  ['a clock that is a little ahead', byColumn, '2026-11-26 03:45', '2026-11-26T02:40:00.000Z'],
  ['a moment that has not come', byColumn, '2026-11-27 03:00', 'ROW_AS_OF_UNREADABLE'],
  ['no moment', byColumn, 'yesterday', 'ROW_AS_OF_UNREADABLE'],
  ['a blank is not "now"', byColumn, ' ', 'ROW_FIELD_MISSING'],
  ['the file speaks for its rows', { from: 'received' }, '2026-11-26', null],
  ['a column that is not there', { ...byColumn, column: 'asOf' }, '2026-11-26', 'no_column'],
]

test.each(table)('%s', (_title, settings, cell, expected) => expect(says(settings, cell)).toBe(expected))

test('a file without a header has numbers for names', () => {
  expect([columnCalled('2', null), columnCalled('sku', null), columnCalled('0', null)]).toEqual([1, -1, -1])
})
