/*
 * The work of a bulk operation, one piece at a time, so that the shop can be asked other things meanwhile: a slice of a
 * bulk query's rows, or one line of a bulk mutation. Lines are not taken in their order.
 */

import { type ExecutionResult, execute, type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { type Api, makeReady, perform, type Simulated } from './answer.ts'
import { toLines } from './bulk-lines.ts'
import type { Call } from './call.ts'
import type { Chance } from './chance.ts'
import { RootSlice } from './connection.ts'
import { takeNamedFault } from './faults.ts'
import { resolveField, resolveKind } from './fields.ts'

/** How much one look does at most. */
export const QUERY_SLICES_PER_LOOK = 1
export const LINES_PER_LOOK = 200
const ROOT_ROWS_PER_SLICE = 10_000

export type Piece = { lines: string; objects: number; rootObjects: number }
export type Work = {
  /** Pieces in all; null: that is known at the end. */
  size: number | null
  isOver: boolean
  /** One more piece; null: there is nothing left. */
  next(call: Call): Piece | null | { failed: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' }
}

export function queryWork(schema: GraphQLSchema, query: string): Work {
  const document = parse(query)
  const operation = document.definitions[0] as OperationDefinitionNode
  const hasOneRoot = operation.selectionSet.selections.length === 1 && operation.selectionSet.selections[0]?.kind === Kind.FIELD
  const slice = hasOneRoot ? new RootSlice(ROOT_ROWS_PER_SLICE) : null
  return {
    size: null,
    isOver: false,
    next(call) {
      if (this.isOver) return null
      const contextValue: Call = { ...call, everything: slice?.begin() ?? true }
      const result = execute({
        schema,
        document,
        contextValue,
        rootValue: {},
        fieldResolver: resolveField,
        typeResolver: resolveKind,
      }) as ExecutionResult
      if (result.errors !== undefined) {
        const denied = result.errors.some(error => error.extensions.code === 'ACCESS_DENIED')
        return { failed: denied ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR' }
      }
      this.isOver = slice === null || slice.isOver
      const { lines, objectCount, rootObjectCount } = toLines(operation.selectionSet, result.data as Record<string, unknown>)
      return { lines, objects: objectCount, rootObjects: rootObjectCount }
    },
  }
}

/** `lines` are the variables, one call a line. */
export function mutationWork(simulated: Simulated, api: Api, of: { mutation: string; lines: readonly string[]; chance: Chance }): Work {
  const order = shuffled(of.lines.length, of.chance)
  let at = 0
  return {
    size: of.lines.length,
    isOver: of.lines.length === 0,
    next(call) {
      const lineNumber = order[at]
      if (lineNumber === undefined) return null
      at += 1
      this.isOver = at === of.lines.length
      const answer = answerLine(simulated, api, { mutation: of.mutation, line: of.lines[lineNumber] as string, call, chance: of.chance })
      return { lines: `${JSON.stringify({ ...answer, __lineNumber: lineNumber })}\n`, objects: 1, rootObjects: 1 }
    },
  }
}

function answerLine(
  simulated: Simulated,
  api: Api,
  of: { mutation: string; line: string; call: Call; chance: Chance },
): Record<string, unknown> {
  const internal = { errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }
  const fault = takeNamedFault(simulated.dials, 'bulkLine', { now: of.call.now, chance: of.chance })
  if (fault?.kind === 'internalError') return internal
  const variables = variablesOf(of.line)
  if (variables === null) return { errors: [{ message: 'The line is not a JSON object.', extensions: { code: 'INVALID_VARIABLE' } }] }
  const body = { query: of.mutation, variables, operationName: null }
  const ready = makeReady(api, body)
  if ('refused' in ready) return { errors: ready.refused }
  const heldKeys = new Set(ready.keys.filter(key => !simulated.keysUnderWay.has(key)))
  const { data, errors } = perform(api, ready.prepared, body, { ...of.call, rawVariables: variables, heldKeys })
  if (fault?.kind === 'internalErrorAfter') return internal
  return { ...(data == null ? {} : { data }), ...(errors === undefined ? {} : { errors: errors.map(error => error.toJSON()) }) }
}

function variablesOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null // Told in the line's own answer.
  }
}

/** The numbers from 0, in an order that chance gives. */
function shuffled(count: number, chance: Chance): number[] {
  const numbers = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(chance() * (at + 1))
    const held = numbers[at] as number
    numbers[at] = numbers[other] as number
    numbers[other] = held
  }
  return numbers
}
