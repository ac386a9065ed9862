import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { type House, openHouse, type World } from '../../src/app/wire.ts'
import { realIds, realSleep } from '../../src/app/world.ts'
import * as catalog from '../../src/catalog/store.ts'
import { addFeed, feedCalled } from '../../src/feed/store.ts'
import type { Route } from '../../src/http/contract/route.ts'
import { openTestDatabase } from '../database.ts'
import { SECRET_KEY, silentLog } from './street.ts'

export type FileSeen = {
  state: string
  code: string | null
  reason: string | null
  read: number
  accepted: number
  unchanged: number
  rejected: number
  outdated: number
}

/** The rooms up to the ledger, without a shop, on a clock that a story sets. */
export type StockRoom = {
  house: House
  world: World
  clock: { at: number; now(): number }
  addFeed(name: string, feed: { layout: string; fileKind?: 'snapshot' | 'delta'; settings?: object }): Promise<number>
  /** Brings a file in through the HTTP door and lets the rooms come to rest. Gives its id. */
  bring(feed: string, name: string, text: string | Uint8Array): Promise<number>
  walk(): Promise<void>
  file(fileId: number): Promise<FileSeen>
  /** Units on hand; null where nothing was ever counted. */
  onHand(sku: string, facility?: string): Promise<number | null>
  close(): Promise<void>
}

const ROUNDS_MAX = 50
export const MINUTE_MS = 60_000

/** Two facilities, `STORE` and `DEPOT`, and the products A to F. */
export async function openStockRoom({ at = Date.UTC(2026, 10, 26, 2, 40) } = {}): Promise<StockRoom> {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-stock-'))
  const clock = { at, now: () => clock.at }
  const world: World = { clock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  const house = await openHouse({ dataDir, databaseUrl: database.url, secretKey: SECRET_KEY }, world)
  const { db } = house
  await db.transaction(async tx => {
    const products = ['A', 'B', 'C', 'D', 'E', 'F'].map(sku => ({ name: `Product ${sku}`, identifiers: [{ type: 'SKU', value: sku }] }))
    await catalog.importProducts(tx, products, at)
    const facilities = ['STORE', 'DEPOT'].map(code => ({ code, externalId: `X-${code}`, name: code, type: 'WAREHOUSE' }))
    await catalog.importFacilities(tx, facilities, at)
  })
  const room: StockRoom = {
    ...{ house, world, clock },
    async addFeed(name, { layout, fileKind = 'snapshot', settings = {} }) {
      const feedId = await addFeed(db, { name, home: 'erp', folder: name, layout, fileKind, now: clock.now() })
      await db.query('update feed.feed set settings = $2 where feed_id = $1', [feedId, JSON.stringify(settings)])
      return feedId
    },
    async bring(feedName, name, text) {
      const feed = await feedCalled(db, feedName)
      const chunks = (async function* () {
        yield Buffer.from(text)
      })()
      const upload = { feedId: feed?.feedId ?? 0, name, chunks, declaredBytes: null }
      const { fileId } = await receiveUpload({ spoolDir: house.spoolDir, reception: house.receiver }, upload)
      await room.walk()
      return fileId
    },
    async walk() {
      for (let round = 0; round < ROUNDS_MAX; round++) {
        let worked = 0
        for (const step of ['feed', 'import', 'inventory', 'put-away'] as const) {
          const report = await house.steps[step]()
          worked += report.wrote + (report.more ? 1 : 0)
        }
        if (worked === 0) return
      }
      throw new Error(`the rooms did not come to rest in ${ROUNDS_MAX} rounds`)
    },
    async file(fileId) {
      const [seen] = await db.query<FileSeen>(
        `select f.state, coalesce(f.code, v.code) as code, coalesce(f.reason, v.reason) as reason, coalesce(v.rows_read, 0) as read,
                coalesce(v.rows_accepted, 0) as accepted, coalesce(v.rows_unchanged, 0) as unchanged,
                coalesce(v.rows_rejected, 0) as rejected, coalesce(v.rows_outdated, 0) as outdated
           from feed.file f left join import.verdict v using (file_id) where f.file_id = $1`,
        [fileId],
      )
      if (!seen) throw new Error(`there is no file ${fileId}`)
      return seen
    },
    async onHand(sku, facility = 'STORE') {
      const [position] = await db.query<{ units: number }>(
        `select p.on_hand_units as units from inventory.position p join catalog.facility f using (facility_id)
           join catalog.product_identifier i using (product_id)
          where i.type = 'SKU' and i.value = $1 and f.code = $2 and p.counted_at is not null`,
        [sku, facility],
      )
      return position?.units ?? null
    },
    async close() {
      await house.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return room
}

/** A stock file in the columns of RESET_INVENTORY: `A 40` counts A in STORE, `A@DEPOT 40` in DEPOT. */
export function resetFile(...rows: string[]): string {
  return fileOf('facilityId,idType,idValue,availableQty', rows)
}

/** The same in the columns of MDM_INV_VARIANCE. */
export function varianceFile(...rows: string[]): string {
  return fileOf('facilityId,idType,idValue,availableDelta', rows)
}

function fileOf(header: string, rows: readonly string[]): string {
  const lines = rows.map(row => {
    const [what = '', units = ''] = row.split(' ')
    const [sku = '', facility = 'STORE'] = what.split('@')
    return `${facility},SKU,${sku},${units}`
  })
  return `${[header, ...lines].join('\n')}\n`
}

type Asked = { params?: object; query?: object; body?: object; who?: string; key?: string }

/** Asks one of a room's routes as the gate would, without the gate. */
export async function askRoute(
  routes: readonly Route[],
  method: string,
  path: string,
  { params, query, body, who = 'somebody', key }: Asked,
) {
  const route = routes.find(one => one.path === path && one.method === method)
  if (route?.kind !== 'json') throw new Error(`there is no route ${method} ${path}`)
  const parsed = (schema: typeof route.params, given: object = {}) => schema?.parse(given)
  return route.handle({
    ...{ params: parsed(route.params, params), query: parsed(route.query, query), body: parsed(route.body, body) },
    ...{ who: { name: who, role: 'admin' }, signal: new AbortController().signal, idempotencyKey: key ?? null },
  })
}
