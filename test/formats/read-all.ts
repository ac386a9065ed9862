import { anyFormatReader } from '../../src/adapters/formats/any-format.ts'
import type { Reading, RowBatch } from '../../src/import/format-port.ts'
import type { ReadingSettings } from '../../src/import/reading-settings.ts'

/** Everything that is read of some bytes, however they come. */
export async function readAll(bytes: Uint8Array, chunkBytes = 4096, settings: ReadingSettings = {}) {
  const reading: Reading = await anyFormatReader.open(chunked(bytes, chunkBytes), settings)
  const read = { reading, rows: [] as RowBatch['rows'], unreadable: [] as RowBatch['unreadable'], passedOver: [] as RowBatch['passedOver'] }
  for await (const batch of reading.batches) {
    read.rows.push(...batch.rows)
    read.unreadable.push(...batch.unreadable)
    read.passedOver.push(...batch.passedOver)
  }
  return read
}

export async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}
