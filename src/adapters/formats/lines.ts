import { isAscii, isUtf8 } from 'node:buffer'
import type { Dialect } from '../../import/dialect.ts'
import { narrowEncoding } from '../../import/encoding.ts'

/** A line that cannot be text. The first that is true names it. */
export type LineFault = 'ROW_TOO_LONG' | 'ROW_ENCODING' | 'ROW_NUL_BYTE'

/** Some physical lines of a file, one after the other. */
export type LineBlock = {
  /** Without the line end; a `\r` before a `\n` is still there. A faulty line is shown as well as it can be. */
  texts: string[]
  /** Of each line's first byte in the file. */
  byteOffsets: number[]
  /** By index into `texts`; null for a block without. */
  faults: Map<number, LineFault> | null
  /** Bytes of the file up to the end of this block. */
  bytesRead: number
  /** False only for the last line of a file that ends without a line end. */
  isEnded: boolean
}

/** The longest line that is read; what is longer is named and skipped in constant memory. */
export const LINE_BYTES_MAX = 1024 * 1024
const BLOCK_BYTES_MIN = 64 * 1024
const BLOCK_BYTES_MAX = 256 * 1024
/** How much of a line that is too long is kept to show it. */
const LONG_LINE_SHOWN_BYTES = 1024

const LF = 0x0a
const CR = 0x0d

/**
 * Cuts a file into physical lines. Bytes become text one block at a time, which is what makes it fast, and line by line only
 * in a block that holds damage, which is what tells the line of it. Settles an encoding that is not certain yet.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, dialect: Dialect): AsyncGenerator<LineBlock> {
  const cutter = new Cutter(dialect)
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of chunks) {
    // However the chunks come, a byte at a time or a hundred megabytes at once, blocks are of one size.
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES_MAX) {
      const part = Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(BLOCK_BYTES_MAX, chunk.length - at))
      parts.push(part)
      held += part.length
      if (held < BLOCK_BYTES_MIN) continue
      yield* cutter.take(parts.length === 1 ? part : Buffer.concat(parts), false)
      parts = []
      held = 0
    }
  }
  yield* cutter.take(Buffer.concat(parts), true)
}

/** Holds what stands behind the last line end of a block until the next one comes. */
class Cutter {
  readonly #dialect: Dialect
  #carry: Buffer = Buffer.alloc(0)
  #offset: number
  /** The beginning of a line that is too long, while the rest of it goes by. */
  #skipped: { shown: Buffer; offset: number } | null = null
  #bytesRead = 0

  constructor(dialect: Dialect) {
    this.#dialect = dialect
    this.#offset = dialect.bomBytes
  }

  *take(bytes: Buffer, isLast: boolean): Generator<LineBlock> {
    const fresh = this.#bytesRead === 0 ? bytes.subarray(this.#dialect.bomBytes) : bytes
    this.#bytesRead += bytes.length
    let block = this.#carry.length === 0 ? fresh : Buffer.concat([this.#carry, fresh])
    if (this.#skipped !== null) {
      const end = this.#firstLineEnd(block)
      if (end < 0 && !isLast) return this.#keep(block, block.length - (block.length % this.#unitBytes))
      yield this.#longLine(this.#skipped, end >= 0)
      this.#skipped = null
      const past = end < 0 ? block.length : end + this.#unitBytes
      this.#offset += past
      block = block.subarray(past)
    }
    const end = this.#lastLineEnd(block)
    if (end >= 0) yield this.#decode(block.subarray(0, end), true)
    const past = end < 0 ? 0 : end + this.#unitBytes
    this.#keep(block, past)
    if (isLast && this.#carry.length > 0) yield this.#decode(this.#carry, false)
    else if (this.#carry.length > LINE_BYTES_MAX) {
      this.#skipped = { shown: Buffer.from(this.#carry.subarray(0, LONG_LINE_SHOWN_BYTES)), offset: this.#offset }
      this.#keep(this.#carry, this.#carry.length - (this.#carry.length % this.#unitBytes))
    }
  }

  #keep(block: Buffer, from: number): void {
    this.#carry = block.subarray(from)
    this.#offset += from
  }

