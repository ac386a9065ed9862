import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { chanceOf } from '../outbox/backoff.ts'
import * as outbox from '../outbox/store.ts'
import { type Claimed, claim, LEASE_MS } from './claim-step.ts'
import { endControls } from './control-step.ts'
import { type Health, isResting, type News, neverAsked, newsOf } from './health.ts'
import { healthOf } from './health-store.ts'
import { finishLeaving } from './leaving-step.ts'
import { forgetLevels, markStale } from './level-store.ts'
import { look, prove, READS_PER_STEP_MAX } from './look-step.ts'
import type { RefusedRow, SendOutcome, ShopPort } from './port.ts'
import { sortRefused } from './refusal.ts'
import { hear, mayWriteNow, troubleIn } from './standing-step.ts'
import * as store from './store.ts'
import type { ShopUploadPort } from './upload-port.ts'
import { uploadSome } from './upload-step.ts'

/** Calls that one step sends; more are sent by the next. */
const CALLS_PER_STEP_MAX = 32
/** Calls that are on their way at once: while one is answered the next is decided. */
const CALLS_IN_FLIGHT = 4
/** Shopify forgets a key after 24 h; before that a call without an answer is given up and its levels are read anew. */
const KEY_LIFE_MS = 23 * 60 * 60_000

export type ChannelDeps = {
  db: Db
  clock: Clock
  ids: Ids
  port: ShopPort
  /** For full loads; without it everything goes by direct calls. */
  uploads?: ShopUploadPort
  /** Levels that have to be due for an upload; unset: as was measured. */
  uploadFromLevels?: number
  readByBulkFrom?: number
  shopId: number
  signal?: AbortSignal
  /** 1 where a story has to happen the same way twice. */
  callsInFlight?: number
}

/**
 * Tells one shop what waits for it: read what is unknown, make proved looks the base, claim, send, settle. The wire lies
 * between two transactions; a process that dies in between leaves a call whose bytes and key are sent again, and take effect
 * once. A shop in trouble rests; its trouble stands in its health and is no failure of this room, so other shops do not wait
 * for it.
 */
export async function step(deps: ChannelDeps): Promise<StepReport> {
  const { db, clock, shopId } = deps
  await endControls(db, clock.now())
  await finishLeaving(db, shopId, clock.now())
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
    const verdict = await mayWriteNow(deps)
    if (verdict.kind === 'held' && !verdict.mayRead) return NOTHING_TO_DO
    const read = await look(deps)
    const { proved, more } = await prove(deps)
    const isMoreToRead = more || read === READS_PER_STEP_MAX
    if (verdict.kind === 'held') return { read, wrote: proved, more: isMoreToRead }
    const uploaded = await uploadOrNot(deps)
    const sent = await sendAll(deps)
    return {
      read,
      wrote: proved + uploaded + sent.settled,
      more: !sent.isTrouble && !deps.signal?.aborted && (isMoreToRead || sent.forgot > 0 || sent.isFull),
    }
  } catch (error) {
    const trouble = troubleIn(error)
    // A question that we broke off ourselves says nothing about the shop.
    if (deps.signal?.aborted) return NOTHING_TO_DO
    return resting(await hear(deps, trouble))
  }
}

async function uploadOrNot(deps: ChannelDeps): Promise<number> {
  const { uploads } = deps
  return uploads === undefined ? 0 : uploadSome({ ...deps, uploads, settle: (call, outcome) => settle(deps, call, outcome) })
}

type Did = { settled: number; forgot: number } | 'nothing' | 'trouble'
type Sent = { settled: number; forgot: number; isTrouble: boolean; isFull: boolean }

/** Several calls on their way at once, each claimed after the other, until nothing is due or the shop is in trouble. */
async function sendAll(deps: ChannelDeps): Promise<Sent> {
  const sent: Sent = { settled: 0, forgot: 0, isTrouble: false, isFull: false }
  let calls = 0
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  const lane = async () => {
    while (!sent.isTrouble && !deps.signal?.aborted) {
      if (calls === CALLS_PER_STEP_MAX) sent.isFull = true
      if (sent.isFull) return
      calls++
      const did = await sendOne(deps, inTurn)
      if (did === 'nothing') return
      if (did === 'trouble') sent.isTrouble = true
      else {
        sent.settled += did.settled
        sent.forgot += did.forgot
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: deps.callsInFlight ?? CALLS_IN_FLIGHT }, lane))
  for (const each of lanes) if (each.status === 'rejected') throw each.reason
  return sent
}

/** An unanswered call again, else what is due as new ones. */
async function sendOne(deps: ChannelDeps, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Promise<Did> {
  const { db, clock, shopId } = deps
  const claimed = await inTurn(async (): Promise<Claimed | Did> => {
    const now = clock.now()
    const again = await db.transaction(tx => store.takeUnanswered(tx, { shopId, now, leaseUntil: now + LEASE_MS }))
    if (again === null) return (await db.transaction(tx => claim(tx, deps, now))) ?? 'nothing'
    if (now - again.claimedAt <= KEY_LIFE_MS) return { calls: [again], agreeing: 0 }
    return db.transaction(tx => abandon(tx, { shopId, callId: again.callId, now }))
  })
  if (typeof claimed === 'string' || !('calls' in claimed)) return claimed
  const did = { settled: claimed.agreeing, forgot: 0 }
  for (const call of claimed.calls) {
    const outcome = await deps.port.send(call.frozen, deps.signal)
    const settled = await settle(deps, call, outcome)
    if (settled === 'nothing' || settled === 'trouble') return settled
    did.settled += settled.settled
    did.forgot += settled.forgot
  }
  return did
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
  await markStale(tx, shopId, stale, now)
  await forgetLevels(tx, shopId, wrong)
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
  await forgetLevels(tx, shopId, rows)
  await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswer(tx, { shopId, callId, at: now, outcome, confirmed: 0, refused: 0, code, message: null })
  return { settled: 0, forgot: rows.length }
}
