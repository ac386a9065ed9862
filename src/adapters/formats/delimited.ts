import { type Dialect, detectDialect, HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading, RowBatch } from '../../import/format-port.ts'
import { notText } from '../../import/not-text.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { refused, upToBreak } from './broken.ts'
import { Furniture } from './furniture.ts'
import { following, readHead, startingWith } from './head.ts'
import { readLines } from './lines.ts'
import { Records } from './records.ts'

/** Reads CSV, TSV and their kin, in whatever dialect they come. Only a block of the file is ever held. */
export const delimitedReader: FormatReader = { name: 'delimited', open }

/** A batch is handed on when it has at least so many rows: enough to make a COPY fast, few enough to be no memory. */
const BATCH_ROWS_MIN = 250

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_BYTES)
  const dialect = detectDialect(head.bytes, settings, head.isWhole)
  const kind = notText(head.bytes)
  if (kind !== null) {
    await source.return?.()
    return refused(dialect, { code: 'FILE_NOT_TEXT', reason: `The file is ${kind}. Send it as text: CSV or tab-separated.` })
  }
  const reader = new Reader(dialect)
  const read = reader.read(following(head.bytes, source))
  const first = dialect.hasHeader ? await read.next() : null
  const named = first === null || first.done ? null : takeHeader(first.value)
  const header = settings.columns?.map(column => column.name) ?? named
  const furniture = new Furniture(header, settings)
  const rows = first === null ? read : startingWith(first.done ? [] : [first.value], read)
  return upToBreak({ dialect, header, batches: furniture.clear(rows), end: () => furniture.endOf(reader.end) })
}

class Reader {
  end: FileEnd | null = null
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  async *read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RowBatch> {
    const records = new Records(this.#dialect)
    let bytes = 0
    let lastLineEnded = true
    for await (const block of readLines(chunks, this.#dialect)) {
      bytes = block.bytesRead
      lastLineEnded = block.isEnded
      records.take(block)
      if (records.waiting >= BATCH_ROWS_MIN) yield records.drain(bytes)
    }
    records.finish()
    const last = records.drain(bytes)
    this.end = {
      bytes,
      lines: records.lines,
      lastLineEnded,
      lastRowCells: records.lastRow.cells,
      lastRowReadable: records.lastRow.cells !== null,
      broken: null,
    }
    yield last
  }
}

/** The header is the first row; if that cannot be read, the file has none, and the row is reported with the others. */
function takeHeader(batch: RowBatch): string[] | null {
  const [first] = batch.rows
  const [bad] = batch.unreadable
  if (first === undefined || (bad !== undefined && bad.line < first.line)) return null
  batch.rows.shift()
  return first.cells
}
