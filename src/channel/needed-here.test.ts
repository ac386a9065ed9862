import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Need, neededHere } from './needed-here.ts'

const free = (units: Record<string, number>) => new Map(Object.entries(units))
const need = (units: number, ...places: string[]): Need => ({ units, places })

test.each<[string, Need[], Record<string, number>, number]>([
  ['nobody needs anything', [need(0, 'A', 'B')], { A: 5, B: 5 }, 0],
  ['there is enough elsewhere', [need(5, 'A', 'B')], { A: 5, B: 5 }, 0],
  ['three are missing elsewhere', [need(8, 'A', 'B')], { A: 5, B: 5 }, 3],
  ['more than lies here', [need(12, 'A', 'B')], { A: 5, B: 5 }, 7],
  ['less than nothing elsewhere is nothing', [need(2, 'A', 'B')], { A: 5, B: -4 }, 2],
  ['two channels have enough each, and too little together', [need(3, 'A', 'B'), need(3, 'A', 'B', 'C')], { A: 5, B: 3, C: 0 }, 3],
  ['two channels that lack both', [need(3, 'A', 'B'), need(3, 'A', 'C')], { A: 5, B: 0, C: 0 }, 6],
  [
    'a channel that draws on nothing here takes what another would have had',
    [need(3, 'A', 'B'), need(3, 'B', 'C')],
    { A: 3, B: 3, C: 0 },
    3,
  ],
  ['what it lacks beyond that cannot come from here', [need(1, 'A', 'B'), need(9, 'B', 'C')], { A: 3, B: 3, C: 0 }, 1],
  ['a channel that lacks, and shares nothing with here', [need(9, 'B', 'C')], { A: 3, B: 0, C: 0 }, 0],
  ['whoever took of it can have another instead', [need(3, 'B', 'C'), need(3, 'A', 'B')], { A: 5, B: 3, C: 3 }, 0],
])('%s', (_, needs, there, expected) => expect(neededHere(new Set(['A']), needs, free(there))).toBe(expected))

test('it is what every choice of needs, looked at together, leaves over elsewhere', () => {
  const places = ['A', 'B', 'C', 'D']
  const some = fc.record({ units: fc.integer({ min: 0, max: 9 }), places: fc.subarray(places, { minLength: 1 }) })
  fc.assert(
    fc.property(
      fc.array(some, { maxLength: 5 }),
      fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 4, maxLength: 4 }),
      (needs, units) => {
        const there = new Map(places.map((place, at) => [place, units[at] ?? 0]))
        const shipped = (here: number) =>
          Math.min(
            ...Array.from({ length: 2 ** needs.length }, (_, chosen) => {
              const mine = needs.filter((_, at) => (chosen >> at) % 2 === 1)
              const others = needs.filter((_, at) => (chosen >> at) % 2 === 0).reduce((sum, each) => sum + each.units, 0)
              const reach = new Set(mine.flatMap(each => each.places))
              return others + [...reach].reduce((sum, place) => sum + (place === 'A' ? here : Math.max(0, there.get(place) ?? 0)), 0)
            }),
          )
        expect(neededHere(new Set(['A']), needs, there)).toBe(shipped(1_000_000) - shipped(0))
      },
    ),
    { numRuns: 2_000 },
  )
})
