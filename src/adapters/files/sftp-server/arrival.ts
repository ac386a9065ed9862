import { link, lstat, open, rename, rm, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Receipt } from '../../../feed/port.ts'
import { messageOf } from '../../../kernel/error.ts'
import { nullIfMissing } from '../errno.ts'
import { spoolPath, syncDirectory } from '../spool.ts'
import { inodeOf, type Tear } from './open-file.ts'
import { senderTimeOf } from './sender-time.ts'
import { failure } from './status.ts'
import type { UploadDeps } from './upload.ts'

export type Arrival = { feedId: number; name: string; from: string; to: string }

/**
 * A finished file gets its name in a feed's `inbox/`: from a temporary name, from elsewhere in the home, or from `failed/`.
 * That is an arrival like an upload. The answer is given when the file is safe and recorded.
 */
export async function arriveByRename({ reception, spoolDir, writers }: UploadDeps, { feedId, name, from, to }: Arrival): Promise<void> {
  const inode = inodeOf(await lstat(from))
  if (writers.has(inode)) throw failure('The file is still being written')
  let isRenamed = false
  const receipt = await openedOrResumed({ reception, spoolDir }, { feedId, name, wasCalled: path.basename(from) })
  try {
    await link(from, spoolPath(spoolDir, receipt.spoolName))
    const whole = await syncFile(spoolPath(spoolDir, receipt.spoolName))
    await syncDirectory(spoolDir)
    // Before it is received: afterwards import may be done with it at once, and would not find it in inbox/.
    await rename(from, to)
    isRenamed = true
    // If both were names of one file already, the system leaves both.
    const left = await lstat(from).catch(nullIfMissing)
    if (left !== null && inodeOf(left) === inode) await unlink(from)
    await syncDirectory(path.dirname(to))
    await reception.received(receipt, { ...whole, name, by: 'rename' })
  } catch (error) {
    // Its client is told that the rename failed, and may try again.
    if (isRenamed) await rename(to, from)
    const reason = `The file could not be taken over under its new name: ${messageOf(error)}`
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_DISK', reason })
    throw error
  }
}

/** An upload under a temporary name was cut: keeps what came as an interrupted file, so that somebody hears of it. */
export async function recordTorn(
  { reception, spoolDir }: Pick<UploadDeps, 'reception' | 'spoolDir'>,
  { feedId, name, real, torn }: { feedId: number; name: string; real: string; torn: Tear & { bytes: number; inode: string } },
): Promise<void> {
  const receipt = await openedOrResumed({ reception, spoolDir }, { feedId, name, wasCalled: name })
  try {
    const stats = await lstat(real).catch(nullIfMissing)
    if (stats !== null && inodeOf(stats) === torn.inode) await link(real, spoolPath(spoolDir, receipt.spoolName))
  } finally {
    const reason = `${torn.because} after ${torn.bytes} bytes.`
    await reception.interrupted(receipt, { bytes: torn.bytes, code: torn.code, reason })
  }
}

/** The file that was cut under that name, without what was kept of it, since more of it comes now; or a new one. */
async function openedOrResumed(
  { reception, spoolDir }: Pick<UploadDeps, 'reception' | 'spoolDir'>,
  { feedId, name, wasCalled }: { feedId: number; name: string; wasCalled: string },
): Promise<Receipt> {
  const before = await reception.unfinished({ feedId, name: wasCalled })
  const resumed = before && (await reception.resumed(before.fileId))
  if (resumed === null) return reception.opened({ feedId, door: 'sftp', name })
  await rm(spoolPath(spoolDir, resumed.spoolName), { force: true })
  return resumed
}

async function syncFile(real: string): Promise<{ bytes: number; modifiedAt: number | null }> {
  const file = await open(real, 'r')
  try {
    await file.sync()
    const stats = await file.stat({ bigint: true })
    return { bytes: Number(stats.size), modifiedAt: senderTimeOf(stats) }
  } finally {
    await file.close()
  }
}
