import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import {
  feedChange,
  type feedFinding,
  feedFindings,
  type feedInList,
  feedList,
  feedNamed,
  newFeed,
  strayParams,
  takeIn,
  takenIn,
} from '../http/contract/feed.ts'
import { feedParams } from '../http/contract/file.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { moveInSource, takeInStray } from './again-step.ts'
import { layoutUnknown, sourceNeeded, strayGone, unknownFeed } from './feed-not-as-asked.ts'
import { addFeed, changeFeed, type FeedChange, feedCalled } from './feed-store.ts'
import { dueOf } from './finding.ts'
import { type FeedShown, feedsShown, pathShown, silentFeeds } from './finding-store.ts'
import { misplacedFiles } from './misplaced-store.ts'
import type { FileRoom, Reception } from './port.ts'
import type { RemoteDoor } from './source-port.ts'
import { listSources, sourceCalled } from './source-store.ts'
import { dismissStray, openStrays, strayById } from './stray-store.ts'

export type FeedsRouteDeps = {
  db: Db
  clock: Clock
  files: FileRoom
  reception: Reception
  door: RemoteDoor
  unseal(sealed: string): string
  /** The names of the layouts that a feed may declare. */
  layouts: readonly string[]
  /** A feed, a source or a file may be looked at now. */
  changed(): void
}

const STRAYS_SHOWN_MAX = 200

