import { assert, unreachable } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'

/*
 *                 ┌───────────────── a newer number ◄──────────────┐
 *                 ▼                                                 │
 *   (new) ──► pending ──── claim ────► sending ──── confirmed ───► confirmed
 *              │  ▲ │                  │  │  │                      │
 *              │  │ └─ agrees already ─┼──┼──┼────────────────────► ┘
 *              │  └─ given back, newer ┘  │  │ address changed, asked again ──► pending
 *              │     number, readdressed  │
 *              └──── blocked ◄── refused ─┘
 *                      │
 *                      └── what ends it happens: another number, a look at the catalogue; or a person asks ──► pending
 *
 * An intent is one target's newest number, named by its revision. 10, then 5, then 10 again are three revisions of one
 * intent: whichever is unsent gives way to the next. An intent that is out when a newer number comes is pending again at
 * once and no longer belongs to the call; the level stays frozen by the call until it is answered (channel), so the newer
 * number never overtakes the older one.
 */

/**
 * What ends a block by itself. `catalog`: the address changed, or what the catalogue says of it was read again. `either`: nobody knows why
 * it was refused, so whatever may have ended it is tried.
 */
export type BlockedUntil = 'number' | 'catalog' | 'either'

export type IntentState =
  | { kind: 'pending'; dueAt: InstantMs; attempt: number; code: string | null }
  /** Woken: what it was decided by has changed since, so it is decided anew whatever the answer. */
  | { kind: 'sending'; callId: string; attempt: number; isWoken: boolean }
  | { kind: 'confirmed' }
  | { kind: 'blocked'; code: string; hint: string; until: BlockedUntil }

export type IntentEvent =
  /** The target has a new number. */
  | { kind: 'new_number' }
  /** The catalogue says that the target has another address than before, or one again. */
  | { kind: 'readdressed' }
  /** The catalogue says that the target has no address. */
  | { kind: 'unaddressed'; code: string; hint: string }
  /** The shop's catalogue was read again and the address is still the same. */
  | { kind: 'catalog_read' }
  | { kind: 'claimed'; callId: string }
  /** The shop shows the number already; nothing has to be sent. */
  | { kind: 'agrees' }
  /** Not now: what the decision needs is not known yet. */
  | { kind: 'postponed'; dueAt: InstantMs; code: string }
  | { kind: 'call_confirmed'; callId: string }
  /** The call ended without this row's doing; try again. */
  | { kind: 'call_given_back'; callId: string; dueAt: InstantMs; code: string | null; countsAsAttempt: boolean }
  | { kind: 'refused'; callId: string; code: string; hint: string; until: BlockedUntil }
  /** Something that it was decided by has changed. */
  | { kind: 'woken' }
  /** A person has it sell nothing, or sell again: what is to be told is another number, although the target's is the same. */
  | { kind: 'switched' }
  /** Somebody who compared wants it said again, or a person has a block tried once more. */
  | { kind: 'reopened' }
  | { kind: 'released' }

/** What becomes of an intent. The statements in store.ts do this for whole sets; this is their specification. */
export function afterEvent(state: IntentState, event: IntentEvent, now: InstantMs): IntentState {
  const fresh: IntentState = { kind: 'pending', dueAt: now, attempt: 0, code: null }
  switch (event.kind) {
    case 'new_number':
      return state.kind === 'blocked' && state.until === 'catalog' ? state : fresh
    case 'readdressed':
      return fresh
    case 'unaddressed':
      return { kind: 'blocked', code: event.code, hint: event.hint, until: 'catalog' }
    case 'catalog_read':
      return state.kind === 'blocked' && state.until !== 'number' ? fresh : state
    case 'claimed':
      assert(state.kind === 'pending', `only a pending intent is claimed, not a ${state.kind} one`)
      return { kind: 'sending', callId: event.callId, attempt: state.attempt, isWoken: false }
    case 'agrees':
      return state.kind === 'pending' ? { kind: 'confirmed' } : state
    case 'postponed':
      return state.kind === 'pending' ? { ...state, dueAt: event.dueAt, code: event.code } : state
    case 'call_confirmed':
      return belongs(state, event.callId) ? (state.isWoken ? fresh : { kind: 'confirmed' }) : state
    case 'call_given_back': {
      if (!belongs(state, event.callId)) return state
      const attempt = state.attempt + (event.countsAsAttempt ? 1 : 0)
      return { kind: 'pending', dueAt: event.dueAt, attempt, code: event.code }
    }
    case 'refused':
      if (!belongs(state, event.callId)) return state
      // What was refused may not be what would be told now.
      if (state.isWoken && event.until !== 'catalog') return fresh
      return { kind: 'blocked', code: event.code, hint: event.hint, until: event.until }
    case 'switched':
      if (state.kind === 'blocked') return state.until === 'catalog' ? state : fresh
      return afterEvent(state, { kind: 'woken' }, now)
    case 'woken':
      if (state.kind === 'sending') return { ...state, isWoken: true }
      if (state.kind === 'pending') return { ...state, dueAt: Math.min(state.dueAt, now) }
      return state.kind === 'confirmed' ? fresh : state
    case 'reopened':
      return state.kind === 'confirmed' ? fresh : state
    case 'released':
      return state.kind === 'blocked' ? fresh : state
    default:
      return unreachable(event)
  }
}

/** An answer speaks to those intents only that still belong to its call: a newer number has left it. */
function belongs(state: IntentState, callId: string): state is IntentState & { kind: 'sending' } {
  return state.kind === 'sending' && state.callId === callId
}
