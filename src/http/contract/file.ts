import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

export const FILE_STATES = [
  'receiving',
  'interrupted',
  'received',
  'staged',
  'held',
  'applied',
  'failed',
  'stale',
  'duplicate',
  'empty',
  'undone',
] as const
export type FileState = (typeof FILE_STATES)[number]

const SEARCH_CHARS_MAX = 200

export const filesQuery = pageQuery.extend({
  state: z.enum(FILE_STATES).optional(),
  feed: z.string().optional(),
  /** Part of the name. */
  search: z.string().max(SEARCH_CHARS_MAX).optional(),
  from: instant.optional(),
  to: instant.optional(),
  /** Only files with rejected rows. */
  rejected: z.enum(['true', 'false']).optional(),
  sort: z.enum(['newest', 'oldest', 'name']).default('newest'),
})

export const fileIdParams = z.object({ id: z.coerce.number().int().positive() })

const counts = z.object({
  rowsRead: z.number().int(),
  rowsAccepted: z.number().int(),
  rowsUnchanged: z.number().int(),
  rowsRejected: z.number().int(),
  /** Rows that changed nothing, since a newer count of their position was in the books. */
  rowsOutdated: z.number().int(),
  unitsRead: z.number().int(),
})

export const fileInList = z
  .object({
    id: z.number().int(),
    feed: z.string(),
    name: z.string(),
    door: z.enum(['sftp', 'folder', 'http', 'remote', 'again']),
    state: z.enum(FILE_STATES),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    bytes: z.number().int(),
    openedAt: instant,
    receivedAt: instant.nullable(),
    changedAt: instant,
    /** null: not read yet, or never will be. */
    counts: counts.nullable(),
  })
  .meta({ id: 'FileInList' })

export const filesPage = pageOf(fileInList)

export const fileDetail = fileInList
  .extend({
    layout: z.string(),
    sha256: z.string().nullable(),
    senderStamp: z.string().nullable(),
    duplicateOf: z.number().int().nullable(),
    /** The moment of which its counts speak; null: it has none, was not read, or each row has its own. */
    asOf: instant.nullable(),
    outdatedBy: z.number().int().nullable(),
    /** Positions that the snapshot before counted and this one does not; null: the feed does not ask. */
    rowsMissing: z.number().int().nullable(),
    /** Of these, how many were set to nothing. */
    rowsZeroed: z.number().int(),
    /** How many people have to release it, should it be held; and who wants it already. */
    releasedBy: z.enum(['one', 'two']),
    releaseWantedBy: z.string().nullable(),
    restName: z.string().nullable(),
    hasOriginal: z.boolean(),
    /** Rows that were not taken as they stand, because the feed says so, and lines that are no rows: how many of each kind. */
    treated: z.record(z.string(), z.number().int()),
    rejectedByCode: z.array(
      z.object({ code: z.string(), rows: z.number().int(), /** Of these, how many still wait. */ waiting: z.number().int() }),
    ),
    header: z.array(z.string()).nullable(),
    /** Rows of products that nobody knows and that wait quietly; rows left out by a pattern; rows that had been applied before. */
    rowsParked: z.number().int(),
    rowsLeftOut: z.number().int(),
    rowsRepeated: z.number().int(),
    /** The file of changes that it repeats: what was applied with that is left out. */
    repeats: z.object({ id: z.number().int(), name: z.string() }).nullable(),
    /** What its sender said before its first byte; null: nothing. */
    expectedBytes: z.number().int().nullable(),
    /** How far a file of millions of rows is booked; null: it is booked as one, or through. */
    booking: z.object({ booked: z.number().int(), rows: z.number().int() }).nullable(),
    /** The file that it corrects, or of which it is another reading. */
    parent: z.object({ id: z.number().int(), name: z.string(), kind: z.enum(['correction', 'again']) }).nullable(),
    /** Its corrections and later readings. */
    children: z.array(
      z.object({ id: z.number().int(), name: z.string(), kind: z.enum(['correction', 'again']), state: z.enum(FILE_STATES) }),
    ),
    fileKind: z.enum(['snapshot', 'delta']),
    /** What its rows speak of; null: it was not read. */
    subject: z.enum(['stock', 'catalog', 'orders', 'schedule']).nullable(),
    timeline: z.array(
      z.object({ at: instant, event: z.enum(['opened', 'received', 'interrupted', 'judged', 'booked', 'put_away']), text: z.string() }),
    ),
  })
  .meta({ id: 'FileDetail' })

const NAME_CHARS_MAX = 200

export const feedParams = z.object({ name: z.string().min(1).max(NAME_CHARS_MAX) })

/** A name of a file, never a path: it goes into `inbox/` as it is. */
export const uploadQuery = z.object({
  name: z
    .string()
    .min(1)
    .max(NAME_CHARS_MAX)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^/\\\u0000-\u001f]+$/, 'A file name cannot hold a slash or a control character.')
    .refine(name => !name.startsWith('.'), 'A file name cannot begin with a dot.'),
})

export const uploaded = z.object({ fileId: z.number().int() })

const REASON_CHARS_MAX = 1_000

/** Why a person decides so: kept beside the deed, where others will read it. */
export const decision = z.object({ reason: z.string().trim().min(1, 'Say why.').max(REASON_CHARS_MAX) })

export const decided = z.object({
  fileId: z.number().int(),
  state: z.enum(FILE_STATES),
  /** Who has decided so already, where it takes two. */
  waitsForSecond: z.boolean(),
})
