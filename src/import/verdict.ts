import { assert } from '../kernel/assert.ts'
import { grouped } from '../kernel/grouped.ts'
import type { FileEnd } from './format-port.ts'

/** What was counted while one file was read. */
export type FileFacts = {
  /** How many cells a row of this file has to have. */
  columnCount: number
  rowsRead: number
  /** Rows whose value was so already count as accepted here: they were understood. */
  rowsAccepted: number
  /** Unreadable rows included. */
  rowsRejected: number
  /** Rows that are neither: parked, left out, or applied before. */
  rowsAside?: number
  /** Null for a file that was not read to its end, which is a bug of whoever asks. */
  end: FileEnd | null
}

export type FilePolicy = {
  /** A sender that always writes the last line end: a file without it was cut, even where the last row has all its columns. */
  lastLineEndRequired: boolean
  /** A person has looked at it, and wants what can be read. */
  isReleased: boolean
  /** Why it is not what its own last line says; null: it is, or says nothing. */
  total: { code: FileCode; reason: string } | null
}

export const FILE_POLICY: FilePolicy = { lastLineEndRequired: false, isReleased: false, total: null }

/** Why a file is not believed. The last three are known before a row is read. */
export type FileCode =
  | 'FILE_BROKEN'
  | 'FILE_EMPTY'
  | 'FILE_LAST_LINE_INCOMPLETE'
  | 'FILE_TRAILER_MISSING'
  | 'FILE_TRAILER_MISMATCH'
  | 'FILE_ALL_REJECTED'
  | 'FILE_NO_LAYOUT'
  | 'FILE_NOT_TEXT'
  | 'FILE_ARCHIVE_REFUSED'

/** `empty` is not wrong but says nothing: it is never a snapshot in which everything is missing, and not the file that was due. */
export type FileVerdict = { kind: 'believe' } | { kind: 'fail' | 'empty' | 'hold'; code: FileCode; reason: string }

/**
 * Whether a file that was read to its end is believed. Good rows are taken though others are bad; a torn file, and one that is not what its
 * own last line says, waits for a person. Once a person has let it go, what can be read of it counts.
 */
export function judgeFile(facts: FileFacts, policy: FilePolicy = FILE_POLICY): FileVerdict {
  const { rowsRead, rowsAccepted, rowsRejected, rowsAside = 0, columnCount, end } = facts
  assert(end !== null, 'a file is judged when its last row was read')
  assert(rowsRead === rowsAccepted + rowsRejected + rowsAside, 'every row has one outcome')
  if (end.broken !== null) return fail('FILE_BROKEN', `${end.broken} Nothing of the file was taken.`)
  if (rowsRead === 0) return EMPTY
  if (!policy.isReleased) {
    const torn = whyTorn(end, columnCount, policy)
    if (torn !== null)
      return hold('FILE_LAST_LINE_INCOMPLETE', `The last line has no line end and ${torn}: the file was cut while it was written or sent.`)
    if (policy.total !== null) return { kind: 'hold', ...policy.total }
  }
  if (rowsRejected === rowsRead) return fail('FILE_ALL_REJECTED', `All ${grouped(rowsRead)} rows were rejected.`)
  return { kind: 'believe' }
}

const EMPTY: FileVerdict = {
  kind: 'empty',
  code: 'FILE_EMPTY',
  reason: 'The file has no rows. It moves nothing, and is not taken for “everything is gone”.',
}

function whyTorn(end: FileEnd, columnCount: number, policy: FilePolicy): string | null {
  if (end.lastLineEnded) return null
  if (!end.lastRowReadable) return 'cannot be read'
  const cells = end.lastRowCells ?? 0
  if (cells < columnCount) return `has ${cells} of ${columnCount} columns`
  return policy.lastLineEndRequired ? 'may lack its last characters' : null
}

function hold(code: FileCode, reason: string): FileVerdict {
  return { kind: 'hold', code, reason }
}

function fail(code: FileCode, reason: string): FileVerdict {
  return { kind: 'fail', code, reason }
}
