import { recordAudit } from '../db/audit.ts'
import type { Db, Tx } from '../db/connection.ts'
import { readCursor } from '../db/cursor.ts'
import * as feed from '../feed/store.ts'
import * as imports from '../import/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import * as store from './store.ts'
import * as undo from './undo-store.ts'

export type UndoEffect = undo.UndoCounts & { fileId: number; name: string; largest: undo.UndoneChange[] }

/** What taking a file back would do; nothing of it is kept. */
export async function previewUndo({ db }: { db: Db }, fileId: number): Promise<UndoEffect> {
  return db.transaction(async tx => {
    const file = await lockApplied(tx, fileId)
    const effect = await effectOf(tx, file)
    await undo.dropUndo(tx, fileId)
    return effect
  })
}

/** Takes a file back by movements against it. What happened later stands: sales stay sold, and a later count is not touched. */
export async function undoFile(
  { db, clock }: { db: Db; clock: Clock },
  asked: { fileId: number; who: string; reason: string },
): Promise<UndoEffect> {
  return db.transaction(async tx => {
    // One writer in the ledger at a time.
    await readCursor(tx, store.READS_IMPORT)
    const file = await lockApplied(tx, asked.fileId)
    const now = clock.now()
    const effect = await effectOf(tx, file)
    await undo.reverse(tx, file, { reason: `undone by ${asked.who}: ${asked.reason}`, now })
    await undo.dropUndo(tx, file.fileId)
    await imports.recordUndone(tx, { ...effect, fileId: file.fileId, who: asked.who, now })
    const reason = `${asked.who} took it back: ${asked.reason}`
    await feed.markUndone(tx, { fileId: file.fileId, code: 'FILE_UNDONE', reason, now })
    const { positions, units, overruled } = effect
    await recordAudit(tx, {
      ...{ at: now, who: asked.who, action: 'file.undo', subject: 'file', name: file.name, reason: asked.reason },
      ...{ before: { state: 'applied' }, after: { state: 'undone', positions, units, overruled } },
    })
    await store.publishHead(tx)
    return effect
  })
}

async function effectOf(tx: Tx, file: undo.ToUndo): Promise<UndoEffect> {
  const counts = await undo.layUndo(tx, file)
  return { ...counts, fileId: file.fileId, name: file.name, largest: await undo.largestUndone(tx, file.fileId) }
}

async function lockApplied(tx: Tx, fileId: number): Promise<undo.ToUndo> {
  const file = await undo.lockToUndo(tx, fileId)
  if (file === null) throw notUndone(fileId, 'it was never read.')
  if (file.subject !== 'stock') throw notUndone(fileId, 'it moved no stock.')
  if (file.state !== 'applied') throw notUndone(fileId, `it is ${file.state}.`)
  return file
}

function notUndone(fileId: number, why: string): TrueupError {
  return new TrueupError('FILE_NOT_UNDONE', `File ${fileId} cannot be taken back: ${why}`, {
    retry: 'never',
    hint: 'Only a file of stock that is applied can be taken back. Look at its page.',
    detail: { fileId },
  })
}
