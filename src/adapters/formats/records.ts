import type { Dialect } from '../../import/dialect.ts'
import type { RawRow, RowBatch } from '../../import/format-port.ts'
import type { LineState } from '../../import/quoted.ts'
import { type Quoting, quotingOf } from '../../import/quoting.ts'
import { ROW_REASON, type RowCode, type RowRejected } from '../../import/row-code.ts'
import type { LineBlock, LineFault } from './lines.ts'

/** A quoted cell may hold line ends, but not for ever: a quote that nobody closes would swallow the rest of the file. */
const RECORD_LINES_MAX = 10_000
const RECORD_CHARS_MAX = 1024 * 1024
/** How much of an unreadable row is kept to show it. */
const RAW_CHARS_MAX = 10_000

type Line = { text: string; line: number; byteOffset: number; fault: LineFault | undefined }

/**
 * Puts physical lines together to records, and records into cells. Where the quotes of a record make no sense, only the line
 * on which it starts is given up; the lines that it had swallowed are read again, each for itself, up to the line that
 * showed the mistake. So a stray quote costs one row, and no line is walked more than three times.
 */
export class Records {
  readonly #dialect: Readonly<Dialect>
  readonly #quoting: Quoting | null
  #rows: RawRow[] = []
  #unreadable: RowRejected[] = []
  #lines = 0
  /** The lines of a record whose quoted cell is still open. */
  #open: Line[] = []
  #openChars = 0
  #last: { line: number; cells: number | null } = { line: 0, cells: null }

  constructor(dialect: Readonly<Dialect>) {
    this.#dialect = dialect
    this.#quoting = quotingOf(dialect.quote, dialect.escape)
  }

  /** Physical lines taken so far. */
  get lines(): number {
    return this.#lines
  }

  /** How many rows, good and bad, wait to be handed on. */
  get waiting(): number {
    return this.#rows.length + this.#unreadable.length
  }

  /** Cells of the last row that was handed on; null if there was none or it was unreadable. */
  get lastRow(): { line: number; cells: number | null } {
    return this.#last
  }

  take({ texts, byteOffsets, faults }: LineBlock): void {
    const { delimiter, preambleLines } = this.#dialect
    const quote = this.#quoting?.sign ?? null
    for (let i = 0; i < texts.length; i++) {
      const line = ++this.#lines
      if (line <= preambleLines) continue
      const text = texts[i] ?? ''
      const byteOffset = byteOffsets[i] ?? 0
      const fault = faults?.get(i)
      // Nearly every line of nearly every file: no quote, no fault, nothing open.
      if (this.#open.length === 0 && fault === undefined && (quote === null || !text.includes(quote))) {
        const raw = this.#withoutReturn(text)
        if (raw !== '') this.#rows.push({ line, byteOffset, cells: raw.split(delimiter), raw })
      } else this.#takeLine({ text, line, byteOffset, fault })
    }
  }

  /** The file is over: a quote that is open now stays open. */
  finish(): void {
    if (this.#open.length > 0) this.#giveUp()
  }

  /** Hands on what was read since the last time. */
  drain(bytesRead: number): RowBatch {
    const batch: RowBatch = { rows: this.#rows, unreadable: this.#unreadable, passedOver: [], bytesRead }
    const good = batch.rows.at(-1)
    const bad = batch.unreadable.at(-1)
    if (good !== undefined) this.#last = { line: good.line, cells: good.cells.length }
    if (bad !== undefined && bad.line > this.#last.line) this.#last = { line: bad.line, cells: null }
    this.#rows = []
    this.#unreadable = []
    return batch
  }

  #takeLine(line: Line): void {
    if (this.#open.length === 0) {
      if (this.#isWhole(line)) return
      this.#open.push(line)
      this.#openChars = line.text.length
      return
    }
    const state = line.fault === 'ROW_TOO_LONG' ? 'misplaced' : this.#walk(line.text, true)
    if (state === 'misplaced') {
      this.#giveUp()
      this.#takeLine(line)
      return
    }
    this.#open.push(line)
    this.#openChars += line.text.length
    if (state === 'closed') this.#close()
    else if (this.#open.length > RECORD_LINES_MAX || this.#openChars > RECORD_CHARS_MAX) this.#giveUp()
  }

  /** Reads a line that starts a record. False if a quoted cell goes on behind its end. */
  #isWhole(line: Line): boolean {
    if (line.fault !== undefined) {
      this.#refuse(line, line.fault, line.text)
      return true
    }
    const state = this.#walk(line.text, false)
    if (state === 'open') return false
    if (state === 'misplaced') this.#refuse(line, 'ROW_QUOTE_MISPLACED', line.text)
    else this.#add(line, line.text)
    return true
  }

  #walk(text: string, isOpen: boolean): LineState {
    return this.#quoting?.walk(this.#withoutReturn(text), this.#dialect.delimiter, isOpen) ?? 'closed'
  }

  #close(): void {
    const [first] = this.#open
    const raw = this.#open.map(line => line.text).join(this.#dialect.lineEnd === '\r' ? '\r' : '\n')
    const fault = this.#open.find(line => line.fault !== undefined)?.fault
    this.#open = []
    if (first === undefined) return
    if (fault === undefined) this.#add(first, raw)
    else this.#refuse(first, fault, raw)
  }

  #giveUp(): void {
    const [first, ...swallowed] = this.#open
    this.#open = []
    if (first !== undefined) this.#refuse(first, 'ROW_QUOTE_UNCLOSED', first.text)
    for (const line of swallowed) if (!this.#isWhole(line)) this.#refuse(line, 'ROW_QUOTE_UNCLOSED', line.text)
  }

  #add({ line, byteOffset }: Line, text: string): void {
    const raw = this.#withoutReturn(text)
    if (raw === '') return
    const { delimiter } = this.#dialect
    this.#rows.push({ line, byteOffset, cells: this.#quoting?.split(raw, delimiter) ?? raw.split(delimiter), raw })
  }

  #refuse({ line, byteOffset }: Line, code: RowCode, text: string): void {
    const raw = this.#withoutReturn(text)
    const shown = raw.length > RAW_CHARS_MAX ? `${raw.slice(0, RAW_CHARS_MAX).toWellFormed()}…` : raw
    this.#unreadable.push({ kind: 'rejected', line, byteOffset, code, reason: ROW_REASON[code], raw: shown })
  }

  /** In a file of `\r\n` or of `\n`, a `\r` before the line end belongs to it. */
  #withoutReturn(text: string): string {
    return this.#dialect.lineEnd !== '\r' && text.endsWith('\r') ? text.slice(0, -1) : text
  }
}
