import type { Db } from '../db/connection.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { correctionName } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import { headerOf, waitingRows } from './rejected-store.ts'
import * as store from './store.ts'

/** Writes the rejected rows of one judged file beside it in `error/`, so that a person finds them with an SFTP client too. */
export async function reportErrors({ db, clock, files }: { db: Db; clock: Clock; files: FileRoom }): Promise<StepReport> {
  const due = await store.nextErrorFile(db)
  if (!due) return NOTHING_TO_DO
  const rest = feed.restNameOf({ name: due.name, receivedAt: due.receivedAt, fileId: due.fileId })
  const header = (await headerOf(db, due.fileId)) ?? []
  const at = { home: due.home, folder: due.folder, kind: 'error', name: correctionName(rest, 'csv') } as const
  await files.writeWhole(at, correctionCsv(header, waitingRows(db, due.fileId)))
  await store.recordErrorFile(db, due.fileId, clock.now())
  return { read: due.rowsRejected, wrote: due.rowsRejected, more: true }
}
