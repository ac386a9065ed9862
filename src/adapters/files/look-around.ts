import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { FEED_KINDS, OUT_FOLDER, pathOfKind } from '../../feed/feed-folder.ts'
import { nullIfMissing } from './errno.ts'

const DEPTH_MAX = 8
const FILES_MAX = 5_000

/** Every plain file below a home that lies in none of its feeds' folders and does not go out. Links are not followed. */
export async function lookAround(
  root: string,
  feedFolders: readonly string[],
): Promise<{ path: string; bytes: number; modifiedAt: number }[]> {
  const inboxes = new Set(feedFolders.map(folder => pathOfKind(folder, 'inbox')))
  const kept = new Set(feedFolders.flatMap(folder => FEED_KINDS.filter(kind => kind !== 'inbox').map(kind => pathOfKind(folder, kind))))
  const found: { path: string; bytes: number; modifiedAt: number }[] = []

  async function look(folder: string, depth: number): Promise<void> {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(nullIfMissing)
    for (const entry of entries ?? []) {
      if (found.length >= FILES_MAX) return
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (depth < DEPTH_MAX && !kept.has(below) && entry.name !== OUT_FOLDER) await look(below, depth + 1)
        continue
      }
      if (!entry.isFile() || inboxes.has(folder)) continue
      const stats = await lstat(path.join(root, below)).catch(nullIfMissing)
      if (stats !== null) found.push({ path: below, bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) })
    }
  }

  await look('', 0)
  return found
}

/** The beginning of a file; empty when it is gone. */
export async function headOf(file: string, bytesMax: number): Promise<Uint8Array> {
  const opened = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(nullIfMissing)
  if (opened === null) return new Uint8Array()
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(bytesMax), 0, bytesMax, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await opened.close()
  }
}
