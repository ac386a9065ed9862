import { constants, createReadStream } from 'node:fs'
import { lstat, open, readdir, rm, unlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { WatchedFolder } from '../../feed/port.ts'
import { nullIfMissing } from './errno.ts'
import { spoolPath, spoolWhole } from './spool.ts'

const READ_CHUNK_BYTES = 256 * 1_024

/** A folder on this machine, or mounted on it, that others write into. Only plain files directly in it count. */
export function openLocalFolder({ directory, spoolDir }: { directory: string; spoolDir: string }): WatchedFolder {
  const fileIn = (name: string) => path.join(directory, path.basename(name))

  return {
    async list() {
      const files: { name: string; bytes: number; modifiedAt: number }[] = []
      for (const entry of await readdir(directory, { withFileTypes: true })) {
        // A link could lead anywhere, and a pipe would never end.
        if (!entry.isFile()) continue
        const look = await lookAt(fileIn(entry.name))
        if (look !== null) files.push({ name: entry.name, ...look })
      }
      return files.sort((a, b) => a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1))
    },

    async head(name, bytesMax) {
      const file = await open(fileIn(name), constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0)
        return buffer.subarray(0, bytesRead).toString('utf8')
      } finally {
        await file.close()
      }
    },

    async takeIntoSpool(name, spoolName) {
      // Copied, never linked: whoever still has the file open could change the bytes after their digest was taken.
      const source = await open(fileIn(name), constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        const before = lookOf(await source.stat())
        const bytes = await spoolWhole(
          spoolDir,
          spoolName,
          createReadStream('', { fd: source.fd, autoClose: false, highWaterMark: READ_CHUNK_BYTES }),
        )
        const after = await lookAt(fileIn(name))
        if (after === null || after.modifiedAt !== before.modifiedAt || after.bytes !== before.bytes || bytes !== before.bytes) {
          await rm(spoolPath(spoolDir, spoolName), { force: true })
          return null
        }
        const modifiedAt = new Date(before.modifiedAt)
        await utimes(spoolPath(spoolDir, spoolName), modifiedAt, modifiedAt)
        return before
      } finally {
        await source.close()
      }
    },

    async remove(name, taken) {
      const now = await lookAt(fileIn(name))
      if (now?.bytes === taken.bytes && now.modifiedAt === taken.modifiedAt) await unlink(fileIn(name)).catch(nullIfMissing)
    },
  }
}

async function lookAt(file: string) {
  const stats = await lstat(file).catch(nullIfMissing)
  return stats === null ? null : lookOf(stats)
}

function lookOf(stats: { size: number; mtimeMs: number }): { bytes: number; modifiedAt: number } {
  return { bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) }
}
