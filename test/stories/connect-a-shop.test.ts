import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShopFile } from '../../simulator/shopify/shop-file.ts'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import { readConfig } from '../../src/app/config.ts'
import { type Server, startServer } from '../../src/app/server.ts'
import { realClock, realIds, realSleep } from '../../src/app/world.ts'
import { runProgram } from '../../src/cli/program.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { inSoak } from '../rounds.ts'
import { silentLog } from './street.ts'

/* An empty house is set up by its own commands through its own gate, as a person would, until the shop shows the ERP's count. */

const TOKEN = 'shpat_of_the_corner'
const FACILITIES = `facilityId,externalFacilityId,name,facilityType
S1,10,High Street,RETAIL_STORE
W1,20,Warehouse,
`
const PRODUCTS = `sku,name,upca,erpProductId
MUG-RED,Mug red,4006381333931,417
MUG-BLUE,Mug blue,4006381333948,418
TEAPOT,Teapot,,419
`
const STOCK = `externalFacilityId,idType,idValue,availableQty
10,SKU,MUG-RED,31
20,UPCA,4006381333931,77
10,SKU,MUG-BLUE,8
20,ERP_PRODUCT_ID,419,64
`

const WAIT_MS_MAX = 60_000
const LOOK_MS = 100

let dataDir: string
let database: TestDatabase
let simulator: { url: string; close(): Promise<void> }
let server: Server

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-connect-'))
  database = await openTestDatabase()
  const file = path.resolve(import.meta.dirname, '../../simulator/shopify/shops/corner.json')
  simulator = await startShopifySimulator({ shop: JSON.parse(await readFile(file, 'utf8')) as ShopFile, accessTokens: [TOKEN] })
  const env = { DATABASE_URL: database.url, TRUEUP_DATA_DIR: dataDir, TRUEUP_HTTP_PORT: '0', TRUEUP_SFTP_PORT: '0' }
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log: silentLog }
  server = await startServer(readConfig({}, env), world)
}, 60_000)

