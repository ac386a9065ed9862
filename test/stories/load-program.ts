import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { skuName } from '../../bench/stock-file.ts'
import { openFileRoom } from '../../src/adapters/files/file-room.ts'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { delimitedReader } from '../../src/adapters/formats/delimited.ts'
import { roomSteps } from '../../src/app/rooms.ts'
import { realClock, realIds } from '../../src/app/world.ts'
import * as catalog from '../../src/catalog/store.ts'
import { type Db, openDb } from '../../src/db/connection.ts'
import { createReception } from '../../src/feed/step.ts'
import { addFeed } from '../../src/feed/store.ts'
import { NOTHING_TO_DO } from '../../src/kernel/report.ts'

/*
 * Takes one stock file from its upload to the queue before the shop, in a process of its own so that its memory is its own, and prints
 * which statements every call of a room's step made and the most memory that was held at once.
 */
const SKUS = 2_000
const FACILITIES = 50
const LOOK_EVERY_MS = 10

const [databaseUrl = '', dataDir = '', file = ''] = process.argv.slice(2)
let statements: string[] = []
const db = openDb({ url: databaseUrl, onStatement: text => statements.push(text) })
await setUp(db)
const spoolDir = path.join(dataDir, 'spool')
const files = await openFileRoom({ homesDir: path.join(dataDir, 'homes'), spoolDir })
const steps = roomSteps({
  db,
  clock: realClock,
  ids: realIds,
  files,
  format: delimitedReader,
  shops: { each: async () => NOTHING_TO_DO, check: async () => NOTHING_TO_DO },
  pollFolders: async () => ({ read: 0, wrote: 0, more: false }),
  visitSources: async () => ({ read: 0, wrote: 0, more: false }),
  ...{ alertPort: { async send() {} }, consoleUrl: null, dataDir: '.' },
  bring: async () => Promise.reject(new Error('nothing waits in this house')),
})

const now = realClock.now()
const feedId = await addFeed(db, {
  name: 'load',
  home: 'load',
  folder: 'load',
  layout: 'RESET_INVENTORY',
  namePattern: '*',
  door: 'sftp',
  fileKind: 'snapshot',
  now,
})
const reception = createReception({ db, clock: realClock, ids: realIds })
const { size } = await stat(file)
const held = watchHeld()
await receiveUpload({ spoolDir, reception }, { feedId, name: 'load.csv', chunks: createReadStream(file), declaredBytes: size })

const calls: { room: string; statements: string[] }[] = []
for (const room of ['feed', 'import', 'inventory', 'availability', 'outbox'] as const) {
  for (let more = true; more; ) {
    statements = []
    more = (await steps[room]()).more
    calls.push({ room, statements })
  }
}
const [booked] = await db.query(
  `select (select count(*) from inventory.movement) as movements, (select count(*) from outbox.intent) as intents`,
)
await db.end()
process.stdout.write(`${JSON.stringify({ calls, booked, heldBytes: held.most(), peakBytes: process.resourceUsage().maxRSS * 1_024 })}\n`)

/** Products, facilities, and a shop that has them all; the same however long the file is. */
async function setUp(on: Db): Promise<void> {
  const at = realClock.now()
  await on.transaction(async tx => {
    const products = Array.from({ length: SKUS }, (_, sku) => ({
      name: skuName(sku),
      identifiers: [{ type: 'SKU' as const, value: skuName(sku) }],
    }))
    await catalog.importProducts(tx, products, at)
    const facilities = Array.from({ length: FACILITIES }, (_, n) => ({
      code: `FAC${n}`,
      externalId: `F${n}`,
      name: `Facility ${n}`,
      type: 'WAREHOUSE',
    }))
    await catalog.importFacilities(tx, facilities, at)
    await tx.query(`insert into catalog.shop (code, name, api_url, catalog_read_at) values ('one', 'One', 'http://127.0.0.1:9', $1)`, [
      new Date(at),
    ])
    await tx.query(
      `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) select shop_id, 'L' || facility_id, facility.name, true, $1
         from catalog.shop, catalog.facility`,
      [new Date(at)],
    )
    await tx.query(
      `insert into catalog.location_mapping (shop_id, location_id, facility_id) select shop_id, location_id, facility_id
         from catalog.location join catalog.facility on location_gid = 'L' || facility_id`,
    )
    await tx.query(`insert into catalog.item_link select shop_id, product_id, 'I' || product_id from catalog.shop, catalog.product`)
  })
  await on.query('analyze')
}

/**
 * What is held: looked at after a full collection, many times while the rooms work. What the system sees is no measure of it, since V8
 * lets rubbish lie until it needs the room. Needs --expose-gc.
 */
function watchHeld() {
  let most = 0
  const look = () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    most = Math.max(most, heapUsed + external)
  }
  look()
  setInterval(look, LOOK_EVERY_MS).unref()
  return { most: () => most }
}
