import type { Reading } from './format-port.ts'
import { rawLine } from './incoming-row.ts'
import { type RowsRead, stockLinesOf } from './stock-lines.ts'

/** The rows of a stock file as lines for the database, a chunk for each batch. */
export async function* stockLines(
  reading: Reading,
  file: Parameters<typeof stockLinesOf>[1],
  finders: Parameters<typeof stockLinesOf>[2],
  read: RowsRead,
): AsyncIterable<string> {
  for await (const batch of reading.batches) {
    const lines = stockLinesOf(batch, file, finders, read)
    if (lines !== '') yield lines
  }
}

/** What each row said, letter by letter, for those that the database refuses. */
export async function* rawLines(reading: Reading): AsyncIterable<string> {
  for await (const batch of reading.batches) if (batch.rows.length > 0) yield batch.rows.map(rawLine).join('')
}
