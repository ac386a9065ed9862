import type { Db, Tx } from '../db/connection.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { grouped } from '../kernel/grouped.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { type DocumentKind, isOutdatedCount, type LedgerLine, mayGoBelowNothing } from './document.ts'
import * as documents from './document-store.ts'
import * as scheduled from './scheduled-store.ts'
import * as store from './store.ts'

export type Booking = {
  kind: DocumentKind
  lines: readonly LedgerLine[]
  who: string
  effectiveAt: InstantMs
  now: InstantMs
  /** The same key again is the same deed: nothing moves, and the first outcome is told. */
  key?: string | null
  /** The digest of what was asked: one key never stands for two deeds. */
  askedSha256?: string | null
  reference?: string | null
  comment?: string | null
  reverses?: number
}

export type Booked = { documentId: number; isRepeat: boolean; outcomes: documents.LineOutcome[] }

/** Books one document, whole or not at all. Throws what the person has to mend. */
export async function book(tx: Tx, asked: Booking): Promise<Booked> {
  const repeated = await repeatOf(tx, asked)
  if (repeated !== null) return repeated
  await documents.lockLedger(tx)
  // Somebody with the same key may have been before us in the queue for the lock.
  const overtaken = await repeatOf(tx, asked)
  if (overtaken !== null) return overtaken
  if (asked.kind === 'count') await refuseOutdated(tx, asked)
  const { lines, effectiveAt, now } = asked
  const reference = asked.reference ?? null
  const documentId = await documents.addDocument(tx, {
    ...{ kind: asked.kind, who: asked.who, effectiveAt, now, reference },
    ...{ key: asked.key ?? null, askedSha256: asked.askedSha256 ?? null, comment: asked.comment ?? null },
    ...(asked.reverses === undefined ? {} : { reverses: asked.reverses }),
  })
  const outcomes: documents.LineOutcome[] = []
  for (const round of rounds(lines))
    outcomes.push(...(await documents.postLines(tx, { documentId, lines: round, reference, effectiveAt, now })))
  const short = outcomes.find(outcome => outcome.afterUnits < 0 && outcome.afterUnits < outcome.beforeUnits)
  if (short !== undefined && !mayGoBelowNothing(asked.kind)) throw resultNegative(short)
  if (asked.kind === 'count') {
    await documents.markCounted(tx, lines, effectiveAt)
    await documents.settleHolds(tx, lines, effectiveAt)
  }
  await store.publishHead(tx)
  return { documentId, isRepeat: false, outcomes }
}

/** The document that was booked under the key of this deed; null: none. Throws INVENTORY_KEY_REUSED when it was another deed's. */
export async function repeatOf(tx: Tx, asked: Pick<Booking, 'key' | 'askedSha256'>): Promise<Booked | null> {
  if (asked.key === undefined || asked.key === null) return null
  const known = await documents.documentByKey(tx, asked.key)
  if (known === null) return null
  if (known.askedSha256 !== (asked.askedSha256 ?? null)) throw keyReused(asked.key)
  return { documentId: known.documentId, isRepeat: true, outcomes: [] }
}

async function refuseOutdated(tx: Tx, { lines, effectiveAt }: Booking): Promise<void> {
  const newest = await documents.countedAt(tx, lines)
  const older = lines.find(line => isOutdatedCount(effectiveAt, newest.get(documents.positionKey(line)) ?? null))
  if (older !== undefined) throw countOutdated(effectiveAt, newest.get(documents.positionKey(older)) ?? effectiveAt)
}

/** Lines in rounds, of which none speaks of a position twice: each then sees what the one before it did. */
function rounds(lines: readonly LedgerLine[]): LedgerLine[][] {
  const found: { keys: Set<string>; lines: LedgerLine[] }[] = []
  for (const line of lines) {
    const key = documents.positionKey(line)
    const round = found.find(one => !one.keys.has(key))
    if (round === undefined) {
      found.push({ keys: new Set([key]), lines: [line] })
      continue
    }
    round.keys.add(key)
    round.lines.push(line)
  }
  return found.map(round => round.lines)
}

