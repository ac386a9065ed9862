import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { chanceOf } from '../outbox/backoff.ts'
import * as outbox from '../outbox/store.ts'
import { type News, newsOf } from './health.ts'
import { forgetLevels, markStale } from './level-store.ts'
import type { RefusedRow, SendOutcome } from './port.ts'
import { sortRefused } from './refusal.ts'
import { hear } from './standing-step.ts'
import * as store from './store.ts'

export type SettleDeps = { db: Db; clock: Clock; ids: Ids; shopId: number; signal?: AbortSignal }

/** `settled`: levels that have their answer; `forgot`: levels that are to be decided again. */
export type Did = { settled: number; forgot: number } | 'trouble'

type Confirmed = Extract<SendOutcome, { kind: 'confirmed' }>

/** Takes in what came back of a call. */
export async function settle(deps: SettleDeps, { callId }: store.OpenCall, outcome: SendOutcome): Promise<Did> {
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
      await store.appendAnswers(db, [{ ...said, shopId, callId, at: now, outcome: outcome.kind, confirmed: 0, refused: 0 }])
      return 'trouble'
    }
    case 'call_refused':
      await db.transaction(tx => settleRefused(tx, { shopId, callId, now, outcome }))
      await hear(deps, newsOf(outcome.code, outcome.message, null))
      return 'trouble'
    case 'rows_refused': {
      const did = await db.transaction(tx => settleRows(tx, { shopId, callId, now, outcome, chance: chanceOf(ids.uuid()) }))
      await hear(deps, { kind: 'answered' })
      return did
    }
    case 'confirmed':
      return { settled: await settleConfirmed(deps, [{ callId, outcome }]), forgot: 0 }
  }
}

/** Calls that were confirmed while others were: their levels show what they said. One transaction, however many. Gives the levels. */
export async function settleConfirmed(deps: SettleDeps, calls: readonly { callId: string; outcome: Confirmed }[]): Promise<number> {
  const { db, clock, shopId } = deps
  const now = clock.now()
  const confirmed = await db.transaction(async tx => {
    // Should the machine die before this is on its disk, the call is sent again under its key, and is answered as it was.
    await tx.query('set local synchronous_commit = off')
    const first = await store.recordAnswers(
      tx,
      calls.map(({ callId, outcome: { kind, requestId, costPoints } }) => ({
        callId,
        outcome: kind,
        code: null,
        requestId,
        costPoints,
        now,
      })),
    )
    const callIds = calls.map(call => call.callId).filter(callId => first.has(callId))
    if (callIds.length === 0) return 0
    await store.thaw(tx, callIds, now, true)
    const levels = await outbox.confirmCalls(tx, callIds, now)
    const said = { shopId, at: now, outcome: 'confirmed', refused: 0, code: null, message: null }
    await store.appendAnswers(
      tx,
      callIds.map(callId => ({ ...said, callId, confirmed: levels.get(callId) ?? 0 })),
    )
    return [...levels.values()].reduce((sum, each) => sum + each, 0)
  })
  await hear(deps, { kind: 'answered' })
  return confirmed
}

function newsOfUnanswered(outcome: Extract<SendOutcome, { kind: 'throttled' | 'unknown' }>): News {
  return outcome.kind === 'throttled' ? outcome : newsOf(outcome.code, outcome.message, outcome.retryAfterMs)
}

type Settling = { shopId: number; callId: string; now: InstantMs }

/**
 * Rows were refused: nothing of the call was applied, so they get their reason, stale ones are read again, and all the others are free
 * to leave with the next call in the same second.
 */
async function settleRows(
  tx: Tx,
  { outcome, chance, ...of }: Settling & { outcome: Extract<SendOutcome, { kind: 'rows_refused' }>; chance: number },
): Promise<{ settled: number; forgot: number }> {
  const { callId, shopId, now } = of
  const { kind, requestId, costPoints } = outcome
  const isFirst = (await store.recordAnswers(tx, [{ callId, outcome: kind, code: null, requestId, costPoints, now }])).has(callId)
  if (!isFirst) return { settled: 0, forgot: 0 }
  await store.thaw(tx, [callId], now, false)
  const refused = await giveReasons(tx, { ...of, chance }, outcome.rows)
  await store.appendAnswers(tx, [{ shopId, callId, at: now, outcome: kind, confirmed: 0, refused, code: null, message: null }])
  return { settled: refused, forgot: refused }
}

async function giveReasons(tx: Tx, of: Settling & { chance: number }, refused: readonly RefusedRow[]): Promise<number> {
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
  if (!(await store.recordAnswers(tx, [{ callId, outcome: kind, code, requestId, costPoints: null, now }])).has(callId)) return
  await store.thaw(tx, [callId], now, false)
  const refused = await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswers(tx, [{ shopId, callId, at: now, outcome: kind, confirmed: 0, refused, code, message }])
}

/** Nobody will ever know what became of this call: its levels are read as at first contact. */
export async function abandon(tx: Tx, { shopId, callId, now }: Settling): Promise<{ settled: number; forgot: number }> {
  const rows = await store.rowsOfCall(tx, callId)
  const outcome = 'abandoned'
  const code = 'CHANNEL_UNREACHABLE'
  await store.recordAnswers(tx, [{ callId, outcome, code, requestId: null, costPoints: null, now }])
  await store.thaw(tx, [callId], now, false)
  await forgetLevels(tx, shopId, rows)
  await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswers(tx, [{ shopId, callId, at: now, outcome, confirmed: 0, refused: 0, code, message: null }])
  return { settled: 0, forgot: rows.length }
}

/** Claimed, and never sent, as this process knows: its levels are decided anew when the shop can be spoken to again. */
export async function withdraw(tx: Tx, { shopId, callId, now }: Settling): Promise<void> {
  const outcome = 'withdrawn'
  const isFirst = await store.recordAnswers(tx, [{ callId, outcome, code: null, requestId: null, costPoints: null, now }])
  if (!isFirst.has(callId)) return
  await store.thaw(tx, [callId], now, false)
  await outbox.giveBackCall(tx, callId, now)
  await store.appendAnswers(tx, [{ shopId, callId, at: now, outcome, confirmed: 0, refused: 0, code: null, message: null }])
}
