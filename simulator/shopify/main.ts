/* The simulator by itself: `--port N`, `--shop FILE`, `--state FILE`, `--seed N`. */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ShopFile } from './shop-file.ts'
import { startShopifySimulator } from './simulator.ts'

export const DEFAULT_SHOP = new URL('./shops/corner.json', import.meta.url)

export function readShopFile(path: string | URL): ShopFile {
  return JSON.parse(readFileSync(path, 'utf8')) as ShopFile
}

/** Starts a shop from command line words and leaves it running; prints where it is. */
export async function simulateMain(argv: readonly string[]): Promise<{ url: string; close(): Promise<void> }> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      shop: { type: 'string' },
      state: { type: 'string' },
      seed: { type: 'string' },
    },
  })
  const shop = readShopFile(values.shop ?? DEFAULT_SHOP)
  const simulator = await startShopifySimulator({
    shop,
    port: Number(values.port ?? 0),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  })
  process.stdout.write(`${shop.domain} (plan ${shop.plan}) answers at ${simulator.url}/admin/api/2026-10/graphql.json\n`)
  process.stdout.write(`Any access token is good. Behind the curtain: ${simulator.url}/_simulator/state\n`)
  return simulator
}

if (import.meta.main) await simulateMain(process.argv.slice(2))
