import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { pathOfKind } from './feed-folder.ts'
import { dueOf, silenceSentence } from './finding.ts'
import type { DueSettings } from './silence.ts'
import type { StrayRow } from './stray-store.ts'

/** A feed as people see it. */
export type FeedShown = {
  feedId: number
  name: string
  layout: string
  door: 'sftp' | 'folder' | 'remote'
  fileKind: 'snapshot' | 'delta'
  home: string
  folder: string
  namePattern: string
  isEnabled: boolean
  priority: number
  follows: string | null
  source: string | null
  remoteFolder: string | null
  remoteArchive: string | null
  remoteFailed: string | null
  afterCommit: 'move' | 'delete' | 'leave'
  files: number
  lastReceivedAt: InstantMs | null
  dueSettings: DueSettings | null
  createdAt: InstantMs
  /** The last file that counts as having come, and its name. */
  lastFileAt: InstantMs | null
  lastName: string | null
}

/** Where a sender has to lay its files: seen from the home of its user, or on its own server. */
export function pathShown(row: Pick<FeedShown, 'door' | 'folder' | 'remoteFolder'>): string {
  return row.door === 'remote' ? (row.remoteFolder ?? '') : `/${pathOfKind(row.folder, 'inbox')}`
}

/** The file that counts as having come: not an empty one, not a replay, not a part. */
const COUNTS = `f.received_at is not null and f.state not in ('interrupted', 'receiving', 'empty', 'duplicate')`

/** All feeds, by name. */
export async function feedsShown(sql: Sql): Promise<FeedShown[]> {
  return sql.query<FeedShown>(
    `select e.feed_id as "feedId", e.name, e.layout, e.door, e.file_kind as "fileKind", e.home, e.folder, e.name_pattern as "namePattern",
            e.is_enabled as "isEnabled", e.priority, b.name as follows, s.name as source, e.remote_folder as "remoteFolder",
            e.remote_archive as "remoteArchive", e.remote_failed as "remoteFailed", e.after_commit as "afterCommit",
            e.settings->'due' as "dueSettings", e.created_at as "createdAt",
            (select count(*) from feed.file f where f.feed_id = e.feed_id) as files,
            (select max(f.received_at) from feed.file f where f.feed_id = e.feed_id) as "lastReceivedAt",
            l.received_at as "lastFileAt", l.name as "lastName"
       from feed.feed e
       left join feed.feed b on b.feed_id = e.follows_feed_id
       left join feed.source s on s.source_id = e.source_id
       left join lateral (
         select f.received_at, f.name from feed.file f where f.feed_id = e.feed_id and ${COUNTS} order by f.file_id desc limit 1
       ) l on true
      order by e.name`,
  )
}

export type SilentFeed = { feed: string; source: string | null; reason: string; since: InstantMs }

/** The feeds whose file was due and did not come, with what was seen instead. */
export async function silentFeeds(sql: Sql, { strays, now }: { strays: readonly StrayRow[]; now: InstantMs }): Promise<SilentFeed[]> {
  const silent: SilentFeed[] = []
  for (const feed of await feedsShown(sql)) {
    const { silentSince = null } = dueOf({ ...feed, due: feed.dueSettings }, now) ?? {}
    if (silentSince === null) continue
    const near = strays.filter(stray => stray.feed === feed.name).map(stray => stray.path)
    const files = await seenSince(sql, feed.feedId, feed.lastFileAt ?? feed.createdAt)
    const reason = silenceSentence({ ...feed, path: pathShown(feed) }, silentSince, { strays: near, files })
    silent.push({ feed: feed.name, source: feed.source, reason, since: silentSince })
  }
  return silent
}

const INSTEAD_MAX = 10

/** Files of a feed that came to nothing since its last good one. */
async function seenSince(sql: Sql, feedId: number, since: InstantMs): Promise<{ name: string; state: string }[]> {
  return sql.query(
    `select name, state from feed.file where feed_id = $1 and opened_at > $2 and state in ('interrupted', 'receiving', 'empty', 'duplicate')
      order by file_id desc limit $3`,
    [feedId, new Date(since), INSTEAD_MAX],
  )
}
