import { SaxesParser } from 'saxes'
import { HEAD_BYTES } from '../../import/dialect.ts'
import type { FileEnd, FormatReader, Reading } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { Broken } from './broken.ts'
import { following, readHead } from './head.ts'
import { type NamedRecord, type RecordBatch, RecordMaker, recordReading } from './record-reading.ts'
import { encodingOf, type TextPiece, textOf } from './text.ts'
import { recordPathOf } from './xml-records.ts'

/** Reads the elements that come again and again: their attributes and what they hold become columns. */
export const xmlReader: FormatReader = { name: 'xml', open }

/** Enough to see which element comes again, even where one is long. */
const HEAD_LOOKED_AT_BYTES = 4 * HEAD_BYTES

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings = {}): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  const head = await readHead(source, HEAD_LOOKED_AT_BYTES)
  const encoding = encodingOf(head.bytes, settings.encoding)
  const path = settings.records ?? recordPathOf(new TextDecoder(encoding).decode(head.bytes))
  const reader = new Document(path)
  const dialect = {
    ...({ format: 'xml', encoding, delimiter: null, quote: null, escape: null, lineEnd: null } as const),
    ...{ preambleLines: 0, hasHeader: true },
  }
  const pieces = textOf(following(head.bytes, source), encoding)
  return recordReading(reader.read(pieces), { dialect, settings, end: () => reader.end })
}

/** How much text may pass without an element, an attribute or an end: the parser holds it until then. */
const SILENT_CHARS_MAX = 8 * 1024 * 1024
const DEPTH_MAX = 200

class Document {
  end: FileEnd | null = null
  readonly #path: string | null
  readonly #open: string[] = []
  #records: NamedRecord[] = []
  #count = 0
  #record: { maker: RecordMaker; depth: number } | null = null
  /** Text of the elements that are open inside the record, outermost first. */
  #texts: string[] = []
  #hasChildren: boolean[] = []
  #silentChars = 0
  #piece: TextPiece = { text: '', byteOffset: 0, bytesRead: 0 }
  #charsBefore = 0

  constructor(path: string | null) {
    this.#path = path
  }

  async *read(pieces: AsyncIterable<TextPiece>): AsyncGenerator<RecordBatch> {
    const parser = new SaxesParser()
    parser.on('error', error => {
      throw new Broken(`The XML breaks behind record ${this.#whole}: ${error.message.replace(/\.$/, '')}.`)
    })
    parser.on('opentag', tag => this.#opens(tag.name, tag.attributes as Record<string, string>, parser.position))
    parser.on('text', text => this.#says(text))
    parser.on('cdata', text => this.#says(text))
    parser.on('closetag', () => this.#closes())
    for await (const piece of pieces) {
      this.#piece = piece
      this.#silentChars += piece.text.length
      parser.write(piece.text)
      if (this.#silentChars > SILENT_CHARS_MAX) throw new Broken(`Behind record ${this.#whole} stands an element that does not end.`)
      this.#charsBefore += piece.text.length
      if (this.#records.length > 0) yield this.#drain()
    }
    parser.close()
    if (this.#path === null && this.#count === 0) throw new Broken('No element comes again, so it cannot be told which are the records.')
    yield this.#drain()
    this.end = {
      ...{ bytes: this.#piece.bytesRead, lines: parser.line, lastLineEnded: true },
      ...{ lastRowCells: null, lastRowReadable: true, broken: null },
    }
  }

  /** Records that were read to their end. */
  get #whole(): number {
    return this.#count - (this.#record === null ? 0 : 1)
  }

  #drain(): RecordBatch {
    const records = this.#records
    this.#records = []
    return { records, bytesRead: this.#piece.bytesRead }
  }

  #opens(name: string, attributes: Record<string, string>, position: number): void {
    this.#silentChars = 0
    this.#open.push(localName(name))
    if (this.#open.length > DEPTH_MAX) throw new Broken(`Its elements stand deeper in each other than ${DEPTH_MAX}.`)
    if (this.#record === null && this.#open.join('/') === this.#path)
      this.#record = { maker: new RecordMaker(++this.#count, this.#byteOffset(position)), depth: this.#open.length }
    if (this.#record === null) return
    if (this.#hasChildren.length > 0) this.#hasChildren[this.#hasChildren.length - 1] = true
    this.#texts.push('')
    this.#hasChildren.push(false)
    for (const [key, value] of Object.entries(attributes))
      if (!key.startsWith('xmlns')) this.#record.maker.add(this.#nameOf(`@${localName(key)}`), value)
  }

  #says(text: string): void {
    this.#silentChars = 0
    if (this.#record !== null && this.#texts.length > 0 && !this.#record.maker.isFull) this.#texts[this.#texts.length - 1] += text
  }

  #closes(): void {
    this.#silentChars = 0
    if (this.#record !== null) {
      const text = (this.#texts.pop() ?? '').trim()
      const hasChildren = this.#hasChildren.pop() ?? false
      const isLeaf = this.#open.length > this.#record.depth && !hasChildren
      if (isLeaf || text !== '') this.#record.maker.add(this.#nameOf('') || 'text', text)
      if (this.#open.length === this.#record.depth) {
        this.#records.push(this.#record.maker.made())
        this.#record = null
      }
    }
    this.#open.pop()
  }

  /** The path inside the record: `quantity`, `location/@id`. */
  #nameOf(last: string): string {
    const path = this.#open.slice(this.#record?.depth ?? 0)
    return (last === '' ? path : [...path, last]).join('/')
  }

  #byteOffset(position: number): number {
    const tagEnd = Math.max(0, position - this.#charsBefore)
    const start = this.#piece.text.lastIndexOf('<', Math.max(0, tagEnd - 1))
    // A tag that began in the piece before is counted from this one's beginning.
    return this.#piece.byteOffset + Buffer.byteLength(this.#piece.text.slice(0, Math.max(0, start)))
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
