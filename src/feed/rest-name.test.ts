import { expect, test } from 'vitest'
import { originalNameOf, reasonNameOf, restNameOf } from './rest-name.ts'

const receivedAt = Date.UTC(2026, 10, 23, 23, 50, 35, 123)

test('a file at rest is found by its date and time, in UTC', () => {
  expect(restNameOf({ name: 'stock.csv', receivedAt, fileId: 42 })).toBe('20261123T235035Z_42_stock.csv')
})

test('two files of one name and one second rest side by side', () => {
  expect(restNameOf({ name: 'stock.csv', receivedAt, fileId: 1 })).not.toBe(restNameOf({ name: 'stock.csv', receivedAt, fileId: 2 }))
})

test('a file that was dragged back from failed/ does not collect stamps', () => {
  const again = restNameOf({ name: '20261123T235035Z_42_stock.csv', receivedAt: receivedAt + 60_000, fileId: 43 })
  expect(again).toBe('20261123T235135Z_43_stock.csv')
})

const originals: [string, string][] = [
  ['20261123T235035Z_42_stock.csv', 'stock.csv'],
  ['stock.csv', 'stock.csv'],
  ['20261123_stock.csv', '20261123_stock.csv'],
  ['20261123T235035Z_42_', '20261123T235035Z_42_'],
]
test.each(originals)('%s first came as %s', (name, original) => expect(originalNameOf(name)).toBe(original))

test('the longest name that a client can give still fits, with its note beside it', () => {
  for (const name of [`${'x'.repeat(251)}.csv`, `${'庫'.repeat(83)}.csv`, '😀'.repeat(63)]) {
    const rest = restNameOf({ name, receivedAt, fileId: 123_456_789 })
    expect(new TextEncoder().encode(reasonNameOf(rest)).length).toBeLessThanOrEqual(255)
    expect(rest).not.toContain('\ufffd')
    if (name.endsWith('.csv')) expect(rest.endsWith('.csv')).toBe(true)
  }
})
