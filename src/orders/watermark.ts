import type { InstantMs } from '../kernel/clock.ts'

/*
 *          known_until                     poll starts
 *  ──────────────┼───────────────────────────────┼──────────► Shopify's clock
 *          ◄─────┤ overlap                 ◄─────┤ search lag
 *          next question from here        known_until after this poll
 */

/** Shopify's order search shows a change this much later at worst, until a shop shows otherwise. */
export const SEARCH_LAG_MS = 60_000
/** A lag that was found to be longer is not believed beyond this: what comes later still is met by the daily look. */
export const SEARCH_LAG_MS_MAX = 15 * 60_000
/** Later than this it is not the search that lags: the order was closed, forgotten, and has changed again. */
const LATE_MS_MAX = 24 * 60 * 60_000
/** A lag that was found is taken to be this much longer, since the next one may be. */
const LAG_MARGIN = 1.5

/** How far before the watermark a poll asks again. Seeing an order twice changes nothing. */
export const POLL_OVERLAP_MS = 60_000

/** Unless somebody needs the orders, they are asked for this often at the most. */
const POLL_EVERY_MS = 4_000

/** Whether to poll now: somebody waits for it, or the last poll is some time ago. */
export function isPollDue({ polledAt, askedAt }: { polledAt: InstantMs | null; askedAt: InstantMs | null }, now: InstantMs): boolean {
  return polledAt === null || askedAt !== null || now - polledAt >= POLL_EVERY_MS
}

/** An order that nobody routes within this time holds nothing up any longer: it may never be. */
export const ROUTED_WITHIN_MS_MAX = 10 * 60_000

/** An open order is read by its id this long after the last word on it: a deleted one appears in no poll. */
export const LOOK_AGAIN_MS = 24 * 60 * 60_000

/** The instant from which the next poll asks; null at first contact, which asks for every open order. */
export function pollSince(knownUntil: InstantMs | null): InstantMs | null {
  return knownUntil === null ? null : knownUntil - POLL_OVERLAP_MS
}

/**
 * Up to when the orders are known after a poll that was read to its last page. It follows from the start of the poll and
 * never from the newest order, since a quiet shop would then prove nothing; it stops before the oldest order whose locations
 * are not known yet; and it never goes back.
 */
export function watermarkAfter(
  knownUntil: InstantMs | null,
  poll: { from: InstantMs; lagMs: number; unroutedSince: InstantMs | null },
): InstantMs {
  const proved = Math.min(poll.from - poll.lagMs, poll.unroutedSince ?? Number.POSITIVE_INFINITY)
  return Math.max(knownUntil ?? Number.NEGATIVE_INFINITY, proved)
}

/**
 * An order that turns up although everything up to its creation was taken to be known: the search lags longer than was
 * believed. Gives the lag to believe from now on; null: there is nothing odd about it.
 */
export function lagShownBy(
  order: { createdAt: InstantMs; isNew: boolean },
  at: { knownSince: InstantMs | null; knownUntil: InstantMs | null; pollFrom: InstantMs; lagMs: number },
): number | null {
  if (!order.isNew || at.knownUntil === null || at.knownSince === null) return null
  const lateMs = at.pollFrom - order.createdAt
  if (order.createdAt < at.knownSince || order.createdAt >= at.knownUntil || lateMs > LATE_MS_MAX) return null
  return Math.max(at.lagMs, Math.min(SEARCH_LAG_MS_MAX, Math.round(lateMs * LAG_MARGIN)))
}
