import { READS_CATALOG, READS_INVENTORY } from '../availability/store.ts'
import { poolsOf } from '../availability/supply-store.ts'
import type { Tx } from '../db/connection.ts'
import { peekCursors } from '../db/cursor.ts'
import { INVENTORY_HEAD, READS_ORDERS } from '../inventory/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { askForOrders } from '../orders/store.ts'
import * as outbox from '../outbox/store.ts'
import * as levels from './level-store.ts'
import { type CallKind, LEVELS_PER_CALL_MAX, type ShopPort } from './port.ts'
import { afterOurWrite, type Decision, decideLevel, isInDoubt, unseenUnits } from './publish.ts'
import { isAnyPoolSplit, settingOf } from './setting-store.ts'
import * as sight from './sight-store.ts'
import * as store from './store.ts'
import { attachCall } from './upload-store.ts'

/**
 * How long a claimed call belongs to its sender. One sender at a time works for a shop, so this only matters where one
 * lost its lock and lives; and then the shop itself refuses the second of two equal keys.
 */
export const LEASE_MS = 20_000
/** When this many movements are not in the promises yet, each level is looked up by itself instead of going through them. */
const MOVEMENTS_LOOKED_THROUGH_MAX = 20_000
/**
 * When what an increase needs is not there yet, it is decided again as soon as it is there; and after so long at the latest, for a
 * wake-up that came while it was being decided.
 */
const WAIT_MS = { CHANNEL_WAITS_FOR_ORDERS: 15_000, CHANNEL_WAITS_FOR_PROMISE: 250, CHANNEL_WAITS_FOR_POOL: 5_000 } as const

type ClaimDeps = { port: ShopPort; ids: Ids; shopId: number }
type Decided = { level: sight.LevelInSight; pool: sight.LevelInSight[]; revision: number; decision: Decision }

/** The upload that a claimed call is to be part of, its place in it, and how long it is nobody else's. */
export type ForUpload = { uploadId: number; ordinal: number; heldUntil: InstantMs }

/** What was claimed: calls to send, their bytes and keys kept; and how many were decided without one. */
export type Claimed = { calls: store.OpenCall[]; agreeing: number }

/**
 * Decides what is due, as one set, and claims what has to be written: the bytes and keys are committed before anything is sent.
 * `callsMax`: so many full calls at the most; what is added to goes in calls of its own. Null: nothing is due.
 */
export async function claim(
  tx: Tx,
  deps: ClaimDeps,
  now: InstantMs,
  { callsMax = 1, upload = null }: { callsMax?: number; upload?: ForUpload | null } = {},
): Promise<Claimed | null> {
  const { shopId } = deps
  await oneAtATimeWhereSplit(tx)
  // Read before the snapshot: a cursor that has moved on meanwhile makes us wait, never hurry.
  const behind = await readCursors(tx)
  const due = await store.lockDue(tx, { shopId, now, limit: LEVELS_PER_CALL_MAX * callsMax })
  if (due.length === 0) return null
  const decided = await decide(tx, { shopId, due, behind, now })
  // What is written keeps it with its call.
  const unwritten = decided.filter(each => each.decision.kind !== 'write')
  if (unwritten.length > 0)
    await sight.recordWanted(
      tx,
      unwritten.map(({ level, decision }) => ({ ...level, wantedUnits: decision.wantedUnits })),
    )
  const agreeing = decided.filter(each => each.decision.kind === 'agrees')
  if (agreeing.length > 0) await outbox.markAgreeing(tx, shopId, agreeing.map(intentOf), now)
  await postpone(tx, shopId, decided, now)
  await clearUp(tx, decided, now)
  const calls = await recordCalls(tx, deps, { decided, now, isUpload: upload !== null })
  if (upload !== null)
    for (const [at, { callId }] of calls.entries()) await attachCall(tx, { ...upload, ordinal: upload.ordinal + at, callId })
  return { calls, agreeing: agreeing.length }
}

/** Any number: nobody else locks by it. */
const SPLIT_LOCK = 7_283_031

/**
 * Parts of a split pool grow into what the others show no more, and the others may be another shop's, claimed at this moment: they
 * see what this one claims, and wait for its answer. Where nothing is split nobody waits.
 */
async function oneAtATimeWhereSplit(tx: Tx): Promise<void> {
  if (await isAnyPoolSplit(tx)) await tx.query('select pg_advisory_xact_lock($1)', [SPLIT_LOCK])
}

export type Wanted = { locationId: number; productId: number; wantedUnits: number; promisedUnits: number; unseenUnits: number }

/**
 * What these levels should show as things are, without anything being claimed or written, where somebody else writes them: what
 * changed since a base is that writer's doing and no sale, so only what is committed beyond the orders we know counts as one.
 */
