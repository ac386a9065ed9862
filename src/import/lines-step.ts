import { CopyLines } from './copy-lines.ts'
import type { Reading } from './format-port.ts'
import { rawLine } from './incoming-row.ts'
import { putStockLines, type RowsRead } from './stock-lines.ts'

/** The rows of a stock file as lines for the database, a chunk for each batch. */
export async function* stockLines(
  reading: Reading,
  file: Parameters<typeof putStockLines>[1],
  finders: Parameters<typeof putStockLines>[2],
  read: RowsRead,
): AsyncIterable<Uint8Array> {
  const lines = new CopyLines()
  for await (const batch of reading.batches) {
    putStockLines(batch, file, finders, read, lines)
    const chunk = lines.take()
    if (chunk !== null) yield chunk
  }
}

/** What each row said, letter by letter, for those that the database refuses. */
export async function* rawLines(reading: Reading): AsyncIterable<string> {
  for await (const batch of reading.batches) if (batch.rows.length > 0) yield batch.rows.map(rawLine).join('')
}
