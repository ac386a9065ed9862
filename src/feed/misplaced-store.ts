import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Home } from './misplaced.ts'

export type Unread = { fileId: number; feedId: number; name: string; home: string; folder: string; restName: string }

const UNREAD_PER_STEP_MAX = 50

/** Files that their feed could not read by their columns or would not by their name, and for which no other feed was looked for. */
export async function unreadFiles(sql: Sql): Promise<Unread[]> {
  return sql.query<Unread>(
    `select f.file_id as "fileId", f.feed_id as "feedId", f.name, e.home, e.folder, f.rest_name as "restName"
       from feed.file f join feed.feed e using (feed_id)
      where f.state = 'failed' and f.code in ('FILE_NO_LAYOUT', 'FEED_NAME_UNEXPECTED') and f.belonging_looked_at is null and f.rest_name is not null
      order by f.file_id desc limit $1`,
    [UNREAD_PER_STEP_MAX],
  )
}

export async function homesOf(sql: Sql): Promise<Home[]> {
  return sql.query<Home>(
    'select feed_id as "feedId", name, layout, name_pattern as "namePattern", is_enabled as "isEnabled" from feed.feed order by feed_id',
  )
}

export async function recordBelonging(sql: Sql, file: { fileId: number; belongsTo: number | null; now: InstantMs }): Promise<void> {
  await sql.query('update feed.file set belongs_to = $2, belonging_looked_at = $3 where file_id = $1', [
    ...[file.fileId, file.belongsTo, new Date(file.now)],
  ])
}

/** For so long it is worth telling. */
const TOLD_MS = 7 * 24 * 60 * 60 * 1_000
const TOLD_MAX = 100

export type Misplaced = { fileId: number; name: string; lies: string; belongs: string; since: InstantMs; reason: string }

/** Files that lie in another feed's inbox and were not taken into their own since. */
export async function misplacedFiles(sql: Sql, now: InstantMs): Promise<Misplaced[]> {
  return sql.query<Misplaced>(
    `select f.file_id as "fileId", f.name, e.name as lies, b.name as belongs, f.changed_at as since,
            f.name || ' came into the folder of ' || e.name || ', which could not read it. Its columns are those of ' || b.name || ' (' || b.layout || ').' as reason
       from feed.file f join feed.feed e using (feed_id) join feed.feed b on b.feed_id = f.belongs_to
      where f.state = 'failed' and f.changed_at > $1 and not exists (select 1 from feed.file c where c.parent_file_id = f.file_id)
      order by f.file_id desc limit $2`,
    [new Date(now - TOLD_MS), TOLD_MAX],
  )
}
