import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ArrivalSettings, Companion, Waiting } from './arrival.ts'

/** A marker or manifest came, or came again. */
export async function recordCompanion(sql: Sql, companion: { feedId: number; name: string; text: string; now: InstantMs }): Promise<void> {
  await sql.query(
    `insert into feed.companion (feed_id, name, text, seen_at) values ($1, $2, $3, $4)
     on conflict (feed_id, name) do update set text = excluded.text, seen_at = excluded.seen_at`,
    [companion.feedId, companion.name, companion.text, new Date(companion.now)],
  )
}

export type WaitingFile = Waiting & {
  fileId: number
  feedId: number
  home: string
  folder: string
  settings: ArrivalSettings
  code: string | null
}

const WAITING_PER_STEP_MAX = 200

/** Files that were closed, are digested, and wait for more evidence. */
export async function waitingForEvidence(sql: Sql): Promise<WaitingFile[]> {
  return sql.query<WaitingFile>(
    `select f.file_id as "fileId", f.feed_id as "feedId", e.home, e.folder, f.name, f.received_bytes as bytes, f.sha256, f.md5, f.code,
            f.opened_at as "openedAt", f.received_at as "receivedAt", coalesce(e.settings->'arrival', '{}') as settings
       from feed.file f join feed.feed e using (feed_id)
      where f.state = 'received' and f.whole_at is null and f.sha256 is not null
      order by f.file_id limit $1`,
    [WAITING_PER_STEP_MAX],
  )
}

export async function companionsOf(sql: Sql, feedId: number): Promise<Companion[]> {
  return sql.query<Companion>('select name, text, seen_at as "seenAt" from feed.companion where feed_id = $1', [feedId])
}

/** The file is whole: it takes its place in the order of its feed, and its marker has done its work. */
export async function markWhole(tx: Tx, file: { fileId: number; feedId: number; companion: string | null; now: InstantMs }): Promise<void> {
  await tx.query('select 1 from feed.feed where feed_id = $1 for no key update', [file.feedId])
  await tx.query(
    `update feed.file set whole_at = $2, seq = nextval('feed.file_seq'), code = null, reason = null
      where file_id = $1 and state = 'received' and whole_at is null`,
    [file.fileId, new Date(file.now)],
  )
  await tx.query('delete from feed.companion where feed_id = $1 and name = $2', [file.feedId, file.companion])
}

/** Says what a file waits for. */
export async function sayWaiting(sql: Sql, file: { fileId: number; code: string; reason: string }): Promise<void> {
  await sql.query(`update feed.file set code = $2, reason = $3 where file_id = $1 and state = 'received' and whole_at is null`, [
    file.fileId,
    file.code,
    file.reason,
  ])
}
