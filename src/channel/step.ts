import { READS_INVENTORY } from '../availability/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import { INVENTORY_HEAD, READS_ORDERS } from '../inventory/store.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { askForOrders, watermarkOf } from '../orders/store.ts'
import { chanceOf } from '../outbox/backoff.ts'
import * as outbox from '../outbox/store.ts'
import { batchesOf } from './batches.ts'
import { type Health, isResting, type News, neverAsked, newsOf } from './health.ts'
import { healthOf } from './health-store.ts'
import { LEVELS_PER_CALL_MAX, type RefusedRow, type SendOutcome, type ShopPort } from './port.ts'
import { decideLevel, unseenUnits } from './publish.ts'
import { refusalOf, sortRefused } from './refusal.ts'
import { hear, mayWriteNow, troubleIn } from './standing-step.ts'
import * as store from './store.ts'

/**
 * How long a claimed call belongs to its sender. One sender at a time works for a shop, so this only matters where one
 * lost its lock and lives; and then the shop itself refuses the second of two equal keys.
 */
const LEASE_MS = 5_000
/** Calls that one step sends, one after another; more are sent by the next. */
const CALLS_PER_STEP_MAX = 8
/** Levels that one step reads before it decides. */
const READS_PER_STEP_MAX = 2_500
/** Levels that one step stocks; each is a call of its own. */
const ACTIVATIONS_PER_STEP_MAX = 100
/** When this many movements are not in the promises yet, it is not looked which: every increase waits a moment. */
const MOVEMENTS_LOOKED_THROUGH_MAX = 20_000
/** When what an increase needs is not known yet, it is looked at again after so long. */
const WAIT_MS = { CHANNEL_WAITS_FOR_ORDERS: 1_000, CHANNEL_WAITS_FOR_PROMISE: 250 } as const
/** Shopify forgets a key after 24 h; before that a call without an answer is given up and its levels are read anew. */
const KEY_LIFE_MS = 23 * 60 * 60_000

export type ChannelDeps = { db: Db; clock: Clock; ids: Ids; port: ShopPort; shopId: number; signal?: AbortSignal }

/**
 * Tells one shop what waits for it: read what is unknown, claim, send, settle. The wire lies between two transactions; a
 * process that dies in between leaves a call whose bytes and key are sent again, and take effect once. A shop in trouble
 * rests; its trouble stands in its health and is no failure of this room, so other shops do not wait for it.
 */
export async function step(deps: ChannelDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const health = (await healthOf(db, shopId)) ?? neverAsked(clock.now())
  if (isResting(health, clock.now())) return resting(health)
  if (!(await store.isAnythingWaiting(db, shopId))) return NOTHING_TO_DO
  const alone = await db.alone(`shop ${shopId}`, () => work(deps))
  return alone.ran ? alone.result : { ...NOTHING_TO_DO, notes: { waiting: 'another process speaks to this shop' } }
}

function resting({ code }: Health): StepReport {
  return code === null ? NOTHING_TO_DO : { ...NOTHING_TO_DO, notes: { resting: code } }
}

async function work(deps: ChannelDeps): Promise<StepReport> {
  try {
    if ((await mayWriteNow(deps)).kind === 'held') return NOTHING_TO_DO
    const read = await readUnknown(deps)
    let wrote = 0
    let isMoreToRead = read === READS_PER_STEP_MAX
    for (let calls = 0; calls < CALLS_PER_STEP_MAX && !deps.signal?.aborted; calls++) {
      const did = await sendOne(deps)
      if (did === 'nothing') return { read, wrote, more: isMoreToRead }
      if (did === 'trouble') return { read, wrote, more: false }
      wrote += did.settled
      isMoreToRead ||= did.forgot > 0
    }
    return { read, wrote, more: !deps.signal?.aborted }
  } catch (error) {
    const trouble = troubleIn(error)
    // A question that we broke off ourselves says nothing about the shop.
    if (deps.signal?.aborted) return NOTHING_TO_DO
    return resting(await hear(deps, trouble))
  }
}

/** Reads the levels whose number is not known, 250 of one location a call. What is not stocked there is stocked first. */
async function readUnknown(deps: ChannelDeps): Promise<number> {
  const { db, clock, port, shopId, signal } = deps
  const unknown = await store.levelsToRead(db, { shopId, now: clock.now(), limit: READS_PER_STEP_MAX })
  let activationsLeft = ACTIVATIONS_PER_STEP_MAX
  for (const group of batchesOf(unknown, LEVELS_PER_CALL_MAX)) {
    const { locationId, locationGid } = group[0]
    const startedAt = clock.now()
    let seen = await port.readLevels(locationGid, itemsOf(group), signal)
    const active = new Set(seen.filter(level => level.isActive).map(level => level.inventoryItemGid))
    const inactive = group.filter(level => !active.has(level.inventoryItemGid)).slice(0, activationsLeft)
    activationsLeft -= inactive.length
    const refused = await activate(deps, inactive)
    const activated = inactive.filter(level => !refused.some(each => each.level === level))
    if (activated.length > 0) seen = [...seen, ...(await port.readLevels(locationGid, itemsOf(activated), signal))]

    const products = new Map(group.map(level => [level.inventoryItemGid, level.productId]))
    const known = seen.flatMap(level => {
      const productId = level.isActive ? products.get(level.inventoryItemGid) : undefined
      return productId === undefined ? [] : [{ ...level, productId }]
    })
    await db.transaction(async tx => {
      await store.recordLevels(tx, { shopId, locationId, startedAt, readAt: clock.now() }, known)
      const shown = new Set(known.map(level => level.inventoryItemGid))
      const unstocked = [
        ...refused,
        ...activated.filter(level => !shown.has(level.inventoryItemGid)).map(level => ({ level, message: null })),
      ]
      await blockUnstocked(tx, shopId, unstocked, clock.now())
    })
  }
  return unknown.length
}

