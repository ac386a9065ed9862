import type { InstantMs } from '../kernel/clock.ts'

/** Failures within a window, of one name from one address; beyond them the next try waits until the window is over. */
export const FAILURES_PER_PERSON_MAX = 5
/** The same of one address, whatever names it tries. */
export const FAILURES_PER_ADDRESS_MAX = 20
/** The same of one name, wherever it is tried from. Larger, so that a stranger does not lock a person out at once. */
export const FAILURES_PER_NAME_MAX = 100
export const FAILURES_WINDOW_MS = 5 * 60 * 1_000
/** Beyond so many entries the oldest are forgotten, so that guessing cannot fill the memory. */
const ENTRIES_MAX = 10_000

type Entry = { failures: number; since: InstantMs }

export type LoginThrottle = {
  /** How long this try has to wait; 0: it may go on. */
  waitMs(login: { name: string; address: string }, now: InstantMs): number
  failed(login: { name: string; address: string }, now: InstantMs): void
  succeeded(login: { name: string; address: string }): void
}

/** Slows guessing down. Kept by each process for itself: several processes allow so many times as much, which is still little. */
export function openLoginThrottle(): LoginThrottle {
  const entries = new Map<string, Entry>()

  function live(key: string, now: InstantMs): Entry | null {
    const entry = entries.get(key)
    if (entry === undefined) return null
    if (now - entry.since < FAILURES_WINDOW_MS) return entry
    entries.delete(key)
    return null
  }

  return {
    waitMs(login, now) {
      const waits = keysOf(login).map(({ key, failuresMax }) => {
        const entry = live(key, now)
        return entry !== null && entry.failures >= failuresMax ? entry.since + FAILURES_WINDOW_MS - now : 0
      })
      return Math.max(...waits)
    },
    failed(login, now) {
      for (const { key } of keysOf(login)) {
        const entry = live(key, now)
        entries.delete(key)
        entries.set(key, { failures: (entry?.failures ?? 0) + 1, since: entry?.since ?? now })
      }
      for (const oldest of entries.keys()) {
        if (entries.size <= ENTRIES_MAX) break
        entries.delete(oldest)
      }
    },
    succeeded(login) {
      for (const { key, isForgiven } of keysOf(login)) if (isForgiven) entries.delete(key)
    },
  }
}

function keysOf({ name, address }: { name: string; address: string }) {
  return [
    { key: `person ${address} ${name}`, failuresMax: FAILURES_PER_PERSON_MAX, isForgiven: true },
    { key: `address ${address}`, failuresMax: FAILURES_PER_ADDRESS_MAX, isForgiven: false },
    { key: `name ${name}`, failuresMax: FAILURES_PER_NAME_MAX, isForgiven: false },
  ]
}
