import type { Db } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { COMPANION_BYTES_MAX, companionOf, isSpokenOf, isTemporaryName, matchesPattern, QUIET_MS_DEFAULT, quietMsOf } from './arrival.ts'
import type { Reception } from './port.ts'
import * as files from './remote-file-store.ts'
import type { Remote, RemoteDoor, RemoteEntry, SourceAddress, SourceProof } from './source-port.ts'
import { afterTrouble, waitMs } from './source-retry.ts'
import * as store from './source-store.ts'
import { AROUND_EVERY_MS, lookAroundSource, type Recognise } from './stray-step.ts'

export type SourceDeps = {
  db: Db
  clock: Clock
  /** A number in [0, 1). */
  chance(): number
  door: RemoteDoor
  reception: Reception
  /** Opens what was sealed with the key of this house. */
  unseal(sealed: string): string
  recognise: Recognise
}

/**
 * `isPaced`: it is looked at again by itself after a while; else when somebody says so, and for what is left undone. `signal`: the program
 * stops. `ended`: a person ended this visit; what was fetched is kept, and it says nothing about the source.
 */
export type Visit = { isPaced?: boolean; signal?: AbortSignal; ended?: AbortSignal }

const SETTLED_PER_VISIT_MAX = 200
const FILES_PER_LOOK_MAX = 1_000
const PROGRESS_EVERY_MS = 1_000
/** More than the greetings of SSH: something of a file came. */
const PROGRESS_BYTES_MIN = 64 * 1_024

/**
 * One visit to a source: puts away there what is committed here, looks at the folders of its feeds, and fetches what has come to rest. The
 * network lies between statements, never inside a transaction; whatever breaks leaves rows from which the next visit goes on.
 */
export async function visitSource(deps: SourceDeps, source: store.Source, visit: Visit = {}): Promise<StepReport> {
  const { db, clock } = deps
  const startedAt = clock.now()
  let remote: Remote | null = null
  let failure: TrueupError | null = null
  let latencyMs: number | null = null
  const found = { read: 0, wrote: 0, isSoon: false }
  try {
    const signals = [visit.signal, visit.ended].filter(one => one !== undefined)
    remote = await deps.door.connect(addressOf(source, await proofOf(deps, source)), AbortSignal.any(signals))
    latencyMs = await remote.latencyMs()
    await settle(deps, source, remote)
    if (source.aroundAt === null || clock.now() - source.aroundAt >= AROUND_EVERY_MS) await lookAroundSource(deps, source, remote)
    for (const feed of await files.feedsOfSource(db, source.sourceId)) {
      const looked = await lookAtFeed(deps, remote, feed)
      found.read += looked.read
      found.wrote += looked.wrote
      found.isSoon ||= looked.isWaiting
      if (looked.failure !== null) {
        failure ??= looked.failure
        if (isOfLine(looked.failure)) break
      }
    }
  } catch (error) {
    failure = asTrouble(error)
  } finally {
    await remote?.close()
  }
  const now = clock.now()
  await store.addQuality(db, {
    sourceId: source.sourceId,
    now,
    connections: remote === null ? 0 : 1,
    refusals: remote === null ? 1 : 0,
    drops: remote !== null && failure !== null && isOfLine(failure) ? 1 : 0,
    bytes: remote?.receivedBytes() ?? 0,
    connectedMs: remote === null ? 0 : now - startedAt,
    latencyMs,
  })
  // A line that drops again and again but brings something each time is bad, not hopeless.
  const failures = (remote?.receivedBytes() ?? 0) >= PROGRESS_BYTES_MIN ? 0 : source.failures
  await conclude(deps, { ...source, failures }, { ...visit, failure, now, isSoon: found.isSoon })
  return { read: found.read, wrote: found.wrote, more: false, notes: { source: source.name, ...(failure ? { code: failure.code } : {}) } }
}

async function conclude(
  { db, chance }: SourceDeps,
  source: store.Source,
  { failure, now, isSoon, isPaced = true, ended }: Visit & { failure: TrueupError | null; now: InstantMs; isSoon: boolean },
): Promise<void> {
  const { sourceId, nextLookAt: asOfLook } = source
  const usual = isPaced ? now + source.lookEveryMs : null
  if (ended?.aborted) return store.recordVisit(db, { ...source, nextLookAt: usual, now, asOfLook })
  if (failure === null) {
    // What has come and has yet to come to rest is not left until somebody says so again.
    const nextLookAt = isSoon ? Math.min(now + QUIET_MS_DEFAULT, usual ?? Number.POSITIVE_INFINITY) : usual
    return store.recordVisit(db, { sourceId, state: 'ok', failures: 0, nextLookAt, code: null, reason: null, now, asOfLook })
  }
  const { fingerprint, keyType } = failure.detail
  if (typeof fingerprint === 'string' && typeof keyType === 'string')
    await store.recordShownKey(db, { sourceId, key: { fingerprint, type: keyType } })
  const after = afterTrouble(source.failures, failure, { now, chance: chance() })
  const reason = `${failure.message} ${failure.hint}`
  await store.recordVisit(db, { ...after, sourceId, code: failure.code, reason, now, asOfLook })
}

