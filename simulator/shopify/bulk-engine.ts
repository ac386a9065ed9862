/* Checks a bulk query against the schema and the bulk rules, and runs it whole. */

import { type ExecutionResult, execute, type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { toLines } from './bulk-lines.ts'
import { bulkProblems } from './bulk-rules.ts'
import type { BulkEngine, Call } from './call.ts'
import { resolveField, resolveKind, unsimulated } from './fields.ts'
import { validationErrors } from './validation.ts'

export function bulkEngine(schema: GraphQLSchema): BulkEngine {
  return {
    problems(query) {
      try {
        const document = parse(query)
        const invalid = validationErrors(schema, document).map(error => `Invalid bulk query: ${error.message}`)
        if (invalid.length > 0) return invalid
        if (document.definitions.some(each => each.kind === Kind.FRAGMENT_DEFINITION))
          return ['A bulk query with named fragments is not simulated.']
        return [...bulkProblems(schema, document), ...unsimulated(schema, document).map(what => `${what} is not simulated.`)]
      } catch (error) {
        return [`Invalid bulk query: ${(error as Error).message}`]
      }
    },
    run(query, call) {
      const document = parse(query)
      const contextValue: Call = { ...call, everything: true }
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
        return { kind: 'failed', errorCode: denied ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR' }
      }
      const operation = document.definitions[0] as OperationDefinitionNode
      return { kind: 'done', ...toLines(operation.selectionSet, result.data as Record<string, unknown>) }
    },
  }
}
