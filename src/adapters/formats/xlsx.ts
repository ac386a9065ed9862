import type { Entry } from 'yauzl'
import type { FileEnd, RawRow, Reading, RowBatch } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { ROW_REASON, type RowCode, type RowRejected } from '../../import/row-code.ts'
import { csvLine } from '../../kernel/csv-line.ts'
import type { Archive } from './archive.ts'
import { Broken, refused } from './broken.ts'
import { tableReading } from './table.ts'
import { cellText, readStyles, type Styles } from './xlsx-cell.ts'
import { readSharedStrings } from './xlsx-strings.ts'
import { pathIn, readWorkbook } from './xlsx-workbook.ts'
import { elementsOf } from './xml-elements.ts'

/** Whether an archive is a workbook. */
export function isWorkbook(archive: Archive): boolean {
  return entryAt(archive, 'xl/workbook.xml') !== undefined || entryAt(archive, '[Content_Types].xml') !== undefined
}

/** Reads one sheet of a workbook, row by row: the one that is declared, else the first that is not hidden. */
export async function readSheet(archive: Archive, settings: ReadingSettings): Promise<Reading> {
  const dialect = {
    ...({ format: 'xlsx', encoding: 'utf-8', delimiter: null, quote: null, escape: null, lineEnd: null } as const),
    ...{ preambleLines: 0, hasHeader: false },
  }
  const found = entryAt(archive, 'xl/workbook.xml')
  if (found === undefined) return refused(dialect, { code: 'FILE_NOT_TEXT', reason: 'It is an Office file, but no workbook (.xlsx).' })
  const { sheets, is1904 } = await readWorkbook(archive, found)
  const sheet = settings.records === undefined ? sheets.find(one => !one.isHidden) : sheets.find(one => one.name === settings.records)
  const entry = sheet === undefined ? undefined : entryAt(archive, sheet.path)
  if (sheet === undefined || entry === undefined) {
    const names = sheets.map(one => one.name).join(', ') || 'none'
    const wanted = settings.records === undefined ? 'a sheet that can be read' : `a sheet named ${settings.records}`
    return refused(dialect, { code: 'FILE_BROKEN', reason: `The workbook has not ${wanted}; it has: ${names}.` })
  }
  const styles = await readStyles(archive, entryAt(archive, 'xl/styles.xml'), is1904)
  const strings = await readSharedStrings(archive, entryAt(archive, 'xl/sharedStrings.xml'))
  const reader = new Sheet(strings, styles)
  return tableReading(reader.read(archive, entry), { format: 'xlsx', encoding: 'utf-8', lineEnd: null, settings, end: () => reader.end })
}

export function entryAt(archive: Archive, path: string): Entry | undefined {
  return archive.entries.find(entry => pathIn(entry.fileName).toLowerCase() === path.toLowerCase())
}

const COLUMNS_MAX = 16_384
const ROW_CHARS_MAX = 1024 * 1024
/** Cells waiting to be handed on: rows may be as wide as a sheet. */
const BATCH_CELLS_MAX = 20_000

type Cell = { at: number; type: string; style: number; value: string; formula: string | null }

class Sheet {
  end: FileEnd | null = null
  readonly #strings: readonly string[]
  readonly #styles: Styles
  #line = 0
  #cells: string[] = []
  #fault: RowCode | null = null
  #cell: Cell | null = null
  #width = 0
  #characters = 0

  constructor(strings: readonly string[], styles: Styles) {
    this.#strings = strings
    this.#styles = styles
  }

  async *read(archive: Archive, entry: Entry): AsyncGenerator<RowBatch> {
    let rows: RawRow[] = []
    let unreadable: RowRejected[] = []
    let cells = 0
    let bytesRead = 0
    let text = ''
    for await (const events of elementsOf(archive.read(entry)))
      for (const event of events) {
        bytesRead = event.bytesRead
        if (event.kind === 'text') {
          if (this.#cell !== null && this.#characters < ROW_CHARS_MAX) text += event.text
          this.#characters += event.text.length
        } else if (event.kind === 'open') {
          text = ''
          if (event.name === 'row') this.#startRow(event.attributes.r)
          else if (event.name === 'c') this.#startCell(event.attributes)
        } else if (event.name === 'v' || event.name === 't') {
          if (this.#cell !== null) this.#cell.value += text
          text = ''
        } else if (event.name === 'f') {
          if (this.#cell !== null) this.#cell.formula = text
          text = ''
        } else if (event.name === 'c') this.#endCell()
        else if (event.name === 'row') {
          const row = this.#endRow()
          if (row.kind === 'rejected') unreadable.push(row)
          else rows.push(row.row)
          cells += this.#cells.length + 1
          if (cells < BATCH_CELLS_MAX) continue
          yield { rows, unreadable, passedOver: [], bytesRead }
          rows = []
          unreadable = []
          cells = 0
        }
      }
    this.end = { bytes: bytesRead, lines: this.#line, lastLineEnded: true, lastRowCells: null, lastRowReadable: true, broken: null }
    yield { rows, unreadable, passedOver: [], bytesRead }
  }

  #startRow(number: string | undefined): void {
    const line = Number(number)
    // A row without a number comes after the one before; one that goes back would be two rows with one number.
    this.#line = Number.isSafeInteger(line) && line > this.#line ? line : this.#line + 1
    this.#cells = []
    this.#fault = null
    this.#characters = 0
  }

  #startCell({ r, t, s }: Record<string, string>): void {
    const at = r === undefined ? this.#cells.length : columnOf(r)
    if (at === null || at >= COLUMNS_MAX) throw new Broken(`A cell of row ${this.#line} stands at ${r ?? '?'}, where no sheet has one.`)
    this.#cell = { at, type: t ?? 'n', style: Number(s ?? 0), value: '', formula: null }
  }

  #endCell(): void {
    const cell = this.#cell
    this.#cell = null
    if (cell === null) return
    const text = cellText(cell, this.#strings, this.#styles)
    if (text === null) throw new Broken(`The cell in row ${this.#line} points to a text that the workbook does not have.`)
    if (text.includes('\0')) this.#fault = 'ROW_NUL_BYTE'
    while (this.#cells.length < cell.at) this.#cells.push('')
    this.#cells[cell.at] = text
  }

  #endRow(): { kind: 'row'; row: RawRow } | RowRejected {
    const cells = this.#cells
    while (cells.length > 0 && cells.at(-1) === '') cells.pop()
    // Blank cells at the end are not written, so a narrow row is no ragged one.
    this.#width = Math.max(this.#width, cells.length)
    while (cells.length > 0 && cells.length < this.#width) cells.push('')
    const line = this.#line
    const code = this.#characters > ROW_CHARS_MAX ? 'ROW_TOO_LONG' : this.#fault
    if (code === null) return { kind: 'row', row: { line, byteOffset: 0, cells, raw: csvLine(cells) } }
    const raw = csvLine(cells).replaceAll('\0', '␀').slice(0, RAW_CHARS_MAX).toWellFormed()
    return { kind: 'rejected', line, byteOffset: 0, code, reason: ROW_REASON[code], raw }
  }
}

const RAW_CHARS_MAX = 10_000

/** 0 for `A7`, 26 for `AA7`; null for what is no cell. */
function columnOf(reference: string): number | null {
  const letters = /^\$?([A-Za-z]{1,3})\$?\d*$/.exec(reference)?.[1]
  if (letters === undefined) return null
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}
