import type { RefusedRow, RowCode, SendOutcome, ShopCode } from '../../channel/port.ts'
import { unreachable } from '../../kernel/assert.ts'
import { type Retry, TrueupError } from '../../kernel/error.ts'
import { type Answer, costOf } from './answer.ts'

/** What is wrong with an answer as a whole, whatever was asked. */
export type Problem =
  /** Not now. It was not done, as far as the shop tells. */
  | { kind: 'throttled'; retryAfterMs: number }
  /** It may have been done or not. */
  | { kind: 'no_answer'; message: string; retryAfterMs: number | null }
  /** The shop looked at it and said no. */
  | { kind: 'refused'; code: ShopCode; message: string }

/** What Shopify recommends to wait when it does not say how long. */
const THROTTLED_WAIT_MS = 1_000
/** The shop's security layer turned us away; hurrying makes it worse. */
const REJECTED_WAIT_MS = 60_000

/** Null: the shop did what was asked, or answered it in `data`. */
export function problemOf(answer: Answer): Problem | null {
  if (answer.kind === 'nothing') return { kind: 'no_answer', message: answer.message, retryAfterMs: null }
  if (answer.kind === 'not_sent') {
    const { code, message, retryAfterMs } = answer
    return code === 'CHANNEL_UNREACHABLE' ? { kind: 'no_answer', message, retryAfterMs } : { kind: 'refused', code, message }
  }
  return answer.status === 200 ? problemInBody(answer) : problemOfStatus(answer)
}

type Answered = Answer & { kind: 'answered' }

function problemOfStatus(answer: Answered): Problem {
  const { status } = answer
  const message = `HTTP ${status}${wordsOf(answer.body?.errors)}`
  const refused = (code: ShopCode): Problem => ({ kind: 'refused', code, message })
  if (status === 429) return { kind: 'throttled', retryAfterMs: answer.retryAfterMs ?? THROTTLED_WAIT_MS }
  if (status === 430) return { kind: 'throttled', retryAfterMs: answer.retryAfterMs ?? REJECTED_WAIT_MS }
  if (status === 401) return refused('CHANNEL_TOKEN_REFUSED')
  if (status === 402 || status === 423) return refused('CHANNEL_SHOP_FROZEN')
  if (status === 403) return refused('CHANNEL_SCOPE_MISSING')
  // A shop that moved answers with another address, which is not ours to follow with a token in hand.
  if (status === 404 || (status >= 300 && status < 400)) return refused('CHANNEL_SHOP_UNKNOWN')
  if (status >= 400 && status < 500 && status !== 408) return refused('CHANNEL_REQUEST_REFUSED')
  return { kind: 'no_answer', message, retryAfterMs: answer.retryAfterMs }
}

/** Most trouble comes with HTTP 200 and stands in `errors`. */
function problemInBody(answer: Answered): Problem | null {
  const { body } = answer
  if (body === null) return { kind: 'no_answer', message: 'the answer was no JSON', retryAfterMs: null }
  const errors = Array.isArray(body.errors) ? (body.errors as GraphqlError[]) : body.errors === undefined ? [] : [{}]
  if (errors.length === 0) {
    return body.data === undefined || body.data === null
      ? { kind: 'no_answer', message: 'the answer held no data', retryAfterMs: null }
      : null
  }
  const codes = errors.map(error => error.extensions?.code)
  const message = wordsOf(body.errors).replace(/^: /, '') || 'the shop refused the request without a reason'
  if (codes.includes('THROTTLED')) return { kind: 'throttled', retryAfterMs: throttledMs(answer) }
  if (codes.includes('INTERNAL_SERVER_ERROR')) return { kind: 'no_answer', message, retryAfterMs: null }
  return { kind: 'refused', code: codes.includes('ACCESS_DENIED') ? 'CHANNEL_SCOPE_MISSING' : 'CHANNEL_REQUEST_REFUSED', message }
}

type GraphqlError = { message?: string; extensions?: { code?: string } }

function throttledMs(answer: Answered): number {
  const cost = costOf(answer)
  if (!cost) return answer.retryAfterMs ?? THROTTLED_WAIT_MS
  const missing = cost.requestedQueryCost - cost.throttleStatus.currentlyAvailable
  return Math.max(THROTTLED_WAIT_MS, Math.ceil((missing / cost.throttleStatus.restoreRate) * 1_000))
}

