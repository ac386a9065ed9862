import { describe, expect, test } from 'vitest'
import { isPollDue, lagShownBy, POLL_OVERLAP_MS, pollSince, SEARCH_LAG_MS, SEARCH_LAG_MS_MAX, watermarkAfter } from './watermark.ts'

const T = 1_800_000_000_000

describe('the watermark of a shop', () => {
  test('first contact asks for every open order', () => expect(pollSince(null)).toBe(null))

  test('a later poll asks from before the watermark', () => expect(pollSince(T)).toBe(T - POLL_OVERLAP_MS))

  const table: [string, number | null, number, number | null, number][] = [
    ['the first poll proves up to its start less the search lag', null, T, null, T - SEARCH_LAG_MS],
    ['a quiet shop moves on all the same', T - SEARCH_LAG_MS, T + 5_000, null, T + 5_000 - SEARCH_LAG_MS],
    ['the same poll recorded again stays where it is', T - SEARCH_LAG_MS, T, null, T - SEARCH_LAG_MS],
    ['a poll that began earlier than a recorded one moves nothing', T, T - 1_000, null, T],
    ['nor does one after the lag was found to be longer', T, T + 5_000, null, T],
    ['it stops before an order whose locations are not known', T, T + 90_000, T + 20_000, T + 20_000],
    ['and does not go back for one', T, T + 90_000, T - 20_000, T],
  ]
  test.each(table)('%s', (_, knownUntil, from, unroutedSince, expected) =>
    expect(watermarkAfter(knownUntil, { from, lagMs: SEARCH_LAG_MS, unroutedSince })).toBe(expected),
  )
})

describe('an order that turns up late shows how far the search lags', () => {
  type At = Parameters<typeof lagShownBy>[1]
  const HOUR_MS = 3_600_000
  const at: At = { knownSince: T - 100 * HOUR_MS, knownUntil: T, pollFrom: T + 60_000, lagMs: 60_000 }
  const table: [string, { createdAt: number; isNew: boolean }, At, number | null][] = [
    ['one that was created after the watermark is in time', { createdAt: T, isNew: true }, at, null],
    ['one that was known already', { createdAt: T - 1, isNew: false }, at, null],
    ['at first contact everything is new', { createdAt: T - 1, isNew: true }, { ...at, knownUntil: null, knownSince: null }, null],
    ['one of before first contact, changed again', { createdAt: T - 101 * HOUR_MS, isNew: true }, at, null],
    ['one that was long over, changed again', { createdAt: T - 30 * HOUR_MS, isNew: true }, at, null],
    ['one that was created before it', { createdAt: T - 20_000, isNew: true }, at, 120_000],
    ['one that is two hours late is believed so far', { createdAt: T - 2 * HOUR_MS, isNew: true }, at, SEARCH_LAG_MS_MAX],
    ['a lag never shrinks by it', { createdAt: T - 1_000, isNew: true }, { ...at, lagMs: 600_000 }, 600_000],
  ]
  test.each(table)('%s', (_, order, known, expected) => expect(lagShownBy(order, known)).toBe(expected))
})

test.each<[string, { polledAt: number | null; askedAt: number | null }, boolean]>([
  ['never polled', { polledAt: null, askedAt: null }, true],
  ['a moment ago', { polledAt: 9_000, askedAt: null }, false],
  ['a moment ago, and somebody needs them', { polledAt: 9_000, askedAt: 9_500 }, true],
  ['some seconds ago', { polledAt: 6_000, askedAt: null }, true],
])('orders polled %s: due or not', (_title, watermark, isDue) => expect(isPollDue(watermark, 10_000)).toBe(isDue))
