import type { Encoding } from './encoding.ts'

/** The formats in which files come; each may also come packed with gzip or zip. */
export const FORMATS = ['delimited', 'fixed-width', 'json', 'ndjson', 'xml', 'xlsx', 'x12'] as const
export type FormatName = (typeof FORMATS)[number]

export type LineEnd = '\n' | '\r\n' | '\r'

/** How a quote inside quotes is written: twice, or behind a backslash. */
export type Escape = 'doubled' | 'backslash'

/** A column that the file does not name itself; for fixed width with the characters that it takes. */
export type DeclaredColumn = { name: string; width?: number }

/** What a feed declares about how its files are written, instead of leaving it to be detected. */
export type ReadingSettings = {
  format?: FormatName
  encoding?: Encoding
  /** One sign. */
  delimiter?: string
  /** One sign; null for files in which a quote is a character like any other. */
  quote?: string | null
  escape?: Escape
  lineEnd?: LineEnd
  preambleLines?: number
  hasHeader?: boolean
  /** Lines below the table that are no rows. */
  trailerLines?: number
  /** A row with another number of cells: refused, or filled up with blanks. */
  raggedRows?: 'reject' | 'pad'
  columns?: readonly DeclaredColumn[]
  /** Where the records stand: path of an element in XML, of an array in JSON, name of a sheet in a workbook. */
  records?: string
}
