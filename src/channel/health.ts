import { unreachable } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { delayMs, OUTAGE } from '../outbox/backoff.ts'
import type { ShopCode } from './port.ts'

/*
 *   unknown ───► reachable ◄──────────── any answer ────────────┐
 *                  │  ▲ │                                        │
 *        no answer │  │ └── the shop says no ──► refused: asked again every 15 s
 *                  ▼  │
 *             unreachable: asked again after 1 s, 2 s, 4 s … 60 s; from the third failure in a row on the circuit is
 *             open: nobody of ours asks this shop anything until it is time, and then one question goes first
 *
 * While a shop rests (`retryAt` lies ahead) nothing is sent: intents wait and coalesce, and nothing is lost or reordered.
 * The first thing sent after a rest is a question, so that an outage is never met with a batch of writes. Beside it stands
 * whether we are held: the shop answers, but our own access scope or what Shopify granted does not let us write.
 *
 *   free ──── a switch says no ────► held ──── both say yes ────► free
 *
 * Coming back from trouble, and being freed, is `mendedAt`: what was known of the shop's levels before is not believed any
 * longer, so each level that waits is read and compared before it is written.
 */
export type Health = {
  state: 'unknown' | 'reachable' | 'unreachable' | 'refused'
  code: ShopCode | null
  message: string | null
  /** Since when it is so, with this code. */
  since: InstantMs
  askedAt: InstantMs
  failures: number
  retryAt: InstantMs | null
  /** What Shopify granted when it was last asked; null: never asked. */
  grantedScopes: string[] | null
  /** By which name the app has its pages in Shopify's admin. */
  appHandle: string | null
  /** When that was; null: it has to be asked (again). */
  scopesAt: InstantMs | null
  /** Why nothing may be written although the shop answers; null: it may. */
  heldCode: ShopCode | null
  heldMessage: string | null
  heldSince: InstantMs | null
  mendedAt: InstantMs | null
}

export type News =
  | { kind: 'answered' }
  | { kind: 'scopes'; grantedScopes: string[]; appHandle: string | null }
  | { kind: 'throttled'; retryAfterMs: number }
  | { kind: 'no_answer'; code: ShopCode; message: string; retryAfterMs: number | null }
  /** Somebody has to do something first. */
  | { kind: 'refused'; code: ShopCode; message: string }
  /** A field was denied that is not needed for writing stock: what was granted has to be looked at again. */
  | { kind: 'denied' }
  /** One of the two switches does not let us write. */
  | { kind: 'held'; code: ShopCode; message: string }
  /** Both switches do. */
  | { kind: 'free' }

/** A refused shop is asked again after so long: a person may have mended it. */
const REFUSED_RETRY_MS = 15_000
/** How long the granted scopes are believed, and how long while they hold us back. */
const SCOPES_MS_MAX = 10 * 60_000
const SCOPES_WHILE_HELD_MS_MAX = 15_000
/** From so many failures in a row on, nobody of ours asks the shop anything but the one question when it is time. */
const FAILURES_TO_OPEN = 3
/** Calls that were out together fail together: within so long they are one failure. */
const SAME_FAILURE_MS = 500

export function neverAsked(now: InstantMs): Health {
  return {
    ...{ state: 'unknown', code: null, message: null, since: now, askedAt: now, failures: 0, retryAt: null },
    ...{ grantedScopes: null, appHandle: null, scopesAt: null, heldCode: null, heldMessage: null, heldSince: null, mendedAt: null },
  }
}

const WELL = { state: 'reachable', code: null, message: null, failures: 0, retryAt: null } as const

/** How the shop is after it answered, or did not. `chance` is in [0, 1). */
export function afterNews(before: Health, news: News, { now, chance }: { now: InstantMs; chance: number }): Health {
  switch (news.kind) {
    case 'answered':
      return become(before, now, WELL)
    case 'scopes':
      return { ...become(before, now, WELL), grantedScopes: news.grantedScopes, appHandle: news.appHandle, scopesAt: now }
    case 'throttled': {
      const message = 'the shop asks for patience'
      return become(before, now, { ...WELL, code: 'CHANNEL_THROTTLED', message, retryAt: now + news.retryAfterMs })
    }
    case 'no_answer': {
      if (before.state === 'unreachable' && before.code === news.code && now - before.askedAt < SAME_FAILURE_MS) return before
      const failures = before.failures + 1
      const retryAt = now + (news.retryAfterMs ?? delayMs(OUTAGE, failures, chance))
      return become(before, now, { state: 'unreachable', code: news.code, message: news.message, failures, retryAt })
    }
    case 'refused': {
      const failures = before.failures + 1
      return become(before, now, { state: 'refused', code: news.code, message: news.message, failures, retryAt: now + REFUSED_RETRY_MS })
    }
    case 'denied':
      return { ...become(before, now, WELL), scopesAt: null }
    case 'held': {
      const heldSince = before.heldCode === news.code ? before.heldSince : now
      return { ...before, heldCode: news.code, heldMessage: news.message, heldSince }
    }
    case 'free':
      if (before.heldCode === null) return before
      return { ...before, heldCode: null, heldMessage: null, heldSince: null, mendedAt: now }
    default:
      return unreachable(news)
  }
}

function become(before: Health, now: InstantMs, after: Pick<Health, 'state' | 'code' | 'message' | 'failures' | 'retryAt'>): Health {
  const isSame = before.state === after.state && before.code === after.code
  const isMended = after.state === 'reachable' && (before.state === 'unreachable' || before.state === 'refused')
  return { ...before, ...after, since: isSame ? before.since : now, askedAt: now, mendedAt: isMended ? now : before.mendedAt }
}

/** What an error of a question means for the shop's health. */
export function newsOf(code: ShopCode, message: string, retryAfterMs: number | null): News {
  if (code === 'CHANNEL_THROTTLED') return { kind: 'throttled', retryAfterMs: retryAfterMs ?? OUTAGE.baseMs }
  if (code === 'CHANNEL_READ_ONLY' || code === 'CHANNEL_SHADOW') return { kind: 'held', code, message }
  if (code === 'CHANNEL_UNREACHABLE' || code === 'CHANNEL_BULK_FAILED') return { kind: 'no_answer', code, message, retryAfterMs }
  return { kind: 'refused', code, message }
}

export function isResting(health: Health, now: InstantMs): boolean {
  return health.retryAt !== null && health.retryAt > now
}

export type Circuit = 'closed' | 'open' | 'probing'

/** Open: nothing is asked. Probing: it is time for one question, and its answer closes the circuit or opens it again. */
export function circuitOf(health: Pick<Health, 'state' | 'failures' | 'retryAt'>, now: InstantMs): Circuit {
  if (health.state !== 'unreachable' || health.failures < FAILURES_TO_OPEN) return 'closed'
  return health.retryAt !== null && health.retryAt > now ? 'open' : 'probing'
}

/** After trouble a question goes first; otherwise what was granted is asked for from time to time. */
export function needsQuestion(health: Health, now: InstantMs): boolean {
  if (health.state !== 'reachable' || health.scopesAt === null) return true
  return now - health.scopesAt > (health.heldCode === 'CHANNEL_SCOPE_MISSING' ? SCOPES_WHILE_HELD_MS_MAX : SCOPES_MS_MAX)
}
