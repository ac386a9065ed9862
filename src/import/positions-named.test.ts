import fc from 'fast-check'
import { expect, test } from 'vitest'
import { positionsNamed } from './positions-named.ts'

const position = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40_000 }))

test('a position that is named twice is noticed, and nothing else is', () => {
  fc.assert(
    fc.property(fc.array(position, { maxLength: 60 }), fc.boolean(), (rows, isRepeated) => {
      const named = positionsNamed()
      const all = isRepeated && rows[0] !== undefined ? [...rows, rows[0]] : rows
      for (const [facilityId, productId] of all) named.name(facilityId, productId)
      expect(named.isEachOnce()).toBe(new Set(all.map(String)).size === all.length)
    }),
  )
})

test('what there is no memory for is not known, and so not said to be once', () => {
  const named = positionsNamed(2_048)
  named.name(1, 5)
  expect(named.isEachOnce()).toBe(true)
  named.name(1, 100_000)
  expect(named.isEachOnce()).toBe(false)
})
