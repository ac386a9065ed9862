import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ArrivalSettings } from './arrival.ts'
import type { FileState } from './file-state.ts'
import type { RemoteLook } from './source-port.ts'

export type RemoteFeed = {
  feedId: number
  name: string
  namePattern: string
  arrival: ArrivalSettings
  remoteFolder: string
  remoteArchive: string | null
  remoteFailed: string | null
  afterCommit: 'move' | 'delete' | 'leave'
}

/** What was seen at each source and is not here yet, by its name; a source of which nothing waits is left out. */
export async function waitingAtSources(sql: Sql): Promise<Map<string, { backlog: number; oldestAt: InstantMs | null; units: null }>> {
  const rows = await sql.query<{ name: string; backlog: number; oldestAt: InstantMs | null }>(
    `select s.name, count(*) as backlog, min(r.still_since) as "oldestAt"
       from feed.remote_file r join feed.feed e using (feed_id) join feed.source s using (source_id) left join feed.file f using (file_id)
      where r.settled_at is null and e.is_enabled and (r.file_id is null or f.state = 'interrupted')
      group by s.name`,
  )
  return new Map(rows.map(({ name, ...waiting }) => [name, { ...waiting, units: null }]))
}

/** The feeds that take their files from a source. */
export async function feedsOfSource(sql: Sql, sourceId: number): Promise<RemoteFeed[]> {
  return sql.query<RemoteFeed>(
    `select feed_id as "feedId", name, name_pattern as "namePattern", coalesce(settings->'arrival', '{}') as arrival, remote_folder as "remoteFolder", remote_archive as "remoteArchive",
            remote_failed as "remoteFailed", after_commit as "afterCommit"
       from feed.feed where source_id = $1 and is_enabled order by name`,
    [sourceId],
  )
}

export type RemoteFile = RemoteLook & {
  remoteFileId: number
  name: string
  stillSince: InstantMs
  failures: number
  nextTryAt: InstantMs | null
  fileId: number | null
  fileState: FileState | null
  putAwayAt: InstantMs | null
  heldBytes: number | null
}

/** What is known of a feed's remote files. */
export async function remoteFiles(sql: Sql, feedId: number): Promise<RemoteFile[]> {
  return sql.query<RemoteFile>(
    `select r.remote_file_id as "remoteFileId", r.name, r.bytes, r.modified_at as "modifiedAt", r.still_since as "stillSince", r.failures,
            r.next_try_at as "nextTryAt", r.file_id as "fileId", f.state as "fileState", f.put_away_at as "putAwayAt",
            f.received_bytes as "heldBytes"
       from feed.remote_file r left join feed.file f using (file_id) where r.feed_id = $1`,
    [feedId],
  )
}

/** Files that were seen for the first time as they are. One that was being fetched when it changed keeps its file, which begins again. */
export async function recordSeen(
  sql: Sql,
  seen: { feedId: number; files: readonly (RemoteLook & { name: string })[]; now: InstantMs },
): Promise<void> {
  if (seen.files.length === 0) return
  await sql.query(
    `insert into feed.remote_file (feed_id, name, bytes, modified_at, still_since)
     select $1, name, bytes, modified_at, $5 from unnest($2::text[], $3::bigint[], $4::timestamptz[]) as s (name, bytes, modified_at)
     on conflict do nothing`,
    [
      seen.feedId,
      seen.files.map(file => file.name),
      seen.files.map(file => file.bytes),
      seen.files.map(file => new Date(file.modifiedAt)),
      new Date(seen.now),
    ],
  )
}

/** Forgets what is not there any more, unless our own file of it still has to be settled. */
export async function forgetGone(sql: Sql, gone: { remoteFileIds: readonly number[] }): Promise<void> {
  if (gone.remoteFileIds.length === 0) return
  await sql.query(
    `delete from feed.remote_file r where remote_file_id = any($1)
        and (settled_at is not null or not exists (select 1 from feed.file f where f.file_id = r.file_id and f.put_away_at is null))`,
    [gone.remoteFileIds],
  )
}

