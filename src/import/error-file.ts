/** The columns of the file of rejected rows: where, why, and the row as it stood. */
export const ERROR_FILE_HEADER = 'line,byteOffset,code,reason,raw\r\n'

/** A cell that a spreadsheet would take for a formula gets an apostrophe, since the text comes from outside. */
export function errorFileLine(row: { line: number; byteOffset: number; code: string; reason: string; raw: string }): string {
  return `${row.line},${row.byteOffset},${row.code},${cell(row.reason)},${cell(row.raw)}\r\n`
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
