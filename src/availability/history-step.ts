import type { Db } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as store from './history-store.ts'

/** Up to which instant, in milliseconds, the history of promises has been purged. */
const PURGED_UP_TO = 'availability:history'
const PRODUCTS_AT_ONCE = 2_000

/**
 * What was promised is kept as long as the ledger is: when months of it have been purged, the promises that held before them go too,
 * but for the one of each level that still held then. So a number is explained as of any instant of which the ledger speaks.
 */
export async function purgeHistory({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  const keptSince = await store.ledgerKeptSince(db)
  if (keptSince === null || (await peekCursor(db, PURGED_UP_TO)) >= keptSince) return NOTHING_TO_DO
  const kept = { keptSince, sentUpTo: await store.sentUpTo(db) }
  await db.transaction(tx => store.forgetFiles(tx, keptSince, clock.now()))
  let purged = 0
  let after = 0
  for (;;) {
    const products = await store.productsAfter(db, after, PRODUCTS_AT_ONCE)
    if (products === null) break
    purged += await db.transaction(tx => store.purgeOf(tx, products, kept))
    after = products.to
  }
  await db.transaction(async tx => {
    await readCursor(tx, PURGED_UP_TO)
    await advanceCursor(tx, PURGED_UP_TO, keptSince)
  })
  return { ...NOTHING_TO_DO, wrote: purged, notes: { purgedPromises: purged } }
}
