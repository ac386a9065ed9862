import { describe, expect, test } from 'vitest'
import { afterNews, type Circuit, circuitOf, type Health, isResting, type News, needsQuestion, neverAsked, newsOf } from './health.ts'

const T = 1_000_000
const shop = (facts: Partial<Health>): Health => ({ ...neverAsked(0), grantedScopes: ['write_inventory'], scopesAt: T, ...facts })
const reachable = shop({ state: 'reachable' })
const readOnly = shop({ state: 'reachable', heldCode: 'CHANNEL_READ_ONLY', heldSince: 7 })
const down = shop({ state: 'unreachable', code: 'CHANNEL_UNREACHABLE', failures: 3, retryAt: T, since: 5 })

describe('how a shop is after what it said', () => {
  const table: [string, Health, News, Partial<Health>][] = [
    ['a first answer', neverAsked(0), { kind: 'answered' }, { state: 'reachable', since: T, retryAt: null }],
    ['it goes on answering', reachable, { kind: 'answered' }, { state: 'reachable', since: 0 }],
    ['it is back', down, { kind: 'answered' }, { state: 'reachable', code: null, failures: 0, retryAt: null, since: T }],
    ['no answer', reachable, no(null), { state: 'unreachable', failures: 1, retryAt: T + 1_000, since: T }],
    ['no answer again and again', down, no(null), { state: 'unreachable', failures: 4, retryAt: T + 8_000, since: 5 }],
    ['503, and it says when', down, no(30_000), { retryAt: T + 30_000 }],
    [
      'throttled is not down',
      reachable,
      { kind: 'throttled', retryAfterMs: 700 },
      { state: 'reachable', code: 'CHANNEL_THROTTLED', retryAt: T + 700 },
    ],
    ['the token is no good', reachable, newsOf('CHANNEL_TOKEN_REFUSED', 'm', null), { state: 'refused', retryAt: T + 15_000 }],
    [
      'another reason than before',
      shop({ state: 'refused', code: 'CHANNEL_SHOP_FROZEN', since: 5 }),
      newsOf('CHANNEL_TOKEN_REFUSED', 'm', null),
      { since: T },
    ],
    [
      'five calls that were out together fail together',
      shop({ ...down, askedAt: T - 100, retryAt: T + 9 }),
      no(null),
      { failures: 3, retryAt: T + 9 },
    ],
    ['a field was denied', reachable, { kind: 'denied' }, { state: 'reachable', scopesAt: null, grantedScopes: ['write_inventory'] }],
    ['held', reachable, held('CHANNEL_READ_ONLY'), { state: 'reachable', heldCode: 'CHANNEL_READ_ONLY', heldSince: T, mendedAt: null }],
    ['still held', readOnly, held('CHANNEL_READ_ONLY'), { heldSince: 7 }],
    ['held for another reason', readOnly, held('CHANNEL_SCOPE_MISSING'), { heldCode: 'CHANNEL_SCOPE_MISSING', heldSince: T }],
    ['held stays held when the shop answers', readOnly, { kind: 'answered' }, { heldCode: 'CHANNEL_READ_ONLY', mendedAt: null }],
    ['freed', readOnly, { kind: 'free' }, { heldCode: null, heldSince: null, mendedAt: T }],
    ['free as before is no news', shop({ state: 'reachable', mendedAt: 3 }), { kind: 'free' }, { mendedAt: 3 }],
    ['mended when it is back', down, { kind: 'answered' }, { mendedAt: T }],
    ['a first answer mends nothing', neverAsked(0), { kind: 'answered' }, { mendedAt: null }],
    [
      'the scopes',
      down,
      { kind: 'scopes', grantedScopes: ['x'], appHandle: 'a' },
      { state: 'reachable', grantedScopes: ['x'], appHandle: 'a', scopesAt: T },
    ],
  ]
  test.each(table)('%s', (_, before, news, expected) => expect(afterNews(before, news, { now: T, chance: 0 })).toMatchObject(expected))
})

test.each([
  ['CHANNEL_UNREACHABLE', 'no_answer'],
  ['CHANNEL_BULK_FAILED', 'no_answer'],
  ['CHANNEL_THROTTLED', 'throttled'],
  ['CHANNEL_SCOPE_MISSING', 'refused'],
  ['CHANNEL_READ_ONLY', 'held'],
] as const)('%s means %s', (code, kind) => expect(newsOf(code, '', null).kind).toBe(kind))

test('a shop rests until its time has come', () => {
  expect(isResting(shop({ retryAt: T + 1 }), T)).toBe(true)
  expect(isResting(shop({ retryAt: T }), T)).toBe(false)
})

test.each([
  ['never asked', neverAsked(T), true],
  ['after an outage', down, true],
  ['asked just now', reachable, false],
  ['held by a scope, asked 16 s ago', shop({ state: 'reachable', heldCode: 'CHANNEL_SCOPE_MISSING', scopesAt: T - 16_000 }), true],
  ['asked too long ago', shop({ state: 'reachable', scopesAt: T - 601_000 }), true],
])('%s: a question goes first: %s', (_, health, expected) => expect(needsQuestion(health, T)).toBe(expected))

test.each<[string, Partial<Health>, Circuit]>([
  ['it answers', { state: 'reachable' }, 'closed'],
  ['a second failure', { state: 'unreachable', failures: 2, retryAt: T + 1 }, 'closed'],
  ['a third', { state: 'unreachable', failures: 3, retryAt: T + 1 }, 'open'],
  ['it is time', { state: 'unreachable', failures: 3, retryAt: T }, 'probing'],
  ['it says no', { state: 'refused', failures: 9, retryAt: T + 1 }, 'closed'],
])('the circuit when %s', (_, facts, expected) => expect(circuitOf(shop(facts), T)).toBe(expected))

function held(code: 'CHANNEL_READ_ONLY' | 'CHANNEL_SCOPE_MISSING'): News {
  return { kind: 'held', code, message: 'm' }
}

function no(retryAfterMs: number | null): News {
  return { kind: 'no_answer', code: 'CHANNEL_UNREACHABLE', message: 'm', retryAfterMs }
}
