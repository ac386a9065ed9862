import { expect, test } from 'vitest'
import { binCountDifference, countDifference, isForLater, isOutdatedCount, mayGoBelowNothing, transferLegs } from './document.ts'

test.each([
  ['found as many as there are', 10, 10, 0, 0],
  ['found two less', 8, 10, 0, -2],
  ['counted at noon, three shipped since: they stay shipped', 10, 7, -3, 0],
  ['counted at noon, three shipped since, and one was missing at noon', 9, 7, -3, -1],
  ['never counted, so what is found is new', 4, 0, 0, 4],
])('a count: %s', (_, counted, onHand, since, expected) => expect(countDifference(counted, onHand, since)).toBe(expected))

test.each([
  ['all of it lay there without a bin', 10, 10, { binUnits: 10, restUnits: -10 }],
  ['more than had no bin', 10, 4, { binUnits: 10, restUnits: -4 }],
  ['nothing without a bin: it is new', 10, 0, { binUnits: 10, restUnits: 0 }],
  ['less than was known is lost, whatever lies elsewhere', -3, 10, { binUnits: -3, restUnits: 0 }],
  ['a rest that is less than nothing gives nothing', 5, -2, { binUnits: 5, restUnits: 0 }],
])('a bin counted anew: %s', (_, difference, rest, expected) => expect(binCountDifference(difference, rest)).toEqual(expected))

test('a transfer takes from one facility what it gives to the other', () => {
  const { sent, received } = transferLegs({
    from: { facilityId: 1, bin: 'A' },
    to: { facilityId: 2, bin: null },
    lines: [{ productId: 7, units: 3 }],
  })
  expect(sent).toEqual([{ facilityId: 1, bin: 'A', productId: 7, effect: 'add', units: -3, reason: 'VAR_TRFR_ORD_SHIPPED' }])
  expect(received).toEqual([{ facilityId: 2, bin: null, productId: 7, effect: 'add', units: 3, reason: 'VAR_SHIP_RECV' }])
})

test('a count older than the newest one changes nothing; one of the same instant does', () => {
  expect([isOutdatedCount(1, 2), isOutdatedCount(2, 2), isOutdatedCount(2, null)]).toEqual([true, false, false])
})

test('only facts may show less than nothing', () => {
  const kinds = ['variance', 'count', 'receipt', 'transfer', 'restock', 'repair', 'reversal'] as const
  expect(kinds.filter(mayGoBelowNothing)).toEqual(['count', 'repair'])
})

test('what is for later waits for its instant, and takes effect on it', () => {
  expect([isForLater(2, 1), isForLater(1, 1)]).toEqual([true, false])
})
