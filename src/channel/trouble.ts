import type { RowCode, ShopCode } from './port.ts'

/**
 * Every answer of a shop that is not simply yes belongs to one class, and a class has one rule for what happens next. The
 * rules are drawn in docs/SPEC.md under "Channel health".
 */
export type TroubleClass = 'outage' | 'throttled' | 'auth' | 'scope' | 'shop' | 'held' | 'conflict' | 'bad_data' | 'our_bug'

export type TroubleRule = {
  /** As it stands on the screen. */
  word: string
  /** What becomes of what waits, as a sentence. */
  rule: string
  /** Whose turn it is: nobody's (it passes by itself), a person's, or ours. */
  turn: 'nobody' | 'person' | 'us'
}

export const TROUBLES: Readonly<Record<TroubleClass, TroubleRule>> = {
  outage: {
    word: 'Outage',
    rule: 'The same call with the same key is sent again after 1 s, 2 s, 4 s … 60 s; from the third failure on one question goes first.',
    turn: 'nobody',
  },
  throttled: { word: 'Throttled', rule: 'The same call with the same key is sent again when the shop has points for it.', turn: 'nobody' },
  auth: {
    word: 'Token or address',
    rule: 'Everything waits; the shop is asked again every 15 s until a person has mended it.',
    turn: 'person',
  },
  scope: { word: 'Missing scope', rule: 'What needs the scope waits; what was granted is asked again every 15 s.', turn: 'person' },
  shop: { word: 'Shop frozen or locked', rule: 'Everything waits; the shop is asked again every 15 s.', turn: 'person' },
  held: { word: 'Held by us', rule: 'Writes wait until the access scope of the shop is Read and write.', turn: 'person' },
  conflict: {
    word: 'Changed meanwhile',
    rule: 'The level is read and decided anew; the number is never sent again as it was.',
    turn: 'nobody',
  },
  bad_data: { word: 'Refused row', rule: 'The row is taken out with its cause; the others leave in the same second.', turn: 'person' },
  our_bug: { word: 'Not understood', rule: 'The call is not repeated as it was; report it with its request id.', turn: 'us' },
}

const CLASS_OF_SHOP_CODE: Readonly<Record<ShopCode, TroubleClass>> = {
  CHANNEL_UNREACHABLE: 'outage',
  CHANNEL_BULK_FAILED: 'outage',
  CHANNEL_THROTTLED: 'throttled',
  CHANNEL_TOKEN_REFUSED: 'auth',
  CHANNEL_SHOP_UNKNOWN: 'auth',
  CHANNEL_SCOPE_MISSING: 'scope',
  CHANNEL_SHOP_FROZEN: 'shop',
  CHANNEL_READ_ONLY: 'held',
  CHANNEL_SHADOW: 'held',
  CHANNEL_REQUEST_REFUSED: 'our_bug',
}

export function classOf(code: ShopCode): TroubleClass {
  return CLASS_OF_SHOP_CODE[code]
}

/** Of what stands in `userErrors`: one row, or what was asked, was refused while the shop is well. */
export function classOfUserError(code: string | null): TroubleClass {
  if (code === null) return 'bad_data'
  if (/(^|_)STALE$/.test(code)) return 'conflict'
  if (code === 'IDEMPOTENCY_CONCURRENT_REQUEST' || code === 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED') return 'conflict'
  return OUR_BUGS.has(code) ? 'our_bug' : 'bad_data'
}

const OUR_BUGS: ReadonlySet<string> = new Set([
  'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
  'INVALID_NAME',
  'INVALID_REASON',
  'INVALID_REFERENCE_DOCUMENT',
  'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
])

export function classOfRow(code: RowCode): TroubleClass {
  return code === 'CHANNEL_ROW_STALE' ? 'conflict' : 'bad_data'
}