afterAll(async () => {
  await server?.stop()
  await simulator?.close()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

/** One command line, as a shell would run it. */
async function trueup(...line: string[]): Promise<{ status: number; said: string }> {
  const said: string[] = []
  const terminal = { write: (text: string) => void said.push(text), isTTY: false }
  const nothing = async () => 2
  const status = await runProgram(line, {
    ...{
      version: '0',
      out: terminal,
      err: terminal,
      fetch,
      now: realClock.now,
      sleep: wait,
      shopToken: async () => `${TOKEN}\n`,
      sourceSecret: async () => '',
      secretReferred: async () => null,
    },
    ...{ dataDirs: async () => [dataDir], start: nothing, demo: nothing, simulateShopify: nothing, restore: nothing, inspect: nothing },
  })
  return { status, said: said.join('') }
}

async function bring(feed: string, text: string): Promise<number> {
  const cli = (await readFile(path.join(dataDir, 'cli-token'), 'utf8')).trim()
  const response = await fetch(`${server.http?.url}/api/v1/feeds/${feed}/files?name=${feed}.csv`, {
    ...{ method: 'POST', headers: { authorization: `Bearer ${cli}`, 'content-type': 'application/octet-stream' } },
    ...({ body: Readable.toWeb(Readable.from([Buffer.from(text)])), duplex: 'half' } as RequestInit),
  })
  return response.status
}

/** The levels that the shop shows, by SKU and location. */
async function shown(): Promise<Record<string, number>> {
  type State = { locations: { id: string; name: string }[]; levels: { sku: string | null; locationId: string; available: number }[] }
  const state = (await (await fetch(`${simulator.url}/_simulator/state`)).json()) as State
  const names = new Map(state.locations.map(location => [location.id, location.name]))
  return Object.fromEntries(state.levels.map(level => [`${level.sku} at ${names.get(level.locationId)}`, level.available]))
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = realClock.now() + WAIT_MS_MAX
  while (!(await isSo())) {
    if (realClock.now() > end) throw new Error(`it never came: ${what}`)
    await wait(LOOK_MS)
  }
}

test('from an empty house to a shop that shows the count of the ERP', { timeout: 180_000 }, async () => {
  expect((await trueup('shop', 'list')).said).toMatch(/^No shop is connected/)

  const added = await trueup('shop', 'add', '--code', 'corner', '--url', simulator.url, '--access', 'read-and-write')
  expect(added).toEqual({
    status: 0,
    said: expect.stringMatching(/^corner is connected \(read and write\)\.[\s\S]*Nothing is written there yet/),
  })
  // The simulated shop finds every order at once, and its levels need not wait a minute for their proof.
  expect((await trueup('shop', 'publish', 'corner', '--search-lag', '0')).said).toContain('lag 0 s')
  await until('the shop is read', async () => (await trueup('shop', 'locations', 'corner')).said.includes('High Street'))

  expect([await bring('facilities', FACILITIES), await bring('products', PRODUCTS)]).toEqual([201, 201])
  await until('both facilities are proposed', async () => /S1\n[\s\S]*W1\n/.test((await trueup('shop', 'locations', 'corner')).said))
  expect(await trueup('shop', 'map', 'corner', '--proposed')).toEqual({ status: 0, said: 'High Street is S1.\nWarehouse is W1.\n' })
  expect((await trueup('shop', 'locations', 'corner')).status).toBe(0)

  expect(await bring('inventory-reset', STOCK)).toBe(201)
  // What going live would change is seen first, by whatever way a shop came to be written to; until then nothing is.
  await until('everything is promised', async () => {
    const [promised] = await database.db.query<{ n: number }>(`select count(*) as n from outbox.intent where units > 0`)
    return promised?.n === 4
  })
  const before = await shown()
  const seen = await trueup('shop', 'live', 'corner')
  expect(seen).toEqual({ status: 1, said: expect.stringMatching(/levels of corner differ[\s\S]*MUG-RED +Warehouse +[\d,]+ +77/) })
  const list = /--yes-as-seen (\d+)/.exec(seen.said)?.[1] ?? ''
  expect((await trueup('shop', 'live', 'corner', '--yes-as-seen', String(Number(list) + 1))).said).toContain('CHANNEL_NOT_COMPARED')
  expect(await shown()).toEqual(before)
  expect(await trueup('shop', 'live', 'corner', '--yes-as-seen', list)).toEqual({
    status: 0,
    said: expect.stringMatching(/^corner is live/),
  })

  // Of the eight blue mugs one is committed to a customer of the shop, so seven are for sale.
  const expected = { 'MUG-RED at High Street': 31, 'MUG-RED at Warehouse': 77, 'MUG-BLUE at High Street': 7, 'TEAPOT at Warehouse': 64 }
  await until('the shop shows the count', async () => {
    const levels = await shown()
    return Object.entries(expected).every(([level, units]) => levels[level] === units)
  })
  await until('it was read back and is in sync', async () => (await trueup('status')).status === 0)
  // What the ERP never named stays as the shop has it.
  expect(await shown()).toMatchObject({ ...expected, 'napkin-20  at High Street': 9 })
})

test('a variant that is new in the shop shows its stock there within a minute', { timeout: 120_000 }, async () => {
  expect(await bring('products', 'sku,name,upca,erpProductId\nBOWL,Bowl,,420\n')).toBe(201)
  expect(await bring('inventory-reset', 'externalFacilityId,idType,idValue,availableQty\n10,SKU,BOWL,12\n')).toBe(201)
  await until('it is promised', async () => {
    const rows = await database.db.query(`select 1 from inventory.position where on_hand_units = 12`)
    return rows.length === 1
  })
  const product = { title: 'Bowl', variants: [{ sku: 'BOWL', levels: [{ location: 'High Street', available: 0 }] }] }
  const made = await fetch(`${simulator.url}/_simulator/products`, { method: 'POST', body: JSON.stringify(product) })
  expect(made.ok, await made.text()).toBe(true)
  const since = realClock.now()
  // Without webhooks the shop is asked every 45 seconds: at full count it is waited for, and each day somebody presses the button.
  if (inSoak({ full: false, sample: true })) expect(await trueup('job', 'run', 'follow-catalogue-of-shopify')).toMatchObject({ status: 0 })
  await until('the shop shows its stock', async () => (await shown())['BOWL at High Street'] === 12)
  expect(realClock.now() - since).toBeLessThan(60_000)
  process.stdout.write(`a new variant shows its stock after ${((realClock.now() - since) / 1_000).toFixed(1)} s\n`)
})

test('the token lies in no table and no answer in the clear', async () => {
  expect((await trueup('shop', 'list', '--json')).said).not.toContain(TOKEN)
  const [kept] = await database.db.query<{ token: string }>('select token_sealed as token from catalog.shop')
  expect(kept?.token).not.toContain(TOKEN)
  expect(server.house.box.open(kept?.token ?? '')).toBe(TOKEN)
})
