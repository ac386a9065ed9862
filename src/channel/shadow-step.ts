import type { Db, Sql, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { batchesOf } from './batches.ts'
import { wantedNow } from './claim-step.ts'
import { recordLevels } from './level-store.ts'
import { LEVELS_PER_CALL_MAX, type ShopPort } from './port.ts'
import { isShadowDue } from './shadow.ts'
import * as store from './shadow-store.ts'

/** Has a shop run in shadow, or write again: from then on its levels are ours, and looked at as at first contact. */
export async function turnShadow(tx: Tx, shopId: number, shadow: boolean): Promise<void> {
  await store.setShadow(tx, shopId, shadow)
  if (!shadow) await store.dropBases(tx, shopId)
}

/**
 * Read and write was said of a shop: one that was never live runs in shadow from then on, until somebody has seen what going live changes.
 * True: it does.
 */
export async function shadowUntilSeen(tx: Tx, shopId: number, now: InstantMs): Promise<boolean> {
  if (!(await store.isFirstTime(tx, shopId))) return false
  if (!(await store.isShadow(tx, shopId))) {
    await turnShadow(tx, shopId, true)
    await store.askToCompare(tx, shopId, now)
  }
  return true
}

export type ShadowDeps = { db: Db; clock: Clock; port: ShopPort; shopId: number; signal?: AbortSignal }

/**
 * A shop that runs in shadow: once a day every level is read, what we would tell it is decided from that very look, and where
 * the two differ both numbers are kept; so is what would be stocked first. Nothing is written.
 */
export async function compareInShadow(
  { db, clock, port, shopId, signal }: ShadowDeps,
  { isAskedByPerson = false } = {},
): Promise<StepReport> {
  if (!(await store.isShadow(db, shopId))) return NOTHING_TO_DO
  const startedAt = clock.now()
  if (!isAskedByPerson && !(await isDue(db, shopId, startedAt))) return NOTHING_TO_DO
  const runId = await store.startRun(db, shopId, startedAt)
  let levels = 0
  for await (const { look, levels: seen } of port.readEveryLevel(signal)) {
    const ours = (await store.oursAmong(db, shopId, seen))
      .filter(level => level.isActive)
      .sort((one, other) => one.locationId - other.locationId)
    for (const batch of batchesOf(ours, LEVELS_PER_CALL_MAX)) {
      await db.transaction(async tx => {
        const { locationId } = batch[0]
        await recordLevels(tx, { shopId, locationId, startedAt, look }, batch)
        const wanted = await wantedNow(tx, { shopId, keys: batch, now: clock.now() })
        const theirs = new Map(batch.map(level => [level.productId, level.availableUnits]))
        const differing = wanted.flatMap(level => {
          const theirUnits = theirs.get(level.productId) ?? level.wantedUnits
          const { productId, wantedUnits: ourUnits, promisedUnits, unseenUnits } = level
          return theirUnits === ourUnits ? [] : [{ locationId, productId, ourUnits, theirUnits, promisedUnits, unseenUnits }]
        })
        await store.recordDifferences(tx, runId, differing)
      })
      levels += batch.length
    }
  }
  await store.recordUnstocked(db, runId, { shopId, since: startedAt, now: clock.now() })
  await store.finishRun(db, runId, { levels, now: clock.now() })
  await store.purgeRuns(db, shopId, clock.now())
  return { ...NOTHING_TO_DO, read: levels, wrote: 1 }
}

/** Whether a list is to be made now: a day has passed, or a person waits for it. */
export async function isDue(sql: Sql, shopId: number, now: InstantMs): Promise<boolean> {
  return isShadowDue(await store.lastRunAt(sql, shopId, now), now, await store.compareAskedAt(sql, shopId))
}

/** A person waits for a list that was not begun yet. */
export async function isWaitedFor(sql: Sql, shopId: number, now: InstantMs): Promise<boolean> {
  const askedAt = await store.compareAskedAt(sql, shopId)
  return askedAt !== null && ((await store.lastRunAt(sql, shopId, now)) ?? 0) < askedAt
}
