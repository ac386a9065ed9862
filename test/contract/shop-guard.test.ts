import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSecretBox, type SecretBox } from '../../src/app/secret-box.ts'
import { openShops, type Shops } from '../../src/app/shops.ts'
import { purgeExchanges } from '../../src/channel/exchange-store.ts'
import { healthOf } from '../../src/channel/health-store.ts'
import { TrueupError } from '../../src/kernel/error.ts'
import { openTestDatabase, type TestDatabase } from '../database.ts'
import { openSimulatedShop, type SimulatedShop, SMALL_SHOP } from './simulated-shop.ts'

/* The one gate between every room and every shop, as the house is wired: two shops, one database, the simulator behind. */

let home: TestDatabase
let dataDir: string
let box: SecretBox
let left: SimulatedShop
let right: SimulatedShop
let shops: Shops
let now: number

beforeEach(async () => {
  home = await openTestDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-guard-'))
  box = await openSecretBox(dataDir, null)
  left = await openSimulatedShop(SMALL_SHOP)
  right = await openSimulatedShop(SMALL_SHOP)
  now = Date.now()
  for (const [code, shop] of [
    ['left', left],
    ['right', right],
  ] as const) {
    await home.db.query(
      `insert into catalog.shop (code, name, api_url, access_scope, token_sealed) values ($1, $1, $2, 'read_and_write', $3)`,
      [code, shop.url, box.seal('shpat_never_in_a_log')],
    )
  }
  shops = openShops({
    ...{ db: home.db, box, fetch, clock: { now: () => now }, publicUrl: null, jobLog: { daysKept: 3, rowsMax: 1_000 } },
    ids: { uuid: () => randomUUID(), secret: () => randomUUID() },
    sleep: ms => new Promise(done => setTimeout(done, Math.min(ms, 300))),
  })
})
afterEach(async () => {
  await shops.settled()
  await Promise.all([left.close(), right.close(), home.drop(), rm(dataDir, { recursive: true, force: true })])
})

const set = (code: string, column: string, value: unknown) =>
  home.db.query(`update catalog.shop set ${column} = $2 where code = $1`, [code, value])
const log = () =>
  home.db.query<{ shopId: number; operation: string; outcome: string; class: string | null; items: number[]; requestId: string }>(
    `select shop_id as "shopId", operation, outcome, class, items, request_id as "requestId" from channel.exchange order by exchange_id`,
  )
/** Each shop reads its locations; gives what went wrong, by shop. */
async function readBoth(): Promise<Record<string, string>> {
  const wrong: Record<string, string> = {}
  await shops.each('test', async (shop, port) => {
    try {
      await port.locations()
    } catch (error) {
      wrong[shop.code] = error instanceof TrueupError ? error.code : String(error)
    }
    return { read: 1, wrote: 0, more: false }
  })
  return wrong
}
const write = (shop: SimulatedShop) =>
  shops.each('test', async (row, port) => {
    if (row.apiUrl !== shop.url) return { read: 0, wrote: 0, more: false }
    const level = { inventoryItemGid: shop.item('A-1'), locationGid: shop.location('Main'), units: 3, fromUnits: 10, onHandUnits: 10 }
    const call = port.freeze('set_available', [level], { idempotencyKey: randomUUID(), reference: 'gid://trueup/Test/1' })
    const outcome = await port.send(call)
    return { read: 0, wrote: 1, more: false, notes: { outcome: 'code' in outcome ? outcome.code : outcome.kind } }
  })

test('a switch that was turned a moment ago counts for the next request, and nothing of it reaches the shop', async () => {
  await set('left', 'access_scope', 'read_only')
  expect((await write(left)).notes).toEqual({ outcome: 'CHANNEL_READ_ONLY' })
  expect(await left.available('A-1', 'Main')).toBe(10)
  expect(await left.journal()).toEqual([])
  expect(await readBoth()).toEqual({})
  await set('left', 'access_scope', 'read_and_write')
  expect((await write(left)).notes).toEqual({ outcome: 'confirmed' })
  expect(await left.available('A-1', 'Main')).toBe(3)
})

test('no access: the shop is not even asked', async () => {
  await set('left', 'access_scope', 'no_access')
  expect(await readBoth()).toEqual({ left: 'CHANNEL_READ_ONLY' })
  expect(await left.journal()).toEqual([])
})

