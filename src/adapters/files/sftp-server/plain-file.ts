import { constants } from 'node:fs'
import { copyFile, type FileHandle, lstat, open, rename, rm, unlink } from 'node:fs/promises'
import { nullIfMissing } from '../errno.ts'
import { addWriter, inodeOf, type OpenFile, removeWriter, type Tear, type Writers } from './open-file.ts'
import { denied, failure, noSuchFile, OPEN_MODE } from './status.ts'
import { readAt, startWriter } from './writer.ts'

const FILE_MODE = 0o640

/** A file that a client only reads. */
export async function openToRead(real: string): Promise<OpenFile> {
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stats = await file.stat()
  if (!stats.isFile()) {
    await file.close()
    throw failure('Not a regular file')
  }
  const refused = async () => {
    throw denied('The file is open for reading only')
  }
  return {
    read: (offset, length, done) => readAt(file, offset, length, done),
    write: (_offset, _bytes, done) => done(denied('The file is open for reading only')),
    stat: () => file.stat(),
    setStat: refused,
    sync: async () => {},
    close: () => file.close(),
    tear: () => file.close(),
  }
}

/**
 * A file that is written where it shows: one that belongs to no feed, or one that has a temporary name in an `inbox/` until
 * the client renames it. `onTorn` hears of one that was not closed.
 */
export async function openToWrite(
  writers: Writers,
  { real, flags, onTorn }: { real: string; flags: number; onTorn?: (torn: Tear & { bytes: number; inode: string }) => Promise<void> },
): Promise<OpenFile> {
  const file = await openOwn(real, flags)
  const stats = await file.stat()
  const inode = inodeOf(stats)
  const writer = startWriter(file, { keptBytes: stats.size, isAppend: Boolean(flags & OPEN_MODE.APPEND) })
  addWriter(writers, inode)

  const letGo = async () => {
    await writer.drained()
    removeWriter(writers, inode)
    await file.close()
  }
  return {
    read: writer.read,
    write: writer.write,
    stat: () => file.stat(),
    setStat: writer.setStat,
    sync: () => file.sync(),
    async close() {
      await letGo()
      if (writer.error() !== null) throw writer.error()
      if (writer.gapAt() !== null) throw failure(`Bytes are missing at ${writer.gapAt()}`)
    },
    async tear(tear) {
      await letGo()
      await onTorn?.({ ...tear, bytes: writer.bytes(), inode })
    },
  }
}

/** Opens a file that nobody else has a name for. One that has a second name in the spool is written anew or copied first. */
async function openOwn(real: string, flags: number): Promise<FileHandle> {
  const before = await lstat(real).catch(nullIfMissing)
  if (before && flags & OPEN_MODE.EXCL) throw failure('File exists')
  if (!before && !(flags & OPEN_MODE.CREAT)) throw noSuchFile()
  if (before?.isDirectory()) throw failure('Is a directory')
  if (before && !before.isFile()) throw denied('Not a regular file')
  const isNew = Boolean(flags & OPEN_MODE.TRUNC)
  if (before && before.nlink > 1) {
    if (isNew) await unlink(real)
    else await copyOver(real)
  }
  const mode = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | (isNew ? constants.O_TRUNC : 0)
  return open(real, mode, FILE_MODE)
}

async function copyOver(real: string): Promise<void> {
  const draft = `${real}.copy`
  try {
    await copyFile(real, draft, constants.COPYFILE_FICLONE)
    await rename(draft, real)
  } finally {
    await rm(draft, { force: true })
  }
}
