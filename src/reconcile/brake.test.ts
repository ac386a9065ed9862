import { expect, test } from 'vitest'
import { judgeCorrections } from './brake.ts'

const limits = { correctionsMax: 10, unitsMax: 100 }

test.each([
  ['nothing differs', { corrections: 0, units: 0 }, 'repair'],
  ['exactly at the limits', { corrections: 10, units: 100 }, 'repair'],
  ['one level too many', { corrections: 11, units: 20 }, 'hold'],
  ['one unit too many', { corrections: 2, units: 101 }, 'hold'],
])('%s', (_title, found, expected) => {
  expect(judgeCorrections(found, limits).kind).toBe(expected)
})
