import { unreachable } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { delayMs, OUTAGE } from '../outbox/backoff.ts'
import type { ShopCode } from './port.ts'

/*
 *   unknown ───► reachable ◄──────────── any answer ────────────┐
 *                  │  ▲ │                                        │
 *        no answer │  │ └── the shop, or our own switch, says no ──► refused: asked again every 15 s
 *                  ▼  │
 *             unreachable: asked again after 1 s, 2 s, 4 s … 60 s
 *
 * While a shop rests (`retryAt` lies ahead) nothing is sent: intents wait and coalesce, and nothing is lost or reordered.
 * The first thing sent after a rest is a question, so that an outage is never met with a batch of writes.
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
  scopesAt: InstantMs | null
}

export type News =
  | { kind: 'answered' }
  | { kind: 'scopes'; grantedScopes: string[] }
  | { kind: 'throttled'; retryAfterMs: number }
  | { kind: 'no_answer'; code: ShopCode; message: string; retryAfterMs: number | null }
  /** Somebody has to do something first. */
  | { kind: 'refused'; code: ShopCode; message: string }

/** A refused shop is asked again after so long: a person may have mended it. */
const REFUSED_RETRY_MS = 15_000
/** How long the granted scopes are believed. */
const SCOPES_MS_MAX = 10 * 60_000

export function neverAsked(now: InstantMs): Health {
  const state = 'unknown'
  return { state, code: null, message: null, since: now, askedAt: now, failures: 0, retryAt: null, grantedScopes: null, scopesAt: null }
}

/** How the shop is after it answered, or did not. `chance` is in [0, 1). */
export function afterNews(before: Health, news: News, { now, chance }: { now: InstantMs; chance: number }): Health {
  switch (news.kind) {
    case 'answered':
      return become(before, now, { state: 'reachable', code: null, message: null, failures: 0, retryAt: null })
    case 'scopes': {
      const reachable = become(before, now, { state: 'reachable', code: null, message: null, failures: 0, retryAt: null })
      return { ...reachable, grantedScopes: news.grantedScopes, scopesAt: now }
    }
    case 'throttled': {
      const message = 'the shop asks for patience'
      return become(before, now, { state: 'reachable', code: 'CHANNEL_THROTTLED', message, failures: 0, retryAt: now + news.retryAfterMs })
    }
    case 'no_answer': {
      const failures = before.failures + 1
      const retryAt = now + (news.retryAfterMs ?? delayMs(OUTAGE, failures, chance))
      return become(before, now, { state: 'unreachable', code: news.code, message: news.message, failures, retryAt })
    }
    case 'refused': {
      const failures = before.failures + 1
      return become(before, now, { state: 'refused', code: news.code, message: news.message, failures, retryAt: now + REFUSED_RETRY_MS })
    }
    default:
      return unreachable(news)
  }
}

function become(before: Health, now: InstantMs, after: Pick<Health, 'state' | 'code' | 'message' | 'failures' | 'retryAt'>): Health {
  const isSame = before.state === after.state && before.code === after.code
  return { ...before, ...after, since: isSame ? before.since : now, askedAt: now }
}

/** What an error of a question means for the shop's health. */
export function newsOf(code: ShopCode, message: string, retryAfterMs: number | null): News {
  if (code === 'CHANNEL_THROTTLED') return { kind: 'throttled', retryAfterMs: retryAfterMs ?? OUTAGE.baseMs }
  if (code === 'CHANNEL_UNREACHABLE' || code === 'CHANNEL_BULK_FAILED') return { kind: 'no_answer', code, message, retryAfterMs }
  return { kind: 'refused', code, message }
}

export function isResting(health: Health, now: InstantMs): boolean {
  return health.retryAt !== null && health.retryAt > now
}

/** After trouble a question goes first; otherwise what was granted is asked for from time to time. */
export function needsQuestion(health: Health, now: InstantMs): boolean {
  return health.state !== 'reachable' || health.scopesAt === null || now - health.scopesAt > SCOPES_MS_MAX
}
