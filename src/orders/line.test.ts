import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LineEvent, lineAfter, openUnits } from './line.ts'

const ordered = (units: number, at: number, facilityId: number | null = 1): LineEvent => ({ word: 'ordered', units, facilityId, at })
const told = (word: LineEvent['word'], units: number, at: number): LineEvent => ({ word, units, facilityId: 1, at })

test.each<[string, LineEvent[], { heldUnits: number; parkedUnits: number }]>([
  ['ordered at a facility', [ordered(3, 1)], { heldUnits: 3, parkedUnits: 0 }],
  ['ordered, no facility yet', [ordered(3, 1, null)], { heldUnits: 0, parkedUnits: 3 }],
  ['assigned later', [ordered(3, 1, null), ordered(3, 2, 4)], { heldUnits: 3, parkedUnits: 0 }],
  ['partly shipped, partly cancelled', [ordered(5, 1), told('shipped', 2, 2), told('cancelled', 1, 3)], { heldUnits: 2, parkedUnits: 0 }],
  ['shipped before anybody told of the order', [told('shipped', 2, 2), ordered(2, 1)], { heldUnits: 0, parkedUnits: 0 }],
  ['more shipped than ordered', [ordered(1, 1), told('shipped', 2, 2)], { heldUnits: 0, parkedUnits: 0 }],
  ['rejected in part', [ordered(3, 1), told('rejected', 1, 2)], { heldUnits: 2, parkedUnits: 1 }],
  ['rejected, then assigned elsewhere', [ordered(3, 1), told('rejected', 3, 2), ordered(3, 3, 2)], { heldUnits: 3, parkedUnits: 0 }],
  ['rejected, then cancelled', [ordered(3, 1), told('rejected', 3, 2), told('cancelled', 3, 3)], { heldUnits: 0, parkedUnits: 0 }],
  ['nothing but a return', [told('returned', 1, 2)], { heldUnits: 0, parkedUnits: 0 }],
])('an order line: %s', (_, events, expected) => expect(openUnits(lineAfter(events))).toEqual(expected))

test('in whatever order words arrive, the line ends the same', () => {
  const event = fc.record({
    word: fc.constantFrom<LineEvent['word']>('ordered', 'cancelled', 'shipped', 'returned', 'rejected'),
    units: fc.nat({ max: 9 }),
    facilityId: fc.constantFrom(null, 1, 2),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), fc.infiniteStream(fc.double({ noNaN: true })), (events, chance) => {
      const timed = events.map((one, at) => ({ ...one, at }))
      const shuffled = timed.map(one => ({ one, key: chance.next().value })).sort((a, b) => a.key - b.key)
      expect(lineAfter(shuffled.map(({ one }) => one))).toEqual(lineAfter(timed))
    }),
  )
})
