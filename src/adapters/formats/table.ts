import { detectTable, type Written } from '../../import/dialect.ts'
import type { Encoding } from '../../import/encoding.ts'
import type { FileEnd, RawRow, Reading, RowBatch } from '../../import/format-port.ts'
import type { FormatName, LineEnd, ReadingSettings } from '../../import/reading-settings.ts'
import { upToBreak } from './broken.ts'
import { Furniture } from './furniture.ts'
import { startingWith } from './head.ts'

/** How many rows are looked at to tell a title from a header and a header from a row. */
const ROWS_LOOKED_AT = 200

/** A file of rows by position (a sheet, lines of fixed width) as a reading: title, header, rows, and what stands below them. */
export async function tableReading(
  source: AsyncGenerator<RowBatch>,
  options: {
    format: FormatName
    encoding: Encoding
    lineEnd: LineEnd | null
    settings: ReadingSettings
    end: () => FileEnd | null
  },
): Promise<Reading> {
  const { settings } = options
  const batches = trimmed(source)
  const looked: RowBatch[] = []
  for (let rows = 0; rows < ROWS_LOOKED_AT; ) {
    const next = await batches.next()
    if (next.done) break
    looked.push(next.value)
    rows += next.value.rows.length
  }
  const head = looked.flatMap(batch => batch.rows).slice(0, ROWS_LOOKED_AT)
  // Where the first line cannot be read, nobody knows whether it was the header: then the file has none.
  const isTopUnread = (looked.flatMap(batch => batch.unreadable)[0]?.line ?? Number.POSITIVE_INFINITY) < (head[0]?.line ?? 0)
  const said = settings.columns === undefined && !isTopUnread ? settings : { hasHeader: false, ...settings }
  const table = detectTable(head, isTopUnread ? { preambleLines: 0, ...said } : said)
  let named: string[] | null = null
  let isHeaderTaken = !table.hasHeader
  for (const batch of looked) {
    batch.rows = batch.rows.filter(row => row.line > table.preambleLines)
    const first = isHeaderTaken ? undefined : batch.rows.shift()
    if (first !== undefined) {
      named = first.cells
      isHeaderTaken = true
    }
  }
  const header = settings.columns?.map(column => column.name) ?? named
  const dialect: Written = {
    ...{ format: options.format, encoding: options.encoding, lineEnd: options.lineEnd },
    ...{ delimiter: null, quote: null, escape: null },
    ...table,
  }
  const furniture = new Furniture(header, settings)
  const rows = startingWith(looked, batches)
  return upToBreak({ dialect, header, batches: furniture.clear(rows), end: () => furniture.endOf(options.end()) })
}

/** Rows that hold nothing at all are none. */
async function* trimmed(batches: AsyncGenerator<RowBatch>): AsyncGenerator<RowBatch> {
  try {
    for await (const batch of batches) {
      batch.rows = batch.rows.filter(isFilled)
      yield batch
    }
  } finally {
    await batches.return(undefined)
  }
}

function isFilled(row: RawRow): boolean {
  return row.cells.some(cell => cell !== '')
}
