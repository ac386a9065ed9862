import { setChoice } from '../catalog/choice-store.ts'
import { relink } from '../catalog/reading-store.ts'
import { stopShop, unmapLocation } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import * as store from './leaving-store.ts'

/**
 * What leaves a shop by way of 0 has left it when each of its levels shows 0: only then its link or its mapping ends, or the shop is
 * switched off, and nothing of it is touched any longer.
 */
export async function finishLeaving(db: Db, shopId: number, now: InstantMs): Promise<boolean> {
  const done = (await store.leavingsOf(db, shopId)).filter(leaving => leaving.levelsLeft === 0)
  for (const leaving of done) {
    await db.transaction(async tx => {
      if (leaving.kind === 'products') {
        await setChoice(tx, shopId, leaving.choice)
        await relink(tx, shopId, now)
      } else await end(tx, { shopId, locationId: leaving.locationId, reason: leaving.reason, now })
      await store.finishLeaving(tx, leaving.leavingId, now)
    })
  }
  return done.length > 0
}

/** Ends the mapping of a location; without one the shop is switched off. */
export async function end(tx: Tx, of: { shopId: number; locationId: number | null; reason: string; now: InstantMs }): Promise<void> {
  if (of.locationId === null) await stopShop(tx, of.shopId, of.reason, of.now)
  else await unmapLocation(tx, of.shopId, of.locationId)
}
