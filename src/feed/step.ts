import type { Db, Tx } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { StepReport } from '../kernel/report.ts'
import {
  type ArrivalSettings,
  COMPANION_BYTES_MAX,
  companionOf,
  isSpokenOf,
  isTemporaryName,
  judgeEvidence,
  judgeLook,
  type Look,
  quietMsOf,
} from './arrival.ts'
import * as companions from './companion-store.ts'
import { identify } from './file-identity.ts'
import { restOf } from './file-state.ts'
import type { FileRoom, Reception, WatchedFolder } from './port.ts'
import { followLines, type LineReached, reasonNote } from './reason-note.ts'
import { reasonNameOf, restNameOf } from './rest-name.ts'
import * as store from './store.ts'

/** A reception that knows which of its files are still coming in: others under its name were left behind by an error. */
export type Receiver = Reception & {
  /** Names this process, as long as it lives, on the files that it receives. */
  readonly owner: string
  liveFileIds(): number[]
}

/** What the doors talk to: every file that comes in is a row from before its first byte. `arrived` is told of each whole file. */
export function createReception(deps: { db: Db; clock: Clock; ids: Ids; arrived?: () => void }): Receiver {
  const { db, clock, ids } = deps
  const owner = ids.uuid()
  const live = new Set<number>()
  return {
    owner,
    liveFileIds: () => [...live],
    feedAt: at => store.feedAt(db, at),
    foldersOf: home => store.foldersOf(db, home),
    async opened(file) {
      const spoolName = ids.uuid()
      const fileId = await store.recordOpened(db, { ...file, owner, spoolName, now: clock.now() })
      live.add(fileId)
      return { fileId, spoolName }
    },
    unfinished: file => store.unfinished(db, file),
    async resumed(fileId) {
      const spoolName = await store.recordResumed(db, { fileId, owner, now: clock.now() })
      if (spoolName === null) return null
      live.add(fileId)
      return { fileId, spoolName }
    },
    async received(receipt, whole) {
      // No longer live even if the database does not answer: its sender is told of a failure, and the row is swept up later.
      live.delete(receipt.fileId)
      await store.recordReceived(db, receipt, { ...whole, now: clock.now() })
      deps.arrived?.()
    },
    async companion(companion) {
      await companions.recordCompanion(db, { ...companion, now: clock.now() })
      deps.arrived?.()
    },
    async interrupted(receipt, torn) {
      live.delete(receipt.fileId)
      await store.recordInterrupted(db, { fileId: receipt.fileId, ...torn, now: clock.now() })
    },
  }
}

/** A receiver that was not heard of for so long is dead. It is heard of whenever `adoptOrphans` runs in its process. */
export const RECEIVER_SILENT_MS = 60_000
/** How often each process should run `adoptOrphans`. */
export const RECEIVER_BEAT_MS = 15_000
const RECEIVER_FORGOTTEN_MS = 24 * 60 * 60 * 1_000
const ORPHANS_PER_STEP_MAX = 500

/**
 * Says that this process's receiver is alive, and marks as interrupted what a dead one was receiving. `isAlone`: nobody else
 * can be at work, so that after a restart nothing has to wait until the predecessor was silent for long enough.
 */
export async function adoptOrphans(deps: {
  db: Db
  clock: Clock
  files: FileRoom
  receiver: Receiver
  isAlone: boolean
}): Promise<StepReport> {
  const { db, clock, files, receiver, isAlone } = deps
  const now = clock.now()
  await store.recordAlive(db, { owner: receiver.owner, now, forgetBefore: now - RECEIVER_FORGOTTEN_MS })
  const orphans = await store.orphans(db, {
    owner: receiver.owner,
    liveFileIds: receiver.liveFileIds(),
    silentBefore: now - RECEIVER_SILENT_MS,
    isAlone,
    limit: ORPHANS_PER_STEP_MAX,
  })
  for (const { fileId, spoolName } of orphans) {
    const bytes = (await files.spoolSize(spoolName)) ?? 0
    const reason = `Trueup stopped while the file was coming in, after ${bytes} bytes.`
    await store.recordInterrupted(db, { fileId, bytes, code: 'FILE_INTERRUPTED_RESTART', reason, now })
  }
  return { read: orphans.length, wrote: orphans.length, more: orphans.length === ORPHANS_PER_STEP_MAX }
}

/** Where bytes go in and a digest comes out. Node's `createHash('sha256')` is one. */
export type Hash = { update(bytes: Uint8Array): unknown; digest(encoding: 'hex'): string }

export type FeedDeps = { db: Db; clock: Clock; files: FileRoom; hash: (algorithm: 'sha256' | 'md5') => Hash }

