import type { Sql, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { RoomStatus } from '../kernel/report.ts'
import { type ArrivalSettings, isEvident } from './arrival.ts'
import { feedsAhead } from './feed-store.ts'
import type { Earlier } from './file-identity.ts'
import { changeBy, type FileEvent, type FileState } from './file-state.ts'
import type { Door, Receipt, Whole } from './port.ts'
import type { FeedSettings } from './settings-store.ts'

export { addFeed, changeFeed, type Feed, feedAt, feedCalled, foldersOf, listFeeds, type NewFeed } from './feed-store.ts'
export { originalNameOf, restNameOf } from './rest-name.ts'

/** Reading a file of more bytes takes seconds: it is read beside the others. */
export const LARGE_FILE_BYTES = 8 * 1_024 * 1_024

type Opened = {
  feedId: number
  door: Door
  name: string
  owner: string
  spoolName: string
  expectedBytes?: number | null
  /** The file whose kept original is read anew. */
  againOf?: number | null
  /** The file whose rejected rows it brings home. */
  corrects?: number | null
  /** The key of the request that brought its rows. */
  requestKey?: string | null
  now: InstantMs
}

/** A client opens a file: a row before its first byte. Says by the way that its receiver is alive. */
export async function recordOpened(sql: Sql, file: Opened): Promise<number> {
  const rows = await sql.query<{ fileId: number }>(
    `with alive as (
       insert into feed.receiver (owner, alive_at) values ($4, $6) on conflict (owner) do update set alive_at = excluded.alive_at
     )
     insert into feed.file
       (feed_id, door, name, state, owner, spool_name, expected_bytes, again_of, opened_at, changed_at, parent_file_id, parent_kind, request_key)
     values ($1, $2, $3, 'receiving', $4, $5, $7, $8::bigint, $6, $6, coalesce($9::bigint, $8::bigint),
             case when $9::bigint is not null then 'correction' when $8::bigint is not null then 'again' end, $10)
     returning file_id as "fileId"`,
    [
      ...[file.feedId, file.door, file.name, file.owner, file.spoolName, new Date(file.now)],
      ...[file.expectedBytes ?? null, file.againOf ?? null, file.corrects ?? null, file.requestKey ?? null],
    ],
  )
  assert(rows[0], 'an insert gives its row')
  return rows[0].fileId
}

/** Whether what rests under that name was interrupted, so that nobody knows the rest of it. */
export async function isPart(sql: Sql, file: { feedId: number; restName: string }): Promise<boolean> {
  const rows = await sql.query(`select 1 from feed.file where feed_id = $1 and rest_name = $2 and state = 'interrupted'`, [
    file.feedId,
    file.restName,
  ])
  return rows.length > 0
}

/** The newest interrupted file of a name that was not given up. */
export async function unfinished(sql: Sql, file: { feedId: number; name: string }): Promise<Receipt | null> {
  const rows = await sql.query<Receipt>(
    `select file_id as "fileId", spool_name as "spoolName" from feed.file
      where feed_id = $1 and name = $2 and state = 'interrupted' and put_away_at is null order by file_id desc limit 1`,
    [file.feedId, file.name],
  )
  return rows[0] ?? null
}

/** An interrupted file goes on, with a receiver of its own. Gives where its bytes are kept; null when there is nothing to go on with. */
export async function recordResumed(sql: Sql, file: { fileId: number; owner: string; now: InstantMs }): Promise<string | null> {
  const { to, from } = changeBy('resumed')
  const rows = await sql.query<{ spoolName: string }>(
    `update feed.file set state = $2, owner = $3, code = null, reason = null, changed_at = $4
      where file_id = $1 and state = any($5) and put_away_at is null returning spool_name as "spoolName"`,
    [file.fileId, to, file.owner, new Date(file.now), from],
  )
  return rows[0]?.spoolName ?? null
}

/** The file is whole. The lock on its feed makes the seqs of one feed commit in their order, so that nobody reads past a late one. */
export async function recordReceived(sql: Sql, receipt: Receipt, whole: Whole & { now: InstantMs }): Promise<void> {
  const { from } = changeBy('completed')
  const settings = await sql.query<{ arrival: ArrivalSettings }>(
    `select coalesce(e.settings->'arrival', '{}') as arrival from feed.file join feed.feed e using (feed_id) where file_id = $1`,
    [receipt.fileId],
  )
  const rows = await sql.query(
    `update feed.file f
        set state = 'received', arrived_by = $7, whole_at = case when $8 then $4::timestamptz end,
            seq = case when $8 then nextval('feed.file_seq') end, received_bytes = $2, modified_at = $3, received_at = $4, changed_at = $4,
            name = coalesce($6, name), code = null, reason = null
       from (select feed_id from feed.feed where feed_id = (select feed_id from feed.file where file_id = $1) for no key update) e
      where f.feed_id = e.feed_id and f.file_id = $1 and f.state = any($5) and f.put_away_at is null
     returning f.file_id`,
    [
      ...[receipt.fileId, whole.bytes, whole.modifiedAt === null ? null : new Date(whole.modifiedAt), new Date(whole.now), from],
      ...[whole.name ?? null, whole.by, isEvident(settings[0]?.arrival ?? {}, whole.by)],
    ],
  )
  if (rows.length === 0) throw givenUp(receipt.fileId)
}

/** Keeps what is known of a torn upload. One that is past receiving, or was given up already, stays as it is. */
export async function recordInterrupted(
  sql: Sql,
  torn: { fileId: number; bytes: number; code: string; reason: string; now: InstantMs },
): Promise<void> {
  const { to, from } = changeBy('torn')
  await sql.query(
    `update feed.file set state = $2, received_bytes = $3, code = $4, reason = $5, changed_at = $6
      where file_id = $1 and state = any($7)`,
    [torn.fileId, to, torn.bytes, torn.code, torn.reason, new Date(torn.now), from],
  )
}

/** Says that a receiver is alive, and forgets those that have not been for long. */
export async function recordAlive(sql: Sql, receiver: { owner: string; now: InstantMs; forgetBefore: InstantMs }): Promise<void> {
  await sql.query(
    `with forgotten as (delete from feed.receiver where alive_at < $3 and owner <> $1)
     insert into feed.receiver (owner, alive_at) values ($1, $2) on conflict (owner) do update set alive_at = excluded.alive_at`,
    [receiver.owner, new Date(receiver.now), new Date(receiver.forgetBefore)],
  )
}

export type Orphan = { fileId: number; spoolName: string }

/** Files in `receiving` that nobody receives any more. `isAlone` says that no other process can be alive. */
export async function orphans(
  sql: Sql,
  from: { owner: string; liveFileIds: readonly number[]; silentBefore: InstantMs; isAlone: boolean; limit: number },
): Promise<Orphan[]> {
  return sql.query<Orphan>(
    `select file_id as "fileId", spool_name as "spoolName"
       from feed.file f
      where state = 'receiving'
        and case when owner = $1 then file_id <> all($2) and changed_at < $3
                 else $4 or not exists (select 1 from feed.receiver r where r.owner = f.owner and r.alive_at >= $3) end
      order by file_id limit $5`,
    [from.owner, from.liveFileIds, new Date(from.silentBefore), from.isAlone, from.limit],
  )
}

export type Undigested = { fileId: number; spoolName: string; bytes: number; needsMd5: boolean }

/** The next whole file whose bytes were not looked at; large ones when no small one waits. */
export async function nextUndigested(sql: Sql): Promise<Undigested | null> {
  const rows = await sql.query<Undigested>(
    `select file_id as "fileId", spool_name as "spoolName", received_bytes as bytes, coalesce(e.settings->'arrival'->>'evidence' = 'manifest', false) as "needsMd5"
       from feed.file join feed.feed e using (feed_id) where state = 'received' and sha256 is null
      order by received_bytes > ${LARGE_FILE_BYTES}, seq, file_id limit 1`,
  )
  return rows[0] ?? null
}

export async function recordDigest(sql: Sql, file: { fileId: number; sha256: string; md5: string | null }): Promise<void> {
  await sql.query('update feed.file set sha256 = $2, md5 = $3 where file_id = $1 and sha256 is null', [file.fileId, file.sha256, file.md5])
}

/** The feeds in which a whole file waits to be told new or known. */
export async function feedsToIdentify(sql: Sql): Promise<number[]> {
  const rows = await sql.query<{ feedId: number }>(
    `select distinct feed_id as "feedId" from feed.file where state = 'received' and whole_at is not null and identified_at is null order by 1`,
  )
  return rows.map(row => row.feedId)
}

export type ToIdentify = {
  fileId: number
  name: string
  bytes: number
  sha256: string | null
  senderStamp: string | null
  namePattern: string
  fileKind: 'snapshot' | 'delta'
  settings: FeedSettings
  receivedAt: InstantMs
  modifiedAt: InstantMs | null
  /** It brings rejected rows home, or reads a kept original anew; null: it came by itself. */
  parentKind: 'correction' | 'again' | null
}

/** The first file of a feed that waits to be told new or known. Locks the feed: its files are judged one after the other. */
export async function nextToIdentify(tx: Tx, feedId: number): Promise<ToIdentify | null> {
  const feeds = await tx.query<Pick<ToIdentify, 'namePattern' | 'fileKind' | 'settings'>>(
    `select name_pattern as "namePattern", file_kind as "fileKind", settings from feed.feed where feed_id = $1 for no key update`,
    [feedId],
  )
  const rows = await tx.query<Omit<ToIdentify, 'namePattern' | 'fileKind' | 'settings'>>(
    `select file_id as "fileId", name, received_bytes as bytes, sha256, sender_stamp as "senderStamp", received_at as "receivedAt",
            modified_at as "modifiedAt", parent_kind as "parentKind"
       from feed.file where feed_id = $1 and state = 'received' and whole_at is not null and identified_at is null order by seq limit 1`,
    [feedId],
  )
  return feeds[0] && rows[0] ? { ...rows[0], ...feeds[0] } : null
}

const EARLIER_MAX = 100

/** Files of a feed with the same bytes that were told new before, oldest first; the newest hundred of them. */
export async function earlierAlike(tx: Tx, file: { feedId: number; fileId: number; sha256: string }): Promise<Earlier[]> {
  const rows = await tx.query<Earlier>(
    `select file_id as "fileId", name, state, sender_stamp as "senderStamp", changed_at as "changedAt"
       from feed.file
      where feed_id = $1 and sha256 = $3 and file_id <> $2 and state in ('received', 'staged', 'held', 'applied')
        and (state <> 'received' or identified_at is not null)
      order by seq desc limit $4`,
    [file.feedId, file.fileId, file.sha256, EARLIER_MAX],
  )
  return rows.reverse()
}

/** Keeps the stamp that the sender gave a file. */
export async function recordStamp(tx: Tx, fileId: number, stamp: string): Promise<void> {
  await tx.query('update feed.file set sender_stamp = $2 where file_id = $1', [fileId, stamp])
}

/** The file is new: from now on import may take it. */
export async function markNew(tx: Tx, fileId: number, now: InstantMs): Promise<void> {
  await tx.query('update feed.file set identified_at = $2 where file_id = $1', [fileId, new Date(now)])
}

export async function markDuplicate(
  tx: Tx,
  file: { fileId: number; of: number; code: string; reason: string; now: InstantMs },
): Promise<void> {
  await change(tx, 'seen_before', file)
  await tx.query('update feed.file set duplicate_of = $2 where file_id = $1', [file.fileId, file.of])
}

export type ToImport = {
  fileId: number
  feedId: number
  feedName: string
  layout: string
  /** What the feed declares about its files, by section. */
  settings: FeedSettings
  /** The folder of the feed, below the home of its user. */
  folder: string
  name: string
  spoolName: string
  seq: number
  bytes: number
  /** Of another reading of a file: when the first one came, and was changed. */
  receivedAt: InstantMs
  modifiedAt: InstantMs | null
  /** A person decided that it counts. */
  isReleased: boolean
  /** Of rows that came by the API: the key of their request. */
  requestKey: string | null
}

/**
 * The next file that import may read: whole, new, and the first of its feed. Feeds do not wait for each other, unless one follows another;
 * changes wait behind a file of theirs that is held, while a snapshot takes its place (`supersedeHeld`). Locked until the transaction ends; while one
 * process reads a feed's file, another gets another feed's, never the feed's next. Large files are asked for by themselves, so that small ones
 * do not wait behind their reading.
 */
export async function nextToImport(tx: Tx, { isLarge }: { isLarge: boolean }): Promise<ToImport | null> {
  const rows = await tx.query<ToImport>(
    `select f.file_id as "fileId", f.feed_id as "feedId", e.name as "feedName", e.layout, e.settings, e.folder, f.name, f.spool_name as "spoolName", f.seq,
            f.received_bytes as bytes, coalesce(o.received_at, f.received_at) as "receivedAt", f.modified_at as "modifiedAt", f.released_at is not null as "isReleased", f.request_key as "requestKey"
       from feed.file f
       join feed.feed e on e.feed_id = f.feed_id and e.is_enabled
       left join feed.file o on o.file_id = f.again_of
      where f.state = 'received' and f.identified_at is not null
        and not exists (select 1 from feed.file g where g.feed_id = f.feed_id and g.state = 'received' and g.seq < f.seq)
        and not exists (select 1 from feed.file g where g.feed_id in ${feedsAhead('e')} and g.state in ('receiving', 'received', 'staged'))
        and not (e.file_kind = 'delta' and exists (
              select 1 from feed.file g where g.feed_id = f.feed_id and g.state = 'held' and g.seq < f.seq and g.code not in ('FEED_DELTA_SEEN_BEFORE', 'FILE_CHANGES_SEEN_BEFORE', 'FILE_LAST_LINE_INCOMPLETE', 'FILE_TRAILER_MISSING')))
        and (f.received_bytes > $1) = $2
      order by e.priority, f.seq
      limit 1
        for update of f skip locked`,
    [LARGE_FILE_BYTES, isLarge],
  )
  return rows[0] ?? null
}

/** Import has read the file and believes it: a snapshot of the same feed that was held before it has nothing to say any more. */
export async function markStaged(tx: Tx, fileId: number, now: InstantMs): Promise<void> {
  await change(tx, 'staged', { fileId, now })
  await supersedeHeld(tx, fileId, now)
}

async function supersedeHeld(tx: Tx, fileId: number, now: InstantMs): Promise<void> {
  const { to } = changeBy('outdated')
  await tx.query(
    `update feed.file h set state = $2, code = 'FILE_SUPERSEDED', changed_at = $3,
            reason = 'A newer file of the feed, ' || f.name || ' (file ' || f.file_id || '), took its place while it was held.'
       from feed.file f join feed.feed e using (feed_id)
      where f.file_id = $1 and e.file_kind = 'snapshot' and h.feed_id = f.feed_id and h.state = 'held' and h.seq < f.seq`,
    [fileId, to, new Date(now)],
  )
}

/** The ledger has booked the file. */
export async function markApplied(tx: Tx, fileId: number, now: InstantMs): Promise<void> {
  await change(tx, 'applied', { fileId, now })
}

/** Says whose rejected rows a file brings home. */
export async function setCorrects(tx: Tx, fileId: number, corrects: number): Promise<void> {
  await tx.query(`update feed.file set parent_file_id = $2, parent_kind = 'correction' where file_id = $1`, [fileId, corrects])
}

/** Something newer is in the books, so that nothing of the file changed anything. */
export async function markStale(tx: Tx, file: Marked): Promise<void> {
  await change(tx, 'outdated', file)
}

/** A person took an applied file back. */
export async function markUndone(tx: Tx, file: Marked): Promise<void> {
  await change(tx, 'undone', file)
}

export type Marked = { fileId: number; code: string; reason: string; now: InstantMs }

/** The file is not believed; nothing of it was applied. */
export async function markFailed(tx: Tx, file: Marked): Promise<void> {
  await change(tx, 'refused', file)
}

/** There is nothing in the file: it moved nothing, and what was due has not come with it. */
export async function markEmpty(tx: Tx, file: Marked): Promise<void> {
  await change(tx, 'found_empty', file)
}

/** A person has to decide. */
export async function markHeld(tx: Tx, file: Marked): Promise<void> {
  await change(tx, 'held', file)
}

/** A person decided that a held file counts. It is new from now on, whatever was seen before. */
export async function releaseHeld(tx: Tx, { fileId, who, now }: { fileId: number; who: string; now: InstantMs }): Promise<void> {
  await change(tx, 'released', { fileId, now })
  await markNew(tx, fileId, now)
  await tx.query('update feed.file set released_at = $2, released_by = $3 where file_id = $1', [fileId, new Date(now), who])
}

/** The first of two people who have to decide wants a held file to count. */
export async function wantRelease(tx: Tx, fileId: number, who: string): Promise<void> {
  await tx.query('update feed.file set release_wanted_by = $2 where file_id = $1', [fileId, who])
}

/** What import had staged is gone; the kept bytes are to be read again. */
export async function backToReceived(tx: Tx, fileId: number, code: string, now: InstantMs): Promise<void> {
  await change(tx, 'stage_lost', { fileId, code, reason: 'What was read of it was lost, so it is read again from its first byte.', now })
}

async function change(tx: Tx, event: FileEvent, file: { fileId: number; code?: string; reason?: string; now: InstantMs }): Promise<void> {
  const { to, from } = changeBy(event)
  const rows = await tx.query(
    `update feed.file set state = $2, code = $3, reason = $4, changed_at = $5 where file_id = $1 and state = any($6) returning file_id`,
    [file.fileId, to, file.code ?? null, file.reason ?? null, new Date(file.now), from],
  )
  assert(rows.length === 1, `file ${file.fileId} cannot be ${event}: it is not ${from.join(' or ')}`)
}

/** The state of a file, which nobody changes until the transaction ends. */
export async function lockState(tx: Tx, fileId: number): Promise<FileState | null> {
  const rows = await tx.query<{ state: FileState }>('select state from feed.file where file_id = $1 for update', [fileId])
  return rows[0]?.state ?? null
}

/** Whole files that were not told new or known yet, and torn ones that somebody may still come back for. */
export async function feedStatus(sql: Sql, _now: InstantMs): Promise<RoomStatus> {
  const rows = await sql.query<{ waiting: number; since: InstantMs | null; torn: number }>(
    `select count(*) filter (where state = 'received') as waiting, min(received_at) filter (where state = 'received') as since,
            count(*) filter (where state = 'interrupted') + (select count(*) from feed.stray where dismissed_at is null)
              + (select count(*) from feed.source where is_enabled and state in ('given_up', 'stopped')) as torn
       from feed.file
      where (state = 'received' and identified_at is null) or (state = 'interrupted' and put_away_at is null)`,
  )
  return { backlog: rows[0]?.waiting ?? 0, oldestAt: rows[0]?.since ?? null, stuck: rows[0]?.torn ?? 0 }
}

function givenUp(fileId: number): TrueupError {
  return new TrueupError('FILE_GIVEN_UP', `file ${fileId} was given up as interrupted before its last byte came`, {
    retry: 'never',
    hint: 'Upload the file again.',
    detail: { fileId },
  })
}
