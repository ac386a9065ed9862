import { setChoice } from '../catalog/choice-store.ts'
import { relink } from '../catalog/reading-store.ts'
import type { Db } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import * as store from './leaving-store.ts'

/**
 * What leaves the choice of a shop by way of 0 has left it when each of its levels shows 0: only then its links end, and
 * nothing of it is touched any longer.
 */
export async function finishLeaving(db: Db, shopId: number, now: InstantMs): Promise<boolean> {
  const leaving = await store.leavingOf(db, shopId)
  if (leaving === null || leaving.levelsLeft > 0) return false
  await db.transaction(async tx => {
    await setChoice(tx, shopId, leaving.choice)
    await relink(tx, shopId, now)
    await store.finishLeaving(tx, leaving.leavingId, now)
  })
  return true
}
