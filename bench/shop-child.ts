/* A simulated shop of many levels in a process of its own: `node shop-child.ts ITEMS LOCATIONS PLAN LATENCY`. Prints its address. */
import { startShopifySimulator } from '../simulator/shopify/simulator.ts'

const [items = 1_000, locations = 4] = process.argv.slice(2, 4).map(Number)
const plan = (process.argv[4] ?? 'plus') as 'basic' | 'plus'
const names = Array.from({ length: locations }, (_, at) => ({ name: `L${at + 1}`, id: at + 1 }))
const latencyMs = Number(process.argv[5] ?? 0)
const shop = await startShopifySimulator({
  latencyMs,
  shop: {
    domain: 'million.myshopify.com',
    plan,
    scopes: ['read_products', 'read_locations', 'write_inventory', 'read_orders', 'read_merchant_managed_fulfillment_orders'],
    locations: names,
    products: Array.from({ length: items }, (_, at) => ({
      title: `P${at + 1}`,
      id: at + 1,
      variants: [
        {
          sku: `S-${at + 1}`,
          id: 10_000_000 + at + 1,
          inventoryItemId: at + 1,
          levels: names.map(({ name }) => ({ location: name, available: 5 })),
        },
      ],
    })),
  },
})
process.stdout.write(`${shop.url}\n`)
process.on('SIGTERM', () => void shop.close().then(() => process.exit(0)))