/** The first words of whatever stands in `errors`: a sentence, or a list of objects with one. */
function wordsOf(errors: unknown): string {
  const first = Array.isArray(errors) ? (errors[0] as GraphqlError | undefined)?.message : errors
  return typeof first === 'string' ? `: ${first.slice(0, MESSAGE_CHARS_MAX)}` : ''
}

const MESSAGE_CHARS_MAX = 500

export type UserError = { field: string[] | null; message: string; code?: string | null }

/**
 * What became of a call that writes quantities. No user errors is success, with or without a group: the group is missing
 * when nothing had to change. Any user error means that nothing was applied.
 */
export function outcomeOfSend(answer: Answer, rowCount: number): SendOutcome {
  const problem = problemOf(answer)
  const requestId = answer.kind === 'answered' ? answer.requestId : null
  if (problem?.kind === 'throttled') return { kind: 'throttled', retryAfterMs: problem.retryAfterMs }
  if (problem?.kind === 'no_answer') {
    return { kind: 'unknown', code: 'CHANNEL_UNREACHABLE', message: problem.message, retryAfterMs: problem.retryAfterMs }
  }
  if (problem) return { kind: 'call_refused', requestId, code: problem.code, message: problem.message }
  const cost = costOf(answer)
  const costPoints = cost?.actualQueryCost ?? cost?.requestedQueryCost ?? null
  const data = answer.kind === 'answered' ? (answer.body?.data as WritePayload | undefined) : undefined
  const payload = data?.inventorySetQuantities ?? data?.inventoryAdjustQuantities
  if (!payload)
    return { kind: 'unknown', code: 'CHANNEL_UNREACHABLE', message: 'the answer does not speak of the call', retryAfterMs: null }
  if (payload.userErrors.length === 0) return { kind: 'confirmed', requestId, costPoints }
  return outcomeOfUserErrors(payload.userErrors, { rowCount, requestId, costPoints })
}

type Payload = { userErrors: UserError[] } | null
type WritePayload = { inventorySetQuantities?: Payload; inventoryAdjustQuantities?: Payload }

