import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db, Tx } from '../db/connection.ts'
import { advanceCursor, peekCursors, raiseHead, readCursor, staysAt } from '../db/cursor.ts'
import { originalNameOf } from '../feed/store.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { correctionName } from './correction.ts'
import { correctionCsv } from './correction-csv-step.ts'
import { doRowsWait, filesToLookAgain, keepToLookAgain, type Resolvable, resolvableFiles, resolvableRows } from './rejected-store.ts'

export const READS_CATALOG = 'import<-catalog'
/** Rises when rows were refused for a name that may have come while they were read. */
const MISSED_HEAD = 'import:missed-names'

/** Brings a file in by our own door. */
export type Bring = (file: {
  feedId: number
  name: string
  chunks: AsyncIterable<Uint8Array>
  corrects: number
}) => Promise<{ fileId: number }>

/** Files that one statement lists. */
const FILES_PER_PAGE = 500

/**
 * Rows that waited for a name which the catalogue knows by now come home: as a correction of their file, through the same door as
 * any other, so that each is applied once and with the moment of its file. Looks only after the catalogue has changed. Of a file some of
 * whose rows are on their way home already, the others follow when these are through.
 */
export async function bringWaitingHome({
  db,
  bring,
  filesPerPage = FILES_PER_PAGE,
}: {
  db: Db
  bring: Bring
  filesPerPage?: number
}): Promise<StepReport> {
  const at = await peekCursors(db, [CATALOG_HEAD, MISSED_HEAD, READS_CATALOG])
  // Both only rise.
  const head = at[CATALOG_HEAD] + at[MISSED_HEAD]
  const again = await filesToLookAgain(db)
  const named = head === at[READS_CATALOG] ? [] : await namedSince(db, filesPerPage)
  if (head === at[READS_CATALOG] && again.length === 0) return NOTHING_TO_DO
  const isNamed = new Set(named.map(file => file.fileId))
  const also = again.length === 0 ? [] : await resolvableFiles(db, { after: 0, limit: again.length, among: again })
  const found = [...named, ...also.filter(file => !isNamed.has(file.fileId))]
  const files = found.filter(file => !file.isToWait)
  for (const file of files) await bring(correctionOf(db, file))
  // A crash before this brings the same rows once more: each is told from its reference and applied once.
  await db.transaction(async tx => {
    await readCursor(tx, READS_CATALOG)
    await keepToLookAgain(tx, { seen: again, waiting: found.filter(file => file.isToWait).map(file => file.fileId) })
    await advanceCursor(tx, READS_CATALOG, head)
  })
  return { read: files.length, wrote: files.length, more: false }
}

async function namedSince(db: Db, filesPerPage: number): Promise<Resolvable[]> {
  const named: Resolvable[] = []
  for (let after = 0; ; ) {
    const page = await resolvableFiles(db, { after, limit: filesPerPage })
    named.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < filesPerPage) return named
    after = last.fileId
  }
}

/**
 * Rows of this file wait for names, which were looked up when the catalogue stood at `namesUpTo`. If it has changed since, or just
 * changes, they are looked at once more: whoever looked when the name came could not see them yet. Last in the transaction.
 */
export async function lookAgainIfNamed(tx: Tx, { fileId, namesUpTo }: { fileId: number; namesUpTo: number }): Promise<void> {
  if ((await doRowsWait(tx, fileId)) && !(await staysAt(tx, CATALOG_HEAD, namesUpTo))) await raiseHead(tx, MISSED_HEAD)
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
