import { shopById } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { askForOrders, watermarkOf } from '../orders/store.ts'
import { chanceOf, delayMs, OUTAGE, STALE } from '../outbox/backoff.ts'
import * as outbox from '../outbox/store.ts'
import { mayWrite } from './capability.ts'
import { LEVELS_PER_CALL_MAX, type RefusedRow, type SendOutcome, type ShopCode, type ShopPort } from './port.ts'
import { decideLevel, unseenUnits } from './publish.ts'
import { refusalOf } from './refusal.ts'
import * as store from './store.ts'

/** How long one call may be out before somebody else may send the same bytes again. */
const LEASE_MS = 60_000
/** Calls that one step sends, one after another; more are sent by the next. */
const CALLS_PER_STEP_MAX = 8
/** Levels that one step reads before it decides. */
const READS_PER_STEP_MAX = 2_500
/** How old our knowledge of the granted scopes may be. */
const SCOPES_MS_MAX = 10 * 60_000
/** A refused shop is asked again after so long: a person may have mended it. */
const REFUSED_RETRY_MS = 15_000
/** An intent that waits for the orders is looked at again after so long. */
const WAIT_FOR_ORDERS_MS = 1_000
/** Shopify forgets a key after 24 h; before that a call without an answer is given up and its levels are read anew. */
const KEY_LIFE_MS = 23 * 60 * 60_000

export type ChannelDeps = { db: Db; clock: Clock; ids: Ids; port: ShopPort; shopId: number; signal?: AbortSignal }

/**
 * Tells one shop what waits for it: read what is unknown, claim, send, settle. The wire lies between two transactions; a
 * process that dies in between leaves a call whose bytes and key are sent again, and take effect once.
 */
export async function step(deps: ChannelDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  const health = await store.healthOf(db, shopId)
  if (health?.retryAt && health.retryAt > clock.now()) return NOTHING_TO_DO
  const alone = await db.alone(`shop ${shopId}`, () => work(deps, health))
  return alone.ran ? alone.result : NOTHING_TO_DO
}

async function work(deps: ChannelDeps, health: store.Health | null): Promise<StepReport> {
  if (!(await store.isAnythingWaiting(deps.db, deps.shopId))) return NOTHING_TO_DO
  try {
    if (!(await isAllowed(deps, health))) return NOTHING_TO_DO
    const read = await readUnknown(deps)
    let wrote = 0
    for (let calls = 0; calls < CALLS_PER_STEP_MAX && !deps.signal?.aborted; calls++) {
      const done = await sendOne(deps)
      if (done === null) return { read, wrote, more: read === READS_PER_STEP_MAX }
      wrote += done
    }
    return { read, wrote, more: true }
  } catch (error) {
    if (error instanceof TrueupError && error.code.startsWith('CHANNEL_'))
      await recordTrouble(deps, error.code as ShopCode, messageOf(error))
    throw error
  }
}

/** Both switches: ours, and what Shopify granted. What may not be written is held, not failed. */
async function isAllowed({ db, clock, port, shopId, signal }: ChannelDeps, health: store.Health | null): Promise<boolean> {
  const shop = await shopById(db, shopId)
  if (!shop) return false
  const now = clock.now()
  const areScopesFresh = health?.grantedScopes && health.state === 'reachable' && now - health.askedAt < SCOPES_MS_MAX
  const granted = areScopesFresh ? health.grantedScopes : await port.grantedScopes(signal)
  const verdict = mayWrite(shop.accessScope, granted)
  const held = verdict.kind === 'held' ? verdict : null
  if (!areScopesFresh || held)
    await store.recordHealth(db, {
      shopId,
      state: held ? 'refused' : 'reachable',
      code: held?.code ?? null,
      message: held?.message ?? null,
      retryAt: held ? now + REFUSED_RETRY_MS : null,
      grantedScopes: granted,
      now,
    })
  return held === null
}

