import type { Db } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { pathOfKind } from './feed-folder.ts'
import { type Feed, listFeeds } from './feed-store.ts'
import type { FileRoom } from './port.ts'
import type { Remote, RemoteEntry } from './source-port.ts'
import type { Source } from './source-store.ts'
import { type FeedPlace, judgeStray } from './stray.ts'
import * as store from './stray-store.ts'

/** What layouts a file shows by its first bytes; the formats know. */
export type Recognise = (head: Uint8Array) => Promise<string[]>

export type AroundDeps = { db: Db; clock: Clock; recognise: Recognise }

const HEAD_BYTES = 64 * 1_024

/** Looks at the whole tree of every home for files that lie where no feed looks. */
export async function lookAround({ db, clock, recognise, files }: AroundDeps & { files: FileRoom }): Promise<StepReport> {
  const feeds = (await listFeeds(db)).filter(feed => feed.door !== 'remote')
  let found = 0
  for (const home of new Set(feeds.map(feed => feed.home))) {
    const own = feeds.filter(feed => feed.home === home)
    const seen = await files.lookAround(
      home,
      own.map(feed => feed.folder),
    )
    const places = own.map(feed => ({ ...feed, folder: pathOfKind(feed.folder, 'inbox') }))
    found += await remember(
      { db, clock, recognise },
      { home, sourceId: null },
      { seen, places, head: path => files.head({ home, path }, HEAD_BYTES) },
    )
  }
  return { read: 0, wrote: found, more: false }
}

/** How deep below the folder above a feed's own is looked, and in how many folders. */
const DEPTH_MAX = 2
const FOLDERS_MAX = 100
/** A walk through a server's tree costs a question for each folder. */
export const AROUND_EVERY_MS = 60_000
/** On a server that shows its whole disk, only what looks like a table is opened. */
const LOOKS_LIKE_A_TABLE = /\.(csv|tsv|tab|txt|psv|dat|json|ndjson|jsonl|xml|xlsx|edi|x12)(\.gz|\.zip)?$/i

/** The same for what a source sees around the folders of its feeds, while a visit is under way. Only what one of them may want is kept. */
export async function lookAroundSource(deps: AroundDeps, source: Source, remote: Remote): Promise<void> {
  const own = (await listFeeds(deps.db)).filter(feed => feed.sourceId === source.sourceId)
  const rests = new Set(own.flatMap(restsOf))
  const inboxes = new Set(own.map(feed => trimmed(feed.remoteFolder ?? '')))
  const seen: store.SeenFile[] = []
  const waiting = [...new Set(own.map(feed => within(source.root, parentOf(trimmed(feed.remoteFolder ?? '')))))].map(folder => ({
    folder,
    depth: 0,
  }))
  const looked = new Set<string>()
  for (let next = waiting.shift(); next !== undefined && looked.size < FOLDERS_MAX; next = waiting.shift()) {
    if (looked.has(next.folder)) continue
    looked.add(next.folder)
    for (const entry of await entriesOf(remote, next.folder)) {
      const path = `${next.folder === '/' ? '' : next.folder}/${entry.name}`
      if (entry.kind === 'folder' && next.depth < DEPTH_MAX && !rests.has(path) && !entry.name.startsWith('.'))
        waiting.push({ folder: path, depth: next.depth + 1 })
      if (entry.kind === 'file' && !inboxes.has(next.folder) && LOOKS_LIKE_A_TABLE.test(entry.name))
        seen.push({ path, bytes: entry.bytes, modifiedAt: entry.modifiedAt })
    }
  }
  const places = own.map(feed => ({ ...feed, folder: trimmed(feed.remoteFolder ?? '').replace(/^\//, '') }))
  const around = { seen: seen.map(file => ({ ...file, path: file.path.replace(/^\//, '') })), places, isNamedOnly: true }
  await remember(deps, { home: null, sourceId: source.sourceId }, { ...around, head: path => remote.head(`/${path}`, HEAD_BYTES) })
  await store.markAround(deps.db, { sourceId: source.sourceId, now: deps.clock.now() })
}

/** A folder that may not be listed, or is gone by now, has no strays that anybody could take in. */
async function entriesOf(remote: Remote, folder: string): Promise<RemoteEntry[]> {
  try {
    return await remote.list(folder)
  } catch (error) {
    if (error instanceof TrueupError && (error.code === 'SOURCE_PATH_MISSING' || error.code === 'SOURCE_PERMISSION')) return []
    throw error
  }
}

function trimmed(folder: string): string {
  return folder.length > 1 ? folder.replace(/\/+$/, '') : folder
}

function parentOf(folder: string): string {
  const at = folder.lastIndexOf('/')
  return at <= 0 ? '/' : folder.slice(0, at)
}

/** No higher than the highest folder that may be looked at. */
function within(root: string, folder: string): string {
  const top = trimmed(root)
  return top === '/' || folder === top || folder.startsWith(`${top}/`) ? folder : top
}

/** Where what was fetched rests on the server: no stray, however much it looks like one. */
function restsOf(feed: Feed): string[] {
  const folder = trimmed(feed.remoteFolder ?? '')
  return [feed.remoteArchive ?? `${folder}/archive`, feed.remoteFailed ?? `${folder}/failed`]
}

type Seen = {
  seen: readonly store.SeenFile[]
  places: readonly FeedPlace[]
  head(path: string): Promise<Uint8Array>
  isNamedOnly?: boolean
}

/** Keeps what is new or has changed, and forgets what is gone. Gives how many were found. */
async function remember(
  { db, clock, recognise }: AroundDeps,
  place: store.StrayPlace,
  { seen, places, head, isNamedOnly = false }: Seen,
): Promise<number> {
  const known = new Map((await store.knownStrays(db, place)).map(stray => [stray.path, stray]))
  let found = 0
  for (const file of seen) {
    const before = known.get(file.path)
    if (before?.bytes === file.bytes && before.modifiedAt === secondOf(file.modifiedAt)) continue
    const stray = judgeStray({ path: file.path, layouts: await recognise(await head(file.path)) }, places)
    if (stray === null || (isNamedOnly && stray.feed === null && stray.layout === null)) continue
    await store.recordStray(db, { ...place, ...file, modifiedAt: secondOf(file.modifiedAt), ...stray, now: clock.now() })
    found++
  }
  const there = new Set(seen.map(file => file.path))
  await store.forgetStrays(
    db,
    [...known.values()].filter(stray => !there.has(stray.path)).map(stray => stray.strayId),
  )
  return found
}

/** Times of files are compared in whole seconds, which is what SFTP carries. */
function secondOf(at: InstantMs): InstantMs {
  return Math.floor(at / 1_000) * 1_000
}
