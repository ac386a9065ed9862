import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import type { ShopCatalogPort } from './port.ts'
import * as store from './reading-store.ts'

/**
 * Reads one shop's locations and items whole, then says which item is which product. The shop is asked first; nothing of
 * the database is held meanwhile.
 */
export async function readShop(
  { db, clock }: { db: Db; clock: Clock },
  { shopId, port, signal }: { shopId: number; port: ShopCatalogPort; signal?: AbortSignal },
): Promise<StepReport> {
  const startedAt = clock.now()
  const locations = await port.locations(signal)
  await db.transaction(tx => store.recordLocations(tx, shopId, locations, startedAt))
  let items = 0
  // A chunk that was read twice is recorded once; a reading that breaks off leaves what was known before.
  for await (const chunk of port.items(signal)) {
    await db.transaction(tx => store.recordItems(tx, shopId, chunk, startedAt))
    items += chunk.length
  }
  const linked = await db.transaction(async tx => {
    await store.finishReading(tx, shopId, startedAt)
    return store.relink(tx, shopId, clock.now())
  })
  return { read: items + locations.length, wrote: linked.links, more: false, notes: { findings: linked.findings } }
}
