import type { OrderWord } from '../import/order-row.ts'

/** What a word on an order line does to the facility that it names. ATP is on hand less reserved. */
export type OrderEffect = {
  onHandUnits: number
  reservedUnits: number
  /** What waits for another facility, and counts against the channel that sold it. */
  parkedUnits: number
}

export type WordOnLine = {
  word: OrderWord
  units: number
  /** How many of them the facility holds for the order. */
  heldUnits: number
  isRestocked?: boolean
  /** Of a rejection: `NO_VARIANCE_LOG` says that the units are there all the same. */
  reason?: string | null
}

/**
 * Reservation: −1 ATP. Cancellation: +1 ATP. Shipment: −1 on hand, and the reservation goes with it. Return: +1 on hand, if it can be
 * sold again. Rejection: the order waits elsewhere, and here on hand and ATP stay as they are until somebody counts.
 */
export function effectOf({ word, units, heldUnits, isRestocked = true, reason = null }: WordOnLine): OrderEffect {
  const released = Math.min(units, heldUnits)
  switch (word) {
    case 'ordered':
      return { onHandUnits: 0, reservedUnits: units, parkedUnits: 0 }
    case 'cancelled':
      return { onHandUnits: 0, reservedUnits: 0 - released, parkedUnits: 0 }
    case 'shipped':
      return { onHandUnits: -units, reservedUnits: 0 - released, parkedUnits: 0 }
    case 'returned':
      return { onHandUnits: isRestocked ? units : 0, reservedUnits: 0, parkedUnits: 0 }
    case 'booked':
      return { onHandUnits: 0, reservedUnits: 0, parkedUnits: 0 }
    case 'rejected': {
      const isInDoubt = reason !== 'NO_VARIANCE_LOG'
      return { onHandUnits: 0, reservedUnits: (isInDoubt ? units : 0) - released, parkedUnits: released }
    }
  }
}
