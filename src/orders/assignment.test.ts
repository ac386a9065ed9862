import { expect, test } from 'vitest'
import { type Piece, placesOf, withoutRejected } from './assignment.ts'

const at = (said: string): Piece => {
  const [units = '', where = ''] = said.split('@')
  return where.includes('_') ? { parking: where, units: Number(units) } : { facility: where, units: Number(units) }
}
const said = (pieces: readonly Piece[]) => pieces.map(piece => `${piece.units}@${'facility' in piece ? piece.facility : piece.parking}`)
const MEMBERS = ['NYC', 'BOS']

test.each([
  [5, [], ['5@_NA_']],
  [5, ['5@NYC'], ['5@NYC']],
  [5, ['3@NYC'], ['3@NYC', '2@_NA_']],
  [5, ['3@NYC', '2@BOS'], ['3@NYC', '2@BOS']],
  [5, ['2@PRE_ORDER_PARKING'], ['2@PRE_ORDER_PARKING', '3@_NA_']],
  // Two of them were shipped or cancelled since.
  [3, ['3@NYC', '2@BOS'], ['3@NYC']],
  [1, ['3@NYC', '2@BOS'], ['1@NYC']],
  [0, ['3@NYC'], []],
  // Somebody assigned what the shop did not commit there.
  [5, ['5@PARIS'], ['5@_NA_']],
  [5, ['4@PARIS', '5@BOS'], ['5@BOS']],
])('%i open, assigned %j: %j', (open, pieces, places) => {
  expect(said(placesOf(open, pieces.map(at), facility => MEMBERS.includes(facility)))).toEqual(places)
})

test.each([
  [['5@NYC'], 'NYC', 5, []],
  [['5@NYC'], 'NYC', 2, ['3@NYC']],
  [['3@NYC', '2@BOS'], 'BOS', 2, ['3@NYC']],
  [['1@NYC', '2@_NA_', '3@NYC'], 'NYC', 4, ['2@_NA_']],
  [['3@NYC'], 'BOS', 3, ['3@NYC']],
  [['3@NYC'], 'NYC', 9, []],
])('of %j, %s cannot send %i: %j', (pieces, facility, units, left) => {
  expect(said(withoutRejected(pieces.map(at), { facility, units }))).toEqual(left)
})
