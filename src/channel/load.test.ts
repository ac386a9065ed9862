import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Budget, directMs, FIRST_UPLOAD_MS, isUploadWorthIt, type MeasuredUploads, uploadFromLevels } from './load.ts'

/** 250 levels for 11 points, as a write of a full call costs. */
const plan = (pointsPerSecond: number): Budget => ({ bucketPoints: pointsPerSecond * 20, pointsPerSecond, pointsPerLevel: 0.044 })
const [STANDARD, ADVANCED, PLUS, ENTERPRISE] = [plan(100), plan(200), plan(1_000), plan(2_000)]
const measured = (overheadSeconds: number, levelsPerSecond: number): MeasuredUploads => ({
  overheadMs: overheadSeconds * 1_000,
  levelsPerSecond,
})

test.each<[says: string, Budget, MeasuredUploads | null, levels: number | null]>([
  ['Standard, none measured: where direct calls wait a minute', STANDARD, null, 181_819],
  ['Advanced, none measured', ADVANCED, null, 363_637],
  ['Plus, none measured', PLUS, null, 1_818_182],
  ['Enterprise, none measured', ENTERPRISE, null, 3_636_364],
  ['Standard, uploads begin within seconds and are fast', STANDARD, measured(10, 10_000), 88_236],
  ['Standard, they wait long for their turn', STANDARD, measured(600, 10_000), 1_823_530],
  ['Standard, they are slower than direct calls', STANDARD, measured(10, 2_000), null],
  ['Advanced, the same uploads as Standard', ADVANCED, measured(10, 10_000), 250_001],
  ['Plus, direct calls are faster however many there are', PLUS, measured(10, 10_000), null],
])('an upload is worth it from so many levels on: %s', (_, budget, uploads, levels) => {
  expect(uploadFromLevels(budget, uploads)).toBe(levels)
})

test.each<[says: string, levels: number, Budget, seconds: number]>([
  ['what the bucket holds waits for nothing', 45_000, STANDARD, 0],
  ['what is more comes at the rate of the plan', 100_000, STANDARD, 24],
  ['a larger plan has a larger bucket and a higher rate', 1_000_000, PLUS, 24],
])('how long direct calls wait for points: %s', (_, levels, budget, seconds) => {
  expect(directMs(levels, budget) / 1_000).toBeCloseTo(seconds, 6)
})

test('what the bucket of a plan holds never goes as an upload, however fast uploads are', () => {
  for (const budget of [STANDARD, ADVANCED, PLUS, ENTERPRISE])
    expect(isUploadWorthIt(Math.floor(budget.bucketPoints / budget.pointsPerLevel), budget, measured(0, 1e9))).toBe(false)
})

test('the threshold is where the one becomes sooner than the other', () => {
  const budget = fc.record({
    bucketPoints: fc.integer({ min: 0, max: 40_000 }),
    pointsPerSecond: fc.integer({ min: 10, max: 4_000 }),
    pointsPerLevel: fc.double({ min: 0.01, max: 1, noNaN: true }),
  })
  const uploads = fc.option(
    fc.record({ overheadMs: fc.integer({ min: 0, max: 3_600_000 }), levelsPerSecond: fc.integer({ min: 10, max: 1_000_000 }) }),
  )
  fc.assert(
    fc.property(budget, uploads, (of, by) => {
      const from = uploadFromLevels(of, by)
      if (from === null) return !isUploadWorthIt(100_000_000, of, by)
      // A level or two beside it, since sums of fractions end in fractions.
      return isUploadWorthIt(from + 2, of, by) && !isUploadWorthIt(Math.max(0, from - 2), of, by)
    }),
  )
  expect(FIRST_UPLOAD_MS).toBeGreaterThan(0)
})
