/*
 * Idempotency keys, remembered for 24 hours from the first request. The fingerprint is made of the arguments as they
 * were written, so the same object with its fields in another order counts as another request.
 */

import { createHash } from 'node:crypto'
import { type FieldNode, valueFromASTUntyped } from 'graphql'
import type { Call } from './call.ts'
import type { Payload, UserError } from './rows.ts'

export const KEY_MEMORY_MS = 24 * 60 * 60 * 1_000

/** What a key says about a request that comes with it. */
export type KeyVerdict = { kind: 'new' } | { kind: 'replay'; payload: Payload } | { kind: 'refused'; error: UserError }

export function judgeKey(call: Call, key: string, fingerprint: string): KeyVerdict {
  if (!call.heldKeys.has(key)) return refused('IDEMPOTENCY_CONCURRENT_REQUEST', 'This request is currently in progress, please try again.')
  const known = call.shop.tables.keys.get(key)
  if (known === undefined || call.now - known.firstSeenAt >= KEY_MEMORY_MS) return { kind: 'new' }
  if (known.fingerprint !== fingerprint) {
    return refused('IDEMPOTENCY_KEY_PARAMETER_MISMATCH', 'The same idempotency key cannot be used with different operation parameters.')
  }
  if (known.payload.userErrors.length > 0) {
    if (call.dials.failedKeys === 'forgotten') return { kind: 'new' }
    return refused(
      'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
      'A previous request with this idempotency key failed. Retry with a new idempotency key.',
    )
  }
  return call.dials.replay === 'cached' ? { kind: 'replay', payload: known.payload } : { kind: 'new' }
}

export function rememberKey(call: Call, key: string, fingerprint: string, payload: Payload): void {
  forgetOldKeys(call)
  const known = call.shop.tables.keys.get(key)
  call.shop.tables.put('keys', { key, fingerprint, firstSeenAt: known?.firstSeenAt ?? call.now, payload })
}

export function fingerprintOf(field: FieldNode, rawVariables: Record<string, unknown>): string {
  const args = (field.arguments ?? []).map(each => [each.name.value, valueFromASTUntyped(each.value, rawVariables)])
  return createHash('sha256')
    .update(JSON.stringify([field.name.value, args]))
    .digest('hex')
}

/** Keys stand in the order of their first use, so the old ones are at the front. */
function forgetOldKeys(call: Call): void {
  for (const [key, row] of call.shop.tables.keys) {
    if (call.now - row.firstSeenAt < KEY_MEMORY_MS) return
    call.shop.tables.forgetKey(key)
  }
}

function refused(code: string, message: string): KeyVerdict {
  return { kind: 'refused', error: { field: null, message, code } }
}
