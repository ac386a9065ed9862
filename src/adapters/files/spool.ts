import { constants } from 'node:fs'
import { type FileHandle, open, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { nullIfMissing } from './errno.ts'

/*
 * The spool is where bytes are kept whatever a client does to the name it gave them. A file in it belongs to one row of the
 * feed room, is written once, or on and on until it is whole, and never again.
 */

const FILE_MODE = 0o640

/** Where a spooled file lies. Its name comes from the feed room, never from a client. */
export function spoolPath(spoolDir: string, spoolName: string): string {
  if (!/^[\w-]+$/.test(spoolName)) throw new Error(`bug: not a name in the spool: ${spoolName}`)
  return path.join(spoolDir, spoolName)
}

/** Makes a new file in the spool, for writing and reading. */
export function createSpooled(spoolDir: string, spoolName: string): Promise<FileHandle> {
  return open(spoolPath(spoolDir, spoolName), 'wx+', FILE_MODE)
}

/** Opens a file of the spool to go on in it; makes it if it is not there. */
export function openSpooled(spoolDir: string, spoolName: string): Promise<FileHandle> {
  return open(spoolPath(spoolDir, spoolName), constants.O_RDWR | constants.O_CREAT, FILE_MODE)
}

/** Writes all chunks into a new file of the spool; resolves when they would survive a power cut. */
export async function spoolWhole(spoolDir: string, spoolName: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await createSpooled(spoolDir, spoolName)
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      await file.appendFile(chunk)
      bytes += chunk.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await syncDirectory(spoolDir)
  return bytes
}

export async function spooledBytes(spoolDir: string, spoolName: string): Promise<number | null> {
  const stats = await stat(spoolPath(spoolDir, spoolName)).catch(nullIfMissing)
  return stats?.size ?? null
}

/**
 * The time that a file shows which is not whole. Programs that compare size and time before they send (rclone, mirrors) would leave out
 * one whose bytes have all come and whose end never did: it looks like theirs, and waits for ever. Nobody's file is as old as this.
 */
export const UNFINISHED_AT_S = 0

/** Shows that a file in the spool is not whole, under whatever name people see it. */
export async function showUnfinished(spoolDir: string, spoolName: string): Promise<void> {
  await utimes(spoolPath(spoolDir, spoolName), UNFINISHED_AT_S, UNFINISHED_AT_S).catch(nullIfMissing)
}

/** Makes what was added to or taken from a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