/** Takes a document back by counter-entries: history stays as it was. */
export async function reverse(tx: Tx, asked: { documentId: number; who: string; comment: string; now: InstantMs }): Promise<Booked> {
  await documents.lockLedger(tx)
  const document = await documents.documentById(tx, asked.documentId)
  if (document === null) throw unknownDocument(asked.documentId)
  if (document.reversedBy !== null || document.kind === 'reversal') throw alreadyReversed(asked.documentId)
  const moved = await documents.linesOfDocument(tx, asked.documentId)
  const lines = moved.map(({ units, ...where }): LedgerLine => ({ ...where, effect: 'add', units: -units, reason: 'REVERSED' }))
  return book(tx, {
    // As of when the document was: what a count since then has settled is not taken back a second time.
    ...{ kind: 'reversal', lines, who: asked.who, effectiveAt: Math.min(document.effectiveAt, asked.now), now: asked.now },
    ...{ reference: document.reference, comment: asked.comment, reverses: asked.documentId },
  })
}

/** Changes whose instant came: each takes effect on it, however late this step looks. */
const DUE_PER_STEP_MAX = 1_000

export async function bookDue({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  let booked = 0
  for (; booked < DUE_PER_STEP_MAX; booked++) {
    const isMore = await bookNextDue(db, clock.now())
    if (!isMore) return booked === 0 ? NOTHING_TO_DO : { read: booked, wrote: booked, more: false }
  }
  return { read: booked, wrote: booked, more: true }
}

/** One at a time, since one that cannot be booked must not hold the others. */
async function bookNextDue(db: Db, now: InstantMs): Promise<boolean> {
  const refused = { code: null as string | null, scheduledId: 0 }
  const isMore = await db
    .transaction(async tx => {
      const due = await scheduled.nextDue(tx, now)
      if (due === null) return false
      refused.scheduledId = due.scheduledId
      const { documentId } = await book(tx, {
        ...{ kind: due.kind, who: due.who, effectiveAt: due.dueAt, now, reference: due.reference, comment: due.comment },
        lines: [{ ...due, effect: 'add' }],
      })
      await scheduled.markDone(tx, { scheduledId: due.scheduledId, documentId, now })
      return true
    })
    .catch(error => {
      if (!(error instanceof TrueupError)) throw error
      refused.code = error.code
      return true
    })
  if (refused.code !== null) await scheduled.markRefused(db, { scheduledId: refused.scheduledId, code: refused.code })
  return isMore
}

function resultNegative({ beforeUnits, afterUnits }: documents.LineOutcome): TrueupError {
  return new TrueupError(
    'INVENTORY_RESULT_NEGATIVE',
    `That would leave ${grouped(afterUnits)} on hand where there are ${grouped(beforeUnits)}.`,
    {
      retry: 'never',
      hint: 'Take away no more than there is, or count the position first if there is more than Trueup knows.',
      detail: { beforeUnits, afterUnits },
    },
  )
}

function countOutdated(countAt: InstantMs, newestAt: InstantMs): TrueupError {
  const newest = new Date(newestAt).toISOString()
  return new TrueupError(
    'INVENTORY_COUNT_OUTDATED',
    `The count is of ${new Date(countAt).toISOString()}; one of ${newest} stands already.`,
    {
      retry: 'never',
      hint: 'Count again, or give the instant at which it was counted if that was later.',
      detail: { newest },
    },
  )
}

export function keyReused(key: string): TrueupError {
  return new TrueupError('INVENTORY_KEY_REUSED', `The key ${key} was used before for another request.`, {
    retry: 'never',
    hint: 'Give every deed a key of its own, and repeat one only with exactly what it asked for.',
    detail: { key },
  })
}

function unknownDocument(documentId: number): TrueupError {
  return new TrueupError('INVENTORY_DOCUMENT_NOT_FOUND', `There is no document ${documentId}.`, {
    retry: 'never',
    hint: 'Take its number from a movement of the SKU.',
    detail: { documentId },
  })
}

function alreadyReversed(documentId: number): TrueupError {
  return new TrueupError('INVENTORY_ALREADY_REVERSED', `Document ${documentId} was taken back already, or takes one back itself.`, {
    retry: 'never',
    hint: 'Look at the movements of the SKU: the counter-entry stands there.',
    detail: { documentId },
  })
}
