import type { Db, Sql, Tx } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import type { Clock } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { countsFile, isReportDue, type ReportKind, variancesFile } from './report.ts'
import * as store from './report-store.ts'

/** Where the lines of a kind of file come from: what waits, what one file takes, and its bytes, which follow from its number. */
export type ReportSource = {
  waiting(sql: Sql): Promise<store.Waiting>
  claim(tx: Tx, reportId: number): Promise<number>
  content(sql: Sql, reportId: number): Promise<string>
}

/** Of what this room knows; a later room adds its own. */
export type ReportSources = Readonly<Record<Exclude<ReportKind, store.OwnKind>, ReportSource>>

export type ReportDeps = { db: Db; clock: Clock; files: Pick<FileRoom, 'writeWhole'>; sources: ReportSources }

const own = (kind: store.OwnKind, content: ReportSource['content']): ReportSource => ({
  waiting: sql => store.waitingFor(sql, kind),
  claim: (tx, reportId) => store.claimLines(tx, kind, reportId),
  content,
})

const OWN: Readonly<Record<store.OwnKind, ReportSource>> = {
  variances: own('variances', async (sql, reportId) => variancesFile(await store.varianceLines(sql, reportId))),
  counts: own('counts', async (sql, reportId) => countsFile(await store.countLines(sql, reportId))),
}

export function sourceOf(kind: ReportKind, sources: ReportSources): ReportSource {
  return kind === 'sellable' ? sources[kind] : OWN[kind]
}

/**
 * Makes the files that are due and writes those that are not written. Making claims the lines, in a transaction; writing comes after
 * it, under a temporary name, and then a rename. A process that dies in between has claimed and not written: the next one writes the
 * same bytes under the same name. So no line goes twice, and none is left out.
 */
export async function reportStep(deps: ReportDeps): Promise<StepReport> {
  const made = await deps.db.transaction(async tx => {
    let lines = 0
    for (const target of await store.lockTargets(tx)) {
      const source = sourceOf(target.kind, deps.sources)
      const now = deps.clock.now()
      if (!isReportDue(await source.waiting(tx), { everyMinutes: target.everyMinutes, now })) continue
      lines += await store.makeReport(tx, target, source.claim, now)
    }
    return lines
  })
  const written = await writeNext(deps)
  return made === 0 && written === 0 ? NOTHING_TO_DO : { read: made, wrote: written, more: written > 0 }
}

async function writeNext({ db, clock, files, sources }: ReportDeps): Promise<number> {
  const report = await store.nextUnwritten(db)
  if (report === null) return 0
  const { home, folder, name, reportId, kind } = report
  try {
    await files.writeWhole({ home, folder, kind: 'out', name }, only(await sourceOf(kind, sources).content(db, reportId)))
  } catch (error) {
    await store.markUnwritten(db, reportId, messageOf(error))
    throw error
  }
  await store.markWritten(db, reportId, clock.now())
  return report.lines
}

async function* only(text: string): AsyncIterable<string> {
  yield text
}
