/*
 * What a call costs, in the shop's points.
 *
 *   mutation 10 · object 1 · scalar 0 · list of objects: its children once
 *   connection of n rows: 2 + max(1, floor(2 ln n)) × (1 + children), which is what recorded calls cost
 *   nodes(ids): n × (1 + children). Not recorded; taken as the dearest that is likely, so that a budget that holds here holds there.
 *
 * Asked for with `data` it prices the answer, without it the request.
 */

import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'

export const QUERY_COST_MAX = 1_000
const MUTATION_POINTS = 10

export type Priced = {
  schema: GraphQLSchema
  fragments: Record<string, FragmentDefinitionNode>
  variables: Record<string, unknown>
}

/** `data` undefined: what is asked for; otherwise what was answered. */
export function costOf(priced: Priced, operation: OperationDefinitionNode, data?: unknown): number {
  const root = priced.schema.getRootType(operation.operation)
  if (root == null) return 0
  return selectionCost(priced, operation.selectionSet, root, data, operation.operation === 'mutation')
}

function selectionCost(priced: Priced, set: SelectionSetNode, type: GraphQLCompositeType, data: unknown, isMutation: boolean): number {
  let sum = 0
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) sum += fieldCost(priced, selection, type, data, isMutation)
    else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : priced.fragments[selection.name.value]
      const on = fragment?.typeCondition === undefined ? type : priced.schema.getType(fragment.typeCondition.name.value)
      if (fragment !== undefined && on !== undefined && isCompositeType(on))
        sum += selectionCost(priced, fragment.selectionSet, on, data, isMutation)
    }
  }
  return sum
}

function fieldCost(priced: Priced, field: FieldNode, parent: GraphQLCompositeType, data: unknown, isMutation: boolean): number {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return 0
  const definition = parent.getFields()[field.name.value]
  const type = definition === undefined ? undefined : getNamedType(definition.type)
  if (definition === undefined || type === undefined || !isCompositeType(type) || field.selectionSet === undefined) return 0
  const key = field.alias?.value ?? field.name.value
  const value = data === undefined ? undefined : (data as Record<string, unknown> | null)?.[key]
  const children = (of: unknown): number => selectionCost(priced, field.selectionSet as SelectionSetNode, type, of, false)

  if (isMutation) return MUTATION_POINTS + (value === null ? 0 : children(value))
  if (data !== undefined && value == null) return 0
  if (type.name.endsWith('Connection')) return connectionCost(priced, field, type, value)
  if (parent.name === 'QueryRoot' && field.name.value === 'nodes') {
    const count = Array.isArray(value) ? value.filter(node => node !== null).length : argument(priced, field, 'ids', []).length
    return count * (1 + dearest(value, children))
  }
  if (isListType(getNullableType(definition.type))) return dearest(value, children)
  // Starting or cancelling a bulk operation was recorded at 10 points, with its operation selected.
  const isFree = type.name === 'PageInfo' || (type.name === 'BulkOperation' && parent.name.endsWith('Payload'))
  return (isFree ? 0 : 1) + children(value)
}

function connectionCost(priced: Priced, field: FieldNode, type: GraphQLCompositeType, value: unknown): number {
  const rows = value === undefined ? undefined : rowsOf(value as Record<string, unknown>)
  const asked = argument(priced, field, 'first', null) ?? argument(priced, field, 'last', null) ?? 0
  const count = rows?.length ?? Number(asked)
  let children = 0
  for (const [set, on] of nodeSelections(priced, field.selectionSet as SelectionSetNode, type)) {
    children += dearest(rows, row => selectionCost(priced, set, on, row, false))
  }
  return 2 + Math.max(1, Math.floor(2 * Math.log(Math.max(1, count)))) * (1 + children)
}

/** What is selected of each row, through `nodes` or through `edges { node }`. */
function nodeSelections(priced: Priced, set: SelectionSetNode, type: GraphQLCompositeType): [SelectionSetNode, GraphQLCompositeType][] {
  return set.selections.flatMap(selection => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = priced.fragments[selection.name.value]
      return fragment === undefined ? [] : nodeSelections(priced, fragment.selectionSet, type)
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return nodeSelections(priced, selection.selectionSet, type)
    const definition = isObjectType(type) ? type.getFields()[selection.name.value] : undefined
    const on = definition === undefined ? undefined : getNamedType(definition.type)
    if (on === undefined || !isCompositeType(on) || selection.selectionSet === undefined) return []
    if (selection.name.value === 'edges') return nodeSelections(priced, selection.selectionSet, on)
    return selection.name.value === 'nodes' || selection.name.value === 'node'
      ? [[selection.selectionSet, on] as [SelectionSetNode, GraphQLCompositeType]]
      : []
  })
}

function rowsOf(connection: Record<string, unknown>): unknown[] {
  for (const value of Object.values(connection)) {
    if (Array.isArray(value)) return value.map(row => (row !== null && typeof row === 'object' && 'node' in row ? row.node : row))
  }
  return []
}

/** The price of the dearest row that was answered; of any row, before there is an answer. */
function dearest(rows: unknown, price: (row: unknown) => number): number {
  if (!Array.isArray(rows)) return price(undefined)
  return rows.reduce<number>((most, row) => (row === null ? most : Math.max(most, price(row))), 0)
}

function argument<T>(priced: Priced, field: FieldNode, name: string, otherwise: T): T {
  const node = field.arguments?.find(each => each.name.value === name)
  const value = node === undefined ? undefined : valueFromASTUntyped(node.value, priced.variables)
  return (value as T | null | undefined) ?? otherwise
}
