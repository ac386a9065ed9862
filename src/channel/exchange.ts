import type { InstantMs } from '../kernel/clock.ts'
import type { News } from './health.ts'
import type { ShopCode } from './port.ts'
import { classOf, classOfUserError, type TroubleClass } from './trouble.ts'

/** One request to a shop and what came back: a line of the job log. It holds no token and no secret. */
export type Exchange = {
  /** When it was sent. */
  at: InstantMs
  tookMs: number
  operation: string | null
  effect: 'read' | 'write'
  outcome: ExchangeOutcome
  /** Null: nothing came back. */
  status: number | null
  /** Shopify's own name for the request, which their support asks for. */
  requestId: string | null
  idempotencyKey: string | null
  bulkOperationGid: string | null
  costPoints: number | null
  /** What was left in the shop's bucket after it, of how much. */
  availablePoints: number | null
  maxPoints: number | null
  /** The inventory items that it named. */
  inventoryItemGids: readonly string[]
  /** The first words of what came back. */
  answer: string | null
}

export type ExchangeOutcome =
  | { kind: 'answered' }
  /** The shop is well, and refused something in what was asked. */
  | { kind: 'user_errors'; code: string | null; message: string }
  | { kind: 'throttled'; retryAfterMs: number }
  | { kind: 'no_answer'; message: string; retryAfterMs: number | null }
  | { kind: 'refused'; code: ShopCode; message: string }

/** The class of an exchange, with the code and the words to show; null: there was no trouble. */
export function troubleOf(outcome: ExchangeOutcome): { class: TroubleClass; code: string | null; message: string } | null {
  switch (outcome.kind) {
    case 'answered':
      return null
    case 'user_errors':
      return { class: classOfUserError(outcome.code), code: outcome.code, message: outcome.message }
    case 'throttled':
      return { class: 'throttled', code: 'CHANNEL_THROTTLED', message: `asked for patience for ${outcome.retryAfterMs} ms` }
    case 'no_answer':
      return { class: 'outage', code: 'CHANNEL_UNREACHABLE', message: outcome.message }
    case 'refused':
      return { class: classOf(outcome.code), code: outcome.code, message: outcome.message }
  }
}

/**
 * What an exchange of any room says about the shop's health; null: nothing new. A request that was not understood, or a
 * field that was denied, says nothing against the shop: whoever needs it waits, and the others go on.
 */
export function newsOfExchange(outcome: ExchangeOutcome): News | null {
  switch (outcome.kind) {
    case 'answered':
    case 'user_errors':
      return { kind: 'answered' }
    // The adapter waits for the bucket by itself; only a write that gives up says so.
    case 'throttled':
      return null
    case 'no_answer':
      return { kind: 'no_answer', code: 'CHANNEL_UNREACHABLE', message: outcome.message, retryAfterMs: outcome.retryAfterMs }
    case 'refused':
      if (outcome.code === 'CHANNEL_SCOPE_MISSING') return { kind: 'denied' }
      if (outcome.code === 'CHANNEL_REQUEST_REFUSED') return { kind: 'answered' }
      return { kind: 'refused', code: outcome.code, message: outcome.message }
  }
}
