import { describe, expect, test } from 'vitest'
import { POLL_OVERLAP_MS, pollSince, SEARCH_LAG_MS, watermarkAfter } from './watermark.ts'

const T = 1_800_000_000_000

describe('the watermark of a shop', () => {
  test('first contact asks for every open order', () => expect(pollSince(null)).toBe(null))

  test('a later poll asks from before the watermark', () => expect(pollSince(T)).toBe(T - POLL_OVERLAP_MS))

  const table: [string, number | null, number, number | null][] = [
    ['the first poll proves up to its start less the search lag', null, T, T - SEARCH_LAG_MS],
    ['a quiet shop moves on all the same', T - SEARCH_LAG_MS, T + 5_000, T + 5_000 - SEARCH_LAG_MS],
    ['the same poll recorded again stays where it is', T - SEARCH_LAG_MS, T, T - SEARCH_LAG_MS],
    ['a poll that began earlier than a recorded one is dropped', T - SEARCH_LAG_MS, T - 1_000, null],
  ]
  test.each(table)('%s', (_, knownUntil, startedAt, expected) => expect(watermarkAfter(knownUntil, startedAt)).toBe(expected))
})
