import { poolsOf } from '../availability/supply-store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import * as outbox from '../outbox/store.ts'
import { batchesOf } from './batches.ts'
import { recordForeign } from './foreign-store.ts'
import * as levels from './level-store.ts'
import { LEVELS_PER_CALL_MAX, type ShopPort } from './port.ts'
import { foreignUnits } from './publish.ts'
import { refusalOf } from './refusal.ts'

/** Levels that one step reads before it decides. */
export const READS_PER_STEP_MAX = 2_500
/** Levels that one step stocks; each is a call of its own. */
const ACTIVATIONS_PER_STEP_MAX = 100
/** Looks that one step makes the base of their levels. */
const PROVED_PER_STEP_MAX = 5_000

/** What may not be stocked now is looked at again after so long: a shop that is held is not asked for the same levels in every step. */
const UNSTOCKED_WAIT_MS = 5 * 60_000

type LookDeps = {
  db: Db
  clock: Clock
  ids: Ids
  port: ShopPort
  shopId: number
  signal?: AbortSignal
  /** Unknown levels from which on the whole shop is read; unset: as it pays. */
  readByBulkFrom?: number
  /** Whether the shop may be written to; unset: it may. */
  mayStock?: boolean
}

/**
 * Reads the levels whose number is not known or that somebody wants looked at, 250 of one location a call. What is not
 * stocked there is stocked first, where the shop may be written to.
 */
export async function look(deps: LookDeps): Promise<number> {
  const { db, clock, port, shopId, signal, mayStock = true } = deps
  const unknown = await levels.levelsToRead(db, { shopId, now: clock.now(), limit: READS_PER_STEP_MAX, mayStock })
  if (await isMuchUnknown(deps, unknown.length)) return lookAtAll(deps)
  let activationsLeft = ACTIVATIONS_PER_STEP_MAX
  for (const group of batchesOf(unknown, LEVELS_PER_CALL_MAX)) {
    const { locationId, locationGid } = group[0]
    const startedAt = clock.now()
    let answer = await port.readLevels(locationGid, itemsOf(group), signal)
    const active = new Set(answer.levels.filter(level => level.isActive).map(level => level.inventoryItemGid))
    const unstockedYet = group.filter(level => !active.has(level.inventoryItemGid))
    const inactive = mayStock ? unstockedYet.slice(0, activationsLeft) : []
    activationsLeft -= inactive.length
    const refused = await activate(deps, inactive)
    const activated = inactive.filter(level => !refused.some(each => each.level === level))
    if (activated.length > 0) {
      const again = await port.readLevels(locationGid, itemsOf(activated), signal)
      const { from } = answer.look
      answer = { look: { from, until: again.look.until }, levels: [...answer.levels, ...again.levels] }
    }
    const products = new Map(group.map(level => [level.inventoryItemGid, level.productId]))
    const known = answer.levels.flatMap(level => {
      const productId = level.isActive ? products.get(level.inventoryItemGid) : undefined
      return productId === undefined ? [] : [{ ...level, productId }]
    })
    await db.transaction(async tx => {
      const changed = await levels.recordLevels(tx, { shopId, locationId, startedAt, look: answer.look }, known)
      const looks = { shopId, locationId, productIds: group.map(level => level.productId), startedAt }
      const asked = await levels.looksAsked(tx, looks)
      const shown = new Set(known.map(level => level.inventoryItemGid))
      const unstocked = [
        ...refused,
        ...activated.filter(level => !shown.has(level.inventoryItemGid)).map(level => ({ level, message: null })),
      ]
      await blockUnstocked(tx, shopId, unstocked, clock.now())
      if (!mayStock) await letWait(tx, shopId, unstockedYet, clock.now())
      // Somebody has stocked it meanwhile.
      const stocked = known.map(({ productId }) => ({ locationId, productId }))
      await outbox.release(tx, shopId, stocked, clock.now(), { code: levels.NOT_STOCKED })
      const keys = [...new Set([...changed, ...asked])].map(productId => ({ shopId, locationId, productId }))
      await wakePools(tx, shopId, keys, clock.now())
      // Last: who decides levels of another shop may ask for these looks, and be what was waited for.
      await levels.answerLooks(tx, looks)
    })
  }
  return unknown.length
}

/** Beyond so many one bulk read of the whole shop costs less than asking for them: it takes no points to speak of. */
const READ_BY_BULK_MIN = 20_000

async function isMuchUnknown(
  { db, clock, shopId, readByBulkFrom = READ_BY_BULK_MIN, mayStock = true }: LookDeps,
  found: number,
): Promise<boolean> {
  if (found < Math.min(READS_PER_STEP_MAX, readByBulkFrom)) return false
  return (await levels.levelsToRead(db, { shopId, now: clock.now(), limit: readByBulkFrom, mayStock })).length === readByBulkFrom
}