type Unstocked = { level: store.LevelToRead; message: string | null }

async function activate({ ids, port, signal }: ChannelDeps, levels: readonly store.LevelToRead[]): Promise<Unstocked[]> {
  const refused: Unstocked[] = []
  for (const level of levels) {
    const answer = await port.activate(level, ids.uuid(), signal)
    if (answer.kind === 'refused') refused.push({ level, message: answer.message })
  }
  return refused
}

async function blockUnstocked(tx: Tx, shopId: number, unstocked: readonly Unstocked[], now: InstantMs): Promise<void> {
  const code = 'CHANNEL_ROW_NOT_STOCKED'
  const { hint, until } = refusalOf(code)
  const rows = unstocked.map(({ level, message }) => ({
    ...level,
    code,
    hint: message === null ? hint : `${hint} Shopify says: ${message}`,
    until,
  }))
  if (rows.length > 0) await outbox.block(tx, shopId, rows, now)
}

type Did = { settled: number; forgot: number } | 'nothing' | 'trouble'

/** One call: an unanswered one again, else a new one. */
async function sendOne(deps: ChannelDeps): Promise<Did> {
  const { db, clock, port, shopId, signal } = deps
  const now = clock.now()
  const again = await db.transaction(tx => store.takeUnanswered(tx, { shopId, now, leaseUntil: now + LEASE_MS }))
  if (again && now - again.claimedAt > KEY_LIFE_MS) return db.transaction(tx => abandon(tx, { shopId, callId: again.callId, now }))
  const claimed = again ?? (await db.transaction(tx => claim(tx, deps, now)))
  if (claimed === null) return 'nothing'
  if ('agreeing' in claimed) return { settled: claimed.agreeing, forgot: 0 }
  return settle(deps, claimed, await port.send(claimed.frozen, signal))
}

/**
 * Decides what is due from one snapshot and claims what has to be written: the bytes and their key are committed before
 * anything is sent. Gives the call, or how many were decided without one, or null when nothing is due.
 */
async function claim(tx: Tx, { port, ids, shopId }: ChannelDeps, now: InstantMs): Promise<store.OpenCall | { agreeing: number } | null> {
  // Read before the snapshot: a cursor that has moved on meanwhile makes us wait, never hurry.
  const demandSeen = await peekCursor(tx, READS_ORDERS)
  const movementsSeen = await peekCursor(tx, READS_INVENTORY)
  const isFarBehind = (await peekCursor(tx, INVENTORY_HEAD)) - movementsSeen > MOVEMENTS_LOOKED_THROUGH_MAX
  const due = await store.lockDue(tx, { shopId, now, limit: LEVELS_PER_CALL_MAX, demandSeen, movementsSeen, isFarBehind })
  if (due.length === 0) return null
  const areOrdersKnown = (await watermarkOf(tx, shopId)).knownUntil !== null
  const decided = due.map(level => ({ level, decision: decideLevel({ ...level, areOrdersKnown }) }))
  const agreeing = decided.flatMap(({ level, decision }) => (decision.kind === 'agrees' ? [level] : []))
  const waiting = decided.flatMap(({ level, decision }) =>
    decision.kind === 'wait' ? [{ ...level, dueAt: now + WAIT_MS[decision.code], code: decision.code }] : [],
  )
  const writes = decided.flatMap(({ level, decision }) => (decision.kind === 'write' ? [{ ...level, ...decision }] : []))
  if (agreeing.length > 0) await outbox.markAgreeing(tx, shopId, agreeing, now)
  if (waiting.length > 0) await outbox.postpone(tx, shopId, waiting)
  if (waiting.length > 0 && !areOrdersKnown) await askForOrders(tx, shopId, now)
  if (writes.length === 0) return { agreeing: agreeing.length }

  const callId = ids.uuid()
  const frozen = port.freeze(writes, { idempotencyKey: ids.uuid(), reference: `gid://trueup/Call/${callId}` })
  const rows = writes.map(write => ({ ...write, promisedUnits: write.sellableUnits, unseenUnits: unseenUnits(write) }))
  await store.recordCall(tx, { callId, shopId, frozen, leaseUntil: now + LEASE_MS, now }, rows)
  await outbox.markSending(tx, { shopId, callId, rows, now })
  return { callId, frozen, attempts: 1, claimedAt: now }
}

