import type { InstantMs } from '../kernel/clock.ts'
import type { Look, StockMove } from './port.ts'

/** A shop writes whole seconds: what it dates at 10:00:00 happened before 10:00:01. */
const SECOND_MS = 1_000

/**
 * When a move happened by our clock, which is the one that counts are dated by. A shop's clock may be a minute wrong, and a shipment of
 * just after a count would pass for one that the count had seen; the look that told of it says how wrong. What is uncertain is decided
 * so that less is on hand: what left is taken to have left late, what came back to have come back early.
 */
export function movedAt({ kind, at }: Pick<StockMove, 'kind' | 'at'>, look: Look, heardAt: InstantMs): InstantMs {
  // Nobody told the shop's clock: it is believed.
  if (look.from <= 0) return Math.min(at, heardAt)
  const isGone = kind === 'shipped' || kind === 'lost'
  return Math.min(isGone ? at + SECOND_MS + heardAt - look.from : at + heardAt - look.until, heardAt)
}