/** Reads the whole shop, and keeps of it what somebody wants to know. What is not stocked is found and stocked afterwards. */
async function lookAtAll({ db, clock, port, shopId, signal }: LookDeps): Promise<number> {
  const startedAt = clock.now()
  let read = 0
  for await (const { look: seenAt, levels: seen } of port.readEveryLevel(signal)) {
    read += await db.transaction(async tx => {
      const wanted = await levels.wantedAmong(
        tx,
        { shopId, now: clock.now() },
        seen.filter(level => level.isActive),
      )
      const answered: Parameters<typeof levels.answerLooks>[1][] = []
      for (const group of batchesOf(wanted, wanted.length)) {
        const { locationId } = group[0]
        const changed = await levels.recordLevels(tx, { shopId, locationId, startedAt, look: seenAt }, group)
        const looks = { shopId, locationId, productIds: group.map(level => level.productId), startedAt }
        const asked = await levels.looksAsked(tx, looks)
        const keys = [...new Set([...changed, ...asked])].map(productId => ({ shopId, locationId, productId }))
        await wakePools(tx, shopId, keys, clock.now())
        answered.push(looks)
      }
      for (const looks of answered) await levels.answerLooks(tx, looks)
      return wanted.length
    })
  }
  return read
}

/** What a level shows takes from all that draw on the same stock: they are decided anew, each in its shop. */
async function wakePools(tx: Tx, shopId: number, keys: readonly levels.LevelKey[], now: InstantMs): Promise<number> {
  return keys.length === 0 ? 0 : outbox.wake(tx, await poolsOf(tx, keys), now, { ownShopId: shopId })
}

/**
 * Looks whose proof has come become the base of their levels, which are decided anew: nothing else might ever do it. What
 * neither orders nor our own writes explain since the base before was somebody else, and is a finding.
 */
export async function prove({ db, clock, shopId }: LookDeps): Promise<{ proved: number; more: boolean }> {
  return db.transaction(async tx => {
    const now = clock.now()
    const proved = await levels.promoteProved(tx, shopId, PROVED_PER_STEP_MAX)
    const foreign = proved.flatMap(level => {
      const units = level.before === null ? 0 : foreignUnits(level.before, level.after, level)
      return units === 0 ? [] : [{ ...level, units }]
    })
    if (foreign.length > 0) await recordForeign(tx, shopId, foreign, now)
    const keysOf = (some: typeof proved) => some.map(({ locationId, productId }) => ({ shopId, locationId, productId }))
    await wakePools(tx, shopId, keysOf(proved.filter(level => level.isOfInterest)), now)
    // A level that shows what it should, known for the first time, frees those of its pool that could not rise without it.
    const firstKnown = keysOf(proved.filter(level => level.before === null && !level.isOfInterest))
    if (firstKnown.length > 0) await outbox.wake(tx, await poolsOf(tx, firstKnown), now, { isOnlyWaiting: true, ownShopId: shopId })
    return { proved: proved.length, more: proved.length === PROVED_PER_STEP_MAX }
  })
}

type Unstocked = { level: levels.LevelToRead; message: string | null }

async function activate({ ids, port, signal }: LookDeps, unstocked: readonly levels.LevelToRead[]): Promise<Unstocked[]> {
  const refused: Unstocked[] = []
  for (const level of unstocked) {
    const answer = await port.activate(level, ids.uuid(), signal)
    if (answer.kind === 'refused') refused.push({ level, message: answer.message })
  }
  return refused
}

async function blockUnstocked(tx: Tx, shopId: number, unstocked: readonly Unstocked[], now: InstantMs): Promise<void> {
  const code = levels.NOT_STOCKED
  const { hint, until } = refusalOf(code)
  const rows = unstocked.map(({ level, message }) => ({
    ...level,
    code,
    hint: message === null ? hint : `${hint} Shopify says: ${message}`,
    until,
  }))
  if (rows.length > 0) await outbox.block(tx, shopId, rows, now)
}

function letWait(tx: Tx, shopId: number, unstocked: readonly levels.LevelToRead[], now: InstantMs): Promise<void> {
  return outbox.postpone(
    tx,
    shopId,
    unstocked.map(level => ({ ...level, dueAt: now + UNSTOCKED_WAIT_MS, code: levels.NOT_STOCKED })),
  )
}

function itemsOf(group: readonly levels.LevelToRead[]): string[] {
  return group.map(level => level.inventoryItemGid)
}
