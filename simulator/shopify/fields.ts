/*
 * Every field that the simulator answers, and the one function by which graphql-js asks for it. What is not in here is
 * in the schema all the same: a call that selects it is refused before any of it happens.
 */

import {
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  getNamedType,
  isCompositeType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Call, Field, Fields } from './call.ts'
import { activationFields } from './fields-activation.ts'
import { bulkFields } from './fields-bulk.ts'
import { catalogueFields } from './fields-catalogue.ts'
import { levelFields } from './fields-level.ts'
import { appFields, locationFields } from './fields-location.ts'
import { moveFields } from './fields-move.ts'
import { nodeFields } from './fields-node.ts'
import { orderFields } from './fields-order.ts'
import { quantityFields } from './fields-quantity.ts'
import { webhookFields } from './fields-webhook.ts'
import { notSimulated } from './problem.ts'
import { checkScope } from './scopes.ts'

const TABLE = merge([
  appFields,
  locationFields,
  levelFields,
  catalogueFields,
  quantityFields,
  moveFields,
  activationFields,
  orderFields,
  bulkFields,
  nodeFields,
  webhookFields,
])

export const resolveField: GraphQLFieldResolver<unknown, Call> = (source, args, call, info) => {
  checkScope(call.granted, info.parentType.name, info.fieldName)
  const field = fieldOf(info.parentType.name, info.fieldName)
  if (field === null) throw notSimulated(`${info.parentType.name}.${info.fieldName}`)
  const value = field === 'property' ? (source as Record<string, unknown>)[info.fieldName] : field(source as never, args, call, info)
  // Never null as if that were the answer: a row that lacks the property does not know it.
  if (value === undefined) throw notSimulated(`This ${info.parentType.name}.${info.fieldName}`)
  return value
}

export const resolveKind: GraphQLTypeResolver<unknown, Call> = source => (source as { kind: string }).kind

/** The fields of a valid document that are in the schema but not in the simulator. */
export function unsimulated(schema: GraphQLSchema, document: DocumentNode): string[] {
  const missing = new Set<string>()
  const info = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter(field) {
          const parent = info.getParentType()
          const name = field.name.value
          if (parent == null || name.startsWith('__')) return name.startsWith('__') ? false : undefined
          const known = parent.name === 'Node' ? name === 'id' : fieldOf(parent.name, name) !== null
          if (known) return undefined
          missing.add(`${parent.name}.${name}`)
          return false
        },
      },
      InlineFragment: {
        enter(fragment) {
          const on = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value)
          if (on !== undefined && isCompositeType(on) && TABLE[on.name] === undefined && on.name !== 'Node') {
            missing.add(getNamedType(on).name)
            return false
          }
          return undefined
        },
      },
    }),
  )
  return [...missing]
}

const CONNECTION_FIELDS: readonly string[] = ['nodes', 'edges', 'pageInfo']
const EDGE_FIELDS: readonly string[] = ['node', 'cursor']
const PAGE_FIELDS: readonly string[] = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']

function fieldOf(typeName: string, fieldName: string): Field | null {
  const known = TABLE[typeName]?.[fieldName]
  if (known !== undefined) return known
  const isPaging =
    (typeName.endsWith('Connection') && CONNECTION_FIELDS.includes(fieldName)) ||
    (typeName.endsWith('Edge') && EDGE_FIELDS.includes(fieldName)) ||
    (typeName === 'PageInfo' && PAGE_FIELDS.includes(fieldName))
  return isPaging ? 'property' : null
}

function merge(parts: readonly Record<string, Fields>[]): Record<string, Fields> {
  const merged: Record<string, Fields> = {}
  for (const part of parts) for (const [type, fields] of Object.entries(part)) merged[type] = { ...merged[type], ...fields }
  return merged
}
