import { PassThrough } from 'node:stream'
import ExcelJS from 'exceljs'
import type { WorkbookWriter } from '../../import/workbook-port.ts'

/** A number that a spreadsheet shows as it stands; a long one it would show in scientific notation, and one with leading zeroes without them. */
const PLAIN_NUMBER = /^(?:0|-?[1-9]\d{0,8})$/
const COLUMN_WIDTH = 18
const REASON_WIDTH = 60

/** A workbook of one sheet, with its first row fixed and in bold. What is no plain number is text, so that nothing is calculated. */
export const writeWorkbook: WorkbookWriter = ({ name, rows }) => {
  const out = new PassThrough()
  write(out, name, rows).catch(error => out.destroy(error instanceof Error ? error : new Error(String(error))))
  return out as AsyncIterable<Uint8Array>
}

async function write(out: PassThrough, name: string, pages: AsyncIterable<readonly (readonly string[])[]>): Promise<void> {
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false })
  const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] })
  let isHeader = true
  for await (const rows of pages) {
    for (const cells of rows) {
      if (isHeader)
        sheet.columns = cells.map(cell => ({ width: cell === 'trueup_reason' ? REASON_WIDTH : COLUMN_WIDTH, style: { numFmt: '@' } }))
      const row = sheet.addRow(cells.map(cell => (PLAIN_NUMBER.test(cell) ? Number(cell) : cell)))
      if (isHeader) row.font = { bold: true }
      isHeader = false
      row.commit()
    }
  }
  sheet.commit()
  await workbook.commit()
}
