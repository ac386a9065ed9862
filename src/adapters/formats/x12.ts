import { HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { Broken, refused } from './broken.ts'
import { following, readHead } from './head.ts'
import { type RecordBatch, recordReading } from './record-reading.ts'
import { encodingOf, textOf } from './text.ts'
import { InventoryAdvice } from './x12-846.ts'

/** Reads X12 interchanges as far as the quantities of an 846, inventory inquiry/advice. */
export const x12Reader: FormatReader = { name: 'x12', open }

/** Where an ISA segment says with which signs its interchange is written: it alone is of fixed width. */
const ELEMENT_SIGN_AT = 3
const SEGMENT_SIGN_AT = 105

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_BYTES)
  const encoding = encodingOf(head.bytes, settings.encoding)
  const start = new TextDecoder(encoding).decode(head.bytes).trimStart()
  const element = start[ELEMENT_SIGN_AT]
  const segment = start[SEGMENT_SIGN_AT]
  const dialect = {
    ...({ format: 'x12', encoding, delimiter: element ?? null, quote: null, escape: null, lineEnd: null } as const),
    ...{ preambleLines: 0, hasHeader: true },
  }
  if (!start.startsWith('ISA') || element === undefined || segment === undefined || /[A-Za-z0-9 ]/.test(element + segment)) {
    await source.return?.()
    return refused(dialect, { code: 'FILE_NOT_TEXT', reason: 'The file does not begin with an ISA segment, as an X12 interchange does.' })
  }
  const reader = new Interchange(element, segment)
  const pieces = textOf(following(head.bytes, source), encoding)
  return recordReading(reader.read(pieces), { dialect, settings, end: () => reader.end })
}

const SEGMENT_CHARS_MAX = 64 * 1024

class Interchange {
  end: FileEnd | null = null
  readonly #element: string
  readonly #segment: string
  readonly #advice = new InventoryAdvice()

  constructor(element: string, segment: string) {
    this.#element = element
    this.#segment = segment
  }

  async *read(pieces: ReturnType<typeof textOf>): AsyncGenerator<RecordBatch> {
    let rest = ''
    let bytesRead = 0
    for await (const piece of pieces) {
      bytesRead = piece.bytesRead
      const segments = (rest + piece.text).split(this.#segment)
      rest = segments.pop() ?? ''
      if (rest.length > SEGMENT_CHARS_MAX) throw new Broken(`Behind segment ${this.#advice.segments} stands one that does not end.`)
      for (const text of segments) this.#take(text)
      const records = this.#advice.drain()
      if (records.length > 0) yield { records, bytesRead }
    }
    if (rest.trim() !== '') throw new Broken('The last segment has no end: the file was cut.')
    this.#advice.finish()
    yield { records: this.#advice.drain(), bytesRead }
    const lines = this.#advice.segments
    this.end = { bytes: bytesRead, lines, lastLineEnded: true, lastRowCells: null, lastRowReadable: true, broken: null }
  }

  #take(text: string): void {
    const trimmed = text.trim()
    if (trimmed !== '') this.#advice.take(trimmed.split(this.#element))
  }
}
