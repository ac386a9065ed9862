import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import { decided, decision, feedParams, fileIdParams, uploaded, uploadQuery } from '../http/contract/file.ts'
import { downloadRoute, jsonRoute, type Route, uploadRoute } from '../http/contract/route.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { unknownFeed, unknownFile } from './feed-not-as-asked.ts'
import { type FileState, restOf } from './file-state.ts'
import type { FileRoom } from './port.ts'
import { feedCalled, markFailed, releaseHeld, wantRelease } from './store.ts'

export type FeedRouteDeps = {
  db: Db
  clock: Clock
  files: Pick<FileRoom, 'readSpool' | 'readRest'>
  /** The door by which a browser or the command line brings a file: it answers when the file is whole and safe. */
  upload(file: { feedId: number; name: string; chunks: AsyncIterable<Uint8Array>; signal: AbortSignal }): Promise<{ fileId: number }>
  /** A file may be taken on now. */
  arrived(): void
}

/** What people may see and do where files come in. */
export function feedRoutes({ db, clock, files, upload, arrived }: FeedRouteDeps): Route[] {
  return [
    uploadRoute({
      path: '/feeds/:name/files',
      summary: 'Uploads a file into a feed, as an SFTP client would',
      tag: 'feed',
      role: 'operator',
      params: feedParams,
      query: uploadQuery,
      answer: uploaded,
      async handle({ params, query, body, who, signal }) {
        const feed = await feedCalled(db, params.name)
        if (feed === null) throw unknownFeed(params.name)
        const { fileId } = await upload({ feedId: feed.feedId, name: query.name, chunks: body.chunks, signal })
        const said = { name: query.name, before: null, after: { fileId, feed: params.name } }
        await recordAudit(db, { at: clock.now(), who: who.name, action: 'file.upload', subject: 'file', ...said })
        return { fileId }
      },
    }),
    downloadRoute({
      path: '/files/:id/original',
      summary: 'The bytes of a file as its sender sent them',
      tag: 'feed',
      role: 'viewer',
      params: fileIdParams,
      async handle({ params }) {
        const file = await keptFile(db, params.id)
        if (file === null) throw unknownFile(params.id)
        return { fileName: file.name, mediaType: 'application/octet-stream', chunks: bytesOf(files, file) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/files/:id/release',
      summary: 'Lets a held file count, whatever is held against it; where the feed wants two people, the second one does',
      tag: 'feed',
      role: 'operator',
      params: fileIdParams,
      body: decision,
      answer: decided,
      async handle({ params, body, who }) {
        const waitsForSecond = await db.transaction(tx => release(tx, { fileId: params.id, ...body, who: who.name, now: clock.now() }))
        if (!waitsForSecond) arrived()
        return { fileId: params.id, state: waitsForSecond ? ('held' as const) : ('received' as const), waitsForSecond }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/files/:id/reject',
      summary: 'Puts a held file aside: nothing of it is applied',
      tag: 'feed',
      role: 'operator',
      params: fileIdParams,
      body: decision,
      answer: decided,
      async handle({ params, body, who }) {
        const { reason } = body
        await db.transaction(async tx => {
          const file = await lockHeld(tx, params.id)
          const now = clock.now()
          await markFailed(tx, { fileId: params.id, code: 'FILE_REJECTED', reason: `${who.name} put it aside: ${reason}`, now })
          await audit(tx, { ...file, action: 'file.reject', who: who.name, reason, now, after: { state: 'failed' } })
        })
        arrived()
        return { fileId: params.id, state: 'failed' as const, waitsForSecond: false }
      },
    }),
  ]
}

type HeldFile = { name: string; state: FileState; code: string | null; releasedBy: string; wantedBy: string | null }

/** True while a second person has still to say the same. */
async function release(tx: Tx, asked: { fileId: number; reason: string; who: string; now: InstantMs }): Promise<boolean> {
  const { fileId, reason, who, now } = asked
  const file = await lockHeld(tx, fileId)
  if (file.releasedBy === 'two' && file.wantedBy === null) {
    await wantRelease(tx, fileId, who)
    await audit(tx, { ...file, action: 'file.release.first', who, reason, now, after: { state: 'held' } })
    return true
  }
  if (file.releasedBy === 'two' && file.wantedBy === who) throw needsAnother(fileId, who)
  await releaseHeld(tx, { fileId, who, now })
  await audit(tx, { ...file, action: 'file.release', who, reason, now, after: { state: 'received' } })
  return false
}

async function lockHeld(tx: Tx, fileId: number): Promise<HeldFile> {
  const rows = await tx.query<HeldFile>(
    `select f.name, f.state, f.code, coalesce(e.settings->'belief'->>'releasedBy', 'one') as "releasedBy", f.release_wanted_by as "wantedBy"
       from feed.file f join feed.feed e using (feed_id) where f.file_id = $1 for update of f`,
    [fileId],
  )
  const file = rows[0]
  if (!file) throw unknownFile(fileId)
  if (file.state !== 'held') throw notHeld(fileId, file.state)
  return file
}

type Decided = HeldFile & { action: string; who: string; reason: string; now: InstantMs; after: { state: FileState } }

async function audit(tx: Tx, { name, state, code, action, who, reason, now, after }: Decided): Promise<void> {
  await recordAudit(tx, { at: now, who, action, subject: 'file', name, before: { state, code }, after, reason })
}

/** The bytes of a file wherever they are kept; null where they are nowhere. */
export async function keptBytes(
  { db, files }: Pick<FeedRouteDeps, 'db' | 'files'>,
  fileId: number,
): Promise<AsyncIterable<Uint8Array> | null> {
  const file = await keptFile(db, fileId)
  return file === null ? null : bytesOf(files, file)
}

export type KeptFile = { name: string; state: FileState; spoolName: string; restName: string | null; home: string; folder: string }

export function bytesOf(files: FeedRouteDeps['files'], file: KeptFile): AsyncIterable<Uint8Array> {
  const kind = restOf(file.state)
  if (file.restName === null || kind === null) return files.readSpool(file.spoolName)
  return files.readRest({ home: file.home, folder: file.folder, kind, restName: file.restName })
}

async function keptFile(sql: Sql, fileId: number): Promise<KeptFile | null> {
  const rows = await sql.query<KeptFile>(
    `select f.name, f.state, f.spool_name as "spoolName", f.rest_name as "restName", e.home, e.folder
       from feed.file f join feed.feed e using (feed_id)
      where f.file_id = $1 and not (f.put_away_at is not null and f.rest_name is null)`,
    [fileId],
  )
  return rows[0] ?? null
}

function needsAnother(fileId: number, who: string): TrueupError {
  return new TrueupError('FILE_RELEASE_NEEDS_ANOTHER', `${who} wants file ${fileId} released already; the feed asks for a second person.`, {
    retry: 'after-operator',
    hint: 'Let somebody else look at it and press Release.',
    detail: { fileId },
  })
}

function notHeld(fileId: number, state: FileState): TrueupError {
  return new TrueupError('FILE_NOT_HELD', `File ${fileId} is ${state}, so there is nothing to decide about it.`, {
    retry: 'never',
    hint: 'Look at the file again: somebody may have decided meanwhile.',
    detail: { fileId, state },
  })
}
