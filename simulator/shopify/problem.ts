/* Top-level errors as the shop words them: a message, and a code under `extensions`. */

import { GraphQLError } from 'graphql'

export type ProblemCode =
  | 'BAD_REQUEST'
  | 'INVALID_FIELD_ARGUMENTS'
  | 'ACCESS_DENIED'
  | 'MAX_INPUT_SIZE_EXCEEDED'
  | 'MAX_COST_EXCEEDED'
  | 'NOT_SIMULATED'

export function problem(code: ProblemCode, message: string, more: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...more } })
}

/** Said for whatever the real shop can do and this one cannot: better than a null that looks like an answer. */
export function notSimulated(what: string): GraphQLError {
  return problem('NOT_SIMULATED', `${what} is not simulated.`)
}
