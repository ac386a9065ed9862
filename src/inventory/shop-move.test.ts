import { expect, test } from 'vitest'
import { STOCK_MOVES } from '../orders/port.ts'
import { effectOfMove, isPlacedByCounts } from './shop-move.ts'

test('what a shop says of two units moves on hand', () => {
  expect(STOCK_MOVES.map(kind => `${kind} ${effectOfMove({ kind, units: 2 })}`)).toEqual([
    'shipped -2',
    'unshipped 2',
    'returned 2',
    'lost -2',
  ])
})

test.each<[string, (number | null)[], boolean]>([
  ['nobody has it', [], true],
  ['never counted anywhere', [null], true],
  ['one was counted since, one was not', [20, 5], false],
  ['all were counted since', [20, 11, null], true],
  ['counted in the very instant', [10], false],
])('shipped at 10 from one of several: %s', (_title, counts, isPlaced) => expect(isPlacedByCounts(10, counts)).toBe(isPlaced))
