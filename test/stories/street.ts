import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { demoShopFile, setUpDemo } from '../../src/app/demo-world.ts'
import { type House, openHouse, type World } from '../../src/app/wire.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { createReception } from '../../src/feed/step.ts'
import { feedCalled } from '../../src/feed/store.ts'
import { openTestDatabase } from '../database.ts'

export type Street = {
  house: House
  world: World
  shopUrl: string
  /** Brings a file in through the HTTP door. */
  bring(feed: string, name: string, bytes: Uint8Array): Promise<number>
  /** Calls every room in the order of the street until none of them finds work. */
  walk(): Promise<void>
  close(): Promise<void>
}

const ROUNDS_MAX = 200
const PROOF_LOOK_MS = 200
const IN_ORDER = ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile', 'put-away'] as const

/** What seals the shop's token, so that another process can open it. */
export const SECRET_KEY = 'a key that is long enough for a test'

export const silentLog = { debug() {}, info() {}, warn() {} }

/** The whole house on a database of its own with the demo's shop; the clockwork is left out, so that a story sets the pace. */
export async function openStreet(): Promise<Street> {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-street-'))
  const world: World = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  const simulator = await startShopifySimulator({ shop: await demoShopFile() })
  const house = await openHouse({ dataDir, databaseUrl: database.url, secretKey: SECRET_KEY }, world)
  await setUpDemo(house, world, simulator.url)
  const reception = createReception({ db: house.db, clock: world.clock, ids: world.ids })
  return {
    house,
    world,
    shopUrl: simulator.url,
    async bring(feedName, name, bytes) {
      const feed = await feedCalled(house.db, feedName)
      const chunks = (async function* () {
        yield bytes
      })()
      const upload = { feedId: feed?.feedId ?? 0, name, chunks, declaredBytes: bytes.length }
      return (await receiveUpload({ spoolDir: house.spoolDir, reception }, upload)).fileId
    },
    async walk() {
      for (let round = 0; round < ROUNDS_MAX; round++) {
        let wrote = 0
        for (const room of IN_ORDER) {
          const report = await house.steps[room]()
          wrote += report.wrote + (report.more ? 1 : 0)
        }
        if (wrote === 0 && !(await isProofAwaited(house.db))) return
        if (wrote === 0) await realSleep(PROOF_LOOK_MS)
      }
      throw new Error(`the street did not come to rest in ${ROUNDS_MAX} rounds; ${JSON.stringify(await proofAwaited(house.db))}`)
    },
    async close() {
      await house.close()
      await simulator.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * Levels that do not show what is promised and wait until the orders are known up to a moment just past: that takes a few
 * seconds of the shop's clock.
 */
export async function isProofAwaited(db: House['db']): Promise<boolean> {
  return (await proofAwaited(db)).length > 0
}

export async function proofAwaited(db: House['db']): Promise<object[]> {
  return db.query(
    `select i.state, i.code, v.noted_until is not null as is_noted, v.base_until is not null as is_proved, count(*) as levels
       from outbox.intent i
       join availability.target t using (shop_id, location_id, product_id)
       join channel.level v using (shop_id, location_id, product_id)
      where (i.state = 'pending' and i.code like 'CHANNEL_WAITS%')
         or (v.noted_until is not null and v.available_units <> t.sellable_units - t.deficit_units)
      group by 1, 2, 3, 4`,
  )
}
