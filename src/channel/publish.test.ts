import { expect, test } from 'vitest'
import { decideLevel } from './publish.ts'

const level = (terms: Partial<Parameters<typeof decideLevel>[0]>) => ({
  ...{
    sellableUnits: 10,
    committedUnits: 0,
    openUnits: 0,
    reservedUnits: 0,
    availableUnits: 10,
    areOrdersKnown: true,
    isPromiseBehind: false,
  },
  ...terms,
})

test.each([
  ['the shop shows it already', level({}), { kind: 'agrees' }],
  ['less to sell is said at once', level({ sellableUnits: 4 }), { kind: 'write', fromUnits: 10, units: 4 }],
  [
    'less to sell is said even before any order is known',
    level({ sellableUnits: 4, areOrdersKnown: false }),
    { kind: 'write', fromUnits: 10, units: 4 },
  ],
  [
    'more to sell waits until orders are known',
    level({ sellableUnits: 12, areOrdersKnown: false }),
    { kind: 'wait', code: 'CHANNEL_WAITS_FOR_ORDERS' },
  ],
  [
    'more to sell waits while an order that we know is not in the promise yet',
    level({ availableUnits: 8, committedUnits: 2, openUnits: 2, isPromiseBehind: true }),
    { kind: 'wait', code: 'CHANNEL_WAITS_FOR_PROMISE' },
  ],
  ['less to sell does not wait for that', level({ sellableUnits: 4, isPromiseBehind: true }), { kind: 'write', fromUnits: 10, units: 4 }],
  ['more to sell', level({ sellableUnits: 12 }), { kind: 'write', fromUnits: 10, units: 12 }],
  ['four sold in the shop that we have not seen are not given back', level({ availableUnits: 6, committedUnits: 4 }), { kind: 'agrees' }],
  [
    'four sold unseen and one damaged: start 5, the shop shows 0, not 4',
    level({ sellableUnits: 4, availableUnits: 1, committedUnits: 4 }),
    { kind: 'write', fromUnits: 1, units: 0 },
  ],
  [
    'sold and known: the target holds them already',
    level({ sellableUnits: 6, availableUnits: 6, committedUnits: 4, openUnits: 4 }),
    { kind: 'agrees' },
  ],
  ['a draft order holds two', level({ availableUnits: 8, reservedUnits: 2 }), { kind: 'agrees' }],
  [
    'what the shop oversold is not raised to nothing',
    level({ sellableUnits: 0, availableUnits: -2, committedUnits: 2 }),
    { kind: 'agrees' },
  ],
  [
    'what the shop oversold is raised as soon as there is something to sell',
    level({ sellableUnits: 5, availableUnits: -2 }),
    { kind: 'write', fromUnits: -2, units: 5 },
  ],
  [
    'nothing to sell, and more of it unseen, agrees at nothing',
    level({ sellableUnits: 0, availableUnits: 0, committedUnits: 3 }),
    { kind: 'agrees' },
  ],
  ['never below nothing', level({ sellableUnits: 1, availableUnits: 3, committedUnits: 5 }), { kind: 'write', fromUnits: 3, units: 0 }],
])('%s', (_title, given, expected) => {
  expect(decideLevel(given)).toEqual(expected)
})
