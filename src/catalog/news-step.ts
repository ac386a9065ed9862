import type { Db } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { type Ask, answerAsks, asksOf } from './ask-store.ts'
import { ITEMS_PER_CALL_MAX, type ShopCatalogPort, type ShopItem } from './port.ts'
import * as store from './reading-store.ts'
import { readShop } from './step.ts'

/** What one step reads of what was asked for. */
const ASKS_PER_STEP_MAX = ITEMS_PER_CALL_MAX
/** So often a shop is asked what changed, for what no webhook told us. */
const NEWS_EVERY_MS = 45_000
/** Before what the last question was about: the shop's clock is not ours, and its search lags. */
const NEWS_OVERLAP_MS = 3 * 60_000

/** When too much changed to be followed, the whole catalogue is read, but not more often than this. */
const WHOLE_EVERY_MS_MIN = 15 * 60_000

/**
 * Follows what a shop sells: reads again what somebody heard of, and asks from time to time what changed. So a new variant
 * is linked within a minute, whether a webhook told of it or not.
 */
export async function readNews(
  { db, clock }: { db: Db; clock: Clock },
  { shopId, port, signal }: { shopId: number; port: ShopCatalogPort; signal?: AbortSignal },
): Promise<StepReport> {
  const startedAt = clock.now()
  const reading = await store.readingOf(db, shopId)
  // Before it was read whole once there is nothing to follow.
  if (reading.catalogReadAt === null) return NOTHING_TO_DO
  if (await store.isLinkingBehind(db, shopId)) {
    const { links } = await db.transaction(tx => store.relink(tx, shopId, startedAt))
    return { read: 0, wrote: links, more: true }
  }
  const asks = await asksOf(db, shopId, ASKS_PER_STEP_MAX)
  const since = dueSince(reading, startedAt)
  if (asks.length === 0 && since === null) return NOTHING_TO_DO

  const named = (kind: Ask['kind']) => asks.filter(ask => ask.kind === kind).map(ask => ask.gid)
  const asked = { productGids: named('product'), inventoryItemGids: named('item') }
  const locations = named('locations').length > 0 ? await port.locations(signal) : null
  const items: ShopItem[] = [
    ...(asked.productGids.length > 0 ? await port.itemsOfProducts(asked.productGids, signal) : []),
    ...(asked.inventoryItemGids.length > 0 ? await port.itemsNamed(asked.inventoryItemGids, signal) : []),
  ]
  const news = since === null ? null : await port.itemsChangedSince(since, signal)
  // Too much changed to be read this way.
  const isReadWhole = news?.isWhole === false && startedAt - reading.catalogReadAt > WHOLE_EVERY_MS_MIN
  if (isReadWhole) return readShop({ db, clock }, { shopId, port, ...(signal ? { signal } : {}) })

  return db.transaction(async tx => {
    if (locations !== null) await store.recordLocations(tx, shopId, locations, startedAt)
    const found = [...items, ...(news?.items ?? [])]
    const gone = await store.forgetItems(
      tx,
      shopId,
      asked,
      items.map(item => item.inventoryItemGid),
    )
    const changed = found.length > 0 ? await store.recordItems(tx, shopId, found, startedAt) : 0
    await answerAsks(tx, shopId, asks, startedAt)
    if (news !== null) await store.moveNews(tx, shopId, startedAt)
    // Last, as a whole reading does it: two that link wait for each other, and for nothing else.
    if (gone + changed > 0) await store.relink(tx, shopId, clock.now())
    return { read: found.length, wrote: gone + changed + (locations?.length ?? 0), more: asks.length === ASKS_PER_STEP_MAX }
  })
}

/** From when on the shop is asked what changed; null: it was asked a moment ago. */
function dueSince({ catalogReadAt, newsUntil }: store.Reading, now: InstantMs): InstantMs | null {
  const last = Math.max(catalogReadAt ?? 0, newsUntil ?? 0)
  return now - last < NEWS_EVERY_MS ? null : last - NEWS_OVERLAP_MS
}
