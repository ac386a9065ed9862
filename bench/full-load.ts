import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openShop } from '../src/adapters/shopify/shop.ts'
import { typedIn } from '../src/adapters/shopify/tokens.ts'
import { step as channelStep } from '../src/channel/step.ts'
import { startServerless } from './house.ts'
import { furnish } from './shop-of-levels.ts'

const LOCATIONS = 4

/**
 * A full load by direct calls and as an upload, on the plan with the fewest points: how long each takes from due to confirmed,
 * the levels having been seen. `npm run bench -- full-load [LEVELS] [PLAN]`.
 */
export async function fullLoadBench(words: readonly string[]): Promise<void> {
  const levels = Number(words[0] ?? 50_000)
  const plan = words[1] ?? 'basic'
  for (const way of ['direct', 'upload'] as const) await load(levels, plan, way)
}

async function load(levels: number, plan: string, way: 'direct' | 'upload'): Promise<void> {
  const items = levels / LOCATIONS
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  const shop = spawn(process.execPath, [path.join(import.meta.dirname, 'shop-child.ts'), String(items), String(LOCATIONS), plan], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { house, world } = await startServerless(dataDir)
  try {
    const [said] = (await once(shop.stdout, 'data')) as [Buffer]
    const url = String(said).trim()
    await furnish(house.db, { url, items, promisedUnits: 7, intent: 'pending' })
    await house.db.query(
      `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, on_hand_units, is_active, read_at)
       select 1, l, n, 'gid://shopify/InventoryItem/' || n, 5, 0, 0, 5, true, $2 from generate_series(1, $1) n, generate_series(1, 4) l`,
      [items, new Date()],
    )
    await house.db.query('analyze channel.level')
    const port = openShop({
      ...{ apiUrl: url, apiVersion: '2026-10', token: typedIn('bench'), fetch },
      ...{ clock: world.clock, sleep: world.sleep, guard: { permit: async () => ({ kind: 'may' }), heard: async () => undefined } },
    })
    const upload = way === 'upload' ? { uploads: port, uploadFromLevels: 10_000 } : {}
    const deps = { db: house.db, clock: world.clock, ids: world.ids, port, shopId: 1, ...upload }
    const startedAt = performance.now()
    const left = async () =>
      (await house.db.query<{ n: number }>(`select count(*) as n from outbox.intent where state <> 'confirmed'`))[0]?.n ?? 0
    for (;;) {
      const { more } = await channelStep(deps)
      if (more) continue
      if ((await left()) === 0) break
      await world.sleep(200)
    }
    const seconds = (performance.now() - startedAt) / 1_000
    const journal = (await (await fetch(`${url}/_simulator/journal`)).json()) as { last: number }
    const throttled =
      (await house.db.query<{ n: number }>(`select count(*) as n from channel.answer where outcome = 'throttled'`))[0]?.n ?? 0
    const figures = { way, plan, levels, seconds: Number(seconds.toFixed(1)), levelsPerSecond: Math.round(levels / seconds) }
    process.stdout.write(`${JSON.stringify({ ...figures, requests: journal.last, throttled })}\n`)
  } finally {
    shop.kill('SIGTERM')
    await house.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}
