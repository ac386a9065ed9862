import type { Dialect, DialectOverrides } from './dialect.ts'
import type { RowRejected } from './row-code.ts'

/** One row as it stands in the file: cells are neither trimmed nor converted. */
export type RawRow = {
  /** 1-based physical line on which the row starts. */
  line: number
  /** Of the row's first byte in the original file, byte order mark and preamble included. */
  byteOffset: number
  cells: string[]
  /** The row's text between its line ends, quotes and all. */
  raw: string
}

/** A bounded piece of a file, in the order of the file. */
export type RowBatch = {
  rows: RawRow[]
  /** Rows that are no rows: broken quotes, wrong encoding, NUL, too long. Rejected before any layout looks at them. */
  unreadable: RowRejected[]
  /** How many bytes of the file have been read so far: for progress. */
  bytesRead: number
}

/** What is known once the last batch has been taken. */
export type FileEnd = {
  bytes: number
  /** Physical lines, a last one without line end included. */
  lines: number
  /** Whether the last line has its line end; true for an empty file. */
  lastLineEnded: boolean
  /** Cells of the last row; null when there was none or it was unreadable. */
  lastRowCells: number | null
  lastRowReadable: boolean
}

/** A file opened for reading. Only its beginning has been looked at. */
export type Reading = {
  /** How the file is written. Where the encoding is not certain yet, the first byte that is no ASCII settles it while rows are read. */
  dialect: Readonly<Dialect>
  /** Why this is no file of rows at all; it then has no header and no rows. Null for every other file. */
  refusal: { code: 'FILE_NOT_TEXT'; reason: string } | null
  /** The cells of the header, or null if the file has none. It is not among the rows. */
  header: string[] | null
  /** To be iterated once. */
  batches: AsyncIterable<RowBatch>
  /** The end of the file; null until the last batch was taken. */
  end(): FileEnd | null
}

/** What a format adapter implements. Memory stays bounded whatever the file holds. */
export type FormatReader = {
  name: string
  open(chunks: AsyncIterable<Uint8Array>, overrides?: DialectOverrides): Promise<Reading>
}
