import type { Written } from '../../import/dialect.ts'
import type { FileEnd, Reading, RowBatch } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { ROW_REASON, type RowCode, type RowRejected } from '../../import/row-code.ts'
import { csvLine } from '../../kernel/csv-line.ts'
import { grouped } from '../../kernel/grouped.ts'
import { upToBreak } from './broken.ts'
import { startingWith } from './head.ts'

/** A record whose values have names: an object of JSON, an element of XML, a segment of EDI. */
export type NamedRecord = {
  line: number
  byteOffset: number
  /** By the path of its name; an absent value is not there. */
  values: Map<string, string>
  /** Null: its values as a line of CSV. */
  raw: string | null
  /** Why it is no record that could be read, whatever its values. */
  fault: { code: RowCode; reason?: string } | null
}

export type RecordBatch = { records: NamedRecord[]; bytesRead: number }

/** How many records are looked at for the names of columns, and how much text they may hold. */
const RECORDS_LOOKED_AT = 1_000
const CHARS_LOOKED_AT = 4 * 1024 * 1024
const COLUMNS_MAX = 2_000

/** Records by name as rows below a header: the names of the first thousand, in the order in which they were met. */
export async function recordReading(
  batches: AsyncGenerator<RecordBatch>,
  options: { dialect: Written; settings: ReadingSettings; end: () => FileEnd | null },
): Promise<Reading> {
  const looked: RecordBatch[] = []
  const names = new Set(options.settings.columns?.map(column => column.name))
  let records = 0
  let characters = 0
  let breakOf: unknown = null
  while (records < RECORDS_LOOKED_AT && characters < CHARS_LOOKED_AT) {
    // What breaks while it is looked at is said where its rows end, as everywhere else.
    const next = await batches.next().catch((error: unknown) => {
      breakOf = error
      return { done: true as const, value: undefined }
    })
    if (next.done) break
    looked.push(next.value)
    records += next.value.records.length
    for (const { values } of next.value.records) {
      for (const [name, value] of values) {
        characters += value.length
        if (names.size < COLUMNS_MAX) names.add(name)
      }
    }
  }
  const header = names.size === 0 ? null : [...names]
  const rest = breakOf === null ? batches : brokenWith(breakOf)
  const rows = rowsOf(startingWith(looked, rest), header ?? [])
  return upToBreak({ dialect: { ...options.dialect, hasHeader: header !== null }, header, batches: rows, end: options.end })
}

// biome-ignore lint/correctness/useYield: it ends before its first value
async function* brokenWith(error: unknown): AsyncGenerator<RecordBatch> {
  throw error
}

async function* rowsOf(batches: AsyncGenerator<RecordBatch>, header: readonly string[]): AsyncGenerator<RowBatch> {
  const places = new Map(header.map((name, index) => [name, index]))
  for await (const { records, bytesRead } of batches) {
    const batch: RowBatch = { rows: [], unreadable: [], passedOver: [], bytesRead }
    for (const record of records) {
      const unknown = record.fault === null ? [...record.values.keys()].find(name => !places.has(name)) : undefined
      if (record.fault !== null) batch.unreadable.push(refusedRecord(record, record.fault))
      else if (unknown !== undefined) {
        const reason = `The record has a value named ${shown(unknown)}, which none of the first ${grouped(RECORDS_LOOKED_AT)} has.`
        batch.unreadable.push(refusedRecord(record, { code: 'ROW_COLUMN_UNKNOWN', reason }))
      } else {
        const cells = header.map(name => record.values.get(name) ?? '')
        batch.rows.push({ line: record.line, byteOffset: record.byteOffset, cells, raw: record.raw ?? csvLine(cells) })
      }
    }
    yield batch
  }
}

const RAW_CHARS_MAX = 10_000

function refusedRecord({ line, byteOffset, values, raw }: NamedRecord, fault: { code: RowCode; reason?: string }): RowRejected {
  const text = (raw ?? JSON.stringify(Object.fromEntries(values))).replaceAll('\0', '␀').toWellFormed()
  const short = text.length > RAW_CHARS_MAX ? `${text.slice(0, RAW_CHARS_MAX).toWellFormed()}…` : text
  return { kind: 'rejected', line, byteOffset, code: fault.code, reason: fault.reason ?? ROW_REASON[fault.code], raw: short }
}

const NAME_CHARS_SHOWN = 60

function shown(name: string): string {
  return name.length > NAME_CHARS_SHOWN ? `${name.slice(0, NAME_CHARS_SHOWN)}…` : name
}

/** Gathers the values of one record, and notices what no row may hold. */
export class RecordMaker {
  readonly #line: number
  readonly #byteOffset: number
  readonly #values = new Map<string, string>()
  #characters = 0
  #fault: NamedRecord['fault'] = null

  constructor(line: number, byteOffset: number) {
    this.#line = line
    this.#byteOffset = byteOffset
  }

  /** Whether there is still room; a value beyond it is not to be gathered at all. */
  get isFull(): boolean {
    return this.#characters > RECORD_CHARS_MAX
  }

  add(name: string, value: string): void {
    this.#characters += name.length + value.length
    if (this.isFull) {
      this.#fault ??= { code: 'ROW_TOO_LONG' }
      return
    }
    if (value.includes('\0') || name.includes('\0')) this.#fault ??= { code: 'ROW_NUL_BYTE' }
    if (!value.isWellFormed()) this.#fault ??= { code: 'ROW_ENCODING' }
    const before = this.#values.get(name)
    if (before !== undefined) this.#fault ??= { code: 'ROW_COLUMN_TWICE', reason: `The record has two values named ${shown(name)}.` }
    this.#values.set(name, value)
  }

  fail(fault: NonNullable<NamedRecord['fault']>): void {
    this.#fault ??= fault
  }

  made(raw: string | null = null): NamedRecord {
    return { line: this.#line, byteOffset: this.#byteOffset, values: this.#values, raw, fault: this.#fault }
  }
}

/** As long as a line of a delimited file may be. */
export const RECORD_CHARS_MAX = 1024 * 1024
