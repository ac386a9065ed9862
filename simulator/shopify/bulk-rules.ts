/* What a bulk query may look like: narrower than what the schema allows. */

import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

export const BULK_CONNECTIONS_MAX = 5
export const BULK_DEPTH_MAX = 2

/** Everything that is wrong with a valid document as a bulk query, worded as the shop does. */
export function bulkProblems(schema: GraphQLSchema, document: DocumentNode): string[] {
  const seen = survey(schema, document)
  const problems: string[] = []
  if (seen.isMutation) problems.push('Bulk queries cannot be mutations.')
  if (seen.byNodes.length > 0) {
    problems.push(
      "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. " +
        `Selecting via 'nodes' is not supported. Invalid connection fields: '${seen.byNodes.join("', '")}'.`,
    )
  }
  for (const name of seen.topLevelNodes) problems.push(`Bulk queries cannot contain a top level \`${name}\` field.`)
  if (seen.count === 0) problems.push('Bulk queries must contain at least one connection.')
  if (seen.count > BULK_CONNECTIONS_MAX) problems.push(`Bulk queries cannot contain more than ${BULK_CONNECTIONS_MAX} connections.`)
  if (seen.depth > BULK_DEPTH_MAX)
    problems.push(`Bulk queries cannot contain connections with a nesting depth greater than ${BULK_DEPTH_MAX}.`)
  if (seen.inList) problems.push('Queries that contain a connection field within a list field are not currently supported.')
  if (seen.withoutParentId.length > 0) {
    problems.push(
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. " +
        `Connection fields without 'id': ${seen.withoutParentId.join(', ')}.`,
    )
  }
  return problems
}

type Survey = {
  isMutation: boolean
  byNodes: string[]
  topLevelNodes: string[]
  count: number
  depth: number
  inList: boolean
  withoutParentId: string[]
}

function survey(schema: GraphQLSchema, document: DocumentNode): Survey {
  const seen: Survey = { isMutation: false, byNodes: [], topLevelNodes: [], count: 0, depth: 0, inList: false, withoutParentId: [] }
  const info = new TypeInfo(schema)
  const connections: string[] = []
  let lists = 0
  /** Selection sets of the `node` fields around the current one. */
  const parents: SelectionSetNode[] = []

  visit(
    document,
    visitWithTypeInfo(info, {
      OperationDefinition: {
        enter(operation) {
          if (operation.operation !== 'query') seen.isMutation = true
        },
      },
      Field: {
        enter(field) {
          const type = info.getType()
          const named = type == null ? '' : getNamedType(type).name
          if (info.getParentType()?.name === 'QueryRoot' && /^nodes?$/.test(field.name.value)) seen.topLevelNodes.push(field.name.value)
          if (isConnection(named)) {
            if (lists > 0) seen.inList = true
            const parent = parents.at(-1)
            if (parent !== undefined && !selectsId(parent)) seen.withoutParentId.push(field.name.value)
            connections.push(field.name.value)
            seen.count += 1
            seen.depth = Math.max(seen.depth, connections.length)
          } else if (field.name.value === 'nodes' && isConnection(info.getParentType()?.name ?? '')) {
            seen.byNodes.push(connections.at(-1) ?? 'nodes')
          }
          if (isNode(info, field)) parents.push(field.selectionSet as SelectionSetNode)
          if (isPlainList(info, field)) lists += 1
        },
        leave(field) {
          const type = info.getType()
          if (type != null && isConnection(getNamedType(type).name)) connections.pop()
          if (isNode(info, field)) parents.pop()
          if (isPlainList(info, field)) lists -= 1
        },
      },
    }),
  )
  return seen
}

export function isConnection(typeName: string): boolean {
  return typeName.endsWith('Connection')
}

function isNode(info: TypeInfo, field: FieldNode): boolean {
  return field.name.value === 'node' && field.selectionSet !== undefined && (info.getParentType()?.name ?? '').endsWith('Edge')
}

function isPlainList(info: TypeInfo, field: FieldNode): boolean {
  const type = info.getType()
  return type != null && isListType(getNullableType(type)) && field.name.value !== 'edges' && field.selectionSet !== undefined
}

function selectsId(set: SelectionSetNode): boolean {
  return set.selections.some(each => each.kind === Kind.FIELD && each.name.value === 'id' && each.alias === undefined)
}
