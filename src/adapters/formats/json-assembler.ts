import type { Token } from 'stream-json/core/parser.js'
import { Broken } from './broken.ts'
import { type NamedRecord, RECORD_CHARS_MAX, RecordMaker } from './record-reading.ts'

/** Outside of records: an object or an array on the way to them. */
type Frame = { isArray: boolean; path: string; key: string }

/**
 * Puts the objects of one array together from tokens. Which array: the one that is declared, else the document itself or the
 * first that holds an object. Two that could be it are one too many: then none is believed.
 */
export class Assembler {
  count = 0
  readonly #declared: string | null
  #chosen: string | null = null
  #frames: Frame[] = []
  #records: NamedRecord[] = []
  #record: RecordMaker | null = null
  /** Names of the objects inside the record that are open, and what they lead to. */
  #names: string[] = []
  #key = ''
  #text = ''
  /** An array inside a record is kept as it is written. */
  #inner: InnerArray | null = null

  constructor(declared: string | null) {
    this.#declared = declared
  }

  /** Records that were read to their end. */
  get whole(): number {
    return this.count - (this.#record === null ? 0 : 1)
  }

  drain(): NamedRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }

  finish(): void {
    if (this.#declared !== null && this.#chosen === null) throw new Broken(`The document has no array at ${this.#declared}.`)
  }

  take(token: Token): void {
    switch (token.name) {
      case 'startKey':
      case 'startString':
      case 'startNumber':
        this.#text = ''
        return
      case 'stringChunk':
      case 'numberChunk':
        if (this.#text.length <= RECORD_CHARS_MAX) this.#text += token.value
        return
      case 'endKey':
        this.#named(this.#text)
        return
      case 'endString':
        this.#value(this.#text, true)
        return
      case 'endNumber':
        this.#value(this.#text, false)
        return
      case 'nullValue':
        this.#value(this.#inner === null ? '' : 'null', false)
        return
      case 'trueValue':
        this.#value('true', false)
        return
      case 'falseValue':
        this.#value('false', false)
        return
      case 'startObject':
      case 'startArray':
        this.#opens(token.name === 'startArray')
        return
      case 'endObject':
      case 'endArray':
        this.#closes(token.name === 'endArray')
    }
  }

  #named(key: string): void {
    if (this.#inner !== null) this.#inner.key(key)
    else if (this.#record !== null) this.#key = key
    else {
      const frame = this.#frames.at(-1)
      if (frame !== undefined) frame.key = key
    }
  }

  #value(text: string, isString: boolean): void {
    if (this.#inner !== null) this.#inner.value(isString ? JSON.stringify(text) : text)
    else if (this.#record !== null) this.#record.add([...this.#names, this.#key].join('.'), text)
    else {
      const frame = this.#frames.at(-1)
      if (frame === undefined || !frame.isArray || frame.path !== this.#chosen) return
      const record = new RecordMaker(++this.count, 0)
      record.add('', text)
      record.fail({ code: 'ROW_NOT_A_RECORD' })
      this.#records.push(record.made())
    }
  }

  #opens(isArray: boolean): void {
    if (this.#inner !== null) {
      this.#inner.opens(isArray)
      return
    }
    if (this.#record !== null) {
      if (isArray) this.#inner = new InnerArray()
      else this.#names.push(this.#key)
      return
    }
    const frame = this.#frames.at(-1)
    if (frame?.isArray && !isArray && this.#isChosen(frame.path)) {
      this.#record = new RecordMaker(++this.count, 0)
      this.#names = []
      return
    }
    const path = frame === undefined ? '' : frame.isArray ? `${frame.path}[]` : frame.path === '' ? frame.key : `${frame.path}.${frame.key}`
    // A document that is an array holds its records, whatever they are.
    if (isArray && frame === undefined && this.#declared === null) this.#chosen = ''
    if (isArray && path === this.#declared) this.#chosen = path
    this.#frames.push({ isArray, path, key: '' })
  }

  #isChosen(path: string): boolean {
    if (this.#chosen === null && this.#declared === null) this.#chosen = path
    if (this.#declared === null && path !== this.#chosen && !path.startsWith(`${this.#chosen}[]`))
      throw new Broken(`It has two arrays of records, ${this.#chosen || 'the document'} and ${path}: declare which of them the feed means.`)
    return path === this.#chosen
  }

  #closes(isArray: boolean): void {
    if (this.#inner !== null) {
      const text = this.#inner.closes(isArray)
      if (text === null) return
      this.#inner = null
      this.#value(text, false)
      return
    }
    if (this.#record === null) {
      this.#frames.pop()
      return
    }
    if (this.#names.length > 0) {
      this.#names.pop()
      return
    }
    this.#records.push(this.#record.made())
    this.#record = null
  }
}

/** An array inside a record, as JSON. */
class InnerArray {
  #text = '['
  #depth = 1
  #isFirst = true
  #isValue = false

  key(name: string): void {
    this.#add(`${JSON.stringify(name)}:`)
    this.#isValue = true
  }

  value(text: string): void {
    this.#add(text)
  }

  opens(isArray: boolean): void {
    this.#add(isArray ? '[' : '{')
    this.#isFirst = true
    this.#depth += 1
  }

  /** The whole text when its own bracket closes. */
  closes(isArray: boolean): string | null {
    this.#depth -= 1
    this.#isFirst = false
    if (this.#text.length <= RECORD_CHARS_MAX) this.#text += isArray ? ']' : '}'
    return this.#depth === 0 ? this.#text : null
  }

  #add(text: string): void {
    if (this.#text.length <= RECORD_CHARS_MAX) this.#text += this.#isFirst || this.#isValue ? text : `,${text}`
    this.#isFirst = false
    this.#isValue = false
  }
}
