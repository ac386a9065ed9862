import { type Dialect, detectDialect, HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { following, readHead } from './head.ts'
import { type LineBlock, readLines } from './lines.ts'
import { type NamedRecord, type RecordBatch, RecordMaker, recordReading } from './record-reading.ts'

/** Reads one JSON object a line: a damaged line costs itself. */
export const ndjsonReader: FormatReader = { name: 'ndjson', open }

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_BYTES)
  const { encoding, encodingIsCertain, bomBytes, lineEnd } = detectDialect(head.bytes, { ...settings, delimiter: ',', quote: null })
  const lines: Dialect = {
    ...{ format: 'ndjson', encoding, encodingIsCertain, bomBytes, delimiter: ',', quote: null, escape: 'doubled', lineEnd },
    ...{ preambleLines: 0, hasHeader: false },
  }
  const reader = new LinesOfJson(lines)
  const dialect = { ...lines, delimiter: null, escape: null }
  return recordReading(reader.read(following(head.bytes, source)), { dialect, settings, end: () => reader.end })
}

class LinesOfJson {
  end: FileEnd | null = null
  readonly #dialect: Dialect
  #line = 0
  #last: NamedRecord | null = null

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  async *read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch> {
    let bytes = 0
    let lastLineEnded = true
    for await (const block of readLines(chunks, this.#dialect)) {
      bytes = block.bytesRead
      lastLineEnded = block.isEnded
      yield { records: this.#recordsOf(block), bytesRead: bytes }
    }
    const isReadable = this.#last !== null && this.#last.fault === null
    // An object that closes is whole, with or without a line end behind it.
    const lastRowCells = isReadable ? Number.MAX_SAFE_INTEGER : null
    this.end = { bytes, lines: this.#line, lastLineEnded, lastRowCells, lastRowReadable: isReadable, broken: null }
  }

  #recordsOf({ texts, byteOffsets, faults }: LineBlock): NamedRecord[] {
    const records: NamedRecord[] = []
    for (const [i, text] of texts.entries()) {
      this.#line += 1
      if (text.trim() === '') continue
      const maker = new RecordMaker(this.#line, byteOffsets[i] ?? 0)
      const fault = faults?.get(i)
      if (fault !== undefined) maker.fail({ code: fault })
      else fillFrom(maker, text)
      const record = maker.made(text.endsWith('\r') ? text.slice(0, -1) : text)
      this.#last = record
      records.push(record)
    }
    return records
  }
}

function fillFrom(maker: RecordMaker, text: string): void {
  let value: unknown
  try {
    value = LONG_NUMBER.test(text) ? JSON.parse(text, asWritten) : JSON.parse(text)
  } catch (error) {
    maker.fail({ code: 'ROW_NOT_JSON', reason: `The line is no JSON: ${(error as Error).message}.` })
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) maker.fail({ code: 'ROW_NOT_A_RECORD' })
  else addAll(maker, '', value, 0)
}

/** Numbers that JavaScript would write differently from how they stand: long ones, exponents, zeroes behind the point. */
const LONG_NUMBER = /\d{16}|\d[eE]|\.\d|-0/

/** A number as it is written, which `JSON` keeps through reading and writing under this name. */
type RawJson = { rawJSON: string }
const { rawJSON } = JSON as unknown as { rawJSON(text: string): RawJson }

function asWritten(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJSON(context.source) : value
}

const LONG_NUMBER_KEY = 'rawJSON'

/** Deeper than any record of stock, and shallow enough for the stack. */
const DEPTH_MAX = 20

function addAll(maker: RecordMaker, path: string, value: object, depth: number): void {
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (inner === null) maker.add(at, '')
    else if (typeof inner !== 'object') maker.add(at, String(inner))
    else if (LONG_NUMBER_KEY in inner) maker.add(at, String(inner[LONG_NUMBER_KEY]))
    else if (Array.isArray(inner) || depth >= DEPTH_MAX) maker.add(at, JSON.stringify(inner))
    else addAll(maker, at, inner, depth + 1)
  }
}
