import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Doing, Shape } from './sale/pool-level.ts'
import { World } from './sale/pool-world.ts'

/*
 * Several levels on one stock, and whatever can happen to them in whatever order: two shops, an aggregate beside single locations, a kit
 * beside its part. Customers buy, cancel and lay aside, orders move to another location, goods are shipped and come; shops are polled, levels
 * looked at and told, promises follow later, answers are lost. No raise shows more than the pool has free; and where it is split, all together never do.
 */
const of = <K extends Doing['kind'], T extends object>(kind: K, terms: { [P in keyof T]: fc.Arbitrary<T[P]> }) =>
  fc.record({ kind: fc.constant(kind), ...terms })
const [at, which, few] = [fc.nat(2), fc.nat(20), fc.integer({ min: 1, max: 3 })]
const doing = fc.oneof(
  { weight: 6, arbitrary: of('buy', { at, units: few }) },
  { weight: 1, arbitrary: of('draft', { at, units: few }) },
  { weight: 1, arbitrary: of('finish', { which, isBought: fc.boolean() }) },
  { weight: 1, arbitrary: of('cancel', { which }) },
  { weight: 1, arbitrary: of('move', { which }) },
  { weight: 2, arbitrary: of('ship', { which }) },
  { weight: 2, arbitrary: of('deliver', { at, units: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: of('wait', { ms: fc.integer({ min: 100, max: 40_000 }) }) },
  { weight: 4, arbitrary: of('poll', { at }) },
  { weight: 2, arbitrary: of('hear', { which }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'reckon' as const }) },
  { weight: 3, arbitrary: of('look', { at }) },
  { weight: 2, arbitrary: of('answer', { at }) },
  { weight: 8, arbitrary: of('tell', { at, isHot: fc.boolean(), isLost: fc.boolean() }) },
) as fc.Arbitrary<Doing>

const single = (stock: number) => [{ stock, unitsEach: 1 }]
const several = (...stocks: number[]) => stocks.map(stock => ({ stock, unitsEach: 1 }))
const SHAPES: Record<string, Shape> = {
  'two shops on one pool': { stocks: 1, shops: [0, 1], products: [1, 1], groups: [null, null], draws: [single(0), single(0)] },
  'an aggregate beside single locations': {
    ...{ stocks: 2, shops: [0, 0, 0], products: [1, 1, 1], groups: [1, null, null] },
    draws: [several(0, 1), single(0), single(1)],
  },
  'one channel at two shops, beside a single location': {
    ...{ stocks: 2, shops: [0, 1, 1], products: [1, 1, 1], groups: [1, 1, null] },
    draws: [several(0, 1), several(0, 1), single(0)],
  },
  'two channels that share a facility': {
    ...{ stocks: 3, shops: [0, 1, 1], products: [1, 1, 1], groups: [1, 2, null] },
    draws: [several(0, 1), several(1, 2), single(1)],
  },
  'a kit beside its part': {
    ...{ stocks: 1, shops: [0, 0], products: [2, 1], groups: [null, null] },
    draws: [[{ stock: 0, unitsEach: 2 }], single(0)],
  },
}

const history = fc.array(doing, { minLength: 20, maxLength: 80, size: 'max' })

test.each(Object.entries(SHAPES))('%s: no raise shows more than is free, and when all is known that is shown', (_, shape) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), history, (stock, doings) => {
      const world = new World(shape, stock, false)
      for (const what of doings) world.do(what)
      world.settle()
      const drafts = world.levels.reduce((sum, level) => sum + level.reserved, 0)
      if (drafts === 0) for (const [at, level] of world.levels.entries()) expect(level.available, `level ${at}`).toBe(world.mayShow(at))
    }),
    { numRuns: 300 },
  )
})

test.each(Object.entries(SHAPES))('%s, split: all together never show more than there is', (_, shape) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), history, (stock, doings) => {
      const world = new World(shape, stock, true)
      for (const what of doings) {
        world.do(what)
        expect(world.shownTogether(), `after ${JSON.stringify(what)}`).toBeLessThanOrEqual(Math.max(0, world.freeTogether()))
      }
    }),
    { numRuns: 300 },
  )
})
