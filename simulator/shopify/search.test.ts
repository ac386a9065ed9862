import { describe, expect, test } from 'vitest'
import { byInstant, byNumber, byText, type Filters, search, TEXT } from './search.ts'

type Row = { id: number; sku: string; at: number }
const rows: Row[] = [
  { id: 1, sku: 'AB-1', at: Date.parse('2026-01-01T00:00:00.900Z') },
  { id: 2, sku: 'ab 1 xl', at: Date.parse('2026-01-02T00:00:00Z') },
  { id: 3, sku: 'AB-10', at: Date.parse('2026-01-03T00:00:00Z') },
  { id: 4, sku: "Bob's", at: Date.parse('2026-01-04T00:00:00Z') },
]
const filters: Filters<Row> = {
  [TEXT]: byText(row => row.sku),
  sku: byText(row => row.sku),
  id: byNumber(row => row.id),
  at: byInstant(row => row.at),
}
const found = (query: string): number[] => search(rows, query, filters).rows.map(row => row.id)

describe('search syntax', () => {
  const table: [query: string, ids: number[]][] = [
    ['', [1, 2, 3, 4]],
    ['sku:AB-1', [1, 2]],
    ['sku:"AB-1"', [1, 2]],
    ['sku:ab*', [1, 2, 3]],
    ['sku:"ab 1*"', [1, 2, 3]],
    ["sku:Bob\\'s", [4]],
    ['xl', [2]],
    ['id:>=3', [3, 4]],
    ['id:gid://shopify/Thing/2', [2]],
    ['id:>1 id:<4', [2, 3]],
    ['id:>1 AND id:<4', [2, 3]],
    ['id:1 OR id:4', [1, 4]],
    ['-id:1', [2, 3, 4]],
    ['NOT id:1 id:<3', [2]],
    ["at:>='2026-01-02T00:00:00Z'", [2, 3, 4]],
    ['at:<=2026-01-01T00:00:00Z', [1]],
    ['at:nonsense', [1, 2, 3, 4]],
    ['colour:red', [1, 2, 3, 4]],
  ]
  test.each(table)('%s', (query, ids) => expect(found(query)).toEqual(ids))

  test('names that no filter answers to are told', () => {
    expect(search(rows, 'colour:red id:1', filters).unknown).toEqual(['colour'])
  })

  test('parentheses are not simulated', () => expect(() => found('(id:1 OR id:2) sku:AB')).toThrow('parentheses'))
})
