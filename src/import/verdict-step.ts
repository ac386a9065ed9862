import type { Tx } from '../db/connection.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StepReport } from '../kernel/report.ts'
import { judgeTotal, type TrailerSettings } from './control-total.ts'
import type { Reading } from './format-port.ts'
import { type LayoutPlan, subjectOf } from './layout.ts'
import { dropOrderRows } from './order-store.ts'
import type { RowSettings } from './row.ts'
import * as store from './store.ts'
import type { Tally } from './tally.ts'
import { FILE_POLICY, judgeFile } from './verdict.ts'

export type FileToRead = { fileId: number; feedId: number; layout: string }
/** A file whose rows are understood, with what its feed says of odd ones, and how many were treated so. */
export type FileToJudge = feed.ToImport & {
  plan: LayoutPlan
  rules: RowSettings
  tally: Tally
  /** The last line, where the feed declares what it says. */
  total: { settings: TrailerSettings; lastLine: string | null } | null
}

export type Counts = {
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  unitsRead: number
  /** Rows that are neither taken nor refused: they wait, are none of ours, or were taken before. */
  rowsParked?: number
  rowsLeftOut?: number
  rowsRepeated?: number
  /** The file of whose rows these were. */
  repeatsFileId?: number | null
}

/** Judges a file by what its rows came to, and keeps the verdict. */
export async function conclude(
  tx: Tx,
  clock: Clock,
  file: FileToJudge,
  counts: Counts,
  reading: Reading,
  moment: store.Moment | null = null,
): Promise<StepReport> {
  const now = clock.now()
  const { plan, tally } = file
  const total = file.total === null ? null : judgeTotal(file.total.settings, file.total.lastLine, counts)
  const facts = { ...counts, ...asideOf(counts), end: reading.end(), columnCount: plan.columnCount }
  const verdict = judgeFile(facts, { ...FILE_POLICY, isReleased: file.isReleased, total })
  const believed = verdict.kind === 'believe'
  const subject = subjectOf(plan.layout)
  await store.recordVerdict(tx, {
    ...counts,
    fileId: file.fileId,
    feedId: file.feedId,
    layout: file.layout,
    subject,
    decision: believed ? 'believed' : 'failed',
    code: believed ? null : verdict.code,
    reason: believed ? null : verdict.reason,
    header: reading.header ?? plan.layout.columns.map(column => column.name),
    moment,
    treated: tally,
    now,
  })
  if (!believed) {
    await store.dropStaged(tx, file.fileId)
    if (subject === 'orders') await dropOrderRows(tx, file.fileId)
    await MARK[verdict.kind](tx, { fileId: file.fileId, code: verdict.code, reason: verdict.reason, now })
  } else {
    await feed.markStaged(tx, file.fileId, now)
    if (subject === 'catalog') {
      await store.recordApplied(tx, { fileId: file.fileId, movements: counts.rowsAccepted, refused: 0, outdated: null, now })
      await feed.markApplied(tx, file.fileId, now)
    }
  }
  return { read: counts.rowsRead, wrote: counts.rowsAccepted, more: true, notes: { file: file.fileId, rejected: counts.rowsRejected } }
}

const MARK = { empty: feed.markEmpty, fail: feed.markFailed, hold: feed.markHeld }

function asideOf({ rowsParked = 0, rowsLeftOut = 0, rowsRepeated = 0 }: Counts) {
  return { rowsAside: rowsParked + rowsLeftOut + rowsRepeated }
}

/** A file whose columns the layout does not know: nothing was read, and that is its verdict. */
export async function refuse(tx: Tx, file: FileToRead & { code: string; reason: string; now: number }): Promise<StepReport> {
  const { fileId, feedId, layout, code, reason, now } = file
  const nothing = { rowsRead: 0, rowsAccepted: 0, rowsRejected: 0, unitsRead: 0 }
  await store.recordVerdict(tx, { fileId, feedId, layout, decision: 'failed', code, reason, ...nothing, moment: null, now })
  await feed.markFailed(tx, { fileId, code, reason, now })
  return { read: 0, wrote: 0, more: true, notes: { file: fileId, code } }
}
