import type { InstantMs } from '../kernel/clock.ts'

/** A calendar month in UTC, as `2026-11`. */
export type Month = string & { readonly brand: 'Month' }

export function monthOf(instant: InstantMs): Month {
  return new Date(instant).toISOString().slice(0, 7) as Month
}

export function isMonth(text: string): text is Month {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text)
}

/** So many months later; earlier, where `months` is below 0. */
export function monthsAfter(month: Month, months: number): Month {
  const [year = 0, of = 0] = month.split('-').map(Number)
  const at = year * 12 + (of - 1) + months
  return `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}` as Month
}

export function startOf(month: Month): InstantMs {
  return Date.parse(`${month}-01T00:00:00Z`)
}

/** The months that are older than history is kept; null keeps everything. The present month always stays. */
export function isPurgeable(month: Month, now: InstantMs, keptMonths: number | null): boolean {
  return keptMonths !== null && month < monthsAfter(monthOf(now), -keptMonths)
}

/** Months that need a place of their own by now: this one and the next, so that no writer ever waits for it. */
export function monthsWanted(now: InstantMs): Month[] {
  const month = monthOf(now)
  return [month, monthsAfter(month, 1)]
}
