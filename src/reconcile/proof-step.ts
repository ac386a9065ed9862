import { createHash } from 'node:crypto'
import { askForLooks } from '../channel/level-store.ts'
import type { Db, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as outbox from '../outbox/store.ts'
import { judgeCorrections } from './brake.ts'
import { type Proof, proofHead, proofLine } from './proof.ts'
import * as proofs from './proof-store.ts'
import type { ReconcileDeps } from './step.ts'
import * as store from './store.ts'

/** Levels that one transaction compares. */
const COMPARED_PER_TRANSACTION_MAX = 50_000
/** Levels of a bulk read that are kept together. */
const SEEN_PER_STATEMENT_MAX = 5_000
/** Corrections that one statement puts back into the outbox. */
const CORRECTIONS_PER_STATEMENT_MAX = 10_000
const DAY_MS = 24 * 60 * 60_000
/** A proof is kept for a season; what was compared in between, for a week. */
export const PROOFS_KEPT_MS = 90 * DAY_MS
const OTHERS_KEPT_MS = 7 * DAY_MS
const FIRST = { locationId: 0, productId: 0 }

/**
 * Hard Sync: reads every level of the shop and compares each that we promise something for, with the proof of it. The wire
 * is read to its end first; nothing of it is in memory beyond a chunk, nor in a transaction. What differs goes back into the
 * outbox, unless it is too much to be believed. One at a time for a shop: two would take what they read for each other's. Gives no run in its
 * notes where another is at it.
 */
export async function hardSync(deps: ReconcileDeps, asked: { by?: string; scope?: string } = {}): Promise<StepReport> {
  const alone = await deps.db.alone(`hard sync ${deps.shopId}`, () => syncWhole(deps, asked))
  return alone.ran ? alone.result : { ...NOTHING_TO_DO, notes: { waiting: 'this shop is just being compared' } }
}

async function syncWhole(deps: ReconcileDeps, asked: { by?: string; scope?: string }): Promise<StepReport> {
  const { db, clock, port, shopId, signal } = deps
  const startedAt = clock.now()
  await proofs.forgetSeen(db, shopId)
  await db.transaction(async tx => {
    await proofs.endLostRuns(tx, shopId, startedAt)
    await proofs.forgetOldRuns(tx, shopId, { proofs: startedAt - PROOFS_KEPT_MS, others: startedAt - OTHERS_KEPT_MS })
  })
  const runId = await store.startRun(db, {
    shopId,
    kind: 'hard_sync',
    now: startedAt,
    askedBy: asked.by ?? null,
    scope: asked.scope ?? null,
  })
  let waiting: Parameters<typeof proofs.keepSeen>[2][number][] = []
  for await (const { levels: seen } of port.readEveryLevel(signal)) {
    waiting.push(...seen)
    if (waiting.length < SEEN_PER_STATEMENT_MAX) continue
    await proofs.keepSeen(db, runId, waiting)
    waiting = []
  }
  await proofs.keepSeen(db, runId, waiting)
  await proofs.measureSeen(db)
  const run = { runId, shopId, startedAt, readAt: clock.now() }
  let levels = 0
  for (let after: store.Differing | null = FIRST; after !== null; ) {
    const place: store.Differing = after
    const compared = await db.transaction(tx => proofs.compareSeen(tx, run, { after: place, limit: COMPARED_PER_TRANSACTION_MAX }))
    levels += compared?.levels ?? 0
    after = compared
  }
  await db.transaction(tx => proofs.countForeign(tx, run))
  const corrected = await conclude(deps, runId)
  await prove(db, runId)
  await proofs.forgetSeen(db, shopId)
  return { read: levels, wrote: levels, more: false, notes: { corrected, run: runId } }
}

/** Sends what differs back through the outbox, unless it is too much to be believed; then ends the run. */
export async function conclude({ db, clock, shopId }: Pick<ReconcileDeps, 'db' | 'clock' | 'shopId'>, runId: number): Promise<number> {
  return db.transaction(async tx => {
    const now = clock.now()
    const verdict = judgeCorrections(await store.differencesFound(tx, runId), await proofs.brakeOf(tx, shopId))
    const held = verdict.kind === 'hold' ? verdict : null
    const corrections = held ? 0 : await correct(tx, { shopId, runId, now })
    await store.finishRun(tx, { runId, now, code: held?.code ?? null, reason: held?.reason ?? null, corrections })
    return corrections
  })
}

/** A person believes what was found: it goes back into the outbox. Null: there is no brake to lift. */
export async function release(tx: Tx, of: { runId: number; by: string; now: InstantMs }): Promise<number | null> {
  const released = await proofs.markReleased(tx, of)
  if (released === null) return null
  const corrections = await correct(tx, { ...released, runId: of.runId, now: of.now })
  await proofs.addCorrections(tx, of.runId, corrections)
  return corrections
}

/** What a run found to differ is looked at again, and told again where it still differs: never the number that was found. */
async function correct(tx: Tx, { shopId, runId, now }: { shopId: number; runId: number; now: InstantMs }): Promise<number> {
  let corrections = 0
  for (let after = FIRST; ; ) {
    const differing = await store.differingOf(tx, { runId, after, limit: CORRECTIONS_PER_STATEMENT_MAX })
    const last = differing.at(-1)
    if (last === undefined) return corrections
    const keys = differing.map(level => ({ ...level, shopId }))
    await askForLooks(tx, keys, now)
    await outbox.reopen(tx, shopId, differing, now)
    corrections += differing.length
    after = last
  }
}

/** The digest of the proof, as whoever downloads it will make it. */
async function prove(db: Db, runId: number): Promise<void> {
  const hash = createHash('sha256')
  for await (const text of proofText(db, runId)) hash.update(text)
  await proofs.recordDigest(db, runId, hash.digest('hex'))
}

/** The proof as a file, piece by piece. */
export async function* proofText(db: Parameters<typeof proofs.proofOf>[0], runId: number): AsyncIterable<string> {
  const proof = await proofs.proofOf(db, runId)
  if (proof === null || proof.finishedAt === null) return
  yield proofHead(proof as Proof)
  for await (const rows of proofs.proofRows(db, runId)) yield rows.map(proofLine).join('')
}
