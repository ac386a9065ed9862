import { type Dialect, detectDialect, HEAD_BYTES } from '../../import/dialect.ts'
import { decodeLoosely } from '../../import/encoding.ts'
import { declaredFixed, detectFixed, type FixedColumn, splitFixed } from '../../import/fixed-width.ts'
import type { FileEnd, FormatReader, Reading, RowBatch } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { ROW_REASON, type RowCode } from '../../import/row-code.ts'
import { refused } from './broken.ts'
import { following, readHead } from './head.ts'
import { type LineBlock, readLines } from './lines.ts'
import { tableReading } from './table.ts'

/** Reads lines in which every column has its place, declared or seen by the blanks between them. */
export const fixedWidthReader: FormatReader = { name: 'fixed-width', open }

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_BYTES)
  const dialect: Dialect = { ...detectDialect(head.bytes, settings, head.isWhole), format: 'fixed-width' }
  const columns = columnsOf(head.bytes, dialect, settings, head.isWhole)
  if (columns === null) {
    await source.return?.()
    const reason = 'No columns of fixed width can be seen in it. Declare the columns of the feed with the width of each.'
    return refused(dialect, { code: 'FILE_NOT_TEXT', reason })
  }
  const reader = new FixedWidth(dialect, columns)
  const rows = reader.read(following(head.bytes, source))
  const { encoding, lineEnd } = dialect
  const reading = await tableReading(rows, { format: 'fixed-width', encoding, lineEnd, settings, end: () => reader.end })
  // The first byte that is no ASCII settles the encoding while rows are read.
  return { ...reading, dialect: Object.defineProperty(reading.dialect, 'encoding', { get: () => dialect.encoding, enumerable: true }) }
}

const LINES_LOOKED_AT = 500

function columnsOf(head: Buffer, dialect: Dialect, settings: ReadingSettings, isWhole: boolean): FixedColumn[] | null {
  if (settings.columns !== undefined) return declaredFixed(settings.columns)
  const lines = decodeLoosely(head.subarray(dialect.bomBytes), dialect.encoding).split(/\r\n|\n|\r/)
  if (!isWhole) lines.pop()
  return detectFixed(lines.slice(settings.preambleLines ?? 0, LINES_LOOKED_AT))
}

class FixedWidth {
  end: FileEnd | null = null
  readonly #dialect: Dialect
  readonly #columns: readonly FixedColumn[]
  #lines = 0

  constructor(dialect: Dialect, columns: readonly FixedColumn[]) {
    this.#dialect = dialect
    this.#columns = columns
  }

  async *read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RowBatch> {
    let lastLineEnded = true
    let bytes = 0
    let last: { cells: number | null; characters: number } = { cells: null, characters: 0 }
    for await (const block of readLines(chunks, this.#dialect)) {
      bytes = block.bytesRead
      lastLineEnded = block.isEnded
      const batch = this.#batchOf(block)
      const row = batch.rows.at(-1)
      if (row !== undefined) last = { cells: row.cells.length, characters: row.raw.length }
      yield batch
    }
    // The last column may be short of blanks, but a line that ends before it begins was cut.
    const isCut = !lastLineEnded && last.characters <= (this.#columns.at(-1)?.start ?? 0)
    this.end = {
      ...{ bytes, lines: this.#lines, lastLineEnded, broken: null },
      ...{ lastRowCells: isCut ? 1 : last.cells, lastRowReadable: last.cells !== null },
    }
  }

  #batchOf({ texts, byteOffsets, faults, bytesRead }: LineBlock): RowBatch {
    const batch: RowBatch = { rows: [], unreadable: [], passedOver: [], bytesRead }
    for (const [i, text] of texts.entries()) {
      const line = ++this.#lines
      const raw = this.#dialect.lineEnd !== '\r' && text.endsWith('\r') ? text.slice(0, -1) : text
      const named = faults?.get(i)
      // Ten megabytes of empty lines are ten million of them.
      if (raw === '' && named === undefined) continue
      const byteOffset = byteOffsets[i] ?? 0
      const cells = splitFixed(raw, this.#columns)
      const fault: RowCode | undefined = named ?? (cells === null ? 'ROW_COLUMN_PLACE' : undefined)
      if (fault !== undefined)
        batch.unreadable.push({ kind: 'rejected', line, byteOffset, code: fault, reason: ROW_REASON[fault], raw: shown(raw) })
      else if (cells !== null) batch.rows.push({ line, byteOffset, cells, raw })
    }
    return batch
  }
}

const RAW_CHARS_MAX = 10_000

function shown(raw: string): string {
  return raw.length > RAW_CHARS_MAX ? `${raw.slice(0, RAW_CHARS_MAX).toWellFormed()}…` : raw
}
