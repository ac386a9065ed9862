/* For the simulator's own tests: a small shop with known ids, a clock that stands still, and a client that only posts. */

import { readFileSync } from 'node:fs'
import type { ShopFile } from './shop-file.ts'
import { type SimulatorOptions, startShopifySimulator } from './simulator.ts'

export const SCOPES = [
  'read_inventory',
  'write_inventory',
  'read_locations',
  'read_products',
  'read_orders',
  'read_merchant_managed_fulfillment_orders',
]
export const NOON = Date.parse('2026-11-24T12:00:00Z')

/** Locations 1 (Front), 2 (Back), 3 (Closed, inactive). Items 11 to 16; 13 is a bundle parent, 14 is not tracked. */
export const SMALL_SHOP: ShopFile = {
  domain: 'small.myshopify.com',
  plan: 'basic',
  scopes: SCOPES,
  locations: [
    { name: 'Front', id: 1 },
    { name: 'Back', id: 2 },
    { name: 'Closed', id: 3, active: false },
  ],
  products: [
    {
      title: 'Ball',
      variants: [
        variant(11, 'BALL', {
          levels: [
            { location: 'Front', available: 10 },
            { location: 'Back', available: 5, committed: 2 },
          ],
        }),
      ],
    },
    { title: 'Bat', variants: [variant(12, 'BAT', { levels: [{ location: 'Front', available: 3 }] })] },
    { title: 'Set', variants: [variant(13, 'SET', { bundleParent: true, levels: [{ location: 'Front', available: 0 }] })] },
    { title: 'Lesson', variants: [variant(14, 'LESSON', { tracked: false, levels: [{ location: 'Front', available: 0 }] })] },
    {
      title: 'Cap',
      variants: [
        variant(15, 'CAP', {
          levels: [
            { location: 'Front', available: 4 },
            { location: 'Back', active: false, available: 7 },
          ],
        }),
      ],
    },
    { title: 'Cap again', variants: [variant(16, 'CAP', { levels: [{ location: 'Front', available: 0 }] })] },
  ],
}

function variant(id: number, sku: string, more: Partial<ShopFile['products'][0]['variants'][0]>): ShopFile['products'][0]['variants'][0] {
  return { sku, id: id + 100, inventoryItemId: id, ...more }
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field, in tests.
export type Json = any
export type TestShop = Awaited<ReturnType<typeof openTestShop>>

export async function openTestShop(options: Partial<SimulatorOptions> = {}, version = '2026-10') {
  const clock = { now: NOON }
  const advance = (ms: number): void => {
    clock.now += ms
  }
  const simulator = await startShopifySimulator({
    shop: SMALL_SHOP,
    now: () => clock.now,
    sleep: async ms => advance(ms),
    advance,
    ...options,
  })
  const api = `/admin/api/${version}/graphql.json`
  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; json: Json; headers: Headers }> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': 'token' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, json: await response.json(), headers: response.headers }
  }
  return {
    ...simulator,
    clock,
    ask,
    post: (query: string, variables: object = {}) => ask('POST', api, { query, variables }),
    graphql: async (query: string, variables: object = {}): Promise<Json> => (await ask('POST', api, { query, variables })).json,
    control: async (method: string, path: string, body?: unknown): Promise<Json> => (await ask(method, `/_simulator/${path}`, body)).json,
    dials: (turn: object) => ask('PUT', '/_simulator/dials', turn),
  }
}

export function document(name: string): string {
  return readFileSync(new URL(`./fixtures/documents/${name}.graphql`, import.meta.url), 'utf8')
}

export function item(id: number): string {
  return `gid://shopify/InventoryItem/${id}`
}

export function place(id: number): string {
  return `gid://shopify/Location/${id}`
}

/** A row of `inventorySetQuantities`. */
export function row(itemId: number, locationId: number, quantity: number, changeFromQuantity: number | null): Json {
  return { inventoryItemId: item(itemId), locationId: place(locationId), quantity, changeFromQuantity }
}

let keys = 0

export function setCall(
  rows: Json[],
  more: { name?: string; reason?: string; key?: string; referenceDocumentUri?: string } = {},
): [string, Json] {
  keys += 1
  const { key = `key-${keys}`, ...input } = more
  return [
    document('10_set_quantities'),
    { input: { name: 'available', reason: 'correction', ...input, quantities: rows }, idempotencyKey: key },
  ]
}

/** What a level holds, asked as an app would. */
export async function levelOf(shop: TestShop, itemId: number, locationId: number): Promise<Json> {
  const answer = await shop.graphql(document('06_levels_for_known_items'), { ids: [item(itemId)], locationId: place(locationId) })
  const level = answer.data.nodes[0].inventoryLevel
  if (level === null) return null
  return { active: level.isActive, ...Object.fromEntries(level.quantities.map((each: Json) => [each.name, each.quantity])) }
}
