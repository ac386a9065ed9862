import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { ArrivalSettings } from './arrival.ts'
import { feedFolderProblem, folderProblem } from './feed-folder.ts'

export type Feed = {
  feedId: number
  name: string
  home: string
  folder: string
  layout: string
  namePattern: string
  door: 'sftp' | 'folder' | 'remote'
  fileKind: 'snapshot' | 'delta'
  isEnabled: boolean
  arrival: ArrivalSettings
  /** Of a remote feed: the server that its files are fetched from, where they lie there, and what becomes of them. */
  sourceId: number | null
  remoteFolder: string | null
  remoteArchive: string | null
  remoteFailed: string | null
  afterCommit: 'move' | 'delete' | 'leave'
  /** 1 is read first. */
  priority: number
  /** The feed whose files have to be through first. */
  followsFeedId: number | null
}

const FEED_COLUMNS = `feed_id as "feedId", name, home, folder, layout, name_pattern as "namePattern", door, file_kind as "fileKind",
  is_enabled as "isEnabled", source_id as "sourceId", remote_folder as "remoteFolder", remote_archive as "remoteArchive",
  coalesce(settings->'arrival', '{}') as arrival, remote_failed as "remoteFailed", after_commit as "afterCommit", priority, follows_feed_id as "followsFeedId"`

export type NewFeed = Pick<Feed, 'name' | 'home' | 'folder' | 'layout'> &
  Partial<Omit<Feed, 'feedId' | 'name' | 'home' | 'folder' | 'layout' | 'isEnabled' | 'arrival'>> & { now: InstantMs }

/** Declares a feed. Its folders are made when its user comes in. */
export async function addFeed(sql: Sql, feed: NewFeed): Promise<number> {
  const problem = folderProblem(feed.home) ?? feedFolderProblem(feed.folder)
  if (problem !== null) throw folderInvalid(feed, problem)
  const rows = await sql.query<{ feedId: number }>(
    `insert into feed.feed (name, home, folder, layout, name_pattern, door, file_kind, source_id, remote_folder, remote_archive, remote_failed,
                            after_commit, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict do nothing
     returning feed_id as "feedId"`,
    [
      ...[feed.name, feed.home, feed.folder, feed.layout, feed.namePattern ?? '*', feed.door ?? 'sftp', feed.fileKind ?? 'snapshot'],
      ...[feed.sourceId ?? null, feed.remoteFolder ?? null, feed.remoteArchive ?? null, feed.remoteFailed ?? null],
      ...[feed.afterCommit ?? 'move', new Date(feed.now)],
    ],
  )
  if (!rows[0]) throw feedExists(feed)
  return rows[0].feedId
}

type Changeable = Omit<Feed, 'feedId' | 'name' | 'arrival'>
/** What is undefined stays as it is. */
export type FeedChange = { [Key in keyof Changeable]?: Changeable[Key] | undefined }

const COLUMN_OF: Record<keyof FeedChange, string> = {
  home: 'home',
  folder: 'folder',
  layout: 'layout',
  namePattern: 'name_pattern',
  door: 'door',
  fileKind: 'file_kind',
  isEnabled: 'is_enabled',
  sourceId: 'source_id',
  remoteFolder: 'remote_folder',
  remoteArchive: 'remote_archive',
  remoteFailed: 'remote_failed',
  afterCommit: 'after_commit',
  priority: 'priority',
  followsFeedId: 'follows_feed_id',
}

/** Changes what is given of a feed. */
export async function changeFeed(sql: Sql, name: string, change: FeedChange): Promise<void> {
  const keys = (Object.keys(COLUMN_OF) as (keyof FeedChange)[]).filter(key => change[key] !== undefined)
  if (keys.length === 0) return
  const [home, folder] = [change.home ?? 'home', change.folder ?? 'folder']
  const problem = folderProblem(home) ?? feedFolderProblem(folder)
  if (problem !== null) throw folderInvalid({ home, folder }, problem)
  try {
    await sql.query(`update feed.feed set ${keys.map((key, at) => `${COLUMN_OF[key]} = $${at + 2}`).join(', ')} where name = $1`, [
      name,
      ...keys.map(key => change[key]),
    ])
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) throw feedExists({ name, home, folder })
    throw error
  }
  if (change.followsFeedId != null && (await followsItself(sql, name))) throw feedCircle(name)
}

/** Every feed whose files have to be through before those of `feed`, in SQL: the one that it follows, the one that that one follows, … */
export function feedsAhead(feed: string): string {
  return `(with recursive ahead as (
             select ${feed}.follows_feed_id as feed_id
             union select b.follows_feed_id from ahead a join feed.feed b on b.feed_id = a.feed_id
           ) select feed_id from ahead)`
}

async function followsItself(sql: Sql, name: string): Promise<boolean> {
  return (await sql.query(`select 1 from feed.feed e where e.name = $1 and e.feed_id in ${feedsAhead('e')}`, [name])).length > 0
}

const UNIQUE_VIOLATION = '23505'

/** All feeds, by name. */
export async function listFeeds(sql: Sql): Promise<Feed[]> {
  return sql.query<Feed>(`select ${FEED_COLUMNS} from feed.feed order by name`)
}

export async function feedCalled(sql: Sql, name: string): Promise<Feed | null> {
  const rows = await sql.query<Feed>(`select ${FEED_COLUMNS} from feed.feed where name = $1`, [name])
  return rows[0] ?? null
}

/** Which feed owns this folder. */
export async function feedAt(sql: Sql, at: { home: string; folder: string }): Promise<{ feedId: number; arrival: ArrivalSettings } | null> {
  const rows = await sql.query<{ feedId: number; arrival: ArrivalSettings }>(
    `select feed_id as "feedId", coalesce(settings->'arrival', '{}') as arrival from feed.feed where home = $1 and folder = $2`,
    [at.home, at.folder],
  )
  return rows[0] ?? null
}

/** The folders of the feeds of one home. */
export async function foldersOf(sql: Sql, home: string): Promise<string[]> {
  const rows = await sql.query<{ folder: string }>('select folder from feed.feed where home = $1 order by folder', [home])
  return rows.map(row => row.folder)
}

function feedCircle(name: string): TrueupError {
  return new TrueupError('FEED_FOLLOWS_ITSELF', `the feed ${name} would wait for itself`, {
    retry: 'never',
    hint: 'Let it follow a feed that does not follow it, directly or by way of others.',
    detail: { name },
  })
}

function feedExists(feed: Pick<NewFeed, 'name' | 'home' | 'folder'>): TrueupError {
  return new TrueupError('FEED_EXISTS', `a feed named ${feed.name}, or one at ${feed.home}/${feed.folder}, exists already`, {
    retry: 'never',
    hint: 'Give the feed a name and a folder of its own.',
    detail: { name: feed.name, home: feed.home, folder: feed.folder },
  })
}

function folderInvalid(feed: Pick<NewFeed, 'home' | 'folder'>, problem: string): TrueupError {
  return new TrueupError('FEED_FOLDER_INVALID', `the folder ${feed.home}/${feed.folder} cannot be a feed's: ${problem}`, {
    retry: 'never',
    hint: 'Give a relative path with / between its parts, for example netsuite/inventoryitem/csv.',
    detail: { home: feed.home, folder: feed.folder },
  })
}