/** Takes the digest of the next closed file, looks for the evidence that it is whole, then decides for each feed whether its next file is new. */
export async function step({ db, clock, files, hash }: FeedDeps): Promise<StepReport> {
  const undigested = await store.nextUndigested(db)
  if (undigested) await takeDigest({ db, clock, files, hash }, undigested)
  let decided = await weighEvidence({ db, clock, files })
  const feeds = await store.feedsToIdentify(db)
  for (const feedId of feeds) {
    if (await db.transaction(tx => identifyNext(tx, clock, feedId))) decided++
  }
  return { read: (undigested ? 1 : 0) + feeds.length, wrote: decided, more: undigested !== null || decided > 0 }
}

async function takeDigest({ db, clock, files, hash }: FeedDeps, file: store.Undigested): Promise<void> {
  const [sum, md5] = [hash('sha256'), hash('md5')]
  let bytes = 0
  try {
    for await (const chunk of files.readSpool(file.spoolName)) {
      sum.update(chunk)
      if (file.needsMd5) md5.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if (!(error instanceof TrueupError && error.code === 'FILE_BYTES_MISSING')) throw error
    bytes = -1
  }
  if (bytes === file.bytes)
    return store.recordDigest(db, { fileId: file.fileId, sha256: sum.digest('hex'), md5: file.needsMd5 ? md5.digest('hex') : null })
  const found = bytes < 0 ? 'none are left' : `${bytes} are there`
  const reason = `Of the ${file.bytes} bytes that came in, ${found}. Somebody or something changed them on disk.`
  await db.transaction(tx => store.markFailed(tx, { fileId: file.fileId, code: 'FILE_BYTES_MISSING', reason, now: clock.now() }))
}

/** Judges the files that wait for more than their close. Gives how many were decided. */
async function weighEvidence({ db, clock, files }: Omit<FeedDeps, 'hash'>): Promise<number> {
  let decided = 0
  for (const file of await companions.waitingForEvidence(db)) {
    const now = clock.now()
    const judged = judgeEvidence(file, await companions.companionsOf(db, file.feedId), file.settings, now)
    switch (judged.kind) {
      case 'wait':
        if (file.code !== judged.code) await companions.sayWaiting(db, { fileId: file.fileId, ...judged })
        continue
      case 'whole':
        await db.transaction(tx => companions.markWhole(tx, { ...file, companion: judged.companion, now }))
        // After the commit: a marker that is left behind speaks of no later file, since it is older.
        if (judged.companion !== null) await files.removeCompanion({ ...file, name: judged.companion })
        decided++
        continue
      case 'refused':
        await db.transaction(tx => store.markFailed(tx, { fileId: file.fileId, code: judged.code, reason: judged.reason, now }))
        decided++
    }
  }
  return decided
}

/** True when something was decided. False: nothing to decide, or the outcome of an earlier file has to be waited for. */
async function identifyNext(tx: Tx, clock: Clock, feedId: number): Promise<boolean> {
  const file = await store.nextToIdentify(tx, feedId)
  if (!file || file.sha256 === null) return false
  const { fileId, sha256 } = file
  const earlier = await store.earlierAlike(tx, { feedId, fileId, sha256 })
  const identity = identify(file, earlier, file)
  const now = clock.now()
  switch (identity.kind) {
    case 'wait':
      return false
    case 'new':
      await store.markNew(tx, fileId, now)
      return true
    case 'duplicate':
      await store.markDuplicate(tx, { ...identity, fileId, now })
      return true
    case 'held':
      await store.markHeld(tx, { ...identity, fileId, now })
      return true
    case 'failed':
      await store.markFailed(tx, { ...identity, fileId, now })
      return true
    case 'empty':
      await store.markEmpty(tx, { ...identity, fileId, now })
      return true
  }
}

const PUT_AWAY_PER_STEP_MAX = 50

/**
 * Moves files with a verdict to `archive/` or `failed/`, the latter with a note beside them. The verdict was committed before,
 * and where the file went is recorded after; a crash in between has the same move made again, which changes nothing.
 */
export async function putAwayStep({ db, clock, files }: Omit<FeedDeps, 'hash'>): Promise<StepReport> {
  const due = await store.duePutAway(db, { now: clock.now(), limit: PUT_AWAY_PER_STEP_MAX })
  const failures: unknown[] = []
  let missing = 0
  for (const file of due) {
    try {
      if (!(await putAway({ db, clock, files }, file))) missing++
    } catch (error) {
      // One file that cannot be moved does not keep the others from their rest; the step still fails, and is tried again.
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  const notes = missing > 0 ? { notes: { missing } } : {}
  return { read: due.length, wrote: due.length - missing, more: due.length === PUT_AWAY_PER_STEP_MAX, ...notes }
}

async function putAway({ db, clock, files }: Omit<FeedDeps, 'hash'>, file: store.ToPutAway): Promise<boolean> {
  const { home, folder, spoolName, fileId } = file
  const kind = restOf(file.state)
  assert(kind !== null, `a file that is ${file.state} is not put away`)
  const restName = restNameOf({ name: file.name, receivedAt: file.receivedAt ?? file.openedAt, fileId })
  if (kind === 'failed') {
    const note = reasonNote({ ...file, reached: await lineReached(files, { ...file, kind, restName }) })
    await files.writeWhole({ home, folder, kind, name: reasonNameOf(restName) }, once(note))
  }
  const isThere = await files.putAway({ spoolName, home, folder, inboxName: file.name, kind, restName })
  await store.recordPutAway(db, { fileId, restName: isThere ? restName : null, now: clock.now() })
  return isThere
}

/** How far the lines of a failed file reach, wherever it lies: a crash may have left it on either side of its move. */
async function lineReached(
  files: FileRoom,
  file: { spoolName: string; home: string; folder: string; kind: 'failed'; restName: string },
): Promise<LineReached | null> {
  const lies = (await files.spoolSize(file.spoolName)) !== null
  const lines = followLines()
  try {
    for await (const chunk of lies ? files.readSpool(file.spoolName) : files.readRest(file)) lines.take(chunk)
  } catch (error) {
    if (!(error instanceof TrueupError && error.code === 'FILE_BYTES_MISSING')) throw error
  }
  return lines.reached()
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}

/** What was seen of a watched folder at the last look. Kept by the caller; forgetting it costs one more quiet time. */
export type Looks = Map<string, Look & { isTaken: boolean }>

const FILES_PER_LOOK_MAX = 1_000

/** Looks at a watched folder and takes in what has stood still for the quiet time, or has beside it what its feed asks for. */
export async function pollFolder(
  deps: { clock: Clock; reception: Reception; folder: WatchedFolder; looks: Looks },
  { feedId, arrival = {}, quietMs = quietMsOf(arrival) }: { feedId: number; arrival?: ArrivalSettings; quietMs?: number },
): Promise<StepReport> {
  const { clock, folder, looks, reception } = deps
  const seen = (await folder.list()).filter(file => !isTemporaryName(file.name))
  const listed = seen.filter(file => companionOf(file.name, arrival) === null)
  const beside = seen.filter(file => companionOf(file.name, arrival) !== null)
  const now = clock.now()
  let taken = 0
  for (const file of listed.slice(0, FILES_PER_LOOK_MAX)) {
    const before = looks.get(file.name) ?? null
    if (arrival.evidence !== undefined && !before?.isTaken && !isSpokenOf(file, beside, arrival)) continue
    const verdict = judgeLook(before, { ...file, at: now }, { quietMs })
    if (verdict.kind === 'wait')
      looks.set(file.name, { ...verdict.look, isTaken: before?.stillSince === verdict.look.stillSince && before.isTaken })
    else if (before?.isTaken) await folder.remove(file.name, file)
    else if (await takeIn(deps, { feedId, name: file.name, now })) taken++
  }
  for (const companion of beside) {
    const text = await folder.head(companion.name, COMPANION_BYTES_MAX)
    await reception.companion({ feedId, name: companion.name, text })
    // Known by its text from now on. Left where it lies, it would speak of every later file of that name.
    if (taken > 0 || arrival.evidence === 'manifest') await folder.remove(companion.name, companion)
  }
  const names = new Set(listed.map(file => file.name))
  for (const name of looks.keys()) if (!names.has(name)) looks.delete(name)
  return { read: listed.length, wrote: taken, more: listed.length > FILES_PER_LOOK_MAX && taken > 0 }
}

async function takeIn(
  { reception, folder, looks }: { reception: Reception; folder: WatchedFolder; looks: Looks },
  { feedId, name, now }: { feedId: number; name: string; now: InstantMs },
): Promise<boolean> {
  const receipt = await reception.opened({ feedId, door: 'folder', name })
  const taken = await folder.takeIntoSpool(name, receipt.spoolName).catch(async (error: unknown) => {
    const reason = `The file could not be copied out of the folder: ${messageOf(error)}`
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_DISK', reason })
    throw error
  })
  if (taken === null) {
    const reason = 'The file changed while it was being read, although it had stood still before. It is looked at again.'
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_CHANGED', reason })
    looks.delete(name)
    return false
  }
  await reception.received(receipt, { ...taken, by: 'still' })
  // Remembered before it is removed: if that fails, it is not taken a second time at every look.
  looks.set(name, { ...taken, stillSince: now, isTaken: true })
  await folder.remove(name, taken)
  looks.delete(name)
  return true
}
