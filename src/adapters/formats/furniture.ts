import type { FileEnd, RawRow, RowBatch } from '../../import/format-port.ts'
import type { ReadingSettings } from '../../import/reading-settings.ts'
import { isRepeatedHeader, TRAILER_ROWS_MAX, trailerRows } from '../../import/trailer.ts'

/** What stands around and between the rows of a table and is none: headers that come again, and what stands below the last row. */
export class Furniture {
  readonly #header: readonly string[] | null
  readonly #declared: number | undefined
  #width: number
  #hasTrailer = false

  constructor(header: readonly string[] | null, settings: ReadingSettings) {
    this.#header = header
    this.#declared = settings.trailerLines
    this.#width = header?.length ?? 0
  }

  /** A trailer at the end is a better proof that the file is whole than its last line end. */
  endOf(end: FileEnd | null): FileEnd | null {
    return end === null || !this.#hasTrailer ? end : { ...end, lastLineEnded: true, lastRowReadable: true, lastRowCells: this.#width }
  }

  /** One batch is held back, since only the end of the file tells that its last rows are none. */
  async *clear(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
    const rowsHeld = Math.max(TRAILER_ROWS_MAX, this.#declared ?? 0)
    let held: RowBatch | null = null
    for await (const batch of batches) {
      this.#dropHeaders(batch)
      if (held !== null) {
        if (batch.rows.length < rowsHeld) batch.rows.unshift(...held.rows.splice(-rowsHeld))
        yield held
      }
      held = batch
    }
    if (held === null) return
    this.#dropTrailer(held)
    yield held
  }

  #dropHeaders(batch: RowBatch): void {
    if (this.#width === 0) this.#width = batch.rows[0]?.cells.length ?? 0
    const header = this.#header
    if (header === null || !hasRow(batch.rows, header)) return
    const rows: RawRow[] = []
    for (const row of batch.rows) {
      if (isRepeatedHeader(header, row.cells)) batch.passedOver.push({ line: row.line, what: 'repeated_header', raw: row.raw })
      else rows.push(row)
    }
    batch.rows = rows
  }

  #dropTrailer(batch: RowBatch): void {
    const found = trailerRows(batch.rows, this.#width, this.#declared)
    if (found === 0) return
    // An unreadable line below them: then they are not the end.
    const lastRow = batch.rows.at(-1)?.line ?? 0
    if ((batch.unreadable.at(-1)?.line ?? 0) > lastRow) return
    this.#hasTrailer = true
    for (const { line, raw } of batch.rows.splice(-found)) batch.passedOver.push({ line, what: 'trailer', raw })
  }
}

/** A plain loop over the first cell, since it runs for every row of every file. */
function hasRow(rows: readonly RawRow[], header: readonly string[]): boolean {
  const first = header[0]
  for (const row of rows) if (row.cells[0] === first && isRepeatedHeader(header, row.cells)) return true
  return false
}
