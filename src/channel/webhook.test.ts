import { describe, expect, test } from 'vitest'
import { type Hint, hintOf, hookPath, planSubscriptions, type Subscription, TOPICS } from './webhook.ts'

describe('a webhook only says what to look at', () => {
  test.each<[string, unknown, Hint]>([
    [
      'inventory_levels/update',
      { inventory_item_id: 11, location_id: 1, available: 7 },
      { kind: 'level', inventoryItemGid: 'gid://shopify/InventoryItem/11', locationGid: 'gid://shopify/Location/1' },
    ],
    ['inventory_levels/update', { inventory_item_id: 11 }, { kind: 'nothing' }],
    [
      'inventory_levels/disconnect',
      { inventory_item_id: '11', location_id: '1' },
      { kind: 'level', inventoryItemGid: 'gid://shopify/InventoryItem/11', locationGid: 'gid://shopify/Location/1' },
    ],
    ['orders/create', { id: 5 }, { kind: 'orders', orderGids: ['gid://shopify/Order/5'] }],
    ['orders/updated', {}, { kind: 'orders', orderGids: [] }],
    ['refunds/create', { id: 9, order_id: 5 }, { kind: 'orders', orderGids: ['gid://shopify/Order/5'] }],
    ['fulfillment_orders/moved', { moved_fulfillment_order: {} }, { kind: 'orders', orderGids: [] }],
    ['products/update', { id: 3 }, { kind: 'items', productGid: 'gid://shopify/Product/3', inventoryItemGid: null }],
    ['products/update', { id: -3 }, { kind: 'nothing' }],
    ['inventory_items/delete', { id: 11 }, { kind: 'items', productGid: null, inventoryItemGid: 'gid://shopify/InventoryItem/11' }],
    ['locations/deactivate', { id: 1 }, { kind: 'locations' }],
    ['app/scopes_update', { current: [] }, { kind: 'scopes' }],
    ['app/uninstalled', { id: 1 }, { kind: 'uninstalled' }],
    [
      'bulk_operations/finish',
      { admin_graphql_api_id: 'gid://shopify/BulkOperation/4', status: 'completed' },
      { kind: 'bulk', bulkOperationGid: 'gid://shopify/BulkOperation/4' },
    ],
    ['themes/publish', { id: 1 }, { kind: 'nothing' }],
    ['orders/create', null, { kind: 'nothing' }],
    ['orders/create', 'text', { kind: 'nothing' }],
    ['', {}, { kind: 'nothing' }],
  ])('%s with %j', (topic, payload, hint) => expect(hintOf(topic, payload)).toEqual(hint))

  test('each topic that we subscribe to leads to something', () => {
    const body = { id: 1, order_id: 1, inventory_item_id: 1, location_id: 1, admin_graphql_api_id: 'gid://shopify/BulkOperation/1' }
    expect(TOPICS.filter(({ topic }) => hintOf(topic, body).kind === 'nothing')).toEqual([])
  })
})

describe('the subscriptions of a shop are mended', () => {
  const path = hookPath('corner')
  const uri = `https://hub.example${path}`
  const wanted = { topics: ['A', 'B'], uri, path }
  const of = (topic: string, at = uri, id = `${topic} ${at}`): Subscription => ({ subscriptionGid: id, topic, uri: at })
  test.each<[string, Subscription[], string[], string[]]>([
    ['none is there', [], ['A', 'B'], []],
    ['all are there', [of('A'), of('B')], [], []],
    ['Shopify took one away', [of('A')], ['B'], []],
    ['we moved to another address', [of('A', `https://old.example${path}`), of('B')], ['A'], [`A https://old.example${path}`]],
    ['there is one that we want no longer', [of('A'), of('B'), of('C')], [], [`C ${uri}`]],
    ['there is one twice', [of('A'), of('A', uri, 'again'), of('B')], [], [`A ${uri}`]],
    ['others have theirs', [of('A'), of('B'), of('A', 'https://other.example/hook'), of('C', 'pubsub://p:t')], [], []],
  ])('%s', (_, existing, subscribe, unsubscribe) => {
    const plan = planSubscriptions(existing, wanted)
    expect([plan.subscribe, plan.unsubscribe.map(each => each.subscriptionGid)]).toEqual([subscribe, unsubscribe])
  })
})
