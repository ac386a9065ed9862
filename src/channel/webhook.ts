/*
 * A webhook is a hint, never a fact: it may be late, doubled, lost, out of order, and built so late that two changes tell
 * the same last value. So nothing that stands in one is believed; it only says what has to be looked at.
 */

/** What somebody has to look at, because a webhook said so. */
export type Hint =
  | { kind: 'level'; inventoryItemGid: string; locationGid: string }
  | { kind: 'orders'; orderGids: string[] }
  /** Items of the catalogue, by the product or the inventory item that was named. */
  | { kind: 'items'; productGid: string | null; inventoryItemGid: string | null }
  | { kind: 'locations' }
  /** Something else is granted than before. */
  | { kind: 'scopes' }
  | { kind: 'uninstalled' }
  | { kind: 'bulk'; bulkOperationGid: string }
  /** Nobody here needs to look at anything. */
  | { kind: 'nothing' }

type Payload = Record<string, unknown>

/** @param topic as it is spoken in the header, such as `inventory_levels/update`. */
export function hintOf(topic: string, payload: unknown): Hint {
  if (payload === null || typeof payload !== 'object') return { kind: 'nothing' }
  const body = payload as Payload
  switch (topic.split('/')[0]) {
    case 'inventory_levels': {
      const inventoryItemGid = gid('InventoryItem', body.inventory_item_id)
      const locationGid = gid('Location', body.location_id)
      return inventoryItemGid === null || locationGid === null ? { kind: 'nothing' } : { kind: 'level', inventoryItemGid, locationGid }
    }
    case 'orders':
      return ordersNamed(gid('Order', body.id))
    case 'refunds':
      return ordersNamed(gid('Order', body.order_id))
    // Which order it is of does not stand in the payload.
    case 'fulfillment_orders':
      return { kind: 'orders', orderGids: [] }
    case 'products':
      return itemsNamed({ productGid: gid('Product', body.id), inventoryItemGid: null })
    case 'inventory_items':
      return itemsNamed({ productGid: null, inventoryItemGid: gid('InventoryItem', body.id) })
    case 'locations':
      return { kind: 'locations' }
    case 'app':
      return topic === 'app/uninstalled' ? { kind: 'uninstalled' } : { kind: 'scopes' }
    case 'bulk_operations': {
      const named = body.admin_graphql_api_id
      return typeof named === 'string' ? { kind: 'bulk', bulkOperationGid: named } : { kind: 'nothing' }
    }
    default:
      return { kind: 'nothing' }
  }
}

function ordersNamed(orderGid: string | null): Hint {
  return { kind: 'orders', orderGids: orderGid === null ? [] : [orderGid] }
}

function itemsNamed(named: { productGid: string | null; inventoryItemGid: string | null }): Hint {
  return named.productGid === null && named.inventoryItemGid === null ? { kind: 'nothing' } : { kind: 'items', ...named }
}

function gid(type: string, id: unknown): string | null {
  return (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) || (typeof id === 'string' && /^\d{1,20}$/.test(id))
    ? `gid://shopify/${type}/${id}`
    : null
}

export type WantedTopic = { topic: string; why: string }

/** What Trueup asks to be told of. Each is looked for by polling too, since webhooks get lost. */
export const TOPICS: readonly WantedTopic[] = [
  { topic: 'inventory_levels/update', why: 'a level changed: it is looked at' },
  { topic: 'inventory_levels/connect', why: 'an item is stocked at a location: the level is looked at' },
  { topic: 'inventory_levels/disconnect', why: 'an item is no longer stocked at a location: the level is looked at' },
  { topic: 'orders/create', why: 'a customer bought: the order is read' },
  { topic: 'orders/updated', why: 'an order changed: it is read' },
  { topic: 'orders/cancelled', why: 'an order was cancelled: it is read' },
  { topic: 'refunds/create', why: 'units came back: the order is read' },
  { topic: 'fulfillment_orders/moved', why: 'an order holds its stock elsewhere: orders are read' },
  { topic: 'products/create', why: 'the shop sells something new: it is linked' },
  { topic: 'products/update', why: 'a variant or its SKU changed: it is linked anew' },
  { topic: 'products/delete', why: 'the shop sells something no longer: the link ends' },
  { topic: 'inventory_items/update', why: 'a SKU or its tracking changed: it is linked anew' },
  { topic: 'inventory_items/delete', why: 'an item is gone: the link ends' },
  { topic: 'locations/create', why: 'there is a new location: it waits for its mapping' },
  { topic: 'locations/update', why: 'a location changed' },
  { topic: 'locations/activate', why: 'a location is open again' },
  { topic: 'locations/deactivate', why: 'a location was closed' },
  { topic: 'locations/delete', why: 'a location is gone' },
  { topic: 'app/scopes_update', why: 'something else is granted: it is asked anew' },
  { topic: 'app/uninstalled', why: 'the app was thrown out: the shop is stopped' },
  { topic: 'bulk_operations/finish', why: 'a bulk operation ended: its result is read' },
]

/** The topic is spoken as in the header of a webhook, such as `orders/create`. */
export type Subscription = { subscriptionGid: string; topic: string; uri: string }

/**
 * What to do about the subscriptions that the shop has, so that each topic comes to us once. Those of others are left
 * alone; ours are known by the path of their address, wherever we were reached before.
 */
export function planSubscriptions(
  existing: readonly Subscription[],
  wanted: { topics: readonly string[]; uri: string; path: string },
): { subscribe: string[]; unsubscribe: Subscription[] } {
  const ours = existing.filter(subscription => pathOf(subscription.uri) === wanted.path)
  const keeps = new Map(
    ours
      .filter(({ topic, uri }) => uri === wanted.uri && wanted.topics.includes(topic))
      .map(subscription => [subscription.topic, subscription]),
  )
  return {
    subscribe: wanted.topics.filter(topic => !keeps.has(topic)),
    unsubscribe: ours.filter(subscription => keeps.get(subscription.topic) !== subscription),
  }
}

/** The path under which a shop's webhooks come in, below the public address. */
export function hookPath(shopCode: string): string {
  return `/api/v1/hooks/shopify/${shopCode}`
}

function pathOf(uri: string): string {
  return /^https?:\/\/[^/]+(\/[^?#]*)/.exec(uri)?.[1] ?? ''
}