/** Connects once, for a person who wants to know; nothing of it is counted, but the key that the server shows is kept to be accepted. */
export async function tryConnection<T>(
  deps: Pick<SourceDeps, 'db' | 'door' | 'unseal'>,
  source: store.Source,
  work: (remote: Remote) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    const remote = await deps.door.connect(addressOf(source, await proofOf(deps, source)), signal)
    try {
      return await work(remote)
    } finally {
      await remote.close()
    }
  } catch (error) {
    const { fingerprint, keyType } = asTrouble(error).detail
    if (typeof fingerprint === 'string' && typeof keyType === 'string')
      await store.recordShownKey(deps.db, { sourceId: source.sourceId, key: { fingerprint, type: keyType } })
    throw error
  }
}

function addressOf(source: store.Source, proof: SourceProof): SourceAddress {
  const { host, port, user, hostKey, connectMs, idleMs, overallMs } = source
  return { host, port, user, proof, hostKey, limits: { connectMs, idleMs, overallMs } }
}

async function proofOf({ db, unseal }: Pick<SourceDeps, 'db' | 'unseal'>, source: store.Source): Promise<SourceProof> {
  if (source.proof === 'agent') return { kind: 'agent' }
  const { secretSealed, passphraseSealed } = await store.secretOf(db, source.sourceId)
  try {
    const secret = secretSealed === null ? '' : unseal(secretSealed)
    if (source.proof === 'password') return { kind: 'password', password: secret }
    return { kind: 'key', privateKey: secret, passphrase: passphraseSealed === null ? null : unseal(passphraseSealed) }
  } catch (cause) {
    throw new TrueupError('SOURCE_SECRET_SEALED', `The password or key of ${source.name} was sealed with another key of this house.`, {
      retry: 'after-operator',
      hint: 'Set TRUEUP_SECRET_KEY to the key it was sealed with, put secret.key back into the data directory, or give the source its secret again.',
      cause,
    })
  }
}

/** Moves or removes what is committed here. One that cannot be moved is said, tried again later, and never fetched again. */
async function settle({ db, clock, chance }: SourceDeps, source: store.Source, remote: Remote): Promise<void> {
  for (const file of await files.dueSettle(db, { sourceId: source.sourceId, now: clock.now(), limit: SETTLED_PER_VISIT_MAX })) {
    const path = pathOf(file.remoteFolder, file.name)
    try {
      const now = await remote.look(path)
      const isSame = now !== null && now.bytes === file.bytes && now.modifiedAt === file.modifiedAt
      if (isSame) await settleOne(remote, path, file)
      await files.recordSettled(db, { remoteFileId: file.remoteFileId, now: clock.now() })
    } catch (error) {
      const trouble = asTrouble(error)
      if (isOfLine(trouble)) throw trouble
      const nextTryAt = clock.now() + waitMs(file.settleFailures + 1, chance())
      const reason = `${trouble.message} ${trouble.hint}`
      await files.recordUnsettled(db, { remoteFileId: file.remoteFileId, code: trouble.code, reason, nextTryAt })
    }
  }
}

async function settleOne(remote: Remote, path: string, file: files.ToSettle): Promise<void> {
  const isFailed = file.state === 'failed'
  switch (file.afterCommit) {
    case 'leave':
      return
    case 'delete':
      // What failed is the only copy in the sender's eyes: it is never deleted.
      return isFailed ? undefined : remote.remove(path)
    case 'move': {
      const folder = (isFailed ? file.remoteFailed : file.remoteArchive) ?? pathOf(file.remoteFolder, isFailed ? 'failed' : 'archive')
      return remote.move(path, pathOf(folder, file.restName))
    }
  }
}

type Looked = { read: number; wrote: number; isWaiting: boolean; failure: TrueupError | null }

async function lookAtFeed(deps: SourceDeps, remote: Remote, feed: files.RemoteFeed): Promise<Looked> {
  const { db, clock } = deps
  const looked: Looked = { read: 0, wrote: 0, isWaiting: false, failure: null }
  try {
    const there = (await remote.list(feed.remoteFolder)).filter(entry => entry.kind === 'file' && !isTemporaryName(entry.name))
    const beside = there.filter(entry => companionOf(entry.name, feed.arrival) !== null)
    const listed = there
      .filter(entry => companionOf(entry.name, feed.arrival) === null && matchesPattern(entry.name, feed.namePattern))
      .sort((a, b) => a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1))
      .slice(0, FILES_PER_LOOK_MAX)
    const known = await rememberListing(deps, feed, listed)
    for (const file of known) {
      if (!isToFetch(file, clock.now())) continue
      if (!isSpokenOf(file, beside, feed.arrival)) continue
      if (clock.now() - file.stillSince < quietMsOf(feed.arrival)) {
        looked.isWaiting = true
        continue
      }
      looked.read++
      try {
        if (await fetchFile(deps, remote, feed, file)) looked.wrote++
        for (const companion of beside) await tellCompanion(deps, remote, feed, companion)
      } catch (error) {
        const trouble = asTrouble(error)
        looked.failure ??= trouble
        if (isOfLine(trouble)) return looked
        await files.recordFetchFailed(db, {
          remoteFileId: file.remoteFileId,
          nextTryAt: clock.now() + waitMs(file.failures + 1, deps.chance()),
        })
      }
    }
  } catch (error) {
    looked.failure ??= asTrouble(error)
  }
  return looked
}

