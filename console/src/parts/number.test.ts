import { expect, test } from 'vitest'
import { bytes, many, signed, whole } from './number.ts'

test('unknown is a dash and zero is a zero', () => {
  expect([whole(null), whole(0), whole(412_310)]).toEqual(['–', '0', '412,310'])
})

test('a change has its sign', () => {
  expect([signed(12), signed(-1_200), signed(0)]).toEqual(['+12', '−1,200', '±0'])
})

test('sizes and counts are said as a person would', () => {
  expect([bytes(18), bytes(81_400), bytes(3_200_000_000)]).toEqual(['18 bytes', '81.4 KB', '3.2 GB'])
  expect([many(1, 'row', 'rows'), many(1_069, 'row', 'rows')]).toEqual(['1 row', '1,069 rows'])
})
