/* What the mutation of a bulk operation may look like. */

import { type DocumentNode, type GraphQLSchema, getNamedType, Kind, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { isConnection } from './bulk-rules.ts'
import { unsimulated } from './fields.ts'
import { validationErrors } from './validation.ts'

export const MUTATION_BYTES_MAX = 65_535

/** Everything that is wrong with it; empty: it may run. */
export function mutationProblems(schema: GraphQLSchema, mutation: string): string[] {
  if (Buffer.byteLength(mutation) > MUTATION_BYTES_MAX) return [`The mutation is longer than ${MUTATION_BYTES_MAX} bytes.`]
  try {
    const document = parse(mutation)
    const invalid = validationErrors(schema, document).map(error => error.message)
    if (invalid.length > 0) return invalid
    return [...shapeProblems(schema, document), ...unsimulated(schema, document).map(what => `${what} is not simulated.`)]
  } catch (error) {
    return [(error as Error).message]
  }
}

function shapeProblems(schema: GraphQLSchema, document: DocumentNode): string[] {
  const operations = document.definitions.filter(each => each.kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations
  if (operations.length !== 1 || operation?.operation !== 'mutation') return ['You must provide one mutation operation.']
  const roots = operation.selectionSet.selections
  if (roots.length !== 1 || roots[0]?.kind !== Kind.FIELD) return ['You must provide exactly one mutation field.']
  if (roots[0].name.value.startsWith('bulkOperationRun')) return ['You must use an allowed mutation name.']
  let connections = 0
  const info = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter() {
          const type = info.getType()
          if (type != null && isConnection(getNamedType(type).name)) connections += 1
        },
      },
    }),
  )
  return connections > 1 ? ['A bulk mutation cannot contain more than one connection.'] : []
}
