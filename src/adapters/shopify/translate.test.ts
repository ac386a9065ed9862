import { describe, expect, test } from 'vitest'
import type { SendOutcome } from '../../channel/port.ts'
import type { Answer, ShopBody } from './answer.ts'
import { errorOf, outcomeOfSend, problemOf, type UserError } from './translate.ts'

const answered = (status: number, body: ShopBody | null, retryAfterMs: number | null = null): Answer => ({
  kind: 'answered',
  status,
  body,
  requestId: 'r-1',
  look: { from: 0, until: 0 },
  retryAfterMs,
})
const cost = (requestedQueryCost: number, currentlyAvailable: number) => ({
  cost: { requestedQueryCost, actualQueryCost: null, throttleStatus: { maximumAvailable: 2_000, currentlyAvailable, restoreRate: 100 } },
})
const errors = (code: string, message = 'words') => ({ errors: [{ message, extensions: { code } }] })

describe('what is wrong with a shop', () => {
  const table: [string, Answer, string][] = [
    ['the connection broke', { kind: 'nothing', message: 'socket hang up' }, 'CHANNEL_UNREACHABLE'],
    ['500', answered(500, null), 'CHANNEL_UNREACHABLE'],
    ['502, a page of HTML', answered(502, null), 'CHANNEL_UNREACHABLE'],
    ['503', answered(503, {}), 'CHANNEL_UNREACHABLE'],
    ['504', answered(504, {}), 'CHANNEL_UNREACHABLE'],
    ['530, no DNS', answered(530, null), 'CHANNEL_UNREACHABLE'],
    ['540, switched off for a while', answered(540, null), 'CHANNEL_UNREACHABLE'],
    ['408', answered(408, null), 'CHANNEL_UNREACHABLE'],
    ['200, but a page of HTML', answered(200, null), 'CHANNEL_UNREACHABLE'],
    ['200, but nothing in it', answered(200, {}), 'CHANNEL_UNREACHABLE'],
    ['200 with an internal error', answered(200, errors('INTERNAL_SERVER_ERROR')), 'CHANNEL_UNREACHABLE'],
    ['429', answered(429, {}), 'CHANNEL_THROTTLED'],
    ['430, turned away by the security layer', answered(430, {}), 'CHANNEL_THROTTLED'],
    ['200 throttled', answered(200, errors('THROTTLED')), 'CHANNEL_THROTTLED'],
    ['401', answered(401, { errors: 'Invalid API key' }), 'CHANNEL_TOKEN_REFUSED'],
    ['402, a shop that does not pay', answered(402, {}), 'CHANNEL_SHOP_FROZEN'],
    ['423, a locked shop', answered(423, {}), 'CHANNEL_SHOP_FROZEN'],
    ['403', answered(403, {}), 'CHANNEL_SCOPE_MISSING'],
    ['200 with access denied', answered(200, { ...errors('ACCESS_DENIED'), data: { locations: null } }), 'CHANNEL_SCOPE_MISSING'],
    ['404', answered(404, { errors: 'Not Found' }), 'CHANNEL_SHOP_UNKNOWN'],
    ['301, a shop that moved', answered(301, null), 'CHANNEL_SHOP_UNKNOWN'],
    ['400', answered(400, {}), 'CHANNEL_REQUEST_REFUSED'],
    ['422', answered(422, {}), 'CHANNEL_REQUEST_REFUSED'],
    ['a missing key', answered(200, { ...errors('BAD_REQUEST'), data: { inventorySetQuantities: null } }), 'CHANNEL_REQUEST_REFUSED'],
    ['a field that does not exist', answered(200, errors('undefinedField')), 'CHANNEL_REQUEST_REFUSED'],
  ]
  test.each(table)('%s', (_, answer, expected) => {
    const problem = problemOf(answer)
    expect(problem && errorOf(problem).code).toBe(expected)
  })

  test('an answer with data is no problem', () => expect(problemOf(answered(200, { data: {} }))).toBe(null))

  const waits: [string, Answer, number | null][] = [
    ['throttled: until the points are there', answered(200, { ...errors('THROTTLED'), extensions: cost(752, 52) }), 7_000],
    ['throttled without figures: as Shopify recommends', answered(200, errors('THROTTLED')), 1_000],
    ['429: as long as the header says', answered(429, {}, 2_000), 2_000],
    ['503: as long as the header says', answered(503, {}, 5_000), 5_000],
  ]
  test.each(waits)('%s', (_, answer, expected) => expect(problemOf(answer)).toMatchObject({ retryAfterMs: expected }))
})

