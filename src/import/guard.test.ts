import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Figures, type Guard, type GuardLimits, judgeGuards, proposeGuards } from './guard.ts'

const usual: Figures = {
  ...{ rowsRead: 1_000, rows: 1_000, units: 50_000, zeroes: 100, facilities: [1, 2, 3, 4], rejected: 0 },
  ...{ known: 1_000, changed: 50, largestChangeUnits: 40 },
}
const good = [usual, { ...usual, rows: 1_020 }, { ...usual, rows: 990 }]

const table: [string, GuardLimits, Partial<Figures>, Guard[]][] = [
  ['every guard is off: anything is believed', {}, { rows: 1, units: 0, zeroes: 1, facilities: [] }, []],
  ['half of the rows', { rowsPercent: 20 }, { rows: 500 }, ['rowsPercent']],
  ['twice the rows', { rowsPercent: 20 }, { rows: 2_000 }, ['rowsPercent']],
  ['a tenth more rows', { rowsPercent: 20 }, { rows: 1_100 }, []],
  ['a tenth of the units', { unitsPercent: 50 }, { units: 5_000 }, ['unitsPercent']],
  ['everything at zero', { zeroPercent: 30 }, { zeroes: 1_000 }, ['zeroPercent']],
  ['as many zeroes as allowed', { zeroPercent: 30 }, { zeroes: 300 }, []],
  ['one facility is not there', { facilitiesMissing: 0 }, { facilities: [1, 2, 3] }, ['facilitiesMissing']],
  ['one facility more', { facilitiesMissing: 0 }, { facilities: [1, 2, 3, 4, 5] }, []],
  ['nearly everything changes', { changedPercent: 50 }, { changed: 900 }, ['changedPercent']],
  ['one position changes by a million', { largestChangeUnits: 1_000 }, { largestChangeUnits: 1_000_000 }, ['largestChangeUnits']],
  ['a third is rejected', { rejectedPercent: 5 }, { rows: 667, rejected: 333 }, ['rejectedPercent']],
  [
    'everything at once, in the order in which it is read',
    { rejectedPercent: 5, rowsPercent: 5, zeroPercent: 5 },
    { rows: 500, zeroes: 500, rejected: 500 },
    ['rowsPercent', 'zeroPercent', 'rejectedPercent'],
  ],
]

test.each(table)('%s', (_title, limits, file, expected) => {
  expect(judgeGuards({ ...usual, ...file }, good, limits).map(breach => breach.guard)).toEqual(expected)
})

test('a breach says what was found, what is usual and what is allowed', () => {
  const [breach] = judgeGuards({ ...usual, rows: 500 }, good, { rowsPercent: 20 })
  expect(breach?.sentence).toBe('The file has 500 rows, 50 % fewer than the usual 1,000. The feed allows 20 %.')
})

test('a first file differs from nothing; its zeroes and its rejected rows are judged all the same', () => {
  const limits = { rowsPercent: 0, unitsPercent: 0, facilitiesMissing: 0, zeroPercent: 5, rejectedPercent: 5 }
  expect(judgeGuards({ ...usual, rejected: 200 }, [], limits).map(breach => breach.guard)).toEqual(['zeroPercent', 'rejectedPercent'])
})

test('a first count has nothing that it could change', () => {
  expect(judgeGuards({ ...usual, known: 0, changed: 0 }, good, { changedPercent: 0 })).toEqual([])
})

test('nothing is proposed from two files', () => expect(proposeGuards(good.slice(0, 2))).toBeNull())

test('what is proposed lets every file pass from which it was learnt', () => {
  const figures: fc.Arbitrary<Figures> = fc
    .record({
      rows: fc.nat(5_000),
      units: fc.nat(100_000),
      zeroes: fc.nat(5_000),
      facilities: fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
      rejected: fc.nat(500),
      known: fc.nat(5_000),
      changed: fc.nat(5_000),
      largestChangeUnits: fc.nat(100_000),
    })
    .map(one => ({
      ...one,
      rowsRead: one.rows + one.rejected,
      zeroes: Math.min(one.zeroes, one.rows),
      changed: Math.min(one.changed, one.known),
    }))
  fc.assert(
    fc.property(fc.array(figures, { minLength: 3, maxLength: 10 }), files => {
      const limits = proposeGuards(files)
      expect(limits).not.toBeNull()
      // Files whose usual is nothing, or thousands of per cent away, are beyond what any limit should learn.
      const breaches = files.flatMap((file, index) => judgeGuards(file, files.slice(index + 1), limits ?? {}))
      expect(breaches.filter(breach => breach.found <= 500)).toEqual([])
    }),
  )
})
