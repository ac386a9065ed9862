import { expect, test } from 'vitest'
import { decideLevel } from './publish.ts'

const level = (terms: Partial<Parameters<typeof decideLevel>[0]>) => ({
  ...{ sellableUnits: 10, committedUnits: 0, openUnits: 0, reservedUnits: 0, availableUnits: 10, areOrdersKnown: true },
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
  ['never below nothing', level({ sellableUnits: 1, availableUnits: 3, committedUnits: 5 }), { kind: 'write', fromUnits: 3, units: 0 }],
])('%s', (_title, given, expected) => {
  expect(decideLevel(given)).toEqual(expected)
})