/** A file of that name that was being fetched when it changed on the server: it begins again, rather than a second one. */
export async function changedMeanwhile(sql: Sql, remote: { feedId: number; name: string }): Promise<number | null> {
  const rows = await sql.query<{ fileId: number }>(
    `select f.file_id as "fileId" from feed.remote_file r join feed.file f using (file_id)
      where r.feed_id = $1 and r.name = $2 and f.state = 'interrupted' and f.put_away_at is null order by f.file_id desc limit 1`,
    [remote.feedId, remote.name],
  )
  return rows[0]?.fileId ?? null
}

/** From now on these bytes on the server are that file here. */
export async function recordFetching(sql: Sql, remote: { remoteFileId: number; fileId: number; expectedBytes: number }): Promise<void> {
  await sql.query(
    `with other as (update feed.remote_file set file_id = null where file_id = $2 and remote_file_id <> $1),
          expected as (update feed.file set expected_bytes = $3 where file_id = $2)
     update feed.remote_file set file_id = $2 where remote_file_id = $1`,
    [remote.remoteFileId, remote.fileId, remote.expectedBytes],
  )
}

export async function recordFetchFailed(sql: Sql, remote: { remoteFileId: number; nextTryAt: InstantMs }): Promise<void> {
  await sql.query('update feed.remote_file set failures = failures + 1, next_try_at = $2 where remote_file_id = $1', [
    remote.remoteFileId,
    new Date(remote.nextTryAt),
  ])
}

/** How far a fetch is, for those who watch it. */
export async function recordProgress(sql: Sql, file: { fileId: number; bytes: number }): Promise<void> {
  await sql.query(`update feed.file set received_bytes = $2 where file_id = $1 and state = 'receiving'`, [file.fileId, file.bytes])
}

export type ToSettle = RemoteLook &
  Pick<RemoteFeed, 'remoteFolder' | 'remoteArchive' | 'remoteFailed' | 'afterCommit'> & {
    remoteFileId: number
    fileId: number
    name: string
    state: FileState
    restName: string
    settleFailures: number
  }

/** Remote files whose file here has its verdict and lies at rest: only now may the remote one be moved or deleted. */
export async function dueSettle(sql: Sql, due: { sourceId: number; now: InstantMs; limit: number }): Promise<ToSettle[]> {
  return sql.query<ToSettle>(
    `select r.remote_file_id as "remoteFileId", r.file_id as "fileId", r.name, r.bytes, r.modified_at as "modifiedAt", f.state,
            coalesce(f.rest_name, r.name) as "restName", r.settle_failures as "settleFailures", e.remote_folder as "remoteFolder",
            e.remote_archive as "remoteArchive", e.remote_failed as "remoteFailed", e.after_commit as "afterCommit"
       from feed.remote_file r join feed.file f using (file_id) join feed.feed e on e.feed_id = r.feed_id
      where e.source_id = $1 and r.settled_at is null and (r.next_try_at is null or r.next_try_at <= $2)
        and f.put_away_at is not null and f.state <> 'interrupted'
      order by r.remote_file_id limit $3`,
    [due.sourceId, new Date(due.now), due.limit],
  )
}

export async function recordSettled(sql: Sql, remote: { remoteFileId: number; now: InstantMs }): Promise<void> {
  await sql.query('update feed.remote_file set settled_at = $2, settle_code = null, settle_reason = null where remote_file_id = $1', [
    remote.remoteFileId,
    new Date(remote.now),
  ])
}

/** The move or removal failed. The file stays taken, so that it is never imported twice. */
export async function recordUnsettled(
  sql: Sql,
  remote: { remoteFileId: number; code: string; reason: string; nextTryAt: InstantMs },
): Promise<void> {
  await sql.query(
    'update feed.remote_file set settle_failures = settle_failures + 1, settle_code = $2, settle_reason = $3, next_try_at = $4 where remote_file_id = $1',
    [remote.remoteFileId, remote.code, remote.reason, new Date(remote.nextTryAt)],
  )
}
