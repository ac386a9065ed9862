import type { InstantMs } from '../kernel/clock.ts'

/** Requests a minute that one person or token may make, unless it is set otherwise. No page of the console comes near it. */
export const PERSON_PER_MINUTE = 1_200
/** The same of one address, for what needs no sign-in and for whoever shows none that we know. */
const ADDRESS_SHARE = 0.5
/** Webhooks of a shop come from few addresses, and many at once when it sells well. */
const HOOK_SHARE = 5
const MINUTE_MS = 60_000
/** Beyond so many the oldest are forgotten, so that made-up senders cannot fill the memory. */
const SENDERS_MAX = 10_000

/** Whom a request counts for. */
export type Sender = { kind: 'person' | 'address' | 'hook'; name: string }

export type RateLimit = {
  /** Counts one request; gives how long its sender has to wait, 0 where it may go on. A request that has to wait is not counted. */
  take(sender: Sender, now: InstantMs): number
}

type Bucket = { left: number; at: InstantMs }

/**
 * A bucket for each sender, of as many requests as a minute allows, that fills steadily. Kept by each process for itself: several allow so
 * many times as much, which still bounds what one sender can ask for.
 */
export function openRateLimit(personPerMinute: number = PERSON_PER_MINUTE): RateLimit {
  const perMinute = { person: personPerMinute, address: personPerMinute * ADDRESS_SHARE, hook: personPerMinute * HOOK_SHARE }
  const buckets = new Map<string, Bucket>()
  return {
    take({ kind, name }, now) {
      const key = `${kind} ${name}`
      const most = Math.max(1, Math.floor(perMinute[kind]))
      const before = buckets.get(key) ?? { left: most, at: now }
      const left = Math.min(most, before.left + (Math.max(0, now - before.at) * most) / MINUTE_MS)
      buckets.delete(key)
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now })
      for (const oldest of buckets.keys()) {
        if (buckets.size <= SENDERS_MAX) break
        buckets.delete(oldest)
      }
      return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / most)
    },
  }
}
