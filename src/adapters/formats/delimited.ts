import { type Dialect, type DialectOverrides, detectDialect, HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading, RowBatch } from '../../import/format-port.ts'
import { notText } from '../../import/not-text.ts'
import { readLines } from './lines.ts'
import { Records } from './records.ts'

/** Reads CSV, TSV and their kin, in whatever dialect they come. Only a block of the file is ever held. */
export const delimitedReader: FormatReader = { name: 'delimited', open }

/** A batch is handed on when it has at least so many rows: enough to make a COPY fast, few enough to be no memory. */
const BATCH_ROWS_MIN = 250

async function open(chunks: AsyncIterable<Uint8Array>, overrides: DialectOverrides = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source)
  const dialect = detectDialect(head.bytes, overrides, head.isWhole)
  const kind = notText(head.bytes)
  if (kind !== null) {
    await source.return?.()
    return refusal(dialect, head.bytes.length, `The file is ${kind}. Send it as text: CSV or tab-separated.`)
  }
  const reader = new Reader(dialect)
  const batches = reader.read(following(head.bytes, source))
  if (!dialect.hasHeader) return { dialect, refusal: null, header: null, batches, end: () => reader.end }
  const first = await batches.next()
  const header = first.done ? null : takeHeader(first.value)
  return { dialect, refusal: null, header, batches: first.done ? batches : startingWith(first.value, batches), end: () => reader.end }
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
    }
    yield last
  }
}

async function readHead(source: AsyncIterator<Uint8Array>): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const parts: Uint8Array[] = []
  let held = 0
  while (held < HEAD_BYTES) {
    const next = await source.next()
    if (next.done) return { bytes: Buffer.concat(parts), isWhole: true }
    parts.push(next.value)
    held += next.value.length
  }
  return { bytes: Buffer.concat(parts), isWhole: false }
}

/** The head again, then the rest. Closes the source when the reader stops early. */
async function* following(head: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head
    for (;;) {
      const next = await source.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await source.return?.()
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

async function* startingWith(first: RowBatch, rest: AsyncGenerator<RowBatch>): AsyncGenerator<RowBatch> {
  try {
    yield first
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

function refusal(dialect: Dialect, bytes: number, reason: string): Reading {
  const end: FileEnd = { bytes, lines: 0, lastLineEnded: true, lastRowCells: null, lastRowReadable: false }
  return { dialect, refusal: { code: 'FILE_NOT_TEXT', reason }, header: null, batches: none(), end: () => end }
}

async function* none(): AsyncGenerator<RowBatch> {}