export async function wantedNow(
  tx: Tx,
  { shopId, keys, now }: { shopId: number; keys: readonly { locationId: number; productId: number }[]; now: InstantMs },
): Promise<Wanted[]> {
  const due = keys.map(({ locationId, productId }) => ({ locationId, productId, revision: 0 }))
  const decided = await decide(tx, { shopId, due, behind: await readCursors(tx), now, isWrittenByOthers: true })
  return decided.map(({ level, decision }) => ({
    ...{ locationId: level.locationId, productId: level.productId, wantedUnits: decision.wantedUnits },
    ...(level.sellsNothing
      ? { promisedUnits: Math.min(level.promisedUnits, 0), unseenUnits: 0 }
      : { promisedUnits: level.promisedUnits, unseenUnits: unseenUnits(level) }),
  }))
}

async function readCursors(tx: Tx): Promise<sight.Behind> {
  const at = await peekCursors(tx, [READS_ORDERS, READS_INVENTORY, INVENTORY_HEAD, READS_CATALOG])
  const movementsSeen = at[READS_INVENTORY]
  const isFarBehind = at[INVENTORY_HEAD] - movementsSeen > MOVEMENTS_LOOKED_THROUGH_MAX
  return { demandSeen: at[READS_ORDERS], movementsSeen, isFarBehind, catalogSeen: at[READS_CATALOG] }
}

type Due = { locationId: number; productId: number; revision: number }

async function decide(
  tx: Tx,
  {
    shopId,
    due,
    behind,
    now,
    isWrittenByOthers = false,
  }: { shopId: number; due: readonly Due[]; behind: sight.Behind; now: InstantMs; isWrittenByOthers?: boolean },
): Promise<Decided[]> {
  const keys = due.map(({ locationId, productId }) => ({ shopId, locationId, productId }))
  const pools = await poolsAround(tx, keys)
  const all = new Map([...keys, ...[...pools.values()].flat()].map(key => [nameOf(key), key]))
  const wanted = [...all.values()].map(key => ({ ...key, isPooled: (pools.get(nameOf(key)) ?? [key]).length > 0 }))
  const inSight = (await sight.levelsInSight(tx, wanted, { ...behind, now })).map(level =>
    isWrittenByOthers ? { ...level, base: null } : level,
  )
  const seen = new Map(inSight.map(level => [nameOf(level), level]))
  // What is raised here already: the parts of a split pool that are raised together never grow into the same room.
  const raised = new Map<string, sight.LevelInSight>()
  return due.flatMap(({ revision, ...key }) => {
    const level = seen.get(nameOf({ shopId, ...key }))
    if (level === undefined) return []
    const pool = (pools.get(nameOf(level)) ?? []).flatMap(other => raised.get(nameOf(other)) ?? seen.get(nameOf(other)) ?? [])
    const isPromiseBehind = [level, ...pool].some(each => each.isPromiseBehind)
    const decision = decideLevel({ level, pool, isPromiseBehind, isHot: level.isHot })
    if (decision.kind === 'write' && decision.units > decision.fromUnits)
      raised.set(nameOf(level), { ...level, seen: afterOurWrite(level.seen, decision.units) })
    return [{ level, pool, revision, decision }]
  })
}

/**
 * The other levels that draw on the same stock as each of these, and those that draw on stock of such a level: what it lacks
 * elsewhere is missing here.
 */
async function poolsAround(tx: Tx, keys: readonly levels.LevelKey[]): Promise<Map<string, levels.LevelKey[]>> {
  const near = neighbours(await poolsOf(tx, keys))
  const others = [...near.values()].flat()
  if (others.length === 0) return near
  const known = new Set(keys.map(nameOf))
  const further = [...new Map(others.filter(key => !known.has(nameOf(key))).map(key => [nameOf(key), key])).values()]
  const far = new Map([...near, ...neighbours(await poolsOf(tx, further))])
  return new Map(
    [...near].map(([name, direct]) => {
      const reached = new Map([...direct, ...direct.flatMap(other => far.get(nameOf(other)) ?? [])].map(key => [nameOf(key), key]))
      reached.delete(name)
      return [name, [...reached.values()]]
    }),
  )
}

function neighbours(members: Awaited<ReturnType<typeof poolsOf>>): Map<string, levels.LevelKey[]> {
  const near = new Map<string, levels.LevelKey[]>()
  for (const { ofShopId, ofLocationId, ofProductId, ...key } of members) {
    const name = nameOf({ shopId: ofShopId, locationId: ofLocationId, productId: ofProductId })
    const list = near.get(name) ?? []
    if (nameOf(key) !== name) list.push(key)
    near.set(name, list)
  }
  return near
}

