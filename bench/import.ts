import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { receiveUpload } from '../src/adapters/files/http-upload.ts'
import * as catalog from '../src/catalog/store.ts'
import { createReception } from '../src/feed/step.ts'
import { addFeed, feedCalled } from '../src/feed/store.ts'
import { startServerless } from './house.ts'
import { type Limit, makeLimit } from './limit.ts'
import { type StockFile, skuName } from './stock-file.ts'

const FACILITIES = 50
const PRODUCTS_PER_IMPORT = 5_000

/** From file to committed positions: a first load, then a second file with 5 % changed rows, beside the limit in the same run. */
export async function importBench(words: readonly string[]): Promise<void> {
  const rows = Number(words[0] ?? 1_000_000)
  const skus = Math.round(rows / FACILITIES)
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  await chmod(directory, 0o711)
  const { house, world } = await startServerless(path.join(directory, 'data'))
  const peak = watchMemory()
  try {
    const { db } = house
    await db.transaction(async tx => {
      for (let from = 0; from < skus; from += PRODUCTS_PER_IMPORT) {
        const chunk = Array.from({ length: Math.min(PRODUCTS_PER_IMPORT, skus - from) }, (_, index) => skuName(from + index))
        await catalog.importProducts(
          tx,
          chunk.map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] })),
          world.clock.now(),
        )
      }
      const facilities = Array.from({ length: FACILITIES }, (_, n) => ({
        code: `FAC${n}`,
        externalId: `F${n}`,
        name: `Facility ${n}`,
        type: 'WAREHOUSE',
      }))
      await catalog.importFacilities(tx, facilities, world.clock.now())
    })
    await db.query('analyze catalog.product_identifier')
    await addFeed(db, {
      name: 'bench',
      home: 'bench',
      folder: 'bench',
      layout: 'RESET_INVENTORY',
      namePattern: '*',
      door: 'sftp',
      fileKind: 'snapshot',
      now: world.clock.now(),
    })
    await makeLimit(db)
    await mkdir(path.join(directory, 'files'))
    const feed = await feedCalled(db, 'bench')
    const reception = createReception({ db, clock: world.clock, ids: world.ids })

    print(
      `${rows} rows (${skus} SKUs × ${FACILITIES} facilities), embedded PostgreSQL, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`,
    )
    for (const load of [
      { title: 'first load', seed: 1, changedShare: 0 },
      { title: '5 % changed', seed: 2, changedShare: 0.05 },
    ]) {
      const file = path.join(directory, 'files', `${load.seed}.csv`)
      const { seed, changedShare } = load
      const limit = await fileAndLimit(house.databaseUrl, file, { skus, facilities: FACILITIES, seed, changedShare })
      const { size } = await stat(file)
      await db.query('checkpoint')
      await receiveUpload(
        { spoolDir: house.spoolDir, reception },
        { feedId: feed?.feedId ?? 0, name: `${load.seed}.csv`, chunks: createReadStream(file), declaredBytes: size },
      )
      peak.reset()
      const startedAt = performance.now()
      const steps: string[] = []
      for (const room of ['feed', 'import', 'large-files', 'inventory'] as const) {
        const roomAt = performance.now()
        while ((await house.steps[room]()).more) if (room === 'feed') break
        steps.push(`${room} ${seconds(performance.now() - roomAt)}`)
      }
      const tookMs = performance.now() - startedAt
      const [verdict] = await db.query<{ accepted: number; unchanged: number; rejected: number }>(
        'select rows_accepted as accepted, rows_unchanged as unchanged, rows_rejected as rejected from import.verdict order by seq desc limit 1',
      )
      const limitMs = limit.copyMs + limit.mergeMs
      print(
        `\n${load.title} (${(size / 1e6).toFixed(1)} MB): ${verdict?.accepted} booked, ${verdict?.unchanged} unchanged, ${verdict?.rejected} rejected`,
      )
      print(`  Trueup  ${seconds(tookMs)}  ${Math.round(rows / (tookMs / 1_000)).toLocaleString('en')} rows/s   (${steps.join(', ')})`)
      print(
        `  limit   ${seconds(limitMs)}  ${Math.round(rows / (limitMs / 1_000)).toLocaleString('en')} rows/s   (copy ${seconds(limit.copyMs)}, merge ${seconds(limit.mergeMs)}, ${limit.movements} movements)`,
      )
      print(`  ratio   ${(tookMs / limitMs).toFixed(2)}   peak memory of the Node process ${peak.megabytes()} MB`)
      if (verdict?.accepted !== limit.movements) throw new Error('the two did not book the same number of movements')
    }
  } finally {
    peak.stop()
    await house.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** Writes the file, and measures beside it what the database needs at the least. */
async function fileAndLimit(url: string, file: string, of: StockFile): Promise<Limit> {
  const program = path.join(import.meta.dirname, 'limit-child.ts')
  const child = spawn(process.execPath, [program, url, file, JSON.stringify(of)], { stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(await text(child.stdout))
}

function watchMemory() {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  return {
    reset: () => {
      most = process.memoryUsage.rss()
    },
    megabytes: () => Math.round(most / 1e6),
    stop: () => clearInterval(timer),
  }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`
const print = (line: string): void => void process.stdout.write(`${line}\n`)
