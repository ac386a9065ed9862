import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ShopFile } from '../../simulator/shopify/shop-file.ts'
import type { Simulator } from '../../simulator/shopify/simulator.ts'
import * as catalog from '../catalog/store.ts'
import type { Sql } from '../db/connection.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { setSearchLag } from '../orders/store.ts'
import type { House, World } from './wire.ts'

export const SIMULATED_SHOP = { code: 'simulated', name: 'Simulated shop' } as const

/** A shop to try everything on before a real one is connected: it sells what is known here, has nothing in stock, and lives in this process. */
export type SimulatedShop = {
  /** Connects it, and makes it when it is not there yet. It is only read until somebody lets it go live. */
  connect(): Promise<{ apiUrl: string }>
  close(): Promise<void>
}

/** Opens the shop again that was made in this data directory before; its address is another one at every start. */
export async function openSimulatedShop({
  house,
  world,
  dataDir,
}: {
  house: House
  world: World
  dataDir: string
}): Promise<SimulatedShop> {
  const folder = path.join(dataDir, 'simulated-shop')
  const shopFile = path.join(folder, 'shop.json')
  let running: Promise<Simulator> | null = null
  const run = () => (running ??= runFrom(shopFile, path.join(folder, 'state.jsonl')))
  const connect = async () => {
    if (!existsSync(shopFile)) {
      const made = await shopOfCatalogue(house.db)
      await mkdir(folder, { recursive: true })
      await writeFile(`${shopFile}.new`, JSON.stringify(made))
      await rename(`${shopFile}.new`, shopFile)
    }
    const { url } = await run()
    await join(house, url)
    return { apiUrl: url }
  }
  // Stock of real shops does not wait for a simulated one.
  if (existsSync(shopFile))
    await connect().catch(error => world.log.warn({ room: 'catalog', code: 'SIMULATOR_NOT_STARTED', message: messageOf(error) }))
  return { connect, close: async () => (await running)?.close() }
}

async function runFrom(shopFile: string, stateFile: string): Promise<Simulator> {
  // Whoever has a real shop never loads the schema of this one.
  const { startShopifySimulator } = await import('../../simulator/shopify/simulator.ts')
  return startShopifySimulator({ shop: JSON.parse(await readFile(shopFile, 'utf8')) as ShopFile, stateFile })
}

async function join({ db, box }: House, apiUrl: string): Promise<void> {
  const given = { apiVersion: catalog.API_VERSION, accessScope: null, tokenSealed: box.seal('simulated') }
  const shopId = await catalog.addShop(db, { ...SIMULATED_SHOP, ...given, apiUrl })
  // It finds every order at once.
  await setSearchLag(db, shopId, 0)
}

const PRODUCTS_MAX = 20_000
const LEVELS_MAX = 200_000

/** What is known here, as a shop sells it: a location of the name of each facility, each SKU with a level wherever it is counted. */
async function shopOfCatalogue(sql: Sql): Promise<ShopFile> {
  const facilities = await sql.query<{ name: string }>('select distinct name from catalog.facility order by name')
  const products = await sql.query<{ sku: string; title: string; at: string[] | null }>(
    `select k.value as sku, p.name as title, c.at
       from catalog.product p
       join lateral (select min(value) as value from catalog.product_identifier where product_id = p.product_id and type = 'SKU') k on true
       left join (select t.product_id, array_agg(f.name order by f.name) as at
                    from inventory.position t join catalog.facility f using (facility_id) group by t.product_id) c using (product_id)
      where k.value is not null order by p.product_id limit $1`,
    [PRODUCTS_MAX],
  )
  if (facilities.length === 0 || products.length === 0) throw nothingToSell()
  const names = facilities.map(facility => facility.name)
  const isCounted = products.some(product => product.at !== null)
  let left = LEVELS_MAX
  return {
    ...{ domain: 'simulated.myshopify.com', name: SIMULATED_SHOP.name, plan: 'plus' },
    scopes: [
      'read_inventory',
      'write_inventory',
      'read_locations',
      'read_products',
      'read_orders',
      'read_merchant_managed_fulfillment_orders',
    ],
    locations: names.map((name, at) => ({ name, fulfillsOnlineOrders: at === 0 })),
    products: products.map(({ sku, title, at }) => {
      const stockedAt = (isCounted ? (at ?? []) : names).slice(0, Math.max(0, left))
      left -= stockedAt.length
      return { title, variants: [{ sku, levels: stockedAt.map(location => ({ location, active: true, available: 0 })) }] }
    }),
  }
}

function nothingToSell(): TrueupError {
  return new TrueupError('SIMULATOR_NOTHING_TO_SELL', 'A simulated shop sells what is known here, and nothing is known yet.', {
    retry: 'after-operator',
    hint: 'Bring a file with products and facilities first, or a stock file of a feed that adds what it names.',
  })
}
