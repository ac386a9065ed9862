import type { Db, Sql } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import type { Clock } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { countsFile, isReportDue, type ReportKind, variancesFile } from './report.ts'
import * as store from './report-store.ts'

export type ReportDeps = { db: Db; clock: Clock; files: Pick<FileRoom, 'writeWhole'> }

/**
 * Makes the files that are due and writes those that are not written. Making claims the lines, in a transaction; writing comes after
 * it, under a temporary name, and then a rename. A process that dies in between has claimed and not written: the next one writes the
 * same bytes under the same name. So no line goes twice, and none is left out.
 */
export async function reportStep(deps: ReportDeps): Promise<StepReport> {
  const made = await deps.db.transaction(async tx => {
    let lines = 0
    for (const target of await store.lockTargets(tx)) {
      const waiting = await store.waitingFor(tx, target.kind)
      if (!isReportDue(waiting, { everyMinutes: target.everyMinutes, now: deps.clock.now() })) continue
      await store.makeReport(tx, target, deps.clock.now())
      lines += waiting.lines
    }
    return lines
  })
  const written = await writeNext(deps)
  return made === 0 && written === 0 ? NOTHING_TO_DO : { read: made, wrote: written, more: written > 0 }
}

async function writeNext({ db, clock, files }: ReportDeps): Promise<number> {
  const report = await store.nextUnwritten(db)
  if (report === null) return 0
  const { home, folder, name, reportId } = report
  try {
    await files.writeWhole({ home, folder, kind: 'out', name }, only(await contentOf(db, report)))
  } catch (error) {
    await store.markUnwritten(db, reportId, messageOf(error))
    throw error
  }
  await store.markWritten(db, reportId, clock.now())
  return report.lines
}

/** The bytes of a file follow from its lines. */
export async function contentOf(sql: Sql, { kind, reportId }: { kind: ReportKind; reportId: number }): Promise<string> {
  return kind === 'variances' ? variancesFile(await store.varianceLines(sql, reportId)) : countsFile(await store.countLines(sql, reportId))
}

async function* only(text: string): AsyncIterable<string> {
  yield text
}
