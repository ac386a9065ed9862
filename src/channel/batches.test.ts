import { expect, test } from 'vitest'
import { batchesOf } from './batches.ts'

test.each([
  ['nothing is no batch', [], []],
  ['one location, up to the limit', [1, 1, 1], [[1, 1], [1]]],
  ['each location its own', [1, 2, 2], [[1], [2, 2]]],
])('%s', (_, locations, expected) => {
  const batches = batchesOf(
    locations.map(locationId => ({ locationId })),
    2,
  )
  expect(batches.map(batch => batch.map(level => level.locationId))).toEqual(expected)
})
