import type { Written } from './dialect.ts'
import type { ReadingSettings } from './reading-settings.ts'
import type { RowRejected } from './row-code.ts'

/** One row as it stands in the file: cells are neither trimmed nor converted. */
export type RawRow = {
  /**
   * 1-based and rising. The physical line on which the row starts; in a workbook its row; in JSON, XML and X12, where a
   * line says nothing, the number of the record.
   */
  line: number
  /**
   * Of the row's first byte in the file as it was unpacked, byte order mark and preamble included. 0 where the format does
   * not tell.
   */
  byteOffset: number
  cells: string[]
  /** The row's text between its line ends, quotes and all; for a format without lines its cells as a line of CSV. */
  raw: string
}

/** A line that is no row and is not meant to be one: shown, and neither read nor refused. */
export type PassedOver = { line: number; what: 'repeated_header' | 'trailer' | 'left_out'; raw: string }

/** A bounded piece of a file, in the order of the file. */
export type RowBatch = {
  rows: RawRow[]
  /** Rows that are no rows: broken quotes, wrong encoding, NUL, too long. Rejected before any layout looks at them. */
  unreadable: RowRejected[]
  passedOver: PassedOver[]
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
  /** Why the file ends where it should not, or makes no sense from some place on; null for a sound file. None of it is believed. */
  broken: string | null
}

/** Why a file cannot be read at all. */
export type Refusal = { code: 'FILE_NOT_TEXT' | 'FILE_ARCHIVE_REFUSED' | 'FILE_BROKEN'; reason: string }

/** A file opened for reading. Only its beginning has been looked at. */
export type Reading = {
  /** How the file is written. Where the encoding is not certain yet, the first byte that is no ASCII settles it while rows are read. */
  dialect: Readonly<Written>
  /** In what the file was packed. */
  container: 'gzip' | 'zip' | null
  /** Why this is no file of rows at all; it then has no header and no rows. Null for every other file. */
  refusal: Refusal | null
  /** The cells of the header, or null if the file has none. It is not among the rows. */
  header: string[] | null
  /** To be iterated once. */
  batches: AsyncIterable<RowBatch>
  /** The end of the file; null until the last batch was taken. */
  end(): FileEnd | null
  /** Lets go of the file, where its rows are not wanted. Whoever takes the batches need not call it. */
  close(): Promise<void>
}

/** What a format adapter implements. Memory stays bounded whatever the file holds. */
export type FormatReader = {
  name: string
  open(chunks: AsyncIterable<Uint8Array>, settings?: ReadingSettings): Promise<Reading>
}
