import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { receiveUpload } from '../../src/adapters/files/http-upload.ts'
import { type House, openHouse, type World } from '../../src/app/wire.ts'
import { realIds, realSleep } from '../../src/app/world.ts'
import * as catalog from '../../src/catalog/store.ts'
import { createReception } from '../../src/feed/step.ts'
import { addFeed, feedCalled } from '../../src/feed/store.ts'
import { openTestDatabase } from '../database.ts'
import { silentLog } from './street.ts'

export type Warehouse = {
  house: House
  /** What the rooms take for the time. */
  clock: { at: number; now(): number }
  /** Brings a text in through the HTTP door, and leaves it to the rooms. */
  drop(feed: string, text: string, name?: string): Promise<number>
  /** The same, and says what became of it once the rooms are at rest. */
  bring(feed: string, text: string, name?: string): Promise<FileOutcome>
  /** Calls the rooms in the order of the street until none of them finds work. */
  walk(): Promise<void>
  /** `on hand/available to promise` of a SKU at a facility; unknown where it was never counted. */
  stock(sku: string, facility: string): Promise<string>
  close(): Promise<void>
}

export type FileOutcome = { fileId: number; state: string; code: string | null; accepted: number; unchanged: number; rejected: string[] }

export const OPENED_AT = Date.UTC(2026, 10, 24, 8)
const ROUNDS_MAX = 100
const ROOMS = ['feed', 'import', 'orders', 'inventory', 'availability', 'put-away'] as const

/** The rooms from the file to the promise, on a database of its own, without a shop: two facilities that sell online together. */
export async function openWarehouse(skus: readonly string[]): Promise<Warehouse> {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-warehouse-'))
  const clock = { at: OPENED_AT, now: () => clock.at }
  const world: World = { clock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  const house = await openHouse({ dataDir, databaseUrl: database.url, secretKey: null }, world)
  const { db } = house
  await db.transaction(async tx => {
    await catalog.importProducts(
      tx,
      skus.map(sku => ({ name: `Product ${sku}`, identifiers: [{ type: 'SKU', value: sku }] })),
      clock.now(),
    )
    const facilities = ['NYC', 'BOS'].map(code => ({ code, externalId: `erp-${code}`, name: code, type: 'WAREHOUSE' }))
    await catalog.importFacilities(tx, facilities, clock.now())
    await catalog.addChannelGroup(tx, { code: 'ONLINE', name: 'Online', facilityCodes: ['NYC', 'BOS'], now: clock.now() })
  })
  const feeds = [
    { name: 'counts', layout: 'RESET_INVENTORY' },
    { name: 'atp', layout: 'RESET_INVENTORY' },
    { name: 'cycle-counts', layout: 'REC_INV_COUNT' },
    { name: 'variances', layout: 'MDM_INV_VARIANCE', fileKind: 'delta' as const },
    { name: 'orders', layout: 'ORDER_LINES' },
  ]
  for (const feed of feeds) await addFeed(db, { ...feed, home: 'erp', folder: feed.name, now: clock.now() })
  const reception = createReception({ db, clock, ids: world.ids })
  let files = 0

  async function walk() {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let wrote = 0
      for (const room of ROOMS) {
        const report = await house.steps[room]()
        wrote += report.wrote + (report.more ? 1 : 0)
      }
      if (wrote === 0) return
    }
    throw new Error(`the rooms did not come to rest in ${ROUNDS_MAX} rounds`)
  }

  async function drop(feedName: string, text: string, name = `${feedName}-${++files}.csv`): Promise<number> {
    const feed = await feedCalled(db, feedName)
    const bytes = Buffer.from(text)
    const chunks = (async function* () {
      yield bytes
    })()
    const upload = { feedId: feed?.feedId ?? 0, name, chunks, declaredBytes: bytes.length }
    return (await receiveUpload({ spoolDir: house.spoolDir, reception }, upload)).fileId
  }

  return {
    ...{ house, clock, walk, drop },
    async bring(feedName, text, name) {
      const fileId = await drop(feedName, text, name)
      await walk()
      return outcomeOf(house, fileId)
    },
    async stock(sku, facility) {
      const [row] = await db.query<{ onHand: number; atp: number; isKnown: boolean }>(
        `select p.on_hand_units as "onHand", p.on_hand_units - p.reserved_units as atp, p.counted_at is not null as "isKnown"
           from inventory.position p join catalog.facility f using (facility_id) join catalog.product_identifier i using (product_id)
          where i.type = 'SKU' and i.value = $1 and f.code = $2`,
        [sku, facility],
      )
      return row === undefined ? 'unknown' : `${row.onHand}/${row.atp}${row.isKnown ? '' : ' unknown'}`
    },
    async close() {
      await house.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function outcomeOf({ db }: House, fileId: number): Promise<FileOutcome> {
  const [row] = await db.query<FileOutcome>(
    `select f.file_id as "fileId", f.state, coalesce(f.code, v.code) as code, coalesce(v.rows_accepted, 0) as accepted, coalesce(v.rows_unchanged, 0) as unchanged,
            (select coalesce(json_agg(line || ' ' || code order by line), '[]'::json) from import.rejected_row r where r.file_id = f.file_id) as rejected
       from feed.file f left join import.verdict v using (file_id) where f.file_id = $1`,
    [fileId],
  )
  if (row === undefined) throw new Error(`there is no file ${fileId}`)
  return row
}
