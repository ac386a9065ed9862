/** A row as a line of CSV, without its line end: quotes only where they are needed. */
export function csvLine(cells: readonly string[]): string {
  return cells.map(quotedIfNeeded).join(',')
}

/**
 * The same for files that people open in a spreadsheet: a cell that would be taken for a formula gets an apostrophe, since
 * the text comes from outside. Our own reader takes it off again (`withoutApostrophe`).
 */
export function safeCsvLine(cells: readonly string[]): string {
  return csvLine(cells.map(safeCell))
}

export function safeCell(cell: string): string {
  return /^'*[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell
}

/** Undoes `safeCell`: of the apostrophes before what a spreadsheet would calculate, one is none of the sender's. */
export function withoutApostrophe(cell: string): string {
  return /^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell
}

function quotedIfNeeded(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
