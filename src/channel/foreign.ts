import { grouped } from '../kernel/grouped.ts'
/*
 *   somebody else wrote a level ──► ours ─────────────────────────────────────────► closed: it shows again what is promised
 *                              ├──► theirs ──► booked on hand ──► the promise holds it ──► closed: it stays as it is
 *                              └──► ask ── a person says whose ──► ours, theirs
 *
 * Until a level under `theirs` or `ask` is closed nothing is written to it: we would write over what was to be asked about.
 */
export type ForeignPolicy = 'ours' | 'theirs' | 'ask'

/** What is said of a level while it waits. */
export function waitingReason(policy: ForeignPolicy, units: number): string {
  const what = `Somebody else changed it by ${units > 0 ? '+' : ''}${grouped(units)}`
  return policy === 'ask' ? `${what}; a person is to say whose number counts.` : `${what}; that becomes our number.`
}

/** Whose number it is at once, as the policy of the location says; null: a person is asked. */
export function takenBy(policy: ForeignPolicy): 'ours' | 'theirs' | null {
  return policy === 'ask' ? null : policy
}
