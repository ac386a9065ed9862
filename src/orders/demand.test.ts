import { describe, expect, test } from 'vitest'
import { demandChanges, mergedLines, newestWords } from './demand.ts'
import type { OrderLine } from './port.ts'

const line = (lineGid: string, locationGid: string, openUnits: number, inventoryItemGid = 'item'): OrderLine => ({
  lineGid,
  inventoryItemGid,
  locationGid,
  openUnits,
  takenUnits: openUnits,
})

describe('what a new word on an order changes', () => {
  const table: [string, OrderLine[], OrderLine[], [string, number][]][] = [
    ['a new order holds its units', [], [line('1', 'A', 2)], [['A', 2]]],
    ['a cancelled order lets go', [line('1', 'A', 2)], [], [['A', -2]]],
    ['the same word twice changes nothing', [line('1', 'A', 2)], [line('1', 'A', 2)], []],
    ['a part shipped', [line('1', 'A', 5)], [line('1', 'A', 2)], [['A', -3]]],
    [
      'moved to another location',
      [line('1', 'A', 2)],
      [line('1', 'B', 2)],
      [
        ['B', 2],
        ['A', -2],
      ],
    ],
    ['two lines of one item count together', [line('1', 'A', 2)], [line('1', 'A', 1), line('2', 'A', 1)], []],
  ]
  test.each(table)('%s', (_, before, after, expected) =>
    expect(demandChanges('order', before, after).map(change => [change.locationGid, change.units])).toEqual(expected),
  )
})

test('an order that two pages show counts once, by its newest word', () => {
  const order = (updatedAt: number) => ({
    orderGid: 'o',
    createdAt: 0,
    updatedAt,
    cancelledAt: null,
    isRouted: true,
    lines: [],
    undone: [],
    moves: [],
  })
  expect(newestWords([order(2), order(1)])).toEqual([order(2)])
})

test('a line split over two fulfilment orders at one location is one line, and what was shipped is kept', () =>
  expect(mergedLines([line('1', 'A', 2), line('1', 'A', 3), line('2', 'A', 0), { ...line('3', 'A', 0), takenUnits: 1 }])).toEqual([
    line('1', 'A', 5),
    { ...line('3', 'A', 0), takenUnits: 1 },
  ]))
