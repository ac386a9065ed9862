/*
 * The rules around a mutation that the schema does not show and the shop enforces when it runs: a key where one is
 * required, `changeFromQuantity` in every row, and what a key that was seen before means.
 */

import { type GraphQLResolveInfo, getDirectiveValues } from 'graphql'
import type { Args, Call, Field } from './call.ts'
import { fingerprintOf, judgeKey, rememberKey } from './key-store.ts'
import { problem } from './problem.ts'
import type { Payload } from './rows.ts'

type Rules = {
  /** Refuses the call without `@idempotent`. */
  needsKey: boolean
  /** Rows that have to say what they change from, and the name of their type. */
  rows?: (args: Args) => { typeName: string; rows: readonly object[] }
}

/** A mutation under these rules. Nothing of it has happened when it throws. */
export function mutation(rules: Rules, run: (args: Args, call: Call) => Payload): Field {
  return (_row, args, call, info) => {
    const key = keyOf(info)
    if (rules.needsKey && key === null) {
      throw problem('BAD_REQUEST', 'The @idempotent directive is required for this mutation but was not provided.')
    }
    if (rules.rows !== undefined) checkRows(rules.rows(args))
    if (!rules.needsKey || key === null) return run(args, call)

    const fingerprint = fingerprintOf(info.fieldNodes[0] as never, call.rawVariables)
    const verdict = judgeKey(call, key, fingerprint)
    if (verdict.kind === 'refused') return { userErrors: [verdict.error] }
    if (verdict.kind === 'replay') return verdict.payload
    const payload = run(args, call)
    rememberKey(call, key, fingerprint, payload)
    return payload
  }
}

function keyOf(info: GraphQLResolveInfo): string | null {
  const directive = info.schema.getDirective('idempotent')
  const field = info.fieldNodes[0]
  if (directive == null || field === undefined) return null
  const key = getDirectiveValues(directive, field, info.variableValues)?.key
  if (typeof key !== 'string') return null
  if (key.trim() === '') throw problem('BAD_REQUEST', 'The idempotency key cannot be an empty string or whitespace only.')
  return key
}

function checkRows({ typeName, rows }: { typeName: string; rows: readonly object[] }): void {
  if (rows.every(row => 'changeFromQuantity' in row)) return
  throw problem('INVALID_FIELD_ARGUMENTS', `${typeName} must include the following argument: changeFromQuantity.`)
}
