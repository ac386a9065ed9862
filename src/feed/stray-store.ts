import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** Where a stray was seen: in a home, or on a source. */
export type StrayPlace = { home: string; sourceId: null } | { home: null; sourceId: number }

export type SeenFile = { path: string; bytes: number; modifiedAt: InstantMs }

export type StrayRow = SeenFile & {
  strayId: number
  home: string | null
  sourceId: number | null
  source: string | null
  feed: string | null
  layout: string | null
  reason: string
  foundAt: InstantMs
}

const OF_PLACE = 'home is not distinct from $1 and source_id is not distinct from $2'

/** What is known of a place, by path. */
export async function knownStrays(sql: Sql, place: StrayPlace): Promise<(SeenFile & { strayId: number })[]> {
  return sql.query(`select stray_id as "strayId", path, bytes, modified_at as "modifiedAt" from feed.stray where ${OF_PLACE}`, [
    place.home,
    place.sourceId,
  ])
}

/** A stray that is new, or not what it was. */
export async function recordStray(
  sql: Sql,
  stray: StrayPlace & SeenFile & { feed: string | null; layout: string | null; reason: string; now: InstantMs },
): Promise<void> {
  await sql.query(
    `insert into feed.stray as s (home, source_id, path, bytes, modified_at, feed_id, layout, reason, found_at)
     values ($1, $2, $3, $4, $5, (select feed_id from feed.feed where name = $6), $7, $8, $9)
     on conflict (coalesce(home, ''), coalesce(source_id, 0), path) do update
        set bytes = excluded.bytes, modified_at = excluded.modified_at, feed_id = excluded.feed_id, layout = excluded.layout,
            reason = excluded.reason, found_at = excluded.found_at, dismissed_at = null`,
    [
      ...[stray.home, stray.sourceId, stray.path, stray.bytes, new Date(stray.modifiedAt), stray.feed, stray.layout, stray.reason],
      new Date(stray.now),
    ],
  )
}

/** Forgets strays that are not there any more. */
export async function forgetStrays(sql: Sql, strayIds: readonly number[]): Promise<void> {
  if (strayIds.length > 0) await sql.query('delete from feed.stray where stray_id = any($1)', [strayIds])
}

/** A stray that has only just been seen may still be written. */
export const STRAY_QUIET_MS = 10_000

/** Strays that nobody has dismissed, newest first. */
export async function openStrays(sql: Sql, { now, limit }: { now: InstantMs; limit: number }): Promise<StrayRow[]> {
  return sql.query<StrayRow>(`${STRAYS} where s.dismissed_at is null and s.found_at <= $1 order by s.stray_id desc limit $2`, [
    new Date(now - STRAY_QUIET_MS),
    limit,
  ])
}

export async function strayById(sql: Sql, strayId: number): Promise<StrayRow | null> {
  return (await sql.query<StrayRow>(`${STRAYS} where s.stray_id = $1`, [strayId]))[0] ?? null
}

const STRAYS = `select s.stray_id as "strayId", s.home, s.source_id as "sourceId", o.name as source, s.path, s.bytes, s.modified_at as "modifiedAt",
    e.name as feed, s.layout, s.reason, s.found_at as "foundAt"
  from feed.stray s left join feed.feed e using (feed_id) left join feed.source o on o.source_id = s.source_id`

export async function dismissStray(sql: Sql, stray: { strayId: number; now: InstantMs }): Promise<void> {
  await sql.query('update feed.stray set dismissed_at = $2 where stray_id = $1', [stray.strayId, new Date(stray.now)])
}

export async function markAround(sql: Sql, source: { sourceId: number; now: InstantMs }): Promise<void> {
  await sql.query('update feed.source set around_at = $2 where source_id = $1', [source.sourceId, new Date(source.now)])
}
