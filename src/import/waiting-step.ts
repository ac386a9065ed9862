import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../db/cursor.ts'
import { originalNameOf } from '../feed/store.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { correctionName } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import { type Resolvable, resolvableFiles, resolvableRows } from './rejected-store.ts'

export const READS_CATALOG = 'import<-catalog'

/** Brings a file in by our own door. */
export type Bring = (file: {
  feedId: number
  name: string
  chunks: AsyncIterable<Uint8Array>
  corrects: number
}) => Promise<{ fileId: number }>

/** Files whose waiting rows one step brings home. */
const FILES_PER_STEP_MAX = 50

/**
 * Rows that waited for a name which the catalogue knows by now come home: as a correction of their file, through the same door as
 * any other, so that each is applied once and with the moment of its file. Looks only after the catalogue has changed.
 */
export async function bringWaitingHome({ db, bring }: { db: Db; bring: Bring }): Promise<StepReport> {
  const head = await peekCursor(db, CATALOG_HEAD)
  if (head === (await peekCursor(db, READS_CATALOG))) return NOTHING_TO_DO
  const files = await resolvableFiles(db, FILES_PER_STEP_MAX)
  for (const file of files) await bring(correctionOf(db, file))
  // A crash before this brings the same rows once more: each is told from its reference and applied once.
  await db.transaction(async tx => {
    await readCursor(tx, READS_CATALOG)
    await advanceCursor(tx, READS_CATALOG, head)
  })
  return { read: files.length, wrote: files.length, more: files.length === FILES_PER_STEP_MAX }
}

function correctionOf(db: Db, file: Resolvable) {
  return {
    ...{ feedId: file.feedId, name: correctionName(originalNameOf(file.fileName), 'csv') },
    chunks: encoded(correctionCsv(file.header, resolvableRows(db, file.fileId))),
    corrects: file.fileId,
  }
}

/** As bytes, which is what a door takes. */
export async function* encoded(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const text of texts) yield encoder.encode(text)
}
