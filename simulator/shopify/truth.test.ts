import { expect, test } from 'vitest'
import { Truth } from './truth.ts'

const world = (): Truth => {
  const truth = new Truth()
  truth.add('ball', 5)
  truth.add('net', 4)
  truth.draw('shop/ball', [{ pool: 'ball', units: 1 }])
  truth.draw('other/ball', [{ pool: 'ball', units: 1 }])
  truth.draw('shop/kit', [
    { pool: 'ball', units: 2 },
    { pool: 'net', units: 1 },
  ])
  return truth
}

const sales: [title: string, sold: [level: string, units: number][], oversold: number[]][] = [
  ['what is there is sold', [['shop/ball', 5]], [0]],
  [
    'the sixth of five is oversold',
    [
      ['shop/ball', 4],
      ['shop/ball', 2],
    ],
    [0, 1],
  ],
  [
    'two shops sell from one pool',
    [
      ['shop/ball', 3],
      ['other/ball', 3],
    ],
    [0, 1],
  ],
  [
    'what was oversold is not counted twice',
    [
      ['shop/ball', 9],
      ['other/ball', 1],
    ],
    [4, 1],
  ],
  [
    'a kit takes its parts',
    [
      ['shop/kit', 2],
      ['shop/ball', 2],
    ],
    [0, 1],
  ],
  [
    'a kit is short when one part is',
    [
      ['shop/ball', 4],
      ['shop/kit', 1],
    ],
    [0, 1],
  ],
]
test.each(sales)('%s', (_title, sold, oversold) => {
  const truth = world()
  expect(sold.map(([level, units]) => truth.sold(level, units, 0))).toEqual(oversold)
  expect(truth.counts().unitsOversold).toBe(oversold.reduce((sum, units) => sum + units, 0))
})

test('what comes back or is delivered can be sold again', () => {
  const truth = world()
  truth.sold('shop/ball', 5, 0)
  truth.gaveBack('shop/ball', 1)
  truth.add('ball', 1)
  expect(truth.sold('shop/ball', 3, 0)).toBe(1)
})

test('a level without a pool is taken at the word of its shop', () => {
  expect(world().sold('shop/sock', 4, 3)).toBe(3)
})

test('a customer is refused in vain when there was something', () => {
  const truth = world()
  truth.sold('shop/ball', 4, 0)
  truth.refused('shop/ball', 3)
  expect(truth.counts()).toMatchObject({ unitsRefused: 3, unitsRefusedInVain: 1 })
})
