import type { InstantMs } from '../kernel/clock.ts'
import { delayMs, STALE } from '../outbox/backoff.ts'
import type { BlockedUntil } from '../outbox/intent.ts'
import type { RefusedRow, RowCode } from './port.ts'

type RowOfCall = { ordinal: number; attempt: number; locationId: number; productId: number }

/**
 * Sorts the rows that a call was refused for. A stale one is read and decided anew, never sent again as it was: at once the
 * first time, a little later each time after. The others are blocked until what their code needs.
 */
export function sortRefused<T extends RowOfCall>(
  rows: readonly T[],
  refused: readonly RefusedRow[],
  at: { now: InstantMs; chance: number },
) {
  const named = refused.flatMap(refusal => {
    const row = rows.find(each => each.ordinal === refusal.ordinal)
    return row ? [{ ...row, code: refusal.code }] : []
  })
  const stale = named
    .filter(row => row.code === 'CHANNEL_ROW_STALE')
    .map(row => ({ ...row, dueAt: row.attempt === 0 ? at.now : at.now + delayMs(STALE, row.attempt, at.chance) }))
  const wrong = named.flatMap(({ code, ...row }) => (code === 'CHANNEL_ROW_STALE' ? [] : [{ ...row, code, ...refusalOf(code) }]))
  return { named, stale, wrong }
}

/** What a person should do about a refused row, and what ends it by itself. A stale row is not refused but decided again. */
export function refusalOf(code: Exclude<RowCode, 'CHANNEL_ROW_STALE'>): { hint: string; until: BlockedUntil } {
  switch (code) {
    case 'CHANNEL_ROW_ITEM_GONE':
      return { hint: 'The item is no longer in the shop. It is tried again when the catalogue has been read.', until: 'catalog' }
    case 'CHANNEL_ROW_LOCATION_GONE':
      return {
        hint: 'The location is closed or gone. Map another one; it is tried again when the catalogue has been read.',
        until: 'catalog',
      }
    case 'CHANNEL_ROW_BUNDLE_PARENT':
      return { hint: 'The stock of a bundle follows from its parts. It is tried again when the catalogue has been read.', until: 'catalog' }
    case 'CHANNEL_ROW_NOT_STOCKED':
      return {
        hint: 'Shopify did not let us stock the item at this location. Stock it there; it is tried again when the catalogue has been read.',
        until: 'catalog',
      }
    case 'CHANNEL_ROW_UNITS_REFUSED':
      return { hint: 'Shopify refuses this quantity. Look at where it comes from; another number is sent at once.', until: 'number' }
    case 'CHANNEL_ROW_REFUSED':
      return {
        hint: 'Shopify refused this level. Read its message and mend the cause; it is tried again with the next number, when the catalogue has been read, and by Sync now.',
        until: 'either',
      }
  }
}
