/*
 * A stand-in for one Shopify shop. It executes against the schema that Shopify publishes and enforces the rules that the
 * schema does not show; README.md lists them, and which of them are assumptions.
 */

import type { AddressInfo } from 'node:net'
import type { Simulated } from './answer.ts'
import { Bucket } from './bucket.ts'
import { bulkEngine } from './bulk-engine.ts'
import { control } from './control.ts'
import { newDials } from './dials.ts'
import { Journal } from './journal.ts'
import { Preparer } from './prepare.ts'
import { type ApiVersion, adminSchema } from './schema.ts'
import { shopServer } from './server.ts'
import { openShop } from './shop.ts'
import type { ShopFile } from './shop-file.ts'

export type SimulatorOptions = {
  shop: ShopFile
  host?: string
  /** 0: any free one. */
  port?: number
  version?: ApiVersion
  /** Shifts every id and names every request; the same seed and calls give the same answers. */
  seed?: number
  now?: () => number
  sleep?: (ms: number) => Promise<void>
  /** Unset: any token that is not empty. */
  accessTokens?: string[]
  latencyMs?: number
  /** Where the shop is kept across restarts; unset: only in memory. */
  stateFile?: string
}

export async function startShopifySimulator(options: SimulatorOptions): Promise<{ url: string; close(): Promise<void> }> {
  const now = options.now ?? Date.now
  const host = options.host ?? '127.0.0.1'
  const version = options.version ?? '2026-10'
  const schema = adminSchema(version)
  const shop = openShop(options.shop, { seed: options.seed ?? 1, now: now(), stateFile: options.stateFile })
  const journal = new Journal()
  const simulated: Simulated = {
    schema,
    shop,
    dials: newDials(options.latencyMs ?? 0),
    bucket: new Bucket(shop.file.plan, now()),
    preparer: new Preparer(schema),
    bulk: bulkEngine(schema),
    keysUnderWay: new Set(),
  }
  let url = ''
  const server = shopServer({
    simulated,
    journal,
    control: control({ simulated, journal, now }),
    version,
    accessTokens: options.accessTokens ?? null,
    now,
    sleep: options.sleep ?? (ms => new Promise(done => setTimeout(done, ms))),
    baseUrl: () => url,
  })
  try {
    await new Promise<void>((listening, failed) => {
      server.once('error', failed)
      server.listen(options.port ?? 0, host, listening)
    })
  } catch (error) {
    shop.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    url,
    close: async () => {
      const closed = new Promise<void>(done => server.close(() => done()))
      server.closeAllConnections()
      await closed
      shop.close()
    },
  }
}