/** Reads the levels whose number is not known, 250 of one location a call. What is not stocked there is stocked first. */
async function readUnknown({ db, clock, ids, port, shopId, signal }: ChannelDeps): Promise<number> {
  const unknown = await store.levelsToRead(db, { shopId, now: clock.now(), limit: READS_PER_STEP_MAX })
  for (const group of groupsOf(unknown)) {
    const startedAt = clock.now()
    const items = group.map(level => level.inventoryItemGid)
    let seen = await port.readLevels(group[0]?.locationGid ?? '', items, signal)
    const active = new Set(seen.filter(level => level.isActive).map(level => level.inventoryItemGid))
    const inactive = group.filter(level => !active.has(level.inventoryItemGid))
    const refused: { level: store.LevelToRead; message: string }[] = []
    for (const level of inactive) {
      const answer = await port.activate(level, ids.uuid(), signal)
      if (answer.kind === 'refused') refused.push({ level, message: answer.message })
    }
    if (refused.length < inactive.length) seen = await port.readLevels(group[0]?.locationGid ?? '', items, signal)
    const byItem = new Map(group.map(level => [level.inventoryItemGid, level.productId]))
    const known = seen.filter(level => level.isActive).map(level => ({ ...level, productId: byItem.get(level.inventoryItemGid) ?? 0 }))
    await db.transaction(async tx => {
      await store.recordLevels(tx, { shopId, locationId: group[0]?.locationId ?? 0, startedAt, readAt: clock.now() }, known)
      const rows = refused.map(({ level, message }) => ({
        ...level,
        code: 'CHANNEL_ROW_NOT_STOCKED',
        hint: `Shopify would not stock it here: ${message}`,
        until: 'catalog' as const,
      }))
      if (rows.length > 0) await outbox.block(tx, shopId, rows, clock.now())
    })
  }
  return unknown.length
}

/** One call: an unanswered one again, else a new one. Gives how many rows were settled; null when there is nothing to send. */
async function sendOne(deps: ChannelDeps): Promise<number | null> {
  const { db, clock, port, shopId, signal } = deps
  const now = clock.now()
  const again = await db.transaction(tx => store.takeUnanswered(tx, { shopId, now, leaseUntil: now + LEASE_MS }))
  if (again && now - again.claimedAt > KEY_LIFE_MS) {
    await db.transaction(tx => abandon(tx, { shopId, callId: again.callId, now }))
    return 0
  }
  const call = again ?? (await db.transaction(tx => claim(tx, deps, now)))
  if (call === null) return null
  if ('decided' in call) return call.decided
  const outcome = await port.send(call.frozen, signal)
  return record(deps, call, outcome)
}

/**
 * Decides what is due from one snapshot and claims what has to be written: the bytes and their key are committed before
 * anything is sent. Gives the call, or how many were decided without one, or null when nothing is due.
 */
async function claim(tx: Tx, { port, ids, shopId }: ChannelDeps, now: InstantMs): Promise<store.OpenCall | { decided: number } | null> {
  const due = await store.lockDue(tx, { shopId, now, limit: LEVELS_PER_CALL_MAX })
  if (due.length === 0) return null
  const areOrdersKnown = (await watermarkOf(tx, shopId)).knownUntil !== null
  const decided = due.map(level => ({ level, decision: decideLevel({ ...level, areOrdersKnown }) }))
  const agreeing = decided.flatMap(({ level, decision }) => (decision.kind === 'agrees' ? [level] : []))
  const waiting = decided.flatMap(({ level, decision }) =>
    decision.kind === 'wait' ? [{ ...level, dueAt: now + WAIT_FOR_ORDERS_MS, code: decision.code }] : [],
  )
  const writes = decided.flatMap(({ level, decision }) => (decision.kind === 'write' ? [{ ...level, ...decision }] : []))
  if (agreeing.length > 0) await outbox.markAgreeing(tx, shopId, agreeing, now)
  if (waiting.length > 0) {
    await outbox.postpone(tx, shopId, waiting)
    await askForOrders(tx, shopId, now)
  }
  if (writes.length === 0) return { decided: agreeing.length }
  const callId = ids.uuid()
  const frozen = port.freeze(writes, { idempotencyKey: ids.uuid(), reference: `gid://trueup/Call/${callId}` })
  const rows = writes.map(write => ({ ...write, promisedUnits: write.sellableUnits, unseenUnits: unseenUnits(write) }))
  await store.recordCall(tx, { callId, shopId, frozen, leaseUntil: now + LEASE_MS, now }, rows)
  await outbox.markSending(tx, { shopId, callId, rows, now })
  return { callId, frozen, attempts: 1, claimedAt: now }
}

async function record(deps: ChannelDeps, call: store.OpenCall, outcome: SendOutcome): Promise<number> {
  const { db, clock, ids, shopId } = deps
  const now = clock.now()
  switch (outcome.kind) {
    case 'throttled':
      await store.keepCall(db, call.callId, now + outcome.retryAfterMs)
      await store.recordHealth(db, {
        shopId,
        state: 'reachable',
        code: 'CHANNEL_THROTTLED',
        message: null,
        retryAt: now + outcome.retryAfterMs,
        grantedScopes: null,
        now,
      })
      return 0
    case 'unknown': {
      const waitMs = outcome.retryAfterMs ?? delayMs(OUTAGE, call.attempts, chanceOf(ids.uuid()))
      await store.keepCall(db, call.callId, now + waitMs)
      await recordTrouble(deps, outcome.code, outcome.message, now + waitMs)
      return 0
    }
    case 'call_refused':
      await db.transaction(tx => settleRefused(tx, { callId: call.callId, outcome, now }))
      await recordTrouble(deps, outcome.code, outcome.message)
      return 0
    case 'rows_refused':
    case 'confirmed': {
      const settled = await db.transaction(tx => settleAnswered(tx, { shopId, callId: call.callId, outcome, now }))
      await store.recordHealth(db, { shopId, state: 'reachable', code: null, message: null, retryAt: null, grantedScopes: null, now })
      return settled
    }
  }
}

