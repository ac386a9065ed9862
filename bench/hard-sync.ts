import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openShop } from '../src/adapters/shopify/shop.ts'
import { typedIn } from '../src/adapters/shopify/tokens.ts'
import { step as channelStep } from '../src/channel/step.ts'
import type { Db } from '../src/db/connection.ts'
import { hardSync, release } from '../src/reconcile/proof-step.ts'
import { startServerless } from './house.ts'

const LOCATIONS = 4
const DRIFT_UNITS = 3

/**
 * A million levels of which one in a hundred drifted: how long the comparison takes beside reading alone, how much memory,
 * and whether the repair writes more than what differed. `npm run bench -- hard-sync [LEVELS]`.
 */
export async function hardSyncBench(words: readonly string[]): Promise<void> {
  const levels = Number(words[0] ?? 1_000_000)
  const items = levels / LOCATIONS
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  const shopProcess = spawn(process.execPath, [path.join(import.meta.dirname, 'shop-child.ts'), String(items), String(LOCATIONS), 'plus'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { house, world } = await startServerless(dataDir)
  try {
    const [said] = (await once(shopProcess.stdout, 'data')) as [Buffer]
    const url = String(said).trim()
    await furnish(house.db, { url, items })
    const port = openShop({
      ...{ apiUrl: url, apiVersion: '2026-10', token: typedIn('bench'), fetch },
      ...{ clock: world.clock, sleep: world.sleep, guard: { permit: async () => ({ kind: 'may' }), heard: async () => undefined } },
    })
    const readMs = await timed(async () => {
      let read = 0
      for await (const chunk of port.readEveryLevel()) read += chunk.length
      say(`read alone: ${read} levels`)
    })
    await drift(url, levels)
    let peakMb = 0
    const watching = setInterval(() => {
      peakMb = Math.max(peakMb, process.memoryUsage().rss / 1_048_576)
    }, 50)
    const deps = { db: house.db, clock: world.clock, ids: world.ids, port, shopId: 1 }
    const syncMs = await timed(() => hardSync(deps))
    clearInterval(watching)
    const [run] = await house.db.query<{ runId: number; compared: number; equal: number; different: number; code: string | null }>(
      `select run_id as "runId", levels_compared as compared, levels_equal as equal, levels_different as different, code
         from reconcile.run order by run_id desc limit 1`,
    )
    say(`hard sync: ${JSON.stringify(run)}`)
    const repairMs = await timed(async () => {
      await house.db.transaction(tx => release(tx, { runId: run?.runId ?? 0, by: 'bench', now: world.clock.now() }))
      for (let steps = 0; (await channelStep(deps)).more; steps++) if (steps > 1_000) throw new Error('the repair does not end')
    })
    const [wrote] = await house.db.query<{ rows: number; calls: number }>(
      `select count(*) as rows, count(distinct call_id) as calls from channel.call_row join channel.call using (call_id)`,
    )
    const secondMs = await timed(() => hardSync(deps))
    const [second] = await house.db.query<{ different: number }>(
      'select levels_different as different from reconcile.run order by run_id desc limit 1',
    )
    const figures = {
      levels,
      readMs,
      syncMs,
      peakMb: Math.round(peakMb),
      repairMs,
      secondMs,
      ...run,
      rowsWritten: wrote?.rows,
      calls: wrote?.calls,
    }
    say(JSON.stringify({ ...figures, differentAfter: second?.different }))
    if ((wrote?.rows ?? 0) > (run?.different ?? 0)) throw new Error('more was written than differed')
    if (second?.different !== 0) throw new Error('something still differs')
  } finally {
    shopProcess.kill('SIGTERM')
    await house.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function furnish(db: Db, { url, items }: { url: string; items: number }): Promise<void> {
  const at = new Date(Date.now() - 3_600_000)
  await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('million', 'Million', $1, 'read_and_write')`, [url])
  // Its orders are not what is measured here.
  await db.query('insert into channel.setting (shop_id, is_merged) values (1, false)')
  await db.query(`insert into catalog.facility (code, name, created_at) select 'F' || n, 'F' || n, $1 from generate_series(1, 4) n`, [at])
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at)
     select 1, 'gid://shopify/Location/' || n, 'L' || n, true, $1 from generate_series(1, 4) n`,
    [at],
  )
  await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id) select 1, n, n from generate_series(1, 4) n')
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [items, at])
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'S-' || n, n from generate_series(1, $1) n`,
    [items],
  )
  await db.query(`insert into catalog.item_link select 1, n, 'gid://shopify/InventoryItem/' || n from generate_series(1, $1) n`, [items])
  await db.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
     select 1, l, n, 5, 1, n * 4 + l, $2 from generate_series(1, $1) n, generate_series(1, 4) l`,
    [items, at],
  )
  await db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
     select 1, l, n, 1, 5, 'gid://shopify/InventoryItem/' || n, 'confirmed', $2, $2, $2 from generate_series(1, $1) n, generate_series(1, 4) l`,
    [items, at],
  )
  for (const table of ['availability.target', 'outbox.intent', 'catalog.item_link', 'catalog.product_identifier'])
    await db.query(`analyze ${table}`)
}

/** One level in a hundred, up and down, as somebody with a spreadsheet would do it. */
async function drift(url: string, levels: number): Promise<void> {
  const edits = Array.from({ length: levels / 100 }, (_, at) => ({
    inventoryItemId: `gid://shopify/InventoryItem/${at * 25 + 1}`,
    locationId: `gid://shopify/Location/${(at % LOCATIONS) + 1}`,
    available: 5 + (at % 2 === 0 ? DRIFT_UNITS : -DRIFT_UNITS),
  }))
  for (let from = 0; from < edits.length; from += 2_000) {
    const response = await fetch(`${url}/_simulator/levels`, { method: 'PUT', body: JSON.stringify(edits.slice(from, from + 2_000)) })
    if (!response.ok) throw new Error(await response.text())
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return Math.round(performance.now() - startedAt)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
