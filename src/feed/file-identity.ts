import type { InstantMs } from '../kernel/clock.ts'
import { matchesPattern } from './arrival.ts'
import type { FileState } from './file-state.ts'
import { originalNameOf } from './rest-name.ts'

/** A file that is whole, and of which it is asked: is it new? */
export type Newcomer = {
  name: string
  bytes: number
  senderStamp: string | null
  /** A correction, or another reading of a file that is kept, says itself to what it belongs. */
  parentKind?: 'correction' | 'again' | null
}

/** An earlier file of the same feed with the same bytes. */
export type Earlier = { fileId: number; name: string; state: FileState; senderStamp: string | null; changedAt: InstantMs }

export type Identity =
  | { kind: 'new' }
  /** An earlier file with the same bytes is on its way: only its outcome can tell what this one is. */
  | { kind: 'wait'; fileId: number }
  | { kind: 'duplicate'; of: number; code: string; reason: string }
  | { kind: 'held'; of: number; code: string; reason: string }
  | { kind: 'failed'; code: string; reason: string }
  /** Not one byte: it moves nothing, and is not the file that was due. */
  | { kind: 'empty'; code: string; reason: string }

/**
 * Decides whether a whole file is new. A file is known by its feed, its bytes and the sender's stamp, never by its name and
 * never by its bytes alone: same bytes with another stamp are a new count that happens to agree. The name under which other
 * bytes came before makes a correction, which is new as well. What was never applied is never called a replay.
 */
export function identify(
  file: Newcomer,
  earlier: readonly Earlier[],
  feed: { namePattern: string; fileKind: 'snapshot' | 'delta' },
): Identity {
  if (!file.parentKind && !matchesPattern(correctedNameOf(file.name), feed.namePattern)) return unexpectedName(file.name, feed.namePattern)
  if (file.bytes === 0) return EMPTY
  // A person asked for it, or each of its rows says what it mends: counts of the past change nothing that is newer.
  if (file.parentKind) return { kind: 'new' }
  const same = earlier.filter(before => isSameStamp(before, file))
  const underWay = same.find(before => before.state === 'received' || before.state === 'staged')
  if (underWay) return { kind: 'wait', fileId: underWay.fileId }
  const applied = same.filter(before => before.state === 'applied').at(-1)
  if (feed.fileKind === 'delta') {
    // Each row of a correction says what it mends, and is taken once for that: it needs nobody to decide.
    if (CORRECTION.test(file.name)) return { kind: 'new' }
    const seen = applied ?? same.filter(before => before.state === 'held').at(-1)
    return seen ? held(seen) : { kind: 'new' }
  }
  return applied ? duplicate(applied) : { kind: 'new' }
}

/** Rejected rows go out as `stock.csv.errors.csv`, and come back under that name: what they correct is what the feed knows. */
const CORRECTION = /\.errors\.(csv|xlsx)$/i

function correctedNameOf(name: string): string {
  return originalNameOf(name).replace(CORRECTION, '')
}

/** Two files without a stamp are as alike as two with the same one. */
function isSameStamp(before: Earlier, file: Newcomer): boolean {
  return before.senderStamp === file.senderStamp
}

const EMPTY: Identity = {
  kind: 'empty',
  code: 'FILE_EMPTY',
  reason: 'The file has no bytes. It moved nothing: an empty file is never read as "everything is at zero".',
}

function unexpectedName(name: string, pattern: string): Identity {
  return {
    kind: 'failed',
    code: 'FEED_NAME_UNEXPECTED',
    reason: `The feed takes files named ${pattern}, and this one is named ${originalNameOf(name)}. It was not read.`,
  }
}

function duplicate(before: Earlier): Identity {
  return {
    kind: 'duplicate',
    of: before.fileId,
    code: 'FEED_ALREADY_APPLIED',
    reason: `Already applied: the same bytes came as ${before.name} (file ${before.fileId}), applied on ${utc(before.changedAt)}. Nothing was changed.`,
  }
}

function held(before: Earlier): Identity {
  const what = before.state === 'applied' ? `applied on ${utc(before.changedAt)}` : `held since ${utc(before.changedAt)}`
  return {
    kind: 'held',
    of: before.fileId,
    code: 'FEED_DELTA_SEEN_BEFORE',
    reason: `The same changes came as ${before.name} (file ${before.fileId}), ${what}. Applied again they would count twice, so a person has to decide.`,
  }
}

function utc(at: InstantMs): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