async function recordTrouble({ db, clock, ids, shopId }: ChannelDeps, code: ShopCode, message: string, retryAt?: InstantMs): Promise<void> {
  const now = clock.now()
  const isOutage = code === 'CHANNEL_UNREACHABLE' || code === 'CHANNEL_THROTTLED'
  const failures = (await store.healthOf(db, shopId))?.failures ?? 0
  const waitMs = isOutage ? delayMs(OUTAGE, failures + 1, chanceOf(ids.uuid())) : REFUSED_RETRY_MS
  const state = isOutage ? 'unreachable' : 'refused'
  await store.recordHealth(db, { shopId, state, code, message, retryAt: retryAt ?? now + waitMs, grantedScopes: null, now })
}

function groupsOf(levels: readonly store.LevelToRead[]): store.LevelToRead[][] {
  const groups: store.LevelToRead[][] = []
  for (const level of levels) {
    const last = groups.at(-1)
    if (last && last[0]?.locationId === level.locationId && last.length < LEVELS_PER_CALL_MAX) last.push(level)
    else groups.push([level])
  }
  return groups
}

type Settling = { shopId: number; callId: string; now: InstantMs }

/**
 * The call was answered. Confirmed: its levels show what it said. Rows refused: nothing was applied, so the refused ones get
 * their reason, stale ones are read again, and all the others are free to leave with the next call in the same second.
 */
async function settleAnswered(
  tx: Tx,
  { shopId, callId, outcome, now }: Settling & { outcome: Extract<SendOutcome, { kind: 'confirmed' | 'rows_refused' }> },
): Promise<number> {
  const { kind, requestId, costPoints } = outcome
  const isFirst = await store.recordAnswer(tx, { callId, outcome: kind, code: null, requestId, costPoints, now })
  if (!isFirst) return 0
  await store.thaw(tx, callId, now, kind === 'confirmed')
  if (outcome.kind === 'confirmed') return outbox.confirmCall(tx, callId, now)
  return settleRows(tx, { shopId, callId, now }, outcome.rows)
}

async function settleRows(tx: Tx, { shopId, callId, now }: Settling, refused: readonly RefusedRow[]): Promise<number> {
  const rows = await store.rowsOfCall(tx, callId)
  const named = refused.flatMap(refusal => {
    const row = rows[refusal.ordinal]
    return row ? [{ ...row, code: refusal.code }] : []
  })
  const stale = named.filter(row => row.code === 'CHANNEL_ROW_STALE')
  const wrong = named.flatMap(row => (row.code === 'CHANNEL_ROW_STALE' ? [] : [{ ...row, ...refusalOf(row.code) }]))
  await store.recordRowAnswers(tx, callId, named)
  await store.forgetLevels(tx, shopId, named)
  if (wrong.length > 0) await outbox.refuseRows(tx, callId, wrong, now)
  // The number is never sent again as it was: the level is read, and what to say is decided anew.
  if (stale.length > 0)
    await outbox.retryRows(
      tx,
      callId,
      stale.map(row => ({ ...row, dueAt: now + (stale.length > 1 ? 0 : STALE.baseMs) })),
      now,
    )
  await outbox.giveBackCall(tx, callId, now)
  return wrong.length
}

async function settleRefused(
  tx: Tx,
  { callId, outcome, now }: Omit<Settling, 'shopId'> & { outcome: Extract<SendOutcome, { kind: 'call_refused' }> },
): Promise<void> {
  const { kind, code, requestId } = outcome
  if (!(await store.recordAnswer(tx, { callId, outcome: kind, code, requestId, costPoints: null, now }))) return
  await store.thaw(tx, callId, now, false)
  await outbox.giveBackCall(tx, callId, now)
}

/** Nobody will ever know what became of this call: its levels are read as at first contact. */
async function abandon(tx: Tx, { shopId, callId, now }: Settling): Promise<void> {
  const rows = await store.rowsOfCall(tx, callId)
  await store.recordAnswer(tx, { callId, outcome: 'abandoned', code: 'CHANNEL_UNREACHABLE', requestId: null, costPoints: null, now })
  await store.thaw(tx, callId, now, false)
  await store.forgetLevels(tx, shopId, rows)
  await outbox.giveBackCall(tx, callId, now)
}
