/* Anything by its global id. An id of nothing gives null; an id of something that is not simulated is refused. */

import type { Call, Fields } from './call.ts'
import { bulkById } from './fields-bulk.ts'
import { orderById, routedParts } from './fields-order.ts'
import { parseGid } from './ids.ts'
import { notSimulated, problem } from './problem.ts'
import type { OrderRow } from './rows.ts'

export const nodeFields: Record<string, Fields> = {
  QueryRoot: {
    node: (_row, args, call) => nodeById(call, args.id),
    nodes: (_row, args, call) => (args.ids as string[]).map(id => nodeById(call, id)),
  },
}

function nodeById(call: Call, value: string): unknown {
  const found = parseGid(value)
  if (found === null) throw problem('BAD_REQUEST', `Invalid global id '${value}'`)
  const { tables } = call.shop
  switch (found.kind) {
    case 'InventoryItem':
      return tables.items.get(found.id) ?? null
    case 'InventoryLevel':
      return tables.levelsById.get(found.id) ?? null
    case 'Location':
      return tables.locations.get(found.id) ?? null
    case 'Product':
      return tables.products.get(found.id) ?? null
    case 'ProductVariant':
      return tables.variants.get(found.id) ?? null
    case 'Order':
      return orderById(call, found.id)
    case 'FulfillmentOrder':
      return partOfOrder(call, order => routedParts(call, order), found.id)
    case 'Fulfillment':
      return partOfOrder(call, order => order.fulfillments, found.id)
    case 'Refund':
      return partOfOrder(call, order => order.refunds, found.id)
    case 'BulkOperation':
      return bulkById(call, value)
    default:
      throw notSimulated(`A node of type ${found.kind}`)
  }
}

/** The newest orders are asked for most, so they are looked through first. */
function partOfOrder<T extends { id: number }>(call: Call, partsOf: (order: OrderRow) => readonly T[], id: number): T | null {
  for (const order of [...call.shop.tables.orders.values()].reverse()) {
    const found = partsOf(order).find(part => part.id === id)
    if (found !== undefined) return found
  }
  return null
}
