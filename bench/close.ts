import { cpus } from 'node:os'
import path from 'node:path'
import { FIRST_SFTP_USER } from '../src/app/sftp-users.ts'
import type { House, World } from '../src/app/wire.ts'
import * as catalog from '../src/catalog/store.ts'
import { addFeed } from '../src/feed/store.ts'
import { percentile, type Running, startRunning, untilApplied } from './running.ts'
import { skuName, writeStockFile } from './stock-file.ts'

export const FACILITIES = 50
const ROWS = 1_000
const FILES = 200
const WARM_UP_FILES = 20
const MS_MAX = 600_000
const PRODUCTS_PER_IMPORT = 5_000

/**
 * From the client's CLOSE to committed positions for files of a thousand rows, through the built-in server of the whole program: in a quiet
 * house, and while a large file of another feed comes in and is applied. `npm run bench -- close [FILES] [LARGE_ROWS]`.
 */
export async function closeBench(words: readonly string[]): Promise<void> {
  const files = Number(words[0] ?? FILES)
  const largeRows = Number(words[1] ?? 1_000_000)
  const skus = Math.round(largeRows / FACILITIES)
  const running = await startRunning((house, world) => furnish(house, world, skus))
  try {
    print(`${files} files of ${ROWS} rows, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
    await putSmall(running, 'warm', WARM_UP_FILES, () => false)
    report('in a quiet house', await putSmall(running, 'quiet', files, () => false))
    for (const seed of [1, 2]) {
      const file = path.join(running.directory, `${seed}.csv`)
      await writeStockFile(file, { skus, facilities: FACILITIES, seed, changedShare: seed === 1 ? 0 : 0.05 })
      const large = await running.client()
      const startedAt = performance.now()
      let isDone = false
      const applied = (async () => {
        await large.putFile(`/large/inbox/large-${seed}.csv`, file)
        const sentAt = performance.now()
        await untilApplied(running, `large-${seed}.csv`, MS_MAX)
        isDone = true
        return { sentMs: sentAt - startedAt, appliedMs: performance.now() - sentAt }
      })()
      const beside = await putSmall(running, `beside-${seed}`, Number.POSITIVE_INFINITY, () => isDone)
      const took = await applied
      const what = seed === 1 ? 'first load' : '5 % changed'
      report(`beside ${largeRows} rows (${what}: sent in ${seconds(took.sentMs)}, applied ${seconds(took.appliedMs)} later)`, beside)
      await large.end()
    }
  } finally {
    await running.close()
  }
}

/** Puts one file after the other, each with other units than the one before. */
async function putSmall(running: Running, name: string, files: number, isEnough: () => boolean): Promise<number[]> {
  const client = await running.client()
  const took: number[] = []
  for (let n = 0; n < files && !isEnough(); n++) {
    const bytes = smallFile(round++)
    const closedAt = await client.put(`/small/inbox/${name}-${n}.csv`, bytes)
    took.push((await untilApplied(running, `${name}-${n}.csv`, MS_MAX)) - closedAt)
  }
  await client.end()
  return took
}

let round = 0

function smallFile(round: number): Buffer {
  const rows = Array.from({ length: ROWS }, (_, sku) => `F0,SKU,${skuName(sku)},${(sku * 7 + round) % 9_973}\n`)
  return Buffer.from(`externalFacilityId,idType,idValue,availableQty\n${rows.join('')}`)
}

/** Products, fifty facilities, and a feed for the large files beside one for the small ones. */
export async function furnish({ db }: House, { clock }: World, skus: number): Promise<void> {
  await db.transaction(async tx => {
    for (let from = 0; from < skus; from += PRODUCTS_PER_IMPORT) {
      const chunk = Array.from({ length: Math.min(PRODUCTS_PER_IMPORT, skus - from) }, (_, index) => skuName(from + index))
      const products = chunk.map(sku => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] }))
      await catalog.importProducts(tx, products, clock.now())
    }
    const facilities = Array.from({ length: FACILITIES }, (_, n) => ({
      code: `FAC${n}`,
      externalId: `F${n}`,
      name: `Facility ${n}`,
      type: 'WAREHOUSE',
    }))
    await catalog.importFacilities(tx, facilities, clock.now())
  })
  await db.query('analyze catalog.product_identifier')
  for (const name of ['large', 'small'])
    await addFeed(db, { name, home: FIRST_SFTP_USER, folder: name, layout: 'RESET_INVENTORY', now: clock.now() })
}

function report(what: string, took: readonly number[]): void {
  print(
    `${what}: ${took.length} files, p50 ${percentile(took, 50)} ms, p99 ${percentile(took, 99)} ms, longest ${percentile(took, 100)} ms`,
  )
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
const print = (line: string): void => void process.stdout.write(`${line}\n`)
