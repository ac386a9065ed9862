import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { PATIENCE_MINUTES_DEFAULT } from './arrival.ts'
import type { FileState } from './file-state.ts'

export type ToPutAway = {
  fileId: number
  feedName: string
  home: string
  folder: string
  name: string
  spoolName: string
  state: FileState
  code: string | null
  reason: string | null
  receivedBytes: number
  expectedBytes: number | null
  openedAt: InstantMs
  receivedAt: InstantMs | null
  /** A file of the same name that came whole later; null: none did. */
  wholeLater: number | null
}

/** Files with a verdict, and interrupted ones that nobody came back for, that still lie where they came in. */
export async function duePutAway(sql: Sql, due: { now: InstantMs; limit: number }): Promise<ToPutAway[]> {
  return sql.query<ToPutAway>(
    `select f.file_id as "fileId", e.name as "feedName", e.home, e.folder, f.name, f.spool_name as "spoolName", f.state, f.code, f.reason,
            f.received_bytes as "receivedBytes", f.expected_bytes as "expectedBytes", f.opened_at as "openedAt", f.received_at as "receivedAt",
            (select max(l.file_id) from feed.file l where l.feed_id = f.feed_id and l.name = f.name and l.file_id > f.file_id
                and l.state not in ('receiving', 'interrupted', 'failed')) as "wholeLater"
       from feed.file f
       join feed.feed e using (feed_id)
      where f.put_away_at is null
        and (f.state in ('applied', 'duplicate', 'stale', 'failed', 'empty') or (f.state = 'interrupted'
             and f.changed_at <= $1::timestamptz - make_interval(mins => coalesce((e.settings->'arrival'->>'patienceMinutes')::integer, $3))))
      order by f.file_id limit $2`,
    [new Date(due.now), due.limit, PATIENCE_MINUTES_DEFAULT],
  )
}

/** The file lies where `restName` says; null: its bytes are nowhere. */
export async function recordPutAway(sql: Sql, file: { fileId: number; restName: string | null; now: InstantMs }): Promise<void> {
  await sql.query('update feed.file set rest_name = $2, put_away_at = $3 where file_id = $1 and put_away_at is null', [
    file.fileId,
    file.restName,
    new Date(file.now),
  ])
}

export const KEEP_DAYS_DEFAULT = 365

export type ToLetGo = { fileId: number; home: string; folder: string; state: FileState; restName: string }

/** Originals at rest that are older than their feed keeps them, or beyond the size up to which it does; the oldest first. */
export async function originalsToLetGo(sql: Sql, due: { now: InstantMs; limit: number }): Promise<ToLetGo[]> {
  return sql.query<ToLetGo>(
    `select k.file_id as "fileId", e.home, e.folder, k.state, k.rest_name as "restName"
       from (select f.file_id, f.feed_id, f.state, f.rest_name, f.put_away_at,
                    sum(f.received_bytes) over (partition by f.feed_id order by f.file_id desc) as bytes_since
               from feed.file f where f.rest_name is not null and f.original_gone_at is null) k
       join feed.feed e using (feed_id)
      where k.put_away_at < $1::timestamptz - make_interval(days => coalesce((e.settings->'keep'->>'days')::integer, $2))
         or k.bytes_since > (e.settings->'keep'->>'megabytes')::bigint * 1000000
      order by k.file_id limit $3`,
    [new Date(due.now), KEEP_DAYS_DEFAULT, due.limit],
  )
}

/** Its bytes are kept no longer; where they lay is forgotten. */
export async function recordOriginalGone(sql: Sql, file: { fileId: number; now: InstantMs }): Promise<void> {
  await sql.query('update feed.file set original_gone_at = $2, rest_name = null where file_id = $1', [file.fileId, new Date(file.now)])
}

export type KeptForAgain = {
  feedId: number
  fileKind: 'snapshot' | 'delta'
  home: string
  folder: string
  name: string
  state: FileState
  spoolName: string
  restName: string | null
  bytes: number
  modifiedAt: InstantMs | null
  /** A reading of a reading goes back to the first, whose moment it has. */
  firstId: number
}

/** Where the original of a file is kept; null: there is no such file, or its original is gone. */
export async function keptForAgain(sql: Sql, fileId: number): Promise<KeptForAgain | null> {
  const rows = await sql.query<KeptForAgain>(
    `select f.feed_id as "feedId", e.file_kind as "fileKind", e.home, e.folder, f.name, f.state, f.spool_name as "spoolName",
            f.rest_name as "restName", f.received_bytes as bytes, f.modified_at as "modifiedAt", coalesce(f.again_of, f.file_id) as "firstId"
       from feed.file f join feed.feed e using (feed_id)
      where f.file_id = $1 and not (f.put_away_at is not null and f.rest_name is null)`,
    [fileId],
  )
  return rows[0] ?? null
}
