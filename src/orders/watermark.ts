import type { InstantMs } from '../kernel/clock.ts'

/*
 *          known_until                     poll starts
 *  ──────────────┼───────────────────────────────┼──────────► Shopify's clock
 *          ◄─────┤ overlap                 ◄─────┤ search lag
 *          next question from here        known_until after this poll
 */

/** Shopify's order search shows a change this much later at worst: what is younger may still be missing from an answer. */
export const SEARCH_LAG_MS = 60_000

/** How far before the watermark a poll asks again. Seeing an order twice changes nothing. */
export const POLL_OVERLAP_MS = 60_000

/** The instant from which the next poll asks; null at first contact, which asks for every open order. */
export function pollSince(knownUntil: InstantMs | null): InstantMs | null {
  return knownUntil === null ? null : knownUntil - POLL_OVERLAP_MS
}

/**
 * Up to when the orders are known after a poll that was read to its last page. It follows from the start of the poll and
 * never from the newest order, since a quiet shop would then prove nothing. Null: this poll began before one that has been
 * recorded already, so its words are older and are dropped.
 */
export function watermarkAfter(knownUntil: InstantMs | null, pollStartedAt: InstantMs): InstantMs | null {
  const next = pollStartedAt - SEARCH_LAG_MS
  return knownUntil !== null && next < knownUntil ? null : next
}