async function tellCompanion({ reception }: SourceDeps, remote: Remote, feed: files.RemoteFeed, { name }: RemoteEntry): Promise<void> {
  const bytes = await remote.head(pathOf(feed.remoteFolder, name), COMPANION_BYTES_MAX)
  await reception.companion({ feedId: feed.feedId, name, text: new TextDecoder().decode(bytes) })
}

/** Compares a listing with what is known. Gives the known files that are there, as they are now. */
async function rememberListing(
  { db, clock }: SourceDeps,
  feed: files.RemoteFeed,
  listed: readonly RemoteEntry[],
): Promise<files.RemoteFile[]> {
  const before = await files.remoteFiles(db, feed.feedId)
  const keyOf = (file: { name: string; bytes: number; modifiedAt: InstantMs }) => `${file.modifiedAt} ${file.bytes} ${file.name}`
  const there = new Set(listed.map(keyOf))
  const knew = new Set(before.map(keyOf))
  await files.recordSeen(db, { feedId: feed.feedId, files: listed.filter(entry => !knew.has(keyOf(entry))), now: clock.now() })
  await files.forgetGone(db, { remoteFileIds: before.filter(file => !there.has(keyOf(file))).map(file => file.remoteFileId) })
  const order = new Map(listed.map((entry, at) => [keyOf(entry), at]))
  const known = (await files.remoteFiles(db, feed.feedId)).filter(file => there.has(keyOf(file)))
  return known.sort((a, b) => (order.get(keyOf(a)) ?? 0) - (order.get(keyOf(b)) ?? 0))
}

/** Taken is taken, whatever became of it; what was interrupted goes on, and what was given up begins again. */
function isToFetch(file: files.RemoteFile, now: InstantMs): boolean {
  if (file.nextTryAt !== null && file.nextTryAt > now) return false
  return file.fileId === null || file.fileState === 'interrupted'
}

async function fetchFile(deps: SourceDeps, remote: Remote, feed: files.RemoteFeed, file: files.RemoteFile): Promise<boolean> {
  const { db, clock, reception } = deps
  const goesOn = file.fileId !== null && file.putAwayAt === null
  const before = goesOn ? file.fileId : await files.changedMeanwhile(db, { feedId: feed.feedId, name: file.name })
  const resumed = before === null ? null : await reception.resumed(before)
  if (goesOn && resumed === null) return false
  const receipt = resumed ?? (await reception.opened({ feedId: feed.feedId, door: 'remote', name: file.name, expectedBytes: file.bytes }))
  let held = goesOn ? (file.heldBytes ?? 0) : 0
  let saidAt = clock.now()
  try {
    if (!goesOn) await files.recordFetching(db, { remoteFileId: file.remoteFileId, fileId: receipt.fileId, expectedBytes: file.bytes })
    const fetched = await remote.download(pathOf(feed.remoteFolder, file.name), {
      spoolName: receipt.spoolName,
      expected: { bytes: file.bytes, modifiedAt: file.modifiedAt },
      mayResume: goesOn,
      onBytes(bytes) {
        held = bytes
        if (clock.now() - saidAt < PROGRESS_EVERY_MS) return
        saidAt = clock.now()
        // Only for those who watch: the count that matters is taken at the end.
        files.recordProgress(db, { fileId: receipt.fileId, bytes }).catch(() => {})
      },
    })
    await reception.received(receipt, { bytes: fetched.bytes, modifiedAt: file.modifiedAt, by: 'download' })
    return true
  } catch (error) {
    const trouble = asTrouble(error)
    const reason = `${trouble.message} ${held} of ${file.bytes} bytes are here; the next visit goes on after them.`
    await reception.interrupted(receipt, { bytes: held, code: trouble.code, reason })
    throw trouble
  }
}

function pathOf(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`
}

/** Troubles after which nothing more can be asked in this visit. */
const OF_LINE = new Set(['SOURCE_CONNECTION_LOST', 'SOURCE_TIMEOUT', 'SOURCE_UNREACHABLE'])

function isOfLine(trouble: TrueupError): boolean {
  return OF_LINE.has(trouble.code)
}

function asTrouble(error: unknown): TrueupError {
  if (error instanceof TrueupError) return error
  return new TrueupError('SOURCE_BROKE', messageOf(error), { retry: 'backoff', hint: 'It is tried again by itself.', cause: error })
}
