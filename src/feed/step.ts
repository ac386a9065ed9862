import type { Db, Tx } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { StepReport } from '../kernel/report.ts'
import { judgeEvidence } from './arrival.ts'
import { AS_OF_RECEIVED, type AsOfSettings, stampOf } from './as-of.ts'
import * as companions from './companion-store.ts'
import { identify } from './file-identity.ts'
import type { FileRoom, Reception } from './port.ts'
import { originalNameOf } from './rest-name.ts'
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
    isPart: file => store.isPart(db, file),
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
    await files.showUnfinished(spoolName)
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
  const spokenOf = (file.settings.asOf as AsOfSettings | undefined) ?? AS_OF_RECEIVED
  const senderStamp = file.senderStamp ?? stampOf(spokenOf, { ...file, name: originalNameOf(file.name) })
  if (senderStamp !== null && file.senderStamp === null) await store.recordStamp(tx, fileId, senderStamp)
  const earlier = await store.earlierAlike(tx, { feedId, fileId, sha256 })
  const identity = identify({ ...file, senderStamp }, earlier, file)
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
