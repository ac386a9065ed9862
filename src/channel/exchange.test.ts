import { describe, expect, test } from 'vitest'
import { type ExchangeOutcome, newsOfExchange, troubleOf } from './exchange.ts'
import type { ShopCode } from './port.ts'
import { classOf, classOfRow, classOfUserError, TROUBLES } from './trouble.ts'

describe('every answer has one class, with one rule', () => {
  test.each<[string, ExchangeOutcome, string | null, string | null]>([
    ['yes', { kind: 'answered' }, null, 'answered'],
    ['no answer', { kind: 'no_answer', message: 'HTTP 503', retryAfterMs: null }, 'outage', 'no_answer'],
    ['throttled', { kind: 'throttled', retryAfterMs: 900 }, 'throttled', null],
    ['the token is no good', refused('CHANNEL_TOKEN_REFUSED'), 'auth', 'refused'],
    ['no such shop', refused('CHANNEL_SHOP_UNKNOWN'), 'auth', 'refused'],
    ['a scope is missing, which is no reason to stop the rest', refused('CHANNEL_SCOPE_MISSING'), 'scope', 'denied'],
    ['frozen', refused('CHANNEL_SHOP_FROZEN'), 'shop', 'refused'],
    ['not understood, which says nothing against the shop', refused('CHANNEL_REQUEST_REFUSED'), 'our_bug', 'answered'],
    ['a stale row', userError('CHANGE_FROM_QUANTITY_STALE'), 'conflict', 'answered'],
    ['a bundle', userError('NON_MUTABLE_INVENTORY_ITEM'), 'bad_data', 'answered'],
    ['no code', userError(null), 'bad_data', 'answered'],
    ['a key with other bytes', userError('IDEMPOTENCY_KEY_PARAMETER_MISMATCH'), 'our_bug', 'answered'],
  ])('%s', (_, outcome, wanted, news) => {
    expect(troubleOf(outcome)?.class ?? null).toBe(wanted)
    expect(newsOfExchange(outcome)?.kind ?? null).toBe(news)
  })

  test('what passes by itself asks nobody for anything, and what does not says whose turn it is', () => {
    const turns = Object.entries(TROUBLES).map(([name, { turn }]) => `${name}: ${turn}`)
    expect(turns).toEqual([
      ...['outage: nobody', 'throttled: nobody', 'auth: person', 'scope: person', 'shop: person', 'held: person'],
      ...['conflict: nobody', 'bad_data: person', 'our_bug: us'],
    ])
  })

  test('rows and codes are classed alike', () => {
    expect([classOf('CHANNEL_READ_ONLY'), classOfRow('CHANNEL_ROW_STALE'), classOfRow('CHANNEL_ROW_ITEM_GONE')]).toEqual([
      'held',
      'conflict',
      'bad_data',
    ])
    expect(classOfUserError('IDEMPOTENCY_CONCURRENT_REQUEST')).toBe('conflict')
  })
})

function refused(code: ShopCode): ExchangeOutcome {
  return { kind: 'refused', code, message: 'm' }
}
function userError(code: string | null): ExchangeOutcome {
  return { kind: 'user_errors', code, message: 'm' }
}
