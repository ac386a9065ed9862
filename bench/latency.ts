import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer } from '../src/app/server.ts'
import { realClock, realIds, realSleep } from '../src/app/world.ts'
import { catalogChanged } from '../src/catalog/store.ts'
import type { Db } from '../src/db/connection.ts'
import { book } from '../src/inventory/document-step.ts'
import { setSearchLag } from '../src/orders/store.ts'

const LATENCY_MS = 100
const COUNTED_UNITS = 50
/** A level that is not confirmed by then is reported as such. */
const REST_MS = 30_000
const LATE_MS = 2_000

/**
 * From the commit of a changed position to the level that is confirmed in the shop, in the whole program with its gates and clockwork,
 * against a shop in a process of its own that answers in 100 ms. Each product changes once, up or down, at an even pace.
 * `npm run bench -- latency [CHANGES A SECOND] [SECONDS] [PLAN]`.
 */
export async function latencyBench(words: readonly string[]): Promise<void> {
  const [perSecond, seconds] = [Number(words[0] ?? 100), Number(words[1] ?? 30)]
  const plan = words[2] ?? 'basic'
  const items = perSecond * seconds
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  const program = path.join(import.meta.dirname, 'shop-child.ts')
  const shop = spawn(process.execPath, [program, String(items), '1', plan, String(LATENCY_MS)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const log = { debug() {}, info() {}, warn: (line: unknown) => process.stderr.write(`${JSON.stringify(line)}\n`) }
  const world = { clock: realClock, sleep: realSleep, ids: realIds, fetch, log }
  const config = {
    ...{ dataDir, databaseUrl: process.env.DATABASE_URL ?? null, host: '127.0.0.1', httpPort: 0, sftpPort: 0, secretKey: null },
    ...{ roles: ['gate', 'work'] as const, logLevel: 'silent' as const },
  }
  const server = await startServer(config, world)
  try {
    const [said] = (await once(shop.stdout, 'data')) as [Buffer]
    const { db } = server.house
    await furnish(db, String(said).trim(), items, server.house.box.seal('bench'))
    await changeAll(db, items)
    for (const room of ['orders', 'availability'] as const) server.clockwork.nudge(room)
    await untilAllConfirmed(db, items)
    const beganAt = new Date()
    const committedAt = await changeOneByOne(server, { items, perSecond })
    await untilAllConfirmed(db, items, REST_MS)
    report(await latencies(db, committedAt), {
      perSecond,
      items,
      plan,
      unconfirmed: await unconfirmed(db),
      asked: await asked(db, beganAt),
    })
  } finally {
    shop.kill('SIGTERM')
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function furnish(db: Db, url: string, items: number, tokenSealed: string): Promise<void> {
  const at = new Date()
  await db.query(
    `insert into catalog.shop (code, name, api_url, access_scope, token_sealed) values ('fast', 'Fast', $1, 'read_and_write', $2)`,
    [url, tokenSealed],
  )
  await setSearchLag(db, 1, 0)
  await db.query(`insert into catalog.facility (code, name, created_at) values ('F', 'F', $1)`, [at])
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'gid://shopify/Location/1', 'L1', true, $1)`,
    [at],
  )
  const [place] = await db.query<{ locationId: number; facilityId: number }>(
    `select location_id as "locationId", (select max(facility_id) from catalog.facility where code = 'F') as "facilityId" from catalog.location`,
  )
  await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id) values (1, $1, $2)', [
    place?.locationId,
    place?.facilityId,
  ])
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [items, at])
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'S-' || n, n from generate_series(1, $1) n`,
    [items],
  )
  await db.query(`insert into catalog.item_link select 1, n, 'gid://shopify/InventoryItem/' || n from generate_series(1, $1) n`, [items])
  await db.transaction(tx => catalogChanged(tx))
}

/** The first count of everything, so that every level has its base before anything is measured. */
async function changeAll(db: Db, items: number): Promise<void> {
  const now = Date.now()
  const facilityId = await facility(db)
  const lines = Array.from({ length: items }, (_, at) => ({
    ...{ facilityId, productId: at + 1, bin: null, effect: 'count' as const, units: COUNTED_UNITS, reason: 'CYCLE_COUNT' },
  }))
  await db.transaction(tx => book(tx, { kind: 'count', lines, who: 'bench', effectiveAt: now, now }))
}

async function facility(db: Db): Promise<number> {
  const rows = await db.query<{ id: number }>(`select facility_id as id from catalog.facility where code = 'F'`)
  return rows[0]?.id ?? 0
}

/** Gives when each change was committed, by product. */
async function changeOneByOne(
  { house: { db }, clockwork }: Awaited<ReturnType<typeof startServer>>,
  { items, perSecond }: { items: number; perSecond: number },
): Promise<Map<number, number>> {
  const facilityId = await facility(db)
  const committedAt = new Map<number, number>()
  const startedAt = performance.now()
  const writing: Promise<void>[] = []
  for (let at = 0; at < items; at++) {
    const early = startedAt + (at * 1_000) / perSecond - performance.now()
    if (early > 0) await realSleep(early)
    const productId = at + 1
    const units = at % 3 === 0 ? 2 : -2
    writing.push(
      (async () => {
        const now = Date.now()
        const line = {
          facilityId,
          productId,
          bin: null,
          effect: 'add' as const,
          units,
          reason: units > 0 ? 'VAR_SHIP_RECV' : 'VAR_DAMAGED',
        }
        await db.transaction(tx => book(tx, { kind: 'variance', lines: [line], who: 'bench', effectiveAt: now, now }))
        committedAt.set(productId, Date.now())
        clockwork.nudge('availability')
      })(),
    )
  }
  await Promise.all(writing)
  return committedAt
}

async function unconfirmed(db: Db): Promise<number> {
  const rows = await db.query<{ n: number }>(`select count(*) as n from outbox.intent where state <> 'confirmed'`)
  return rows[0]?.n ?? 0
}

async function untilAllConfirmed(db: Db, items: number, limitMs = 600_000): Promise<void> {
  const until = performance.now() + limitMs
  while (performance.now() < until) {
    const rows = await db.query<{ isDone: boolean }>(
      `select count(*) filter (where state = 'confirmed') = $1
          and not exists (select 1 from availability.target t join outbox.intent i using (shop_id, location_id, product_id) where t.revision <> i.revision) as "isDone"
         from outbox.intent`,
      [items],
    )
    if (rows[0]?.isDone) return
    await realSleep(500)
  }
}

/** How long each change took, in the order of their commits. */
async function latencies(db: Db, committedAt: ReadonlyMap<number, number>): Promise<number[]> {
  const rows = await db.query<{ productId: number; at: number }>(
    `select i.product_id as "productId", c.answered_at as at from outbox.intent i
       join channel.call_row r on r.location_id = i.location_id and r.product_id = i.product_id and r.revision = i.revision
       join channel.call c on c.call_id = r.call_id and c.outcome = 'confirmed'
      where i.state = 'confirmed'`,
  )
  const took = new Map(rows.map(row => [row.productId, row.at]))
  return [...committedAt].flatMap(([productId, at]) => (took.has(productId) ? [(took.get(productId) ?? 0) - at] : []))
}

/** What the shop was asked for meanwhile, dearest first: its points are what everything waits for. */
async function asked(db: Db, since: Date): Promise<{ operation: string; calls: number; points: number; items: number }[]> {
  return db.query(
    `select operation, count(*) as calls, sum(cost_points)::integer as points, sum(cardinality(items))::integer as items
       from channel.exchange where at >= $1 group by 1 order by 3 desc nulls last`,
    [since],
  )
}

/** `late`: how many of each tenth of the changes took longer than two seconds, since a stall looks the same as a lag in the percentiles. */
function report(took: readonly number[], more: Record<string, unknown>): void {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const tenth = Math.ceil(took.length / 10)
  const late = Array.from({ length: 10 }, (_, n) => took.slice(n * tenth, (n + 1) * tenth).filter(ms => ms > LATE_MS).length)
  const figures = { ...more, measured: took.length, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), mostMs: sorted.at(-1), late }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}
