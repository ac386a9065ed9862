import type { Tx } from '../db/connection.ts'
import * as feed from '../feed/store.ts'
import type { InstantMs } from '../kernel/clock.ts'
import * as corrections from './correction-store.ts'
import type { BeliefSettings } from './hold.ts'
import type { Opened } from './opening-step.ts'
import { isComparedByLine, judgeRepeat } from './repeat.ts'
import * as repeats from './repeat-store.ts'
import { takeOnce } from './row-key-store.ts'
import type { RowsRead } from './stock-lines.ts'
import type { Terms } from './terms-step.ts'
import type { FileToJudge, FileToRead } from './verdict-step.ts'

/** The rows of a file without those that had come before. */
export type Left = {
  kind: 'left'
  rows: number
  rejected: number
  /** Refused after they were read, so that what they said is not beside them yet. */
  refusedSince: number
  repeated: number
  /** The earlier file of which this one is a repetition. */
  repeatsFileId: number | null
  /** Nothing was taken out and nothing added: they are as they were read. */
  isAsRead: boolean
}

export type HeldAsRepeat = { kind: 'held'; code: string; reason: string }

/**
 * Takes out the rows that had come before: in a correction those whose row came home already, by the sender's number those that were
 * applied, and of a file of changes that repeats an earlier one the lines that were applied with it.
 */
export async function leaveOutRepeated(
  tx: Tx,
  file: FileToJudge,
  { refs, terms, read, now }: { refs: Opened['refs']; terms: Terms; read: RowsRead; now: InstantMs },
): Promise<Left | HeldAsRepeat> {
  const left: Left = { kind: 'left', ...NOTHING, rows: read.rows, rejected: read.rejected, isAsRead: true }
  if (refs !== null) {
    await tieCorrection(tx, file, refs)
    const settled = await corrections.settleRefs(tx, file.fileId)
    const { rows, rejected, repeated, unknown } = settled
    Object.assign(left, { rows, rejected, repeated, refusedSince: unknown, isAsRead: false })
  }
  if (terms.keyColumn !== null) {
    const once = await takeOnce(tx, { ...file, column: terms.keyColumn })
    left.rows -= once.repeated
    left.rejected += once.unnumbered
    left.refusedSince += once.unnumbered
    left.repeated += once.repeated
    left.isAsRead = false
  }
  const belief = (file.settings.belief as BeliefSettings | undefined) ?? {}
  const isCompared = isComparedByLine({
    ...{ kind: file.plan.layout.kind, isDue: terms.isDue, isNumbered: terms.keyColumn !== null, isCorrection: refs !== null },
    ...{ isRequest: file.requestKey !== null, appliedBefore: belief.appliedBefore },
  })
  if (!isCompared) return left
  const before = judgeRepeat(await repeats.containedIn(tx, { ...file, now }), file)
  if (before.kind === 'held') return before
  await repeats.keepLines(tx, { ...file, now })
  if (before.kind === 'new') return left
  const again = await repeats.leaveOutApplied(tx, file.fileId, before.of)
  return {
    ...left,
    rows: left.rows - again.repeated,
    rejected: left.rejected - again.refused,
    repeated: left.repeated + again.repeated,
    repeatsFileId: before.of,
    isAsRead: false,
  }
}

const NOTHING = { refusedSince: 0, repeated: 0, repeatsFileId: null }

/** Ties a correction to the file whose rows it brings home. */
export async function tieCorrection(tx: Tx, file: FileToRead, refs: Opened['refs']): Promise<void> {
  if (refs === null) return
  await corrections.recordRefs(tx, file, refs)
  const root = await corrections.rootOf(tx, file.fileId)
  if (root !== null) await feed.setCorrects(tx, file.fileId, root)
}
