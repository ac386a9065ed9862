import { describe, expect, test } from 'vitest'
import { effectsOf, gone, type KnownOrder, TAKEN_EARLIER_MS_MAX } from './effect.ts'
import type { OrderLine, SeenOrder } from './port.ts'

const T = Date.UTC(2026, 10, 24, 12)
const LOOK = { from: T + 60_000, until: T + 63_000 }
const HEARD = T + 30_000

const line = (locationGid: string, takenUnits: number, openUnits = takenUnits, lineGid = '1'): OrderLine => ({
  lineGid,
  inventoryItemGid: 'item',
  locationGid,
  openUnits,
  takenUnits,
})
const word = (lines: OrderLine[], more: Partial<SeenOrder> = {}): SeenOrder => ({
  orderGid: 'o',
  createdAt: T,
  updatedAt: T + 50_000,
  cancelledAt: null,
  isRouted: true,
  undone: [],
  moves: [],
  lines,
  ...more,
})
const known = (...lines: OrderLine[]): KnownOrder => ({ heardFrom: HEARD, cancelledAt: null, isRouted: true, lines })

describe('what a word on an order says about levels', () => {
  type Row = [title: string, before: KnownOrder | null, after: SeenOrder, expected: [string, number, number, number][]]
  const table: Row[] = [
    [
      'placed: taken when it was created, or at the checkout before',
      null,
      word([line('A', 2)]),
      [['A', -2, T - TAKEN_EARLIER_MS_MAX, LOOK.until]],
    ],
    [
      'heard of before it was routed: taken when it was placed, and not when we were told where',
      { ...known(), isRouted: false },
      word([line('A', 2)]),
      [['A', -2, T - TAKEN_EARLIER_MS_MAX, LOOK.until]],
    ],
    [
      'placed and shipped before we heard of it: taken all the same',
      null,
      word([line('A', 2, 0)]),
      [['A', -2, T - TAKEN_EARLIER_MS_MAX, LOOK.until]],
    ],
    ['the same word again', known(line('A', 2)), word([line('A', 2)]), []],
    ['shipped: what was taken stays taken', known(line('A', 2)), word([line('A', 2, 0)]), []],
    [
      'cancelled before we heard of it: taken, and come back when it says so',
      null,
      word([], { cancelledAt: T + 45_000, undone: [{ inventoryItemGid: 'item', locationGid: 'A', units: 2 }] }),
      [
        ['A', -2, T - TAKEN_EARLIER_MS_MAX, T + 46_000],
        ['A', 2, T - TAKEN_EARLIER_MS_MAX, T + 46_000],
      ],
    ],
    [
      'cancelled after we heard of it: only what changed',
      known(line('A', 2)),
      word([], { cancelledAt: T + 45_000, undone: [{ inventoryItemGid: 'item', locationGid: 'A', units: 2 }] }),
      [['A', 2, HEARD, T + 46_000]],
    ],
    ['a line added', known(line('A', 2)), word([line('A', 2), line('A', 3, 3, '2')]), [['A', -3, HEARD, LOOK.until]]],
    ['a line removed with restock', known(line('A', 2)), word([line('A', 1)]), [['A', 1, HEARD, LOOK.until]]],
    ['cancelled: come back when it says so', known(line('A', 2)), word([], { cancelledAt: T + 45_000 }), [['A', 2, HEARD, T + 46_000]]],
    [
      'cancelled before the last word, edited since',
      { ...known(line('A', 2)), cancelledAt: T + 20_000 },
      word([], { cancelledAt: T + 20_000 }),
      [['A', 2, HEARD, LOOK.until]],
    ],
    [
      'moved: gone from there, taken here, some time between two looks',
      known(line('A', 2)),
      word([line('B', 2)]),
      [
        ['A', 2, HEARD, LOOK.until],
        ['B', -2, HEARD, LOOK.until],
      ],
    ],
    [
      'a return goes back to another location than it was shipped from',
      known(line('A', 2, 0)),
      word([line('A', 2, 0), line('B', -1, 0)]),
      [['B', 1, HEARD, LOOK.until]],
    ],
    ['two lines of one item count together', known(line('A', 2)), word([line('A', 1), line('A', 1, 1, '2')]), []],
    ['deleted in the shop', known(line('A', 2)), gone('o', LOOK), [['A', 2, HEARD, LOOK.until]]],
  ]
  test.each(table)('%s', (_, before, after, expected) =>
    expect(effectsOf(before, after, LOOK).map(each => [each.locationGid, each.units, each.notBefore, each.notAfter])).toEqual(expected),
  )
})
