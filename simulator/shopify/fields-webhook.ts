/* Subscriptions to webhooks, of this app in this shop. */

import type { Args, Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { page } from './connection.ts'
import { gid, numberOf } from './ids.ts'
import { mutation } from './mutation.ts'
import { notSimulated } from './problem.ts'
import type { Payload, WebhookRow } from './rows.ts'
import { byNumber, type Filters } from './search.ts'
import { searched } from './searched.ts'

export const webhookFields: Record<string, Fields> = {
  QueryRoot: {
    webhookSubscription: (_row, args, call) => byId(call, args.id),
    webhookSubscriptions: (_row, args, call) => {
      const shown = [...call.shop.tables.webhooks.values()].filter(
        row =>
          (args.topics?.includes(row.topic) ?? true) &&
          (args.uri == null || row.uri === args.uri) &&
          (args.callbackUrl == null || row.uri === String(args.callbackUrl)),
      )
      return page(searched(call, 'webhookSubscriptions', shown, args.query, FILTERS), args, {
        everything: call.everything,
        sortBy: args.sortKey === 'CREATED_AT' ? (row: WebhookRow) => row.createdAt : (row: WebhookRow) => row.id,
      })
    },
  },
  Mutation: {
    webhookSubscriptionCreate: mutation({ needsKey: false }, create),
    webhookSubscriptionUpdate: mutation({ needsKey: false }, update),
    webhookSubscriptionDelete: mutation({ needsKey: false }, remove),
  },
  WebhookSubscriptionCreatePayload: { webhookSubscription: inPayload, userErrors: 'property' },
  WebhookSubscriptionUpdatePayload: { webhookSubscription: inPayload, userErrors: 'property' },
  WebhookSubscriptionDeletePayload: {
    deletedWebhookSubscriptionId: (row: Payload) => (row.webhookId === undefined ? null : gid('WebhookSubscription', row.webhookId)),
    userErrors: 'property',
  },
  WebhookSubscription: {
    id: (row: WebhookRow) => gid('WebhookSubscription', row.id),
    legacyResourceId: (row: WebhookRow) => String(row.id),
    topic: 'property',
    uri: 'property',
    callbackUrl: (row: WebhookRow) => row.uri,
    format: 'property',
    filter: 'property',
    includeFields: 'property',
    metafieldNamespaces: () => [],
    name: 'property',
    // The app's, not the subscription's.
    apiVersion: (_row: WebhookRow, _args: unknown, call: Call) => ({ handle: call.version, displayName: call.version, supported: true }),
    createdAt: (row: WebhookRow) => instant(row.createdAt),
    updatedAt: (row: WebhookRow) => instant(row.updatedAt),
  },
  ApiVersion: { handle: 'property', displayName: 'property', supported: 'property' },
}

function create(args: Args, call: Call): Payload {
  const topic = args.topic as string
  const { webhookSubscription: input } = args
  const needed = SCOPES.find(([start]) => topic.startsWith(start))?.[1] ?? []
  if (needed.length > 0 && !needed.some(scope => call.granted.has(scope) || call.granted.has(scope.replace(/^read_/, 'write_'))))
    return wrong('topic', `You do not have permission to create or update webhooks with the topic ${topic}.`)
  const uri = String(input.uri ?? input.callbackUrl ?? '')
  const refused = addressError(call, topic, uri, null)
  if (refused !== null) return refused
  const row: WebhookRow = {
    kind: 'WebhookSubscription',
    id: call.shop.tables.next('webhooks', 1_700_000_000_001),
    topic,
    uri,
    format: input.format ?? 'JSON',
    filter: filterOf(input),
    includeFields: input.includeFields ?? [],
    name: input.name ?? null,
    createdAt: call.now,
    updatedAt: call.now,
  }
  call.shop.tables.put('webhooks', row)
  return { userErrors: [], webhookId: row.id }
}

function update(args: Args, call: Call): Payload {
  const row = byId(call, args.id)
  const { webhookSubscription: input } = args
  if (row === null) return wrong('id', 'Webhook subscription does not exist')
  const uri = input.uri ?? input.callbackUrl
  if (uri != null) {
    const refused = addressError(call, row.topic, String(uri), row)
    if (refused !== null) return refused
    row.uri = String(uri)
  }
  if (input.includeFields != null) row.includeFields = input.includeFields
  if (input.name != null) row.name = input.name
  row.filter = filterOf(input) ?? row.filter
  row.updatedAt = call.now
  call.shop.tables.put('webhooks', row)
  return { userErrors: [], webhookId: row.id }
}

function remove(args: Args, call: Call): Payload {
  const row = byId(call, args.id)
  if (row === null) return wrong('id', 'Webhook subscription does not exist')
  call.shop.tables.remove('webhooks', row)
  return { userErrors: [], webhookId: row.id }
}

/** The field is still called by its old name in errors. */
function addressError(call: Call, topic: string, uri: string, of: WebhookRow | null): Payload | null {
  const field = ['webhookSubscription', 'callbackUrl']
  const refuse = (message: string): Payload => ({ userErrors: [{ field, message, code: null }] })
  const parsed = URL.parse(uri)
  if (parsed === null) return refuse('Address is invalid')
  // A machine of one's own has no certificate, so the loopback is let through; the real shop refuses it too.
  const isLoopback = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(parsed.hostname)
  if (parsed.protocol === 'http:' && !isLoopback) return refuse('Address protocol http:// is not supported')
  if (!['http:', 'https:'].includes(parsed.protocol)) throw notSimulated(`A webhook to ${parsed.protocol}//`)
  const taken = [...call.shop.tables.webhooks.values()].some(row => row !== of && row.topic === topic && row.uri === uri)
  return taken ? refuse('Address for this topic has already been taken') : null
}

function filterOf(input: Args): string | null {
  if (input.filter != null && input.filter !== '') throw notSimulated('A webhook with a filter')
  return null
}

function byId(call: Call, value: unknown): WebhookRow | null {
  return call.shop.tables.webhooks.get(numberOf('WebhookSubscription', value) ?? -1) ?? null
}

function inPayload(payload: Payload, _args: unknown, call: Call): WebhookRow | null {
  return call.shop.tables.webhooks.get(payload.webhookId ?? -1) ?? null
}

function wrong(field: string, message: string): Payload {
  return { userErrors: [{ field: [field], message, code: null }] }
}

const SCOPES: readonly [start: string, oneOf: readonly string[]][] = [
  ['INVENTORY_LEVELS', ['read_inventory']],
  ['INVENTORY_ITEMS', ['read_inventory', 'read_products']],
  ['LOCATIONS', ['read_locations']],
  ['PRODUCTS', ['read_products']],
  ['ORDERS', ['read_orders']],
  ['REFUNDS', ['read_orders']],
  [
    'FULFILLMENT_ORDERS',
    ['read_merchant_managed_fulfillment_orders', 'read_assigned_fulfillment_orders', 'read_third_party_fulfillment_orders'],
  ],
]

const FILTERS: Filters<WebhookRow> = { id: byNumber(row => row.id) }
