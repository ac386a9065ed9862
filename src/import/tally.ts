import { grouped } from '../kernel/grouped.ts'
/** How many rows of a file were not taken as they stand, and lines that are no rows. What did not happen is not there. */
export type Tally = Partial<Record<TallyKey, number>>
export const TALLY_KEYS = ['repeated_header', 'trailer', 'left_out', 'kept_negative', 'floored', 'rounded_down', 'merged'] as const
export type TallyKey = (typeof TALLY_KEYS)[number]

/** What was done to a row because its feed says so. */
export type Treated = Extract<TallyKey, 'kept_negative' | 'floored' | 'rounded_down'>

export function count(tally: Tally, key: TallyKey, times = 1): void {
  if (times > 0) tally[key] = (tally[key] ?? 0) + times
}

export function countPassedOver(tally: Tally, batch: { passedOver: readonly { what: TallyKey }[] }): void {
  for (const { what } of batch.passedOver) count(tally, what)
}

const SENTENCES: Readonly<Record<TallyKey, string>> = {
  repeated_header: 'repeat the header',
  trailer: 'stand below the table',
  left_out: 'were left out, as the feed says',
  kept_negative: 'count less than nothing, and were taken as they are',
  floored: 'counted less than nothing, and were taken as 0',
  rounded_down: 'had a fraction, and were rounded down',
  merged: 'were added to another row of the same product and facility',
}

/** The same for a person, one fact a line. */
export function tallyLines(tally: Tally): string[] {
  return TALLY_KEYS.flatMap(key => (tally[key] === undefined ? [] : [`${grouped(tally[key])} ${SENTENCES[key]}`]))
}