test('a shop that does not answer opens its own circuit: it is left alone until it is time, and the other notices nothing', async () => {
  await left.dial({ failNext: [{ kind: 'status', status: 503, times: 3 }] })
  for (let n = 0; n < 3; n++) {
    expect(await readBoth()).toEqual({ left: 'CHANNEL_UNREACHABLE' })
    now += 600
  }
  const asked = (await left.journal()).length
  expect(await readBoth()).toEqual({ left: 'CHANNEL_UNREACHABLE' })
  expect((await left.journal()).length).toBe(asked)
  expect((await right.journal()).length).toBe(4)
  expect(await healthOf(home.db, 1)).toMatchObject({ state: 'unreachable', failures: 3 })
  expect((await healthOf(home.db, 2))?.state).toBe('reachable')
  now += 60_000
  expect(await readBoth()).toEqual({})
  expect(await healthOf(home.db, 1)).toMatchObject({ state: 'reachable', failures: 0, mendedAt: now })
})

test('a shop that takes long does not keep the other waiting, and its work is not begun twice', async () => {
  await left.dial({ latencyMs: 2_000 })
  const before = Date.now()
  await readBoth()
  await readBoth()
  expect(Date.now() - before).toBeLessThan(1_900)
  await shops.settled()
  expect((await left.journal()).filter(entry => entry.operation === 'Locations')).toHaveLength(1)
})

test('each request is in the job log with what it named and what was answered, and no token', async () => {
  await readBoth()
  await write(right)
  await left.dial({ scopes: ['read_products'] })
  await readBoth()
  const [, , third, fourth] = await log()
  expect((await log()).map(entry => entry.operation)).toEqual(['Locations', 'Locations', 'SetQuantities', 'Locations', 'Locations'])
  expect(third).toMatchObject({ shopId: 2, outcome: 'answered', class: null, items: ['1001'] })
  expect(fourth?.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect((await log()).filter(entry => entry.class === 'scope')).toMatchObject([{ shopId: 1, outcome: 'refused' }])
  const everything = JSON.stringify(await home.db.query('select * from channel.exchange'))
  expect(everything).not.toContain('shpat_')
  // Somebody was denied one field; that is no reason to stop what needs another.
  expect(await healthOf(home.db, 1)).toMatchObject({ state: 'reachable', scopesAt: null })
})

test('the job log is kept for so many days, and never grows beyond so many requests of a shop', async () => {
  for (let n = 0; n < 6; n++) await readBoth()
  const kept = async () => (await log()).map(entry => entry.shopId).sort()
  expect(await purgeExchanges(home.db, 1, now, { daysKept: 90, rowsMax: 2 })).toBe(4)
  expect(await kept()).toEqual([1, 1, 2, 2, 2, 2, 2, 2])
  expect(await purgeExchanges(home.db, 2, now + 91 * 86_400_000)).toBe(6)
  expect(await kept()).toEqual([1, 1])
})

test('what is set for the job log is what is kept when a shop is looked after', async () => {
  await readBoth()
  now += 2 * 86_400_000
  const check = () => shops.each('test', shop => shops.check(shop), { only: 'left' })
  const first = async () => (await log()).filter(entry => entry.shopId === 1 && entry.operation === 'Locations').length
  await check()
  expect(await first()).toBe(1)
  now += 2 * 86_400_000
  await check()
  expect(await first()).toBe(0)
  expect((await log()).filter(entry => entry.shopId === 2)).toHaveLength(1)
})

test('a bulk operation stands in the job log with its start, each look at it and its file', async () => {
  await shops.each(
    'test',
    async (shop, port) => {
      for await (const chunk of port.readEveryLevel()) expect(chunk.levels.length, shop.code).toBeGreaterThan(0)
      return { read: 0, wrote: 0, more: false }
    },
    { only: 'left' },
  )
  const lines = await home.db.query<{ operation: string; gid: string | null; status: number }>(
    'select operation, bulk_operation_gid as gid, http_status as status from channel.exchange order by exchange_id',
  )
  expect(lines.map(line => line.operation)).toEqual(['RunBulkQuery', ...lines.slice(1, -1).map(() => 'PollBulk'), 'Download result'])
  expect(new Set(lines.slice(0, -1).map(line => line.gid)).size).toBe(1)
  expect(lines.at(-1)).toMatchObject({ status: 200 })
})
