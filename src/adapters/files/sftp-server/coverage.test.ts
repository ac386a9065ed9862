import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startCoverage } from './coverage.ts'

test('pieces in any order leave no gap', () => {
  const coverage = startCoverage(0)
  for (const [from, to] of [
    [10, 20],
    [0, 5],
    [20, 30],
    [5, 10],
  ] as const)
    coverage.add(from, to)
  expect([coverage.firstGap(), coverage.total()]).toEqual([30, 30])
})

test('a piece that never came is seen', () => {
  const coverage = startCoverage(0)
  coverage.add(0, 10)
  coverage.add(20, 30)
  expect([coverage.firstGap(), coverage.total()]).toEqual([10, 20])
})

test('an upload that goes on begins with what is there', () => {
  const coverage = startCoverage(100)
  coverage.add(100, 150)
  expect(coverage.firstGap()).toBe(150)
  coverage.truncate(120)
  expect([coverage.firstGap(), coverage.total()]).toEqual([120, 120])
})

test('whatever is written, it knows what a bitmap knows', () => {
  const piece = fc.tuple(fc.nat(60), fc.nat(20))
  fc.assert(
    fc.property(fc.nat(10), fc.array(piece, { maxLength: 30 }), (begin, pieces) => {
      const coverage = startCoverage(begin)
      const bitmap = new Set(Array.from({ length: begin }, (_, at) => at))
      for (const [from, length] of pieces) {
        coverage.add(from, from + length)
        for (let at = from; at < from + length; at++) bitmap.add(at)
      }
      let gap = 0
      while (bitmap.has(gap)) gap++
      expect([coverage.total(), coverage.firstGap()]).toEqual([bitmap.size, gap])
    }),
  )
})
