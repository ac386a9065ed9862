import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import type { Tx } from '../db/connection.ts'
import { afterEvent, type IntentEvent, type IntentState } from './intent.ts'
import * as store from './store.ts'

/* Whatever happens to an intent in whatever order, the statements make of it what `afterEvent` says. */

const T = Date.UTC(2026, 10, 24)
const KEY = { shopId: 1, locationId: 1, productId: 1, revision: 1 }
const CALLS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const
const UNTIL = ['number', 'catalog', 'either'] as const

let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
})
afterAll(() => home.drop())

type Happening = { event: IntentEvent; act: (tx: Tx, now: number) => Promise<unknown> }

const callId = fc.constantFrom(...CALLS)
const happening: fc.Arbitrary<(now: number) => Happening> = fc.oneof(
  { weight: 4, arbitrary: callId.map(claimed) },
  callId.map(confirmed),
  callId.map(givenBack),
  callId.map(stale),
  { weight: 2, arbitrary: fc.tuple(callId, fc.constantFrom(...UNTIL)).map(([call, until]) => refused(call, until)) },
  fc.constant(agrees),
  fc.nat(5_000).map(postponed),
  { weight: 2, arbitrary: fc.constant(woken) },
  { weight: 2, arbitrary: fc.constant(switched) },
  fc.constant(reopened),
  fc.constant(released),
)

test('an intent in the database goes the ways of the drawing, and no other', async () => {
  const wayOf = async (happenings: readonly ((now: number) => Happening)[]) => {
    let now = T
    let state: IntentState = { kind: 'pending', dueAt: now, attempt: 0, code: null }
    await home.db.query('delete from outbox.intent')
    await home.db.query(
      `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
       values (1, 1, 1, 1, 10, 'item-1', 'pending', $1, $1, $1)`,
      [new Date(now)],
    )
    for (const happens of happenings) {
      now += 1_000
      const { event, act } = happens(now)
      // Nobody claims what does not wait.
      if (event.kind === 'claimed' && state.kind !== 'pending') continue
      await home.db.transaction(tx => act(tx, now))
      state = afterEvent(state, event, now)
      expect(await kept(), event.kind).toEqual(state)
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 14, size: 'max' }), wayOf), { numRuns: 60 })
})

function claimed(call: string) {
  return (now: number): Happening => ({
    event: { kind: 'claimed', callId: call },
    act: tx => store.markSending(tx, { shopId: 1, rows: [{ ...KEY, callId: call }], now }),
  })
}

function confirmed(call: string) {
  return (now: number): Happening => ({
    event: { kind: 'call_confirmed', callId: call },
    act: tx => store.confirmCalls(tx, [call], now),
  })
}

function givenBack(call: string) {
  return (now: number): Happening => ({
    event: { kind: 'call_given_back', callId: call, dueAt: now, code: null, countsAsAttempt: false },
    act: tx => store.giveBackCall(tx, call, now),
  })
}

function stale(call: string) {
  return (now: number): Happening => ({
    event: { kind: 'call_given_back', callId: call, dueAt: now + 250, code: 'S', countsAsAttempt: true },
    act: tx => store.retryRows(tx, call, [{ ...KEY, code: 'S', dueAt: now + 250 }], now),
  })
}

function refused(call: string, until: (typeof UNTIL)[number]) {
  return (now: number): Happening => ({
    event: { kind: 'refused', callId: call, code: 'R', hint: 'r', until },
    act: tx => store.refuseRows(tx, call, [{ ...KEY, code: 'R', hint: 'r', until }], now),
  })
}

function agrees(now: number): Happening {
  return { event: { kind: 'agrees' }, act: tx => store.markAgreeing(tx, 1, [KEY], now) }
}

function postponed(byMs: number) {
  return (now: number): Happening => ({
    event: { kind: 'postponed', dueAt: now + byMs, code: 'W' },
    act: tx => store.postpone(tx, 1, [{ ...KEY, dueAt: now + byMs, code: 'W' }]),
  })
}

function woken(now: number): Happening {
  return { event: { kind: 'woken' }, act: tx => store.wake(tx, [KEY], now) }
}

function switched(now: number): Happening {
  return { event: { kind: 'switched' }, act: tx => store.wake(tx, [KEY], now, { isSwitched: true }) }
}

function reopened(now: number): Happening {
  return { event: { kind: 'reopened' }, act: tx => store.reopen(tx, 1, [KEY], now) }
}

function released(now: number): Happening {
  return { event: { kind: 'released' }, act: tx => store.release(tx, 1, [KEY], now) }
}

async function kept(): Promise<IntentState> {
  type Row = { state: string; dueAt: number; attempt: number; code: string; hint: string; until: never; callId: string; isWoken: boolean }
  const [row] = await home.db.query<Row>(
    `select state, due_at as "dueAt", attempt, code, hint, blocked_until as until, call_id as "callId", is_woken as "isWoken" from outbox.intent`,
  )
  const { state, dueAt, attempt, code, hint, until, callId: call, isWoken } = row as Row
  if (state === 'pending') return { kind: 'pending', dueAt, attempt, code }
  if (state === 'sending') return { kind: 'sending', callId: call, attempt, isWoken }
  return state === 'blocked' ? { kind: 'blocked', code, hint, until } : { kind: 'confirmed' }
}
