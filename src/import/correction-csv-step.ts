import { safeCsvLine } from '../kernel/csv-line.ts'
import { exportedHeader, exportedRow, type RejectedCells } from './correction.ts'

/** Rejected rows as a file that a spreadsheet opens and that our own door takes back. */
export async function* correctionCsv(header: readonly string[], pages: AsyncIterable<readonly RejectedCells[]>): AsyncIterable<string> {
  const columns = header.length === 0 ? ['row'] : header
  yield `${safeCsvLine(exportedHeader(columns))}\r\n`
  for await (const rows of pages) yield rows.map(row => `${safeCsvLine(exportedRow(row, columns))}\r\n`).join('')
}
