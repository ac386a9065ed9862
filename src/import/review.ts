import type { Written } from './dialect.ts'
import type { Tally } from './tally.ts'

/** The first rows of a file, as it stands and as its feed's layout would have it. */
export type Preview = {
  written: Written
  container: 'gzip' | 'zip' | null
  /** The columns of the file; null where it names none. */
  header: string[] | null
  /** The columns that the rows are handed on in. */
  columns: string[] | null
  /** Why nothing of it could be read so. */
  problem: string | null
  rows: PreviewRow[]
}

export type PreviewRow = {
  line: number
  raw: string
  cells: string[]
  /** What became of it: rows in the columns of the layout, each with why it would be refused. */
  outcomes: { cells: string[]; code: string | null; reason: string | null }[]
  /** It says nothing to us. */
  isLeftOut: boolean
}

/** What would become of every row of a file. Nothing of it has moved. */
export type Review = {
  problem: string | null
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  unitsRead: number
  treated: Tally
  byCode: { code: string; rows: number; examples: { line: number; reason: string; raw: string }[] }[]
}
