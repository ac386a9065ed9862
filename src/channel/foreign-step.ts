import { READS_INVENTORY } from '../availability/store.ts'
import type { Db } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import { INVENTORY_HEAD } from '../inventory/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { decideAnew } from './control-step.ts'
import { endControl } from './control-store.ts'
import * as store from './foreign-store.ts'

/** Books what somebody else changed in a shop as a movement by hand, once per finding. Null: done. Otherwise why it cannot be. */
export type BookForeign = (of: store.ToBook & { facilityId: number }) => Promise<string | null>

type ForeignDeps = { db: Db; clock: Clock; shopId: number; bookForeign?: BookForeign }

/**
 * Books what is to become our number, and ends what keeps levels from being written when the promise holds it. Gives how many were booked:
 * promises follow.
 */
export async function settleForeign({ db, clock, shopId, bookForeign }: ForeignDeps): Promise<number> {
  if (!(await store.isAnyOpen(db, shopId))) return 0
  let booked = 0
  for (const { facilityId, ...found } of await store.foreignToBook(db, shopId)) {
    const why =
      facilityId === null || bookForeign === undefined
        ? 'The location stands for several facilities: at which of them it changed nobody says.'
        : await bookForeign({ ...found, facilityId })
    if (why === null) {
      await store.markBooked(db, found.findingId, await peekCursor(db, INVENTORY_HEAD))
      booked++
    } else await store.askInstead(db, found.findingId, why)
  }
  const now = clock.now()
  await db.transaction(async tx => {
    const ended = await store.closeSettled(tx, { shopId, readUpTo: await peekCursor(tx, READS_INVENTORY), now })
    for (const controlId of ended) await endControl(tx, controlId, { by: 'what was decided', now })
    await decideAnew(tx, ended, now)
  })
  return booked
}