describe('what became of a call of three rows', () => {
  const payload = (...userErrors: UserError[]) =>
    answered(200, { data: { inventorySetQuantities: { inventoryAdjustmentGroup: null, userErrors } } })
  const row = (ordinal: number, code: string): UserError => ({
    field: ['input', 'quantities', String(ordinal), 'quantity'],
    code,
    message: code,
  })
  const whole = (code: string): UserError => ({ field: ['input'], code, message: code })

  const table: [string, Answer, string][] = [
    ['done, with nothing changed', payload(), 'confirmed'],
    ['the connection broke', { kind: 'nothing', message: 'reset' }, 'unknown CHANNEL_UNREACHABLE'],
    ['503', answered(503, {}), 'unknown CHANNEL_UNREACHABLE'],
    ['internal error', answered(200, errors('INTERNAL_SERVER_ERROR')), 'unknown CHANNEL_UNREACHABLE'],
    ['the answer speaks of something else', answered(200, { data: { x: 1 } }), 'unknown CHANNEL_UNREACHABLE'],
    ['throttled', answered(200, errors('THROTTLED')), 'throttled'],
    ['the same key is under way', payload(whole('IDEMPOTENCY_CONCURRENT_REQUEST')), 'unknown CHANNEL_THROTTLED'],
    ['the same key with other bytes', payload(whole('IDEMPOTENCY_KEY_PARAMETER_MISMATCH')), 'call_refused CHANNEL_REQUEST_REFUSED'],
    ['the same key failed before', payload(whole('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')), 'rows_refused 0 STALE, 1 STALE, 2 STALE'],
    ['somebody else wrote row 1', payload(row(1, 'CHANGE_FROM_QUANTITY_STALE')), 'rows_refused 1 STALE'],
    [
      'a stale row that is not named',
      payload({ field: null, code: 'CHANGE_FROM_QUANTITY_STALE', message: '' }),
      'rows_refused 0 STALE, 1 STALE, 2 STALE',
    ],
    ['a bundle parent', payload(row(2, 'NON_MUTABLE_INVENTORY_ITEM')), 'rows_refused 2 BUNDLE_PARENT'],
    ['an item that was deleted', payload(row(0, 'INVALID_INVENTORY_ITEM')), 'rows_refused 0 ITEM_GONE'],
    ['a location that was deleted', payload(row(0, 'INVALID_LOCATION')), 'rows_refused 0 LOCATION_GONE'],
    ['not stocked (before 2026-10)', payload(row(0, 'ITEM_NOT_STOCKED_AT_LOCATION')), 'rows_refused 0 NOT_STOCKED'],
    ['too many units', payload(row(0, 'INVALID_QUANTITY_TOO_HIGH')), 'rows_refused 0 UNITS_REFUSED'],
    ['a code that nobody knows', payload(row(0, 'SOMETHING_NEW')), 'rows_refused 0 REFUSED'],
    [
      'two rows, one of them twice',
      payload(row(2, 'INVALID_LOCATION'), row(0, 'INVALID_INVENTORY_ITEM'), row(2, 'INVALID_INVENTORY_ITEM')),
      'rows_refused 0 ITEM_GONE, 2 LOCATION_GONE',
    ],
    ['a row that we did not send', payload(row(9, 'INVALID_LOCATION')), 'call_refused CHANNEL_REQUEST_REFUSED'],
    ['a reason that is not allowed', payload(whole('INVALID_REASON')), 'call_refused CHANNEL_REQUEST_REFUSED'],
    ['the token is no longer good', answered(401, {}), 'call_refused CHANNEL_TOKEN_REFUSED'],
    ['the scope is gone', answered(200, errors('ACCESS_DENIED')), 'call_refused CHANNEL_SCOPE_MISSING'],
  ]
  test.each(table)('%s', (_, answer, expected) => expect(inWords(outcomeOfSend(answer, 3))).toBe(expected))
})

function inWords(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case 'confirmed':
    case 'throttled':
      return outcome.kind
    case 'unknown':
    case 'call_refused':
      return `${outcome.kind} ${outcome.code}`
    case 'rows_refused':
      return `rows_refused ${outcome.rows.map(row => `${row.ordinal} ${row.code.replace('CHANNEL_ROW_', '')}`).join(', ')}`
  }
}
