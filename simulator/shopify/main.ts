/* The simulator by itself: `--port N`, `--shop FILE` (more than one is more shops), `--state FILE`, `--seed N`. */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ShopFile } from './shop-file.ts'
import { type Simulator, startShopifySimulator } from './simulator.ts'
import { newWorld } from './world.ts'

export const DEFAULT_SHOP = new URL('./shops/corner.json', import.meta.url)

export function readShopFile(path: string | URL): ShopFile {
  return JSON.parse(readFileSync(path, 'utf8')) as ShopFile
}

/**
 * Starts shops from command line words and leaves them running; prints where they are. Several (`--shop A --shop B`) sell in one world:
 * the first listens at the port, the next at the ports after it, and each keeps a state file of its own.
 */
export async function simulateMain(argv: readonly string[]): Promise<{ urls: string[]; close(): Promise<void> }> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      shop: { type: 'string', multiple: true },
      state: { type: 'string' },
      seed: { type: 'string' },
    },
  })
  const files = values.shop ?? [DEFAULT_SHOP]
  const port = Number(values.port ?? 0)
  const world = newWorld()
  const shops: Simulator[] = []
  const close = async () => {
    for (const shop of shops) await shop.close()
  }
  try {
    for (const [at, file] of files.entries()) {
      const shop = readShopFile(file)
      const simulator = await startShopifySimulator({
        ...{ shop, world, port: port === 0 ? 0 : port + at },
        ...(values.host === undefined ? {} : { host: values.host }),
        ...(values.state === undefined ? {} : { stateFile: at === 0 ? values.state : `${values.state}.${at + 1}` }),
        ...(values.seed === undefined ? {} : { seed: Number(values.seed) + at }),
      })
      shops.push(simulator)
      process.stdout.write(`${shop.domain} (plan ${shop.plan}) answers at ${simulator.url}/admin/api/2026-10/graphql.json\n`)
      process.stdout.write(`Any access token is good. Behind the curtain: ${simulator.url}/_simulator/state\n`)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls: shops.map(shop => shop.url), close }
}

if (import.meta.main) await simulateMain(process.argv.slice(2))
