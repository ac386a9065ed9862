import type { ShopFile } from '../../simulator/shopify/shop-file.ts'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { type OpenShop, openShop, type ShopOptions } from '../../src/adapters/shopify/shop.ts'
import { typedIn } from '../../src/adapters/shopify/tokens.ts'

export type SimulatedLevel = {
  inventoryItemId: string
  locationId: string
  sku: string | null
  active: boolean
  available: number
  committed: number
}
export type JournalEntry = { operation: string | null; roots: string[]; idempotencyKeys: string[]; status: number; fault: string | null }

/** A simulated shop with our adapter on it, and a hand on its dials. */
export type SimulatedShop = {
  port: OpenShop
  options: ShopOptions
  url: string
  item(sku: string): string
  location(name: string): string
  levels(): Promise<SimulatedLevel[]>
  available(sku: string, location: string): Promise<number | undefined>
  journal(): Promise<JournalEntry[]>
  order(lines: { sku: string; units: number }[]): Promise<{ number: number }>
  edit(sku: string, location: string, available: number): Promise<void>
  dial(dials: Record<string, unknown>): Promise<void>
  control<T>(method: string, path: string, body?: unknown): Promise<T>
  /** How long the adapter has slept in all; its sleep returns at once. */
  slept(): number
  close(): Promise<void>
}

/** Items are numbered so that a test knows their gids without asking. */
export async function openSimulatedShop(file: ShopFile): Promise<SimulatedShop> {
  const simulator = await startShopifySimulator({ shop: file })
  let sleptMs = 0
  const options: ShopOptions = {
    apiUrl: simulator.url,
    apiVersion: '2026-10',
    token: typedIn('shpat_test'),
    fetch,
    clock: { now: () => Date.now() },
    guard: EVERYTHING_GOES,
    async sleep(durationMs) {
      sleptMs += durationMs
      await new Promise(done => setTimeout(done, Math.min(durationMs, 20)))
    },
  }
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(`${simulator.url}/_simulator/${path}`, init)
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as T
  }
  type State = { locations: { id: string; name: string }[]; levels: SimulatedLevel[] }
  const state = await control<State>('GET', 'state')
  const items = new Map(
    file.products.flatMap(product =>
      product.variants.map(variant => [variant.sku, `gid://shopify/InventoryItem/${variant.inventoryItemId}`] as const),
    ),
  )
  const found = (gid: string | undefined, what: string) => {
    if (gid === undefined) throw new Error(`the test's shop has no ${what}`)
    return gid
  }
  const item = (sku: string) => found(items.get(sku), sku)
  const location = (name: string) => found(state.locations.find(each => each.name === name)?.id, name)
  const levels = async () => (await control<State>('GET', 'state')).levels
  return {
    port: openShop(options),
    options,
    url: simulator.url,
    item,
    location,
    levels,
    control,
    available: async (sku, at) =>
      (await levels()).find(level => level.inventoryItemId === item(sku) && level.locationId === location(at))?.available,
    journal: async () => (await control<{ entries: JournalEntry[] }>('GET', 'journal')).entries,
    order: lines =>
      control('POST', 'orders', {
        lines: lines.map(line => ({ inventoryItemId: item(line.sku), units: line.units, locationId: location('Main') })),
      }),
    edit: async (sku, at, available) => {
      await control('PUT', 'levels', { inventoryItemId: item(sku), locationId: location(at), available })
    },
    dial: async dials => {
      await control('PUT', 'dials', dials)
    },
    slept: () => sleptMs,
    close: () => simulator.close(),
  }
}

/** A gate that lets everything out and tells nobody. */
export const EVERYTHING_GOES: ShopOptions['guard'] = { permit: async () => ({ kind: 'may' }), heard: async () => {} }

export const ALL_SCOPES = ['read_products', 'read_locations', 'read_orders', 'read_merchant_managed_fulfillment_orders', 'write_inventory']

/** Two locations, one of them shut; four variants of which two are writable. */
export const SMALL_SHOP: ShopFile = {
  domain: 'small.myshopify.com',
  plan: 'plus',
  scopes: ALL_SCOPES,
  locations: [{ name: 'Main' }, { name: 'Shut', active: false }],
  products: [
    { title: 'A', variants: [{ sku: 'A-1', inventoryItemId: 1_001, levels: [{ location: 'Main', available: 10 }] }] },
    { title: 'B', variants: [{ sku: 'a-2 ', inventoryItemId: 1_002, levels: [{ location: 'Main', available: 20 }] }] },
    { title: 'C', variants: [{ sku: null, inventoryItemId: 1_003, tracked: false }] },
    { title: 'D', variants: [{ sku: 'SET', inventoryItemId: 1_004, bundleParent: true, levels: [{ location: 'Main', available: 3 }] }] },
  ],
}
