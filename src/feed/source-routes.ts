import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route, type Who } from '../http/contract/route.ts'
import {
  acceptKey,
  folderListed,
  folderQuery,
  newSource,
  type sourceInList,
  sourceList,
  sourceNamed,
  sourceParams,
  sourceTested,
} from '../http/contract/source.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { grouped } from '../kernel/grouped.ts'
import { inUse, notShown, unknownSource } from './source-not-as-asked.ts'
import type { RemoteDoor } from './source-port.ts'
import { tryConnection } from './source-step.ts'
import * as store from './source-store.ts'

export type SourceRouteDeps = {
  db: Db
  clock: Clock
  door: RemoteDoor
  seal(secret: string): string
  unseal(sealed: string): string
  /** A source is no more: what others keep under its name goes with it, in the same transaction. */
  removed(tx: Tx, name: string): Promise<void>
  /** A source may be looked at now. */
  sourceChanged(): void
}

const ENTRIES_SHOWN_MAX = 1_000
const QUALITY_SHOWN_MS = 48 * 60 * 60 * 1_000

/** The servers of others that files are fetched from: declared, trusted and tried by people. */
export function sourceRoutes(deps: SourceRouteDeps): Route[] {
  const { db, clock } = deps
  const asking = ({ name }: store.Source, who: Who) => ({
    at: clock.now(),
    who: who.name,
    subject: 'source',
    name,
    before: null,
    after: null,
  })
  const wanted = async (name: string) => (await store.sourceCalled(db, name)) ?? Promise.reject(unknownSource(name))
  return [
    jsonRoute({
      method: 'GET',
      path: '/sources',
      summary: 'The servers that files are fetched from, how they are, and how good the line to them was',
      tag: 'feed',
      role: 'viewer',
      answer: sourceList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await sourcesShown(db, clock.now()) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/sources',
      summary: 'Declares a source, or changes one; a secret that is left out stays as it is',
      tag: 'feed',
      role: 'admin',
      body: newSource,
      answer: sourceNamed,
      status: 201,
      async handle({ body, who }) {
        const before = await store.sourceCalled(db, body.name)
        checkSecret(deps.door, body, before)
        const { lookEverySeconds, connectSeconds, idleSeconds, overallSeconds, secret, passphrase, hostKey, ...settings } = body
        const limits = {
          connectMs: ms(connectSeconds),
          idleMs: ms(idleSeconds),
          overallMs: ms(overallSeconds),
          lookEveryMs: ms(lookEverySeconds),
        }
        const sealed = {
          ...(secret === undefined ? {} : { secretSealed: deps.seal(secret) }),
          ...(passphrase === undefined || passphrase === '' ? {} : { passphraseSealed: deps.seal(passphrase) }),
        }
        await db.transaction(async tx => {
          const now = clock.now()
          const sourceId = await store.putSource(tx, { ...settings, ...limits, ...sealed, now })
          if (hostKey !== undefined) await store.pinHostKey(tx, { sourceId, key: hostKey })
          const after = {
            ...{ ...settings, ...limits },
            ...(secret === undefined ? {} : { secret: 'changed' }),
            ...(hostKey === undefined ? {} : { hostKey }),
          }
          const was = before === null ? undefined : shownSettings(before)
          await recordAudit(tx, {
            at: clock.now(),
            who: who.name,
            action: 'source.change',
            subject: 'source',
            name: body.name,
            before: was,
            after,
          })
        })
        deps.sourceChanged()
        return { name: body.name }
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/sources/:name',
      summary: 'Forgets a source that no feed needs',
      tag: 'feed',
      role: 'admin',
      params: sourceParams,
      answer: sourceNamed,
      async handle({ params, who }) {
        const source = await wanted(params.name)
        await db.transaction(async tx => {
          if (!(await store.removeSource(tx, source.sourceId))) throw inUse(params.name)
          await deps.removed(tx, source.name)
          await recordAudit(tx, { ...asking(source, who), action: 'source.remove', before: shownSettings(source) })
        })
        return { name: source.name }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/sources/:name/test',
      summary: 'Connects to a source now and says what came of it',
      tag: 'feed',
      role: 'operator',
      params: sourceParams,
      answer: sourceTested,
      async handle({ params, who, signal }) {
        const source = await wanted(params.name)
        await recordAudit(db, { ...asking(source, who), action: 'source.test' })
        return test(deps, source, signal)
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/sources/:name/folder',
      summary: 'What lies in a folder of a source just now',
      tag: 'feed',
      role: 'operator',
      params: sourceParams,
      query: folderQuery,
      answer: folderListed,
      async handle({ params, query, signal }) {
        const source = await wanted(params.name)
        const entries = await tryConnection(deps, source, remote => remote.list(query.path), signal)
        const order = { folder: 0, file: 1, other: 2 }
        entries.sort((a, b) => order[a.kind] - order[b.kind] || b.modifiedAt - a.modifiedAt || (a.name < b.name ? -1 : 1))
        return { path: query.path, entries: entries.slice(0, ENTRIES_SHOWN_MAX), isCut: entries.length > ENTRIES_SHOWN_MAX }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/sources/:name/accept',
      summary: 'Accepts the host key that the server showed last',
      tag: 'feed',
      role: 'admin',
      params: sourceParams,
      body: acceptKey,
      answer: sourceNamed,
      async handle({ params, body, who }) {
        const source = await wanted(params.name)
        await db.transaction(async tx => {
          const { fingerprint } = body
          if (!(await store.acceptHostKey(tx, { sourceId: source.sourceId, fingerprint, now: clock.now() }))) throw notShown(source.name)
          const keys = { before: source.hostKey ?? undefined, after: source.shownHostKey ?? undefined }
          await recordAudit(tx, {
            at: clock.now(),
            who: who.name,
            action: 'source.accept-key',
            subject: 'source',
            name: source.name,
            ...keys,
          })
        })
        deps.sourceChanged()
        return { name: source.name }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/sources/:name/look',
      summary: 'Looks at a source now, whatever it waits for',
      tag: 'feed',
      role: 'operator',
      params: sourceParams,
      answer: sourceNamed,
      async handle({ params, who }) {
        const source = await wanted(params.name)
        await db.transaction(async tx => {
          await store.lookNow(tx, { sourceId: source.sourceId, now: clock.now() })
          await recordAudit(tx, { ...asking(source, who), action: 'source.look' })
        })
        deps.sourceChanged()
        return { name: source.name }
      },
    }),
  ]
}

async function test(deps: SourceRouteDeps, source: store.Source, signal: AbortSignal): Promise<Answer<typeof sourceTested>> {
  const nothing = { latencyMs: null, banner: null, code: null, hint: null, shownHostKey: null }
  try {
    return await tryConnection(
      deps,
      source,
      async remote => {
        const latencyMs = await remote.latencyMs()
        const entries = await remote.list(source.root)
        const message = `Logged in as ${source.user} and listed ${source.root}: ${grouped(entries.length)} entries.`
        return { ...nothing, isOk: true, latencyMs, banner: remote.banner, message }
      },
      signal,
    )
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error
    const { fingerprint, keyType } = error.detail
    const shownHostKey = typeof fingerprint === 'string' && typeof keyType === 'string' ? { fingerprint, type: keyType } : null
    return { ...nothing, isOk: false, code: error.code, message: error.message, hint: error.hint, shownHostKey }
  }
}

function checkSecret(door: RemoteDoor, body: Answer<typeof newSource>, before: store.Source | null): void {
  if (body.proof === 'agent') return
  if (body.secret === undefined) {
    if (before?.proof === body.proof) return
    throw new TrueupError(
      'SOURCE_SECRET_MISSING',
      `The source ${body.name} was given no ${body.proof === 'key' ? 'private key' : 'password'}.`,
      {
        retry: 'never',
        hint: 'Send it along; it is kept sealed and never shown again.',
      },
    )
  }
  const problem = body.proof === 'key' ? door.keyProblem(body.secret, body.passphrase ?? null) : null
  if (problem === null) return
  throw new TrueupError('SOURCE_KEY_UNREADABLE', `The private key cannot be used: ${problem}.`, {
    retry: 'never',
    hint: 'Give a private key in OpenSSH or PEM format with its passphrase.',
  })
}

function shownSettings(source: store.Source) {
  const { name, host, port, user, proof, root, isEnabled, lookEveryMs, connectMs, idleMs, overallMs } = source
  return { name, host, port, user, proof, root, isEnabled, lookEveryMs, connectMs, idleMs, overallMs }
}

async function sourcesShown(sql: Sql, now: InstantMs): Promise<Answer<typeof sourceInList>[]> {
  const sources = await store.listSources(sql)
  const about = await aboutSources(sql, now - QUALITY_SHOWN_MS)
  return sources.map(source => {
    const { sourceId, lookEveryMs, connectMs, idleMs, overallMs, ...shown } = source
    const own = <Row extends { sourceId: number }>(rows: readonly Row[]) => rows.filter(row => row.sourceId === sourceId)
    return {
      ...shown,
      lookEverySeconds: lookEveryMs / 1_000,
      connectSeconds: connectMs / 1_000,
      idleSeconds: idleMs / 1_000,
      overallSeconds: overallMs / 1_000,
      feeds: own(about.feeds).map(feed => feed.name),
      quality: own(about.hours),
      unsettled: own(about.unsettled),
    }
  })
}

type Hour = Answer<typeof sourceInList>['quality'][number] & { sourceId: number }

async function aboutSources(sql: Sql, since: InstantMs) {
  const feeds = await sql.query<{ sourceId: number; name: string }>(
    'select source_id as "sourceId", name from feed.feed where source_id is not null order by name',
  )
  const hours = await sql.query<Hour>(
    `select source_id as "sourceId", hour, connections, refusals, drops, bytes, connected_ms as "connectedMs",
            case when latency_samples > 0 then round(latency_ms_sum::numeric / latency_samples, 1) end as "latencyMs",
            case when latency_samples > 0 then latency_ms_max end as "latencyMsMax"
       from feed.source_hour where hour >= $1 order by hour`,
    [new Date(since)],
  )
  const unsettled = await sql.query<{ sourceId: number; name: string; code: string; reason: string }>(
    `select e.source_id as "sourceId", r.name, r.settle_code as code, r.settle_reason as reason
       from feed.remote_file r join feed.feed e using (feed_id) where r.settle_code is not null order by r.remote_file_id`,
  )
  return { feeds, hours, unsettled }
}

function ms(inSeconds: number): number {
  return Math.round(inSeconds * 1_000)
}
