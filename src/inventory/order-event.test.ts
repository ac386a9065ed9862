import { expect, test } from 'vitest'
import { effectOf, type WordOnLine } from './order-event.ts'

/** On hand and available to promise (on hand less reserved), and what waits for another facility. */
const table: [string, WordOnLine, { onHand: number; atp: number; parked: number }][] = [
  ['reservation: −1 ATP', { word: 'ordered', units: 1, heldUnits: 0 }, { onHand: 0, atp: -1, parked: 0 }],
  ['cancellation: +1 ATP', { word: 'cancelled', units: 1, heldUnits: 1 }, { onHand: 0, atp: 1, parked: 0 }],
  ['shipment of what was reserved: −1 on hand', { word: 'shipped', units: 1, heldUnits: 1 }, { onHand: -1, atp: 0, parked: 0 }],
  ['sale over the counter: −1 on hand, −1 ATP', { word: 'shipped', units: 1, heldUnits: 0 }, { onHand: -1, atp: -1, parked: 0 }],
  ['return that can be sold: +1 on hand, +1 ATP', { word: 'returned', units: 1, heldUnits: 0 }, { onHand: 1, atp: 1, parked: 0 }],
  ['return that cannot', { word: 'returned', units: 1, heldUnits: 0, isRestocked: false }, { onHand: 0, atp: 0, parked: 0 }],
  ['booked by an ERP: nothing moves', { word: 'booked', units: 1, heldUnits: 0 }, { onHand: 0, atp: 0, parked: 0 }],
  ['rejection: waits elsewhere, in doubt here', { word: 'rejected', units: 1, heldUnits: 1 }, { onHand: 0, atp: 0, parked: 1 }],
  [
    'rejection of what is there all the same: +1 ATP',
    { word: 'rejected', units: 1, heldUnits: 1, reason: 'NO_VARIANCE_LOG' },
    { onHand: 0, atp: 1, parked: 1 },
  ],
]
test.each(table)('%s', (_, word, { onHand, atp, parked }) => {
  const { onHandUnits, reservedUnits, parkedUnits } = effectOf(word)
  expect({ onHand: onHandUnits, atp: onHandUnits - reservedUnits, parked: parkedUnits }).toEqual({ onHand, atp, parked })
})