function nameOf({ shopId, locationId, productId }: levels.LevelKey): string {
  return `${shopId} ${locationId} ${productId}`
}

function intentOf({ level: { locationId, productId }, revision }: Decided): outbox.IntentKey {
  return { locationId, productId, revision }
}

/** What an increase waits for is asked for at once: the orders of every shop of its pool, a look at its other levels. */
async function postpone(tx: Tx, shopId: number, decided: readonly Decided[], now: InstantMs): Promise<void> {
  const waiting = decided.flatMap(each => (each.decision.kind === 'wait' ? [{ ...each, code: each.decision.code }] : []))
  if (waiting.length === 0) return
  const rows = waiting.map(each => ({ ...intentOf(each), dueAt: now + WAIT_MS[each.code], code: each.code }))
  await outbox.postpone(tx, shopId, rows)
  const unproved = waiting.filter(each => each.code === 'CHANNEL_WAITS_FOR_ORDERS').flatMap(({ level, pool }) => [level, ...pool])
  const neverSeen = unproved.filter(level => level.base === null && level.notedUntil === null)
  // All of the pool, also what is fresh now: by the time the others were looked at it would not be.
  const stale = waiting
    .filter(each => each.code === 'CHANNEL_WAITS_FOR_POOL' && each.pool.some(level => !level.isFresh))
    .flatMap(({ pool }) => pool)
  await levels.askForLooks(tx, [...neverSeen, ...stale], now)
  for (const [shop, until] of neededProofs(unproved)) await askForOrders(tx, shop, now, until)
}

/** What is in doubt is looked at once more, so that there is something to be proved; nothing else might ever do it. */
async function clearUp(tx: Tx, decided: readonly Decided[], now: InstantMs): Promise<void> {
  const doubtful = decided.flatMap(({ level, pool }) => [level, ...pool]).filter(level => level.notedUntil === null && isInDoubt(level))
  await levels.askForLooks(tx, doubtful, now)
}

/** Per shop: up to when its orders have to be known for everything that was noted to be proved. */
function neededProofs(unproved: readonly sight.LevelInSight[]): Map<number, InstantMs> {
  const needed = new Map<number, InstantMs>()
  for (const { shopId, base, notedUntil } of unproved) {
    if (base === null && notedUntil !== null) needed.set(shopId, Math.max(notedUntil, needed.get(shopId) ?? 0))
  }
  return needed
}

/**
 * Levels that others write all the time are added to, in calls of their own; the others are compared. What waits in an upload is
 * added to: a comparison would be old by then.
 */
async function recordCalls(
  tx: Tx,
  { port, ids, shopId }: ClaimDeps,
  { decided, now, isUpload }: { decided: readonly Decided[]; now: InstantMs; isUpload: boolean },
): Promise<store.OpenCall[]> {
  const writes = decided.flatMap(each => (each.decision.kind === 'write' ? [{ ...each, ...each.decision }] : []))
  if (writes.length === 0) return []
  const isAdded = (write: (typeof writes)[0]) => isUpload || write.by === 'adjust'
  const set: CallKind = (await settingOf(tx, shopId)).written === 'on_hand' ? 'set_on_hand' : 'set_available'
  const claimed: store.ClaimedCall[] = []
  for (const kind of [set, 'adjust_available'] as const) {
    const mine = writes.filter(write => isAdded(write) === (kind === 'adjust_available'))
    for (let from = 0; from < mine.length; from += LEVELS_PER_CALL_MAX) {
      const part = mine.slice(from, from + LEVELS_PER_CALL_MAX)
      const callId = ids.uuid()
      const named = { idempotencyKey: ids.uuid(), reference: `gid://trueup/Call/${callId}` }
      const frozen = port.freeze(
        kind,
        part.map(({ level, fromUnits, units }) => ({ ...level, fromUnits, units })),
        named,
      )
      const rows = part.map(({ level, revision, fromUnits, units, wantedUnits }) => ({
        ...{ locationId: level.locationId, productId: level.productId, revision, fromUnits, units, wantedUnits },
        ...{ promisedUnits: level.promisedUnits, unseenUnits: unseenUnits(level) },
      }))
      claimed.push({ callId, frozen, rows })
    }
  }
  await store.recordCalls(tx, { shopId, calls: claimed, leaseUntil: now + LEASE_MS, now })
  await outbox.markSending(tx, { shopId, rows: claimed.flatMap(({ callId, rows }) => rows.map(row => ({ ...row, callId }))), now })
  return claimed.map(({ callId, frozen }) => ({ callId, frozen, attempts: 1, claimedAt: now }))
}