function outcomeOfUserErrors(
  errors: readonly UserError[],
  of: { rowCount: number; requestId: string | null; costPoints: number | null },
): SendOutcome {
  const { rowCount, requestId, costPoints } = of
  const refusedWhole = (error: UserError): SendOutcome => ({
    kind: 'call_refused',
    requestId,
    code: 'CHANNEL_REQUEST_REFUSED',
    message: `${error.code ?? 'without a code'}: ${error.message}`,
  })
  const everyRow = (error: UserError): SendOutcome => ({
    kind: 'rows_refused',
    requestId,
    costPoints,
    rows: Array.from({ length: rowCount }, (_, ordinal) => ({ ordinal, code: 'CHANNEL_ROW_STALE', message: error.message })),
  })
  // The first of this key is still under way: nothing is known yet, and the same key will tell.
  const underWay = errors.find(error => error.code === 'IDEMPOTENCY_CONCURRENT_REQUEST')
  if (underWay) return { kind: 'unknown', code: 'CHANNEL_THROTTLED', message: underWay.message, retryAfterMs: THROTTLED_WAIT_MS }
  const notNow = errors.find(error => error.code === 'SERVICE_UNAVAILABLE')
  if (notNow) return { kind: 'unknown', code: 'CHANNEL_UNREACHABLE', message: notNow.message, retryAfterMs: null }
  // The first of this key was refused and its answer was lost: whatever it was, read again and decide again.
  const failedBefore = errors.find(error => error.code === 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')
  if (failedBefore) return everyRow(failedBefore)

  const rows: RefusedRow[] = []
  for (const error of errors) {
    const ordinal = ordinalOf(error, rowCount)
    if (ordinal !== null) rows.push({ ordinal, code: rowCode(error.code), message: error.message })
    // Nobody has seen how a stale row among others is reported; where it is not named, each may be the one.
    else if (isStale(error.code)) return everyRow(error)
    else return refusedWhole(error)
  }
  return { kind: 'rows_refused', requestId, costPoints, rows: firstOfEach(rows) }
}

/** `["input", "quantities", "71", "inventoryItemId"]` names row 71. */
function ordinalOf(error: UserError, rowCount: number): number | null {
  const isRow = error.field?.[1] === 'quantities' || error.field?.[1] === 'changes'
  const ordinal = isRow ? Number(error.field?.[2] ?? 'none') : Number.NaN
  return Number.isInteger(ordinal) && ordinal >= 0 && ordinal < rowCount ? ordinal : null
}

function firstOfEach(rows: readonly RefusedRow[]): RefusedRow[] {
  const seen = new Map<number, RefusedRow>()
  for (const row of rows) if (!seen.has(row.ordinal)) seen.set(row.ordinal, row)
  return [...seen.values()].sort((one, other) => one.ordinal - other.ordinal)
}

function isStale(code: string | null | undefined): boolean {
  return code === 'CHANGE_FROM_QUANTITY_STALE' || code === 'COMPARE_QUANTITY_STALE'
}

const ROW_CODES: Readonly<Record<string, RowCode>> = {
  CHANGE_FROM_QUANTITY_STALE: 'CHANNEL_ROW_STALE',
  COMPARE_QUANTITY_STALE: 'CHANNEL_ROW_STALE',
  INVALID_INVENTORY_ITEM: 'CHANNEL_ROW_ITEM_GONE',
  INVALID_LOCATION: 'CHANNEL_ROW_LOCATION_GONE',
  NON_MUTABLE_INVENTORY_ITEM: 'CHANNEL_ROW_BUNDLE_PARENT',
  ITEM_NOT_STOCKED_AT_LOCATION: 'CHANNEL_ROW_NOT_STOCKED',
  INVALID_QUANTITY_NEGATIVE: 'CHANNEL_ROW_UNITS_REFUSED',
  INVALID_QUANTITY_TOO_HIGH: 'CHANNEL_ROW_UNITS_REFUSED',
  INVALID_QUANTITY_TOO_LOW: 'CHANNEL_ROW_UNITS_REFUSED',
}

function rowCode(code: string | null | undefined): RowCode {
  return ROW_CODES[code ?? ''] ?? 'CHANNEL_ROW_REFUSED'
}

/** A problem as the error that a read throws, with what to do about it. */
export function errorOf(problem: Problem): TrueupError {
  switch (problem.kind) {
    case 'throttled':
      return shopError('CHANNEL_THROTTLED', `the shop asks for patience for ${Math.ceil(problem.retryAfterMs / 1_000)} s`, {
        retryAfterMs: problem.retryAfterMs,
      })
    case 'no_answer':
      return shopError('CHANNEL_UNREACHABLE', `no usable answer from the shop: ${problem.message}`, { retryAfterMs: problem.retryAfterMs })
    case 'refused':
      return shopError(problem.code, problem.message)
    default:
      return unreachable(problem)
  }
}

export function shopError(code: ShopCode, message: string, detail: Record<string, unknown> = {}): TrueupError {
  const { retry, hint } = CURES[code]
  return new TrueupError(code, message, { retry, hint, detail })
}

const CURES: Readonly<Record<ShopCode, { retry: Retry; hint: string }>> = {
  CHANNEL_UNREACHABLE: {
    retry: 'backoff',
    hint: 'Nothing to do: it is tried again by itself. If it lasts, look at the status page of Shopify.',
  },
  CHANNEL_THROTTLED: {
    retry: 'backoff',
    hint: 'Nothing to do: it goes on by itself. If it lasts, see which other apps use up the shop’s limit.',
  },
  CHANNEL_TOKEN_REFUSED: { retry: 'after-operator', hint: 'Enter a valid access token of the app that is installed in the shop.' },
  CHANNEL_SCOPE_MISSING: {
    retry: 'after-operator',
    hint: 'Grant the app the missing access scope in Shopify; waiting changes then go by themselves.',
  },
  CHANNEL_SHOP_FROZEN: {
    retry: 'after-operator',
    hint: 'Shopify has frozen or locked the shop. Its owner has to settle that with Shopify.',
  },
  CHANNEL_SHOP_UNKNOWN: { retry: 'after-operator', hint: 'Check the address and the API version of the shop.' },
  CHANNEL_READ_ONLY: {
    retry: 'after-operator',
    hint: 'Set the access scope of the shop to Read and write when Trueup shall write its stock.',
  },
  CHANNEL_SHADOW: { retry: 'after-operator', hint: 'End the shadow on the page of the shop when Trueup shall write its stock.' },
  CHANNEL_REQUEST_REFUSED: { retry: 'after-operator', hint: 'Shopify did not understand the request. Report it with the request id.' },
  CHANNEL_BULK_FAILED: { retry: 'backoff', hint: 'Nothing to do: the bulk operation is started again by itself.' },
}