async function settle(deps: ChannelDeps, { callId }: store.OpenCall, outcome: SendOutcome): Promise<Did> {
  const { db, clock, ids, shopId, signal } = deps
  const now = clock.now()
  switch (outcome.kind) {
    case 'throttled':
    case 'unknown': {
      // Broken off by ourselves: what became of it is unknown all the same, but the shop is not to blame.
      const news = newsOfUnanswered(outcome)
      const health = signal?.aborted ? null : await hear(deps, news)
      await store.keepCall(db, callId, health?.retryAt ?? now)
      const said = outcome.kind === 'unknown' ? outcome : { code: 'CHANNEL_THROTTLED', message: null }
      await store.appendAnswer(db, { ...said, shopId, callId, at: now, outcome: outcome.kind, confirmed: 0, refused: 0 })
      return 'trouble'
    }
    case 'call_refused':
      await db.transaction(tx => settleRefused(tx, { shopId, callId, now, outcome }))
      await hear(deps, newsOf(outcome.code, outcome.message, null))
      return 'trouble'
    case 'rows_refused':
    case 'confirmed': {
      const did = await db.transaction(tx => settleAnswered(tx, { shopId, callId, now, outcome, chance: chanceOf(ids.uuid()) }))
      await hear(deps, { kind: 'answered' })
      return did
    }
  }
}

function newsOfUnanswered(outcome: Extract<SendOutcome, { kind: 'throttled' | 'unknown' }>): News {
  return outcome.kind === 'throttled' ? outcome : newsOf(outcome.code, outcome.message, outcome.retryAfterMs)
}

function itemsOf(levels: readonly store.LevelToRead[]): string[] {
  return levels.map(level => level.inventoryItemGid)
}

type Settling = { shopId: number; callId: string; now: InstantMs }
type Settled = { settled: number; forgot: number }

/**
 * The call was answered. Confirmed: its levels show what it said. Rows refused: nothing was applied, so the refused ones get
 * their reason, stale ones are read again, and all the others are free to leave with the next call in the same second.
 */
async function settleAnswered(
  tx: Tx,
  { outcome, chance, ...of }: Settling & { outcome: Extract<SendOutcome, { kind: 'confirmed' | 'rows_refused' }>; chance: number },
): Promise<Settled> {
  const { callId, shopId, now } = of
  const { kind, requestId, costPoints } = outcome
  const isFirst = await store.recordAnswer(tx, { callId, outcome: kind, code: null, requestId, costPoints, now })
  if (!isFirst) return { settled: 0, forgot: 0 }
  await store.thaw(tx, callId, now, kind === 'confirmed')
  const confirmed = kind === 'confirmed' ? await outbox.confirmCall(tx, callId, now) : 0
  const refused = outcome.kind === 'rows_refused' ? await settleRows(tx, { ...of, chance }, outcome.rows) : 0
  await store.appendAnswer(tx, { shopId, callId, at: now, outcome: kind, confirmed, refused, code: null, message: null })
  return { settled: confirmed + refused, forgot: refused }
}

async function settleRows(tx: Tx, of: Settling & { chance: number }, refused: readonly RefusedRow[]): Promise<number> {
  const { shopId, callId, now, chance } = of
  const rows = await store.rowsOfCall(tx, callId)
  const { named, stale, wrong } = sortRefused(rows, refused, { now, chance })
  await store.recordRowAnswers(tx, callId, named)
  await store.forgetLevels(tx, shopId, named)
  if (wrong.length > 0) await outbox.refuseRows(tx, callId, wrong, now)
  if (stale.length > 0) await outbox.retryRows(tx, callId, stale, now)
  await outbox.giveBackCall(tx, callId, now)
  return named.length
}

async function settleRefused(
  tx: Tx,
  { outcome, shopId, callId, now }: Settling & { outcome: Extract<SendOutcome, { kind: 'call_refused' }> },
): Promise<void> {
  const { kind, code, message, requestId } = outcome
  if (!(await store.recordAnswer(tx, { callId, outcome: kind, code, requestId, costPoints: null, now }))) return
  await store.thaw(tx, callId, now, false)
  const refused = await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswer(tx, { shopId, callId, at: now, outcome: kind, confirmed: 0, refused, code, message })
}

/** Nobody will ever know what became of this call: its levels are read as at first contact. */
async function abandon(tx: Tx, { shopId, callId, now }: Settling): Promise<Settled> {
  const rows = await store.rowsOfCall(tx, callId)
  const outcome = 'abandoned'
  const code = 'CHANNEL_UNREACHABLE'
  await store.recordAnswer(tx, { callId, outcome, code, requestId: null, costPoints: null, now })
  await store.thaw(tx, callId, now, false)
  await store.forgetLevels(tx, shopId, rows)
  await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswer(tx, { shopId, callId, at: now, outcome, confirmed: 0, refused: 0, code, message: null })
  return { settled: 0, forgot: rows.length }
}
