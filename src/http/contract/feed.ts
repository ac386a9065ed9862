import { z } from 'zod'
import { instant } from './instant.ts'

const NAME_CHARS_MAX = 200
const PATH_CHARS_MAX = 1_000
const REASON_CHARS_MAX = 1_000

export const FEED_DOORS = ['sftp', 'folder', 'remote'] as const

const due = z.object({
  lastDueAt: instant.nullable(),
  nextDueAt: instant,
  /** Since when the file that was due is missing, its grace included; null: it came, or may still come. */
  silentSince: instant.nullable(),
})

export const feedInList = z
  .object({
    name: z.string(),
    layout: z.string(),
    door: z.enum(FEED_DOORS),
    fileKind: z.enum(['snapshot', 'delta']),
    home: z.string(),
    folder: z.string(),
    /** What a client of the built-in server has to be told: the folder to drop files in, seen from its home; of a remote feed the folder there. */
    path: z.string(),
    namePattern: z.string(),
    isEnabled: z.boolean(),
    priority: z.number().int(),
    follows: z.string().nullable(),
    source: z.string().nullable(),
    remoteFolder: z.string().nullable(),
    remoteArchive: z.string().nullable(),
    remoteFailed: z.string().nullable(),
    afterCommit: z.enum(['move', 'delete', 'leave']),
    files: z.number().int(),
    lastReceivedAt: instant.nullable(),
    /** null: the feed does not say when its file is due. */
    due: due.nullable(),
  })
  .meta({ id: 'Feed' })

export const feedList = z.object({ rows: z.array(feedInList), layouts: z.array(z.string()) })

const fields = {
  layout: z.string().min(1).max(NAME_CHARS_MAX),
  /** The user's home that its files lie in. */
  home: z.string().min(1).max(NAME_CHARS_MAX),
  /** `stock`, or with names of one's own: `netsuite/inventoryitem/{csv,archive,failed,error}`. */
  folder: z.string().min(1).max(PATH_CHARS_MAX),
  namePattern: z.string().min(1).max(NAME_CHARS_MAX),
  door: z.enum(FEED_DOORS),
  fileKind: z.enum(['snapshot', 'delta']),
  isEnabled: z.boolean(),
  /** 1 is read first. */
  priority: z.number().int().min(1).max(9),
  /** The feed whose files have to be through first. */
  follows: z.string().max(NAME_CHARS_MAX).nullable(),
  source: z.string().max(NAME_CHARS_MAX).nullable(),
  remoteFolder: z.string().min(1).max(PATH_CHARS_MAX).nullable(),
  remoteArchive: z.string().min(1).max(PATH_CHARS_MAX).nullable(),
  remoteFailed: z.string().min(1).max(PATH_CHARS_MAX).nullable(),
  afterCommit: z.enum(['move', 'delete', 'leave']),
}

export const newFeed = z
  .object({ name: z.string().trim().min(1).max(NAME_CHARS_MAX), ...fields })
  .partial()
  .required({ name: true, layout: true, folder: true })
  .meta({ id: 'NewFeed' })

/** What is left out stays as it is. */
export const feedChange = z
  .object({ ...fields, reason: z.string().max(REASON_CHARS_MAX) })
  .partial()
  .meta({ id: 'FeedChange' })

export const feedNamed = z.object({ name: z.string() })

export const feedFinding = z
  .object({
    /** What is the matter; each has its page. */
    code: z.string(),
    /** The feed or source that it concerns; null: no feed fits. */
    feed: z.string().nullable(),
    source: z.string().nullable(),
    /** What a person should know, as sentences. */
    reason: z.string(),
    since: instant,
    /** The file that can be taken in. */
    stray: z
      .object({
        id: z.number().int(),
        home: z.string().nullable(),
        path: z.string(),
        bytes: z.number().int(),
        modifiedAt: instant,
        /** The layout whose columns it shows; by it a feed can be proposed where there is none. */
        layout: z.string().nullable(),
      })
      .nullable(),
    /** The file that lay in the inbox of another feed: `POST /files/:id/again` reads it into its own. */
    file: z.object({ id: z.number().int(), name: z.string(), feed: z.string() }).nullable(),
  })
  .meta({ id: 'FeedFinding' })

export const feedFindings = z.object({ rows: z.array(feedFinding) })

export const strayParams = z.object({ id: z.coerce.number().int().positive() })
export const takeIn = z.object({ feed: z.string().min(1).max(NAME_CHARS_MAX) })
/** A file that was moved on its own server is fetched from there, and has no id here yet. */
export const takenIn = z.object({ fileId: z.number().int().nullable() })

export const again = z.object({
  feed: z.string().min(1).max(NAME_CHARS_MAX).optional(),
  reason: z.string().max(REASON_CHARS_MAX).optional(),
})
export const againAnswer = z.object({ fileId: z.number().int() })
export const cancel = z.object({ reason: z.string().trim().min(1, 'Say why.').max(REASON_CHARS_MAX) })
