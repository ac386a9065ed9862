import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import type { LevelSeen, ShopPort } from '../channel/port.ts'
import { TrueupError } from '../kernel/error.ts'
import { hardSync, proofText, release } from './proof-step.ts'
import { requestSync } from './request-store.ts'
import { type ReconcileDeps, step } from './step.ts'

/* Hard Sync, sweep and Sync now against a shop that is a list. */

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0)
const LEVELS = 1_200
const LOOK = { from: NOW, until: NOW }

let home: TestDatabase
let now: number
let shop: Map<number, { units: number; isActive: boolean }>
let reads: number

beforeEach(async () => {
  home = await openTestDatabase()
  now = NOW
  reads = 0
  shop = new Map(Array.from({ length: LEVELS }, (_, at) => [at + 1, { units: 5, isActive: true }]))
  const { db } = home
  const at = new Date(NOW - 60_000)
  await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('s', 'S', 'http://127.0.0.1:9', 'read_and_write')`)
  await db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'L', 'Main', true, $1)`, [at])
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [LEVELS, at])
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'S-' || n, n from generate_series(1, $1) n`,
    [LEVELS],
  )
  await db.query(`insert into catalog.item_link select 1, n, 'I' || n from generate_series(1, $1) n`, [LEVELS])
  await db.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
     select 1, 1, n, 5, 1, n, $2 from generate_series(1, $1) n`,
    [LEVELS, at],
  )
  await db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
     select 1, 1, n, 1, 5, 'I' || n, 'confirmed', $2, $2, $2 from generate_series(1, $1) n`,
    [LEVELS, at],
  )
})
afterEach(() => home.drop())

const seen = (n: number): LevelSeen[] => {
  const level = shop.get(n)
  if (level === undefined) return []
  return [
    {
      inventoryItemGid: `I${n}`,
      locationGid: 'L',
      availableUnits: level.units,
      committedUnits: 0,
      reservedUnits: 0,
      onHandUnits: level.units,
      isActive: level.isActive,
    },
  ]
}
const port = {
  async readLevels(_location: string, items: readonly string[]) {
    reads += items.length
    return { look: { from: now, until: now }, levels: items.flatMap(item => seen(Number(item.slice(1)))) }
  },
  async *readEveryLevel() {
    const numbers = [...shop.keys()]
    for (let from = 0; from < numbers.length; from += 500) yield { look: LOOK, levels: numbers.slice(from, from + 500).flatMap(seen) }
  },
} as unknown as ShopPort
const deps = (): ReconcileDeps => ({ db: home.db, clock: { now: () => now }, port, shopId: 1 })
const reopened = async () =>
  (await home.db.query<{ n: number }>(`select count(*) as n from outbox.intent where state = 'pending'`))[0]?.n ?? 0
const lastRun = async () =>
  (
    await home.db.query<Record<string, unknown> & { runId: number; digest: string | null }>(
      `select run_id as "runId", kind, levels_compared as compared, levels_equal as equal, levels_different as different,
              levels_not_stocked as missing, levels_foreign as foreign, units_over as over, units_under as under, corrections, code, digest,
              rows_kept as rows, oldest_different_at as oldest
         from reconcile.run order by run_id desc limit 1`,
    )
  )[0]

describe('hard sync', () => {
  test('everything is equal: that is proved, and nothing is written', async () => {
    await hardSync(deps())
    expect(await lastRun()).toMatchObject({
      kind: 'hard_sync',
      compared: LEVELS,
      equal: LEVELS,
      different: 0,
      rows: 0,
      code: null,
      oldest: null,
    })
    expect(await reopened()).toBe(0)
  })

  test('two at once do not take what they read for each other’s: the second waits for another time', async () => {
    let second: unknown = null
    const readEveryLevel = async function* () {
      yield* port.readEveryLevel()
      second = await hardSync(deps())
    }
    expect(await hardSync({ ...deps(), port: { ...port, readEveryLevel } })).toMatchObject({ notes: { corrected: 0 } })
    expect(await lastRun()).toMatchObject({ compared: LEVELS, equal: LEVELS, missing: 0, code: null })
    expect(await home.db.query('select 1 from reconcile.run where levels_not_stocked > 0')).toEqual([])
    expect(second).toMatchObject({ read: 0, notes: { waiting: 'this shop is just being compared' } })
  })

  test('what differs goes back into the outbox, with its cause, and nothing else does', async () => {
    for (const n of [3, 700]) shop.set(n, { units: 9, isActive: true })
    shop.set(8, { units: 1, isActive: false })
    shop.delete(9)
    shop.set(999_999, { units: 4, isActive: true })
    await hardSync(deps())
    expect(await lastRun()).toMatchObject({
      ...{ compared: LEVELS, equal: LEVELS - 4, different: 3, missing: 1, foreign: 1, over: 8, under: 9, corrections: 4, rows: 4 },
      code: null,
    })
    const causes = await home.db.query<{ sku: string; cause: string }>('select sku, cause from reconcile.difference order by product_id')
    expect(causes).toEqual([
      { sku: 'S-3', cause: 'another_writer' },
      { sku: 'S-8', cause: 'inactive' },
      { sku: 'S-9', cause: 'not_stocked' },
      { sku: 'S-700', cause: 'another_writer' },
    ])
    expect(await reopened()).toBe(4)
  })

  test('a difference keeps the time since which it is there, from proof to proof', async () => {
    await home.db.query('insert into reconcile.brake values (1, 0, 0)')
    shop.set(3, { units: 9, isActive: true })
    await hardSync(deps())
    now += 3_600_000
    await hardSync(deps())
    expect(await lastRun()).toMatchObject({ oldest: NOW, code: 'RECONCILE_BRAKE' })
  })

  test('the digest is that of the file that anybody can download', async () => {
    shop.set(3, { units: 9, isActive: true })
    await hardSync(deps())
    const run = await lastRun()
    const pieces: string[] = []
    for await (const text of proofText(home.db, run?.runId ?? 0)) pieces.push(text)
    expect(createHash('sha256').update(pieces.join('')).digest('hex')).toBe(run?.digest)
    expect(pieces.join('')).toContain('Main,L,S-3,I3,different,another_writer,,5,9,2026-11-24T10:00:00.000Z')
    expect(pieces.join('')).toContain('# levels_compared: 1200\n')
  })

  test('more than the brake lets pass is held, until a person releases it once', async () => {
    for (let n = 1; n <= 1_001; n++) shop.set(n, { units: 6, isActive: true })
    await hardSync(deps())
    const run = await lastRun()
    expect(run).toMatchObject({ different: 1_001, code: 'RECONCILE_BRAKE', corrections: 0 })
    expect(await reopened()).toBe(0)
    const lift = () => home.db.transaction(tx => release(tx, { runId: run?.runId ?? 0, by: 'ada', now }))
    expect(await lift()).toBe(1_001)
    expect(await reopened()).toBe(1_001)
    expect(await lift()).toBeNull()
    expect(await lastRun()).toMatchObject({ corrections: 1_001 })
  })

  test('a run that broke off is said to have, and leaves nothing lying about', async () => {
    const broken = {
      ...port,
      async *readEveryLevel() {
        yield { look: LOOK, levels: seen(1) }
        throw new Error('cut')
      },
    } as unknown as ShopPort
    await expect(hardSync({ ...deps(), port: broken })).rejects.toThrow('cut')
    await hardSync(deps())
    const codes = await home.db.query<{ code: string | null }>('select code from reconcile.run order by run_id')
    expect(codes.map(row => row.code)).toEqual(['RECONCILE_BROKE_OFF', null])
    expect(await home.db.query('select 1 from reconcile.seen')).toEqual([])
  })

  test('proofs are kept for a season, small comparisons for a week', async () => {
    const kinds = ['hard_sync', 'sync_now', 'sweep', 'recent']
    for (const days of [100, 30, 3])
      await home.db.query(
        `insert into reconcile.run (shop_id, kind, started_at, finished_at) select 1, kind, $1, $1 from unnest($2::text[]) as k (kind)`,
        [new Date(NOW - days * 86_400_000), kinds],
      )
    await hardSync(deps())
    const left = await home.db.query<{ kind: string; n: number }>(
      'select kind, count(*) as n from reconcile.run group by kind order by kind',
    )
    expect(left.map(row => [row.kind, row.n])).toEqual([
      ['hard_sync', 3],
      ['recent', 1],
      ['sweep', 1],
      ['sync_now', 2],
    ])
  })

  test('a second proof of an equal shop changes no row of the first', async () => {
    await hardSync(deps())
    now += 60_000
    await hardSync(deps())
    const runs = await home.db.query<{ run: number }>('select distinct run_id as run from reconcile.observation')
    expect(runs).toHaveLength(1)
    expect(await lastRun()).toMatchObject({ equal: LEVELS })
  })
})

describe('between hard syncs', () => {
  const settle = async () => {
    for (let steps = 0; (await step(deps())).more; steps++) if (steps > 20) throw new Error('it never rests')
  }

  test('a few levels are swept every minute, all of them in turn, and what differs is told again', async () => {
    await settle()
    await step(deps())
    reads = 0
    await step(deps())
    expect(reads).toBe(0)
    shop.set(260, { units: 9, isActive: true })
    for (let minute = 0; minute < 5; minute++) {
      now += 60_000
      await step(deps())
    }
    expect(reads).toBe(LEVELS)
    expect(await reopened()).toBe(1)
    const swept = await home.db.query<{ n: number; different: number }>(
      `select count(*) as n, sum(levels_different) as different from reconcile.run where kind = 'sweep'`,
    )
    expect(swept).toEqual([{ n: 5, different: 1 }])
  })

  test('a shop that does not let us in is no trouble of this room, and is swept where it was left', async () => {
    await settle()
    await step(deps())
    now += 60_000
    const shut = {
      ...port,
      async readLevels() {
        throw new TrueupError('CHANNEL_READ_ONLY', 'no access', { retry: 'after-operator', hint: '' })
      },
    } as unknown as ShopPort
    expect(await step({ ...deps(), port: shut })).toMatchObject({ read: 0, notes: { resting: 'CHANNEL_READ_ONLY' } })
    now += 60_000
    await step(deps())
    const runs = await home.db.query<{ code: string | null; compared: number }>(
      `select code, levels_compared as compared from reconcile.run where kind = 'sweep' order by run_id`,
    )
    expect(runs).toEqual([
      { code: 'RECONCILE_BROKE_OFF', compared: 0 },
      { code: null, compared: 250 },
    ])
  })

  test('Sync now at a shop that does not answer is over each time, and asked for still', async () => {
    await settle()
    await home.db.transaction(tx => requestSync(tx, { shopId: 1, locationId: null, productId: 3, by: 'ada', now }))
    const down = { ...port, readLevels: () => Promise.reject(new Error('nobody answers')) } as unknown as ShopPort
    for (let tries = 0; tries < 2; tries++) await expect(step({ ...deps(), port: down })).rejects.toThrow('nobody answers')
    await step(deps())
    const runs = await home.db.query(
      `select code, finished_at is not null as "isOver" from reconcile.run where kind = 'sync_now' order by run_id`,
    )
    expect(runs).toEqual([
      { code: 'RECONCILE_BROKE_OFF', isOver: true },
      { code: 'RECONCILE_BROKE_OFF', isOver: true },
      { code: null, isOver: true },
    ])
  })

  test('Sync now reads what a person asked for, and only that', async () => {
    await settle()
    shop.set(3, { units: 9, isActive: true })
    shop.set(4, { units: 9, isActive: true })
    reads = 0
    await home.db.transaction(tx => requestSync(tx, { shopId: 1, locationId: null, productId: 3, by: 'ada', now }))
    await step(deps())
    expect([reads, await reopened()]).toEqual([1, 1])
    expect(await lastRun()).toMatchObject({ kind: 'sync_now', compared: 1, different: 1 })
    const [run] = await home.db.query('select asked_by as by, scope from reconcile.run order by run_id desc limit 1')
    expect(run).toEqual({ by: 'ada', scope: 'S-3' })
    await step(deps())
    expect(reads).toBe(1)
  })
})
