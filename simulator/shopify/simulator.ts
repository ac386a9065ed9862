/*
 * A stand-in for one Shopify shop. It executes against the schema that Shopify publishes and enforces the rules that the
 * schema does not show; README.md lists them, and which of them are assumptions.
 */

import type { AddressInfo } from 'node:net'
import type { Api, Simulated } from './answer.ts'
import { Bucket } from './bucket.ts'
import { BulkDesk } from './bulk-desk.ts'
import { seededChance } from './chance.ts'
import { control } from './control.ts'
import { newDials } from './dials.ts'
import { Journal } from './journal.ts'
import { Oauth, type OauthOptions } from './oauth.ts'
import { Preparer } from './prepare.ts'
import { type ApiVersion, adminSchema } from './schema.ts'
import { shopServer } from './server.ts'
import { openShop } from './shop.ts'
import type { ShopFile } from './shop-file.ts'
import { watchTables } from './webhook-events.ts'
import { type Deliver, deliverByHttp, Webhooks } from './webhooks.ts'
import { newWorld, type World } from './world.ts'

export type SimulatorOptions = {
  shop: ShopFile
  host?: string
  /** 0: any free one. */
  port?: number
  /** Shifts every id and names every request; the same seed and calls give the same answers. */
  seed?: number
  /** The world's clock; `virtualClock` and `fastClock` give others than the real one. */
  now?: () => number
  sleep?: (ms: number) => Promise<void>
  /** Of a virtual clock: lets time pass from behind the curtain. */
  advance?: (ms: number) => void
  /** Unset: any token that is not empty. */
  accessTokens?: string[]
  /** The shop gives out tokens that expire, and takes no others than these and `accessTokens`. */
  oauth?: OauthOptions
  latencyMs?: number
  /** Where the shop is kept across restarts; unset: only in memory. */
  stateFile?: string
  /** Shared by shops that sell the same goods. */
  world?: World
  /** The client secret of the app: webhooks are signed with it. */
  webhookSecret?: string
  /** Takes webhooks instead of the wire. */
  deliver?: Deliver
}

export type Simulator = {
  url: string
  /** What the HTTP side has, for whoever is in the same process. */
  simulated: Simulated
  world: World
  /** Null: it takes whatever token. */
  oauth: Oauth | null
  /** Has everything happen that is due by now. */
  catchUp(): void
  /** Lets nothing happen any more, but waits for webhooks that are under way, and for what their answers bring about now. */
  settled(): Promise<void>
  close(): Promise<void>
}

export async function startShopifySimulator(options: SimulatorOptions): Promise<Simulator> {
  const worldNow = options.now ?? Date.now
  const host = options.host ?? '127.0.0.1'
  const seed = options.seed ?? 1
  const world = options.world ?? newWorld()
  const dials = newDials(options.latencyMs ?? 0)
  const now = (): number => worldNow() + dials.clockSkewMs
  const shop = openShop(options.shop, { seed, now: now(), stateFile: options.stateFile, world })
  const journal = new Journal()
  const webhooks = new Webhooks({
    shop,
    dials,
    worldNow,
    chance: seededChance(seed + 1),
    secret: options.webhookSecret ?? WEBHOOK_SECRET,
    version: '2026-10',
    deliver: options.deliver ?? deliverByHttp,
  })
  shop.tell = told => webhooks.tell(told)
  watchTables(shop, now)
  let url = ''
  const baseUrl = (): string => url
  const resultsBeside = options.stateFile === undefined ? null : `${options.stateFile}.bulk`
  const simulated: Simulated = {
    shop,
    dials,
    bucket: new Bucket(shop.file.plan, now()),
    api: apis(),
    webhooks,
    get bulk() {
      return bulk
    },
    keysUnderWay: new Set(),
  }
  const bulk = new BulkDesk(simulated, { baseUrl, resultsBeside })
  simulated.api('2026-10')
  const catchUp = (): void => {
    world.agenda.runDue(worldNow())
    bulk.look(now())
    shop.tables.flush()
  }
  const settled = async (): Promise<void> => {
    do {
      catchUp()
      await webhooks.settled()
    } while ((world.agenda.nextAt() ?? Number.POSITIVE_INFINITY) <= worldNow())
  }
  // By the real clock the world goes on although nobody asks it anything.
  const ticking = options.now === undefined ? setInterval(catchUp, TICK_MS).unref() : null
  const oauth = options.oauth === undefined ? null : new Oauth(options.oauth)
  const server = shopServer({
    simulated,
    journal,
    control: control({ simulated, journal, now, worldNow, settled, advance: options.advance ?? null }),
    accessTokens: options.accessTokens ?? (options.oauth === undefined ? null : []),
    oauth,
    now,
    catchUp,
    chance: seededChance(seed),
    sleep: options.sleep ?? (ms => new Promise(done => setTimeout(done, ms))),
    baseUrl,
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
    simulated,
    world,
    oauth,
    catchUp,
    settled,
    close: async () => {
      if (ticking !== null) clearInterval(ticking)
      const closed = new Promise<void>(done => server.close(() => done()))
      server.closeAllConnections()
      await closed
      bulk.close()
      shop.close()
    },
  }
}

const TICK_MS = 50
/** Known to everybody: it signs nothing that matters. */
export const WEBHOOK_SECRET = 'simulated-client-secret'

/** Each version of the API once, when it is first asked for: a schema takes a third of a second and a hundred megabytes. */
function apis(): (version: ApiVersion) => Api {
  const made = new Map<ApiVersion, Api>()
  return version => {
    const known = made.get(version)
    if (known !== undefined) return known
    const schema = adminSchema(version)
    const api = { version, schema, preparer: new Preparer(schema) }
    made.set(version, api)
    return api
  }
}
