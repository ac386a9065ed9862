import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Receipt, Reception } from '../../../feed/port.ts'
import { messageOf } from '../../../kernel/error.ts'
import { nullIfMissing } from '../errno.ts'
import { createSpooled, spoolPath, syncDirectory } from '../spool.ts'
import { addWriter, inodeOf, type OpenFile, removeWriter, type Writers } from './open-file.ts'
import { senderTimeOf } from './sender-time.ts'
import { failure, noSuchFile, OPEN_MODE } from './status.ts'
import { startWriter } from './writer.ts'

export type UploadDeps = { reception: Reception; spoolDir: string; writers: Writers }

export type UploadTarget = {
  feedId: number
  name: string
  /** Where the file shows in `inbox/`. */
  face: string
  flags: number
}

/**
 * An upload into a feed's `inbox/`. Its bytes go to a new file in the spool; what shows in `inbox/` is a second name of it.
 * A file of the same name that came before loses that name and nothing else: its own bytes lie in the spool and cannot be
 * reached by a client any more.
 */
export async function openUpload(deps: UploadDeps, target: UploadTarget): Promise<OpenFile> {
  const { face, flags } = target
  const before = await lstat(face).catch(nullIfMissing)
  if (before?.isDirectory()) throw failure('Is a directory')
  if (before && flags & OPEN_MODE.EXCL) throw failure('File exists')
  if (!before && !(flags & OPEN_MODE.CREAT)) throw noSuchFile()
  const goesOn = before?.isFile() === true && !(flags & OPEN_MODE.TRUNC)

  const receipt = await deps.reception.opened({ feedId: target.feedId, door: 'sftp', name: target.name })
  try {
    const file = await openSpooled(deps.spoolDir, receipt.spoolName, goesOn ? face : null)
    try {
      await showFace(spoolPath(deps.spoolDir, receipt.spoolName), face)
      return await uploadOn(deps, { file, receipt, face, isAppend: Boolean(flags & OPEN_MODE.APPEND) })
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

/** An upload that goes on where an earlier one ended begins with a copy of it: nobody writes twice into one file. */
async function openSpooled(spoolDir: string, spoolName: string, goOnFrom: string | null): Promise<FileHandle> {
  if (goOnFrom === null) return createSpooled(spoolDir, spoolName)
  await copyFile(goOnFrom, spoolPath(spoolDir, spoolName), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  return open(spoolPath(spoolDir, spoolName), 'r+')
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

async function uploadOn({ reception, spoolDir, writers }: UploadDeps, { file, receipt, face, isAppend }: Spooled): Promise<OpenFile> {
  const stats = await file.stat()
  const inode = inodeOf(stats)
  const writer = startWriter(file, { keptBytes: stats.size, isAppend })
  addWriter(writers, inode)

  const letGo = async () => {
    await writer.drained()
    removeWriter(writers, inode)
    await file.close()
  }
  const interrupted = (code: string, because: string) => {
    const bytes = writer.coverage.total()
    return reception.interrupted(receipt, { bytes, code, reason: `${because} after ${bytes} bytes.` })
  }

  return {
    read: writer.read,
    write: writer.write,
    stat: () => file.stat(),
    setStat: writer.setStat,
    sync: () => file.sync(),

    async close() {
      await writer.drained()
      try {
        if (writer.error() !== null) throw writer.error()
        const { size, mtimeNs } = await file.stat({ bigint: true })
        const bytes = Number(size)
        if (writer.coverage.firstGap() !== bytes) throw failure(`Bytes are missing at ${writer.coverage.firstGap()} of ${bytes}`)
        await file.sync()
        await syncDirectory(spoolDir)
        await syncDirectory(path.dirname(face))
        await letGo()
        await reception.received(receipt, { bytes, modifiedAt: senderTimeOf({ mtimeNs }) })
      } catch (error) {
        if (writers.has(inode)) await letGo()
        await interrupted('FILE_INTERRUPTED_DISK', `The file could not be kept (${messageOf(error)})`)
        throw error
      }
    },

    async tear({ code, because }) {
      await letGo()
      await interrupted(code, because)
    },
  }
}
