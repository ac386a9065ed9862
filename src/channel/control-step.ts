import type { Db, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { wake } from '../outbox/store.ts'
import * as store from './control-store.ts'

/** Ends what a person switched off for a time, once it is over; its levels are decided anew. */
export async function endControls(db: Db, now: InstantMs): Promise<void> {
  if (!(await store.isAnyDue(db, now))) return
  await db.transaction(async tx => {
    const ended = await store.endDue(tx, now)
    await decideAnew(
      tx,
      ended.map(each => each.controlId),
      now,
    )
  })
}

/** Something was switched off, or on again: the levels that it is about are decided anew. */
export async function decideAnew(tx: Tx, controlIds: readonly number[], now: InstantMs): Promise<number> {
  return controlIds.length === 0 ? 0 : wake(tx, await store.levelsUnder(tx, controlIds), now, { isSwitched: true })
}
