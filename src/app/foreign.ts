import type { BookForeign } from '../channel/foreign-step.ts'
import type { Db } from '../db/connection.ts'
import { book } from '../inventory/document-step.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'

/** What somebody else wrote in a shop becomes a movement by hand, as of the last instant at which it can have been written. */
export function foreignBooking({ db, clock }: { db: Db; clock: Clock }): BookForeign {
  return async ({ findingId, facilityId, productId, units, until }) => {
    const line = { facilityId, productId, bin: null, effect: 'add' as const, units, reason: 'VAR_MANUAL' }
    const now = clock.now()
    const deed = { kind: 'variance' as const, lines: [line], who: 'the policy of the location', effectiveAt: Math.min(until, now), now }
    try {
      await db.transaction(tx => book(tx, { ...deed, key: `foreign/${findingId}`, reference: `changed in the shop, finding ${findingId}` }))
      return null
    } catch (error) {
      if (error instanceof TrueupError) return error.message
      throw error
    }
  }
}