  get #isWide(): boolean {
    return this.#dialect.encoding === 'utf-16le' || this.#dialect.encoding === 'utf-16be'
  }

  get #unitBytes(): 1 | 2 {
    return this.#isWide ? 2 : 1
  }

  get #endByte(): number {
    return this.#dialect.lineEnd === '\r' ? CR : LF
  }

  #firstLineEnd(block: Buffer): number {
    if (!this.#isWide) return block.indexOf(this.#endByte)
    // Both bytes at once, so that text which is full of the one alone is passed over at the speed of the machine.
    let at = block.indexOf(this.#wideEnd)
    while (at >= 0 && at % 2 === 1) at = block.indexOf(this.#wideEnd, at + 1)
    return at
  }

  #lastLineEnd(block: Buffer): number {
    if (!this.#isWide) return block.lastIndexOf(this.#endByte)
    let at = block.lastIndexOf(this.#wideEnd)
    while (at >= 0 && at % 2 === 1) at = at === 0 ? -1 : block.lastIndexOf(this.#wideEnd, at - 1)
    return at
  }

  get #wideEnd(): Buffer {
    return Buffer.from(this.#dialect.encoding === 'utf-16le' ? [this.#endByte, 0] : [0, this.#endByte])
  }

  #longLine(skipped: { shown: Buffer; offset: number }, isEnded: boolean): LineBlock {
    const text = this.#textOf(skipped.shown).replaceAll('\0', '␀')
    return { texts: [text], byteOffsets: [skipped.offset], faults: new Map([[0, 'ROW_TOO_LONG']]), bytesRead: this.#bytesRead, isEnded }
  }

  /** Text of whole lines, the line end of the last one cut off. */
  #decode(bytes: Buffer, isEnded: boolean): LineBlock {
    const isPlain = !this.#isWide && isAscii(bytes)
    if (!isPlain) this.#settle(bytes)
    const separator = this.#dialect.lineEnd === '\r' ? '\r' : '\n'
    const isSound = isPlain || this.#isSound(bytes)
    const texts = (isPlain ? bytes.toString('latin1') : isSound ? this.#textOf(bytes) : '').split(separator)
    const block: LineBlock = { texts, byteOffsets: [], faults: null, bytesRead: this.#bytesRead, isEnded }
    if (isSound) this.#measure(block, isPlain)
    else this.#decodeEach(block, bytes)
    if (this.#isWide || bytes.includes(0)) nameNuls(block)
    if (bytes.length > LINE_BYTES_MAX) nameLong(block)
    return block
  }

  #settle(bytes: Buffer): void {
    if (this.#dialect.encodingIsCertain) return
    this.#dialect.encoding = narrowEncoding(bytes) ?? 'utf-8'
    this.#dialect.encodingIsCertain = true
  }

  #isSound(bytes: Buffer): boolean {
    if (this.#dialect.encoding === 'utf-8') return isUtf8(bytes)
    return !this.#isWide || (bytes.length % 2 === 0 && this.#textOf(bytes).isWellFormed())
  }

  #textOf(bytes: Buffer): string {
    switch (this.#dialect.encoding) {
      case 'utf-8':
        return bytes.toString('utf8')
      case 'windows-1252':
        return WINDOWS_1252.decode(bytes)
      case 'utf-16le':
        return bytes.toString('utf16le')
      case 'utf-16be':
        return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
          .swap16()
          .toString('utf16le')
    }
  }

  #measure(block: LineBlock, isPlain: boolean): void {
    const unit = this.#unitBytes
    const isOneToOne = isPlain || this.#dialect.encoding !== 'utf-8'
    let offset = this.#offset
    for (const text of block.texts) {
      block.byteOffsets.push(offset)
      offset += (isOneToOne ? text.length : Buffer.byteLength(text)) * unit + unit
    }
  }

  /** The slow way, for a block that holds bytes which are no text. */
  #decodeEach(block: LineBlock, bytes: Buffer): void {
    block.texts = []
    block.faults = new Map()
    for (let at = 0; at <= bytes.length; ) {
      const next = this.#firstLineEnd(bytes.subarray(at))
      const line = next < 0 ? bytes.subarray(at) : bytes.subarray(at, at + next)
      if (!this.#isSound(line)) block.faults.set(block.texts.length, 'ROW_ENCODING')
      block.texts.push(this.#textOf(line).toWellFormed())
      block.byteOffsets.push(this.#offset + at)
      if (next < 0) return
      at += next + this.#unitBytes
    }
  }
}

const WINDOWS_1252 = new TextDecoder('windows-1252')

/** PostgreSQL takes no NUL, and no text has one. What is shown of the line has a picture in its place. */
function nameNuls(block: LineBlock): void {
  for (const [i, text] of block.texts.entries()) {
    if (!text.includes('\0')) continue
    block.faults ??= new Map()
    if (!block.faults.has(i)) block.faults.set(i, 'ROW_NUL_BYTE')
    block.texts[i] = text.replaceAll('\0', '␀')
  }
}

/** A line may be too long and yet end in the block in which that was seen. */
function nameLong(block: LineBlock): void {
  for (const [i, text] of block.texts.entries()) {
    if (text.length <= LINE_BYTES_MAX) continue
    block.faults ??= new Map()
    block.faults.set(i, 'ROW_TOO_LONG')
    block.texts[i] = text.slice(0, LONG_LINE_SHOWN_BYTES).toWellFormed()
  }
}
