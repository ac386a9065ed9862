/*
 * Which scope opens which field. One of the named scopes is enough; `write_x` opens what `read_x` does.
 * A type's own row (`*`) speaks for those of its fields that have none.
 */

import { problem } from './problem.ts'

const EITHER_CATALOGUE = ['read_inventory', 'read_products']
const FULFILLMENT = ['read_merchant_managed_fulfillment_orders', 'read_assigned_fulfillment_orders', 'read_third_party_fulfillment_orders']

const NEEDED: Record<string, Record<string, readonly string[]>> = {
  QueryRoot: {
    locations: ['read_locations'],
    location: ['read_locations'],
    inventoryItems: EITHER_CATALOGUE,
    inventoryItem: EITHER_CATALOGUE,
    inventoryLevel: ['read_inventory'],
    inventoryProperties: ['read_inventory'],
    productVariants: ['read_products'],
    productVariant: ['read_products'],
    orders: ['read_orders'],
    order: ['read_orders'],
    fulfillmentOrders: FULFILLMENT,
  },
  Mutation: {
    inventorySetQuantities: ['write_inventory'],
    inventoryAdjustQuantities: ['write_inventory'],
    inventoryMoveQuantities: ['write_inventory'],
    inventoryActivate: ['write_inventory'],
    inventoryDeactivate: ['write_inventory'],
    inventoryBulkToggleActivation: ['write_inventory'],
    inventoryItemUpdate: ['write_inventory'],
  },
  Location: { id: [], legacyResourceId: [], '*': ['read_locations'] },
  InventoryItem: {
    duplicateSkuCount: ['read_inventory'],
    inventoryLevel: ['read_inventory'],
    inventoryLevels: ['read_inventory'],
    '*': EITHER_CATALOGUE,
  },
  InventoryLevel: { '*': ['read_inventory'] },
  InventoryAdjustmentGroup: { '*': ['read_inventory'] },
  InventoryChange: { '*': ['read_inventory'] },
  ProductVariant: { '*': ['read_products'] },
  Product: { '*': ['read_products'] },
  Order: { fulfillmentOrders: FULFILLMENT, '*': ['read_orders'] },
  Refund: { '*': ['read_orders'] },
  FulfillmentOrder: { '*': FULFILLMENT },
}

/** Throws what the shop answers when the app may not see this field. */
export function checkScope(granted: ReadonlySet<string>, typeName: string, fieldName: string): void {
  if (isOpen(granted, typeName, fieldName)) return
  const needed = neededFor(typeName, fieldName).map(scope => `\`${scope}\``)
  const requiredAccess = `${needed.join(' or ')} access scope.`
  throw problem('ACCESS_DENIED', `Access denied for ${fieldName} field. Required access: ${requiredAccess}`, {
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    requiredAccess,
  })
}

export function isOpen(granted: ReadonlySet<string>, typeName: string, fieldName: string): boolean {
  const needed = neededFor(typeName, fieldName)
  return needed.length === 0 || needed.some(scope => granted.has(scope) || granted.has(scope.replace(/^read_/, 'write_')))
}

function neededFor(typeName: string, fieldName: string): readonly string[] {
  const type = NEEDED[typeName]
  return type?.[fieldName] ?? type?.['*'] ?? []
}
