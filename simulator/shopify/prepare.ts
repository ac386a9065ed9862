/* From the text of a call to something that may run: parsed, valid, simulated, within the limits. */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { unsimulated } from './fields.ts'
import { notSimulated, problem } from './problem.ts'
import { type ShopError, validationErrors } from './validation.ts'

export type Prepared = {
  document: DocumentNode
  operation: OperationDefinitionNode
  fragments: Record<string, FragmentDefinitionNode>
  roots: FieldNode[]
}

/** Array arguments of every API. */
export const ARRAY_LENGTH_MAX = 250
const DOCUMENTS_KEPT_MAX = 500

/** Remembers what it has checked: clients send the same few documents again and again. */
export class Preparer {
  readonly #schema: GraphQLSchema
  readonly #checked = new Map<string, { document: DocumentNode; errors: ShopError[] }>()

  constructor(schema: GraphQLSchema) {
    this.#schema = schema
  }

  prepare(query: string, operationName: string | null): Prepared | ShopError[] {
    const { document, errors } = this.#check(query)
    if (errors.length > 0) return errors
    const operations = document.definitions.filter(each => each.kind === Kind.OPERATION_DEFINITION)
    const operation =
      operationName === null
        ? operations.length === 1
          ? operations[0]
          : undefined
        : operations.find(each => each.name?.value === operationName)
    if (operation === undefined)
      return [
        problem('BAD_REQUEST', operationName === null ? 'An operation name is required' : `No operation named "${operationName}"`).toJSON(),
      ]
    const fragments = Object.fromEntries(
      document.definitions.flatMap(each => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
    )
    return { document, operation, fragments, roots: rootFields(operation.selectionSet, fragments) }
  }

  #check(query: string): { document: DocumentNode; errors: ShopError[] } {
    const known = this.#checked.get(query)
    if (known !== undefined) return known
    const checked = this.#parse(query)
    if (this.#checked.size >= DOCUMENTS_KEPT_MAX) this.#checked.clear()
    this.#checked.set(query, checked)
    return checked
  }

  #parse(query: string): { document: DocumentNode; errors: ShopError[] } {
    try {
      const document = parse(query)
      const invalid = validationErrors(this.#schema, document)
      if (invalid.length > 0) return { document, errors: invalid }
      return { document, errors: unsimulated(this.#schema, document).map(what => notSimulated(what).toJSON()) }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return { document: { kind: Kind.DOCUMENT, definitions: [] }, errors: [{ ...error.toJSON(), extensions: { code: 'syntaxError' } }] }
    }
  }
}

/** Arrays that are longer than the shop takes, with the path to each. */
export function tooLongArrays(prepared: Prepared, variables: Record<string, unknown>): ShopError[] {
  return prepared.roots.flatMap(field =>
    (field.arguments ?? []).flatMap(argument => {
      const value = valueFromASTUntyped(argument.value, variables)
      return longArrays(value, [field.alias?.value ?? field.name.value, argument.name.value]).map(({ path, length }) => ({
        ...problem(
          'MAX_INPUT_SIZE_EXCEEDED',
          `The input array size of ${length} is greater than the maximum allowed of ${ARRAY_LENGTH_MAX}.`,
        ).toJSON(),
        path,
      }))
    }),
  )
}

/** The keys of a call's `@idempotent` directives, as far as they can be told before it runs. */
export function idempotencyKeys(prepared: Prepared, variables: Record<string, unknown>): string[] {
  return prepared.roots.flatMap(field => {
    const directive = field.directives?.find(each => each.name.value === 'idempotent')
    const argument = directive?.arguments?.find(each => each.name.value === 'key')
    const key = argument === undefined ? undefined : valueFromASTUntyped(argument.value, variables)
    return typeof key === 'string' ? [key] : []
  })
}

function rootFields(set: SelectionSetNode, fragments: Record<string, FragmentDefinitionNode>): FieldNode[] {
  return set.selections.flatMap(each => {
    if (each.kind === Kind.FIELD) return [each]
    const inner = each.kind === Kind.INLINE_FRAGMENT ? each : fragments[each.name.value]
    return inner === undefined ? [] : rootFields(inner.selectionSet, fragments)
  })
}

function longArrays(value: unknown, path: (string | number)[]): { path: (string | number)[]; length: number }[] {
  if (Array.isArray(value)) {
    if (value.length > ARRAY_LENGTH_MAX) return [{ path, length: value.length }]
    return value.flatMap((each, index) => longArrays(each, [...path, index]))
  }
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, each]) => longArrays(each, [...path, name]))
}