/** The feeds: what they are, what is missing from them, and what lies where it should not. */
export function feedsRoutes(deps: FeedsRouteDeps): Route[] {
  const { db, clock, layouts, changed } = deps
  return [
    jsonRoute({
      method: 'GET',
      path: '/feeds',
      summary: 'The feeds: where their files belong, when each last brought one, and when the next is due',
      tag: 'feed',
      role: 'viewer',
      answer: feedList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: (await feedsShown(db)).map(row => inList(row, clock.now())), layouts: [...layouts] }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/feeds',
      summary: 'Declares a feed; its folders are made by the program',
      tag: 'feed',
      role: 'admin',
      body: newFeed,
      answer: feedNamed,
      status: 201,
      async handle({ body, who }) {
        const { name, layout, folder, home = HOME_DEFAULT, source, follows, ...others } = body
        if (!layouts.includes(layout)) throw layoutUnknown(layout, layouts)
        const change = await resolved(db, { ...others, layout, folder, home, source: source ?? null, follows: follows ?? null })
        await db.transaction(async tx => {
          await addFeed(tx, { name, home, layout, folder, now: clock.now() })
          await changeFeed(tx, name, change)
          await recordAudit(tx, { at: clock.now(), who: who.name, action: 'feed.add', subject: 'feed', name, before: null, after: body })
        })
        changed()
        return { name }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/feeds/:name',
      summary: 'Changes where and how a feed gets its files; what is left out stays',
      tag: 'feed',
      role: 'admin',
      params: feedParams,
      body: feedChange,
      answer: feedNamed,
      async handle({ params: { name }, body: { reason, ...asked }, who }) {
        const before = await feedCalled(db, name)
        if (before === null) throw unknownFeed(name)
        if (asked.layout !== undefined && !layouts.includes(asked.layout)) throw layoutUnknown(asked.layout, layouts)
        const change = await resolved(db, asked)
        await db.transaction(async tx => {
          await changeFeed(tx, name, change)
          const was = Object.fromEntries(Object.keys(change).map(key => [key, before[key as keyof typeof before]]))
          const deed = { at: clock.now(), who: who.name, action: 'feed.change', subject: 'feed', name, before: was, after: asked }
          await recordAudit(tx, { ...deed, ...(reason ? { reason } : {}) })
        })
        changed()
        return { name }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/feed-findings',
      summary: 'Files that lie elsewhere, feeds that are silent, and sources that stand still',
      tag: 'feed',
      role: 'viewer',
      answer: feedFindings,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await findings(db, clock.now()) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/strays/:id/take-in',
      summary: 'Takes a file that lies elsewhere into a feed, through the same door as any other',
      tag: 'feed',
      role: 'operator',
      params: strayParams,
      body: takeIn,
      answer: takenIn,
      async handle({ params, body, who, signal }) {
        const stray = await strayById(db, params.id)
        if (stray === null) throw strayGone(params.id)
        const feed = await feedCalled(db, body.feed)
        if (feed === null) throw unknownFeed(body.feed)
        const fileId =
          stray.home === null
            ? await moveInSource(deps, stray, feed, signal)
            : await takeInStray(deps, { ...stray, home: stray.home }, feed)
        const before = { path: stray.path, in: stray.home ?? stray.source }
        await recordAudit(db, {
          at: clock.now(),
          who: who.name,
          action: 'stray.take-in',
          subject: 'feed',
          name: feed.name,
          before,
          after: { fileId },
        })
        changed()
        return { fileId }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/strays/:id/dismiss',
      summary: 'Lets a file lie where it is, and does not speak of it again until it changes',
      tag: 'feed',
      role: 'operator',
      params: strayParams,
      answer: takenIn,
      async handle({ params, who }) {
        const stray = await strayById(db, params.id)
        if (stray === null) throw strayGone(params.id)
        await dismissStray(db, { strayId: params.id, now: clock.now() })
        const said = { before: { isDismissed: false }, after: { isDismissed: true } }
        await recordAudit(db, { at: clock.now(), who: who.name, action: 'stray.dismiss', subject: 'stray', name: stray.path, ...said })
        return { fileId: null }
      },
    }),
  ]
}

const HOME_DEFAULT = 'erp'

type Asked = Omit<Answer<typeof feedChange>, 'reason'>

/** Names of sources and feeds become their ids; what cannot be together is refused. */
async function resolved(sql: Sql, { source, follows, ...fields }: Asked): Promise<FeedChange> {
  const change: FeedChange = { ...fields }
  if (source !== undefined) {
    const found = source === null ? null : await sourceCalled(sql, source)
    if (source !== null && found === null) throw sourceNeeded(`There is no source named ${source}.`)
    change.sourceId = found?.sourceId ?? null
  }
  if (follows !== undefined) {
    const found = follows === null ? null : await feedCalled(sql, follows)
    if (follows !== null && found === null) throw unknownFeed(follows)
    change.followsFeedId = found?.feedId ?? null
  }
  if (change.door === 'remote' && (change.sourceId == null || change.remoteFolder == null))
    throw sourceNeeded('A remote feed needs a source, and the folder its files lie in there.')
  if (change.door !== undefined && change.door !== 'remote') Object.assign(change, { sourceId: null, remoteFolder: null })
  return change
}

function inList(row: FeedShown, now: InstantMs): Answer<typeof feedInList> {
  const { feedId: _, dueSettings, createdAt, lastFileAt, lastName: __, ...shown } = row
  return { ...shown, path: pathShown(row), due: dueOf({ due: dueSettings, lastFileAt, createdAt, isEnabled: row.isEnabled }, now) }
}

type Finding = Answer<typeof feedFinding>

async function findings(sql: Sql, now: InstantMs): Promise<Finding[]> {
  const strays = await openStrays(sql, { now, limit: STRAYS_SHOWN_MAX })
  const rows: Finding[] = []
  for (const source of await listSources(sql)) {
    if (!source.isEnabled || source.code === null || source.state === 'ok' || source.state === 'new') continue
    const reason = `${source.name} ${SOURCE_WORDS[source.state]}. ${source.reason ?? ''}`
    rows.push({ code: source.code, feed: null, source: source.name, reason, since: source.okAt ?? source.lookedAt ?? now, ...NO_FILE })
  }
  for (const silent of await silentFeeds(sql, { strays, now })) rows.push({ code: 'FEED_SILENT', ...silent, ...NO_FILE })
  for (const { fileId, name, lies, belongs, since, reason } of await misplacedFiles(sql, now)) {
    const file = { id: fileId, name, feed: lies }
    rows.push({ code: 'FEED_FILE_ELSEWHERE', feed: belongs, source: null, reason, since, stray: null, file })
  }
  for (const { strayId, home, path, bytes, modifiedAt, layout, ...stray } of strays) {
    const file = { id: strayId, home, path, bytes, modifiedAt, layout }
    rows.push({
      code: 'FEED_FILE_ELSEWHERE',
      feed: stray.feed,
      source: stray.source,
      reason: stray.reason,
      since: stray.foundAt,
      stray: file,
      file: null,
    })
  }
  return rows
}

const NO_FILE = { stray: null, file: null } as const
const SOURCE_WORDS = { failing: 'is in trouble', given_up: 'was given up', stopped: 'waits for a person' } as const
