import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type StockFile = { skus: number; facilities: number; seed: number; changedShare: number }

/** A stock file of every SKU in every facility, the same for the same seed. A changed share of rows has other units. */
export async function writeStockFile(file: string, of: StockFile): Promise<void> {
  await pipeline(Readable.from(chunksOf(of)), createWriteStream(file))
}

function* chunksOf({ skus, facilities, seed, changedShare }: StockFile): Iterable<string> {
  yield 'externalFacilityId,idType,idValue,availableQty\n'
  const chance = seeded(seed)
  for (let facility = 0; facility < facilities; facility++) {
    const lines: string[] = []
    for (let sku = 0; sku < skus; sku++) {
      const units = (sku * 7 + facility * 13) % 500
      lines.push(`F${facility},SKU,${skuName(sku)},${chance() < changedShare ? units + 1 : units}\n`)
    }
    yield lines.join('')
  }
}

export const skuName = (sku: number): string => `SKU-${String(sku).padStart(6, '0')}`

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
