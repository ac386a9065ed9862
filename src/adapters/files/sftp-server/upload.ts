import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, lstat, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Receipt, Reception } from '../../../feed/port.ts'
import { messageOf } from '../../../kernel/error.ts'
import { nullIfMissing } from '../errno.ts'
import { createSpooled, openSpooled, showUnfinished, spoolPath, syncDirectory } from '../spool.ts'
import { addWriter, inodeOf, type OpenFile, removeWriter, type Tear, type Writers } from './open-file.ts'
import { senderTimeOf } from './sender-time.ts'
import { failure, noSuchFile, OPEN_MODE } from './status.ts'
import { startWriter } from './writer.ts'

/** Uploads that are under way, by the inode they write to: whoever goes on with one takes it over. */
export type Uploads = Map<string, (tear: Tear) => Promise<void>>

export type UploadDeps = { reception: Reception; spoolDir: string; writers: Writers; uploads: Uploads }

export type UploadTarget = {
  feedId: number
  name: string
  /** Where the file shows in `inbox/`. */
  face: string
  flags: number
}

const TAKEN_OVER: Tear = { code: 'FILE_INTERRUPTED', because: 'The client came back on another connection' }

/**
 * An upload into a feed's `inbox/`. Its bytes go to a file in the spool; what shows in `inbox/` is a second name of it. One that was cut
 * goes on in the same file when its client comes back for it. A file of the same name that came before loses that name and nothing else:
 * its own bytes lie in the spool and cannot be reached by a client any more.
 */
export async function openUpload(deps: UploadDeps, target: UploadTarget): Promise<OpenFile> {
  const { face, flags } = target
  const before = await lstat(face).catch(nullIfMissing)
  if (before?.isDirectory()) throw failure('Is a directory')
  if (before && flags & OPEN_MODE.EXCL) throw failure('File exists')
  if (!before && !(flags & OPEN_MODE.CREAT)) throw noSuchFile()
  const goesOn = before?.isFile() === true && !(flags & OPEN_MODE.TRUNC)
  const isAppend = Boolean(flags & OPEN_MODE.APPEND)

  const resumed = goesOn ? await resume(deps, target, inodeOf(before)) : null
  if (resumed !== null) return resumed
  const receipt = await deps.reception.opened({ feedId: target.feedId, door: 'sftp', name: target.name })
  try {
    const file = await openNew(deps.spoolDir, receipt.spoolName, goesOn ? face : null)
    try {
      await showFace(spoolPath(deps.spoolDir, receipt.spoolName), face)
      return await uploadOn(deps, { file, receipt, face, isAppend })
    } catch (error) {
      await file.close()
      throw error
    }
  } catch (error) {
    const reason = `The file could not be opened: ${messageOf(error)}`
    await deps.reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_DISK', reason })
    throw error
  }
}

/** Goes on with the interrupted file that shows here. A connection that still holds it has been left by its client, and loses it. */
async function resume(deps: UploadDeps, { feedId, name, face, flags }: UploadTarget, inode: string): Promise<OpenFile | null> {
  const { reception, spoolDir, uploads } = deps
  await uploads.get(inode)?.(TAKEN_OVER)
  const receipt = await reception.unfinished({ feedId, name })
  if (receipt === null) return null
  const spooled = await lstat(spoolPath(spoolDir, receipt.spoolName)).catch(nullIfMissing)
  if (spooled === null || inodeOf(spooled) !== inode) return null
  if ((await reception.resumed(receipt.fileId)) === null) return null
  try {
    const file = await openSpooled(spoolDir, receipt.spoolName)
    // Written now, even if nothing was missing but its end: it shows the time of what is unfinished no longer.
    await file.truncate(spooled.size)
    return await uploadOn(deps, { file, receipt, face, isAppend: Boolean(flags & OPEN_MODE.APPEND) })
  } catch (error) {
    const reason = `The file could not be opened again: ${messageOf(error)}`
    await reception.interrupted(receipt, { bytes: spooled.size, code: 'FILE_INTERRUPTED_DISK', reason })
    throw error
  }
}

/** An upload that goes on after a whole one begins with a copy of it: what was received is not written to again. */
async function openNew(spoolDir: string, spoolName: string, goOnFrom: string | null): Promise<FileHandle> {
  if (goOnFrom === null) return createSpooled(spoolDir, spoolName)
  await copyFile(goOnFrom, spoolPath(spoolDir, spoolName), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  return openSpooled(spoolDir, spoolName)
}

/** Gives the file its name in `inbox/` in one move, in place of whatever had that name. */
async function showFace(spooled: string, face: string): Promise<void> {
  const draft = path.join(path.dirname(face), `.${path.basename(spooled)}`)
  await link(spooled, draft)
  await rename(draft, face).catch(async error => {
    await rm(draft, { force: true })
    throw error
  })
}

type Spooled = { file: FileHandle; receipt: Receipt; face: string; isAppend: boolean }

async function uploadOn(deps: UploadDeps, { file, receipt, face, isAppend }: Spooled): Promise<OpenFile> {
  const { reception, spoolDir, writers, uploads } = deps
  const stats = await file.stat()
  const inode = inodeOf(stats)
  const writer = startWriter(file, { keptBytes: stats.size, isAppend })
  addWriter(writers, inode)
  uploads.set(inode, tear)
  let torn: Promise<void> | null = null

  const letGo = async () => {
    await writer.drained()
    uploads.delete(inode)
    removeWriter(writers, inode)
    await file.close()
  }
  const interrupted = async (code: string, because: string) => {
    const bytes = writer.bytes()
    await showUnfinished(spoolDir, receipt.spoolName)
    return reception.interrupted(receipt, { bytes, code, reason: `${because} after ${bytes} bytes.` })
  }
  /** Safe to call twice: the one who takes it over, and the connection that ends later. */
  function tear({ code, because }: Tear): Promise<void> {
    torn ??= letGo().then(() => interrupted(code, because))
    return torn
  }

  return {
    read: writer.read,
    write: (offset, bytes, done) =>
      torn === null ? writer.write(offset, bytes, done) : done(failure('Another connection goes on with the file')),
    stat: () => file.stat(),
    setStat: writer.setStat,
    sync: () => file.sync(),
    tear,

    async close() {
      if (torn !== null) throw failure('Another connection goes on with the file')
      await writer.drained()
      try {
        if (writer.error() !== null) throw writer.error()
        if (writer.gapAt() !== null) throw failure(`Bytes are missing at ${writer.gapAt()}`)
        const { size, mtimeNs } = await file.stat({ bigint: true })
        await file.sync()
        await syncDirectory(spoolDir)
        await syncDirectory(path.dirname(face))
        await letGo()
        await reception.received(receipt, { bytes: Number(size), modifiedAt: senderTimeOf({ mtimeNs }), by: 'close' })
      } catch (error) {
        if (writers.has(inode)) await letGo()
        await interrupted('FILE_INTERRUPTED_DISK', `The file could not be kept (${messageOf(error)})`)
        throw error
      }
    },
  }
}
