import { jsonParser, type Token, type TokenSource } from 'stream-json/core/parser.js'
import { HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { Broken } from './broken.ts'
import { following, readHead } from './head.ts'
import { Assembler } from './json-assembler.ts'
import { type NamedRecord, type RecordBatch, recordReading } from './record-reading.ts'
import { encodingOf, textOf } from './text.ts'

/** Reads the objects of one array, of which a document may hold any number: the document itself, or the one at a path. */
export const jsonReader: FormatReader = { name: 'json', open }

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_BYTES)
  const encoding = encodingOf(head.bytes, settings.encoding)
  const reader = new Document(settings.records ?? null)
  const dialect = {
    ...({ format: 'json', encoding, delimiter: null, quote: null, escape: null, lineEnd: null } as const),
    ...{ preambleLines: 0, hasHeader: true },
  }
  const pieces = textOf(following(head.bytes, source), encoding)
  return recordReading(reader.read(pieces), { dialect, settings, end: () => reader.end })
}

class Document {
  end: FileEnd | null = null
  readonly #assembler: Assembler

  constructor(records: string | null) {
    this.#assembler = new Assembler(records)
  }

  async *read(pieces: ReturnType<typeof textOf>): AsyncGenerator<RecordBatch> {
    const parse = jsonParser({ packValues: false, streamValues: true })
    let bytesRead = 0
    for await (const piece of pieces) {
      bytesRead = piece.bytesRead
      const records = this.#take(() => tokensOf(parse(piece.text)), bytesRead)
      if (records.length > 0) yield { records, bytesRead }
    }
    const records = this.#take(() => tokensOf(parse(END)), bytesRead)
    this.#assembler.finish()
    yield { records, bytesRead }
    const lines = this.#assembler.count
    this.end = { bytes: bytesRead, lines, lastLineEnded: true, lastRowCells: null, lastRowReadable: true, broken: null }
  }

  #take(tokens: () => readonly Token[], bytesRead: number): NamedRecord[] {
    try {
      for (const token of tokens()) this.#assembler.take(token)
    } catch (error) {
      if (error instanceof Broken) throw error
      const { whole } = this.#assembler
      throw new Broken(`The JSON breaks before byte ${bytesRead}, behind record ${whole}: ${(error as Error).message}.`)
    }
    return this.#assembler.drain()
  }
}

/** What the parser is given when the text is over; the library knows it by this name. */
const END = Symbol.for('object-stream.none') as unknown as string

function tokensOf(result: ReturnType<TokenSource>): readonly Token[] {
  return typeof result === 'object' && 'values' in result ? result.values : []
}
