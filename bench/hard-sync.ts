import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openShop } from '../src/adapters/shopify/shop.ts'
import { typedIn } from '../src/adapters/shopify/tokens.ts'
import { step as channelStep } from '../src/channel/step.ts'
import { hardSync, release } from '../src/reconcile/proof-step.ts'
import { startServerless } from './house.ts'
import { furnish } from './shop-of-levels.ts'

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
    await furnish(house.db, { url, items, promisedUnits: 5, intent: 'confirmed' })
    const port = openShop({
      ...{ apiUrl: url, apiVersion: '2026-10', token: typedIn('bench'), fetch },
      ...{ clock: world.clock, sleep: world.sleep, guard: { permit: async () => ({ kind: 'may' }), heard: async () => undefined } },
    })
    const readMs = await timed(async () => {
      let read = 0
      for await (const chunk of port.readEveryLevel()) read += chunk.levels.length
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
