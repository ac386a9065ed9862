import { createReadStream } from 'node:fs'
import { link, lstat, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { type FeedKind, OUT_FOLDER, pathOfKind } from '../../feed/feed-folder.ts'
import type { ByteRange, FileRoom } from '../../feed/port.ts'
import { reasonNameOf } from '../../feed/rest-name.ts'
import { TrueupError } from '../../kernel/error.ts'
import { errnoOf, nullIfMissing } from './errno.ts'
import { headOf, lookAround } from './look-around.ts'
import { showUnfinished, spooledBytes, spoolPath, syncDirectory } from './spool.ts'

const DIRECTORY_MODE = 0o750
const FILE_MODE = 0o640
const READ_CHUNK_BYTES = 16 * 1_024

/** The files of the feeds on this machine's disk: one spool, and a home for each user. Both on one file system. */
export async function openFileRoom({ homesDir, spoolDir }: { homesDir: string; spoolDir: string }): Promise<FileRoom> {
  for (const directory of [homesDir, spoolDir]) await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
  if ((await stat(homesDir)).dev !== (await stat(spoolDir)).dev) throw spoolElsewhere(homesDir, spoolDir)
  let drafts = 0

  const placeOf = (at: { home: string; folder: string; kind: FeedKind }) => path.join(homesDir, at.home, pathOfKind(at.folder, at.kind))

  return {
    readSpool: (spoolName, range) => bytesOf(spoolPath(spoolDir, spoolName), range),
    spoolSize: spoolName => spooledBytes(spoolDir, spoolName),
    showUnfinished: spoolName => showUnfinished(spoolDir, spoolName),
    readRest: (file, range) => bytesOf(path.join(placeOf(file), leaf(file.restName)), range),

    async putAway(file) {
      const spooled = spoolPath(spoolDir, file.spoolName)
      const restDir = placeOf(file)
      const rest = path.join(restDir, leaf(file.restName))
      await mkdir(restDir, { recursive: true, mode: DIRECTORY_MODE })
      // The new name first, the old ones last: whatever moment a crash chooses, the bytes have a name.
      const resting = await linkOnce(spooled, rest)
      if (resting === null) return false
      await syncDirectory(restDir)
      await removeFace(path.join(placeOf({ ...file, kind: 'inbox' }), leaf(file.inboxName)), resting)
      await unlink(spooled).catch(nullIfMissing)
      await syncDirectory(spoolDir)
      return true
    },

    async removeCompanion(file) {
      await unlink(path.join(placeOf({ ...file, kind: 'inbox' }), leaf(file.name))).catch(nullIfMissing)
    },

    lookAround: (home, feedFolders) => lookAround(path.join(homesDir, home), feedFolders),
    head: (file, bytesMax) => headOf(path.join(homesDir, file.home, file.path), bytesMax),

    async takeIn({ home, path: lies, spoolName }) {
      const from = path.join(homesDir, home, lies)
      const stats = await lstat(from).catch(nullIfMissing)
      if (stats === null || !stats.isFile()) return null
      await rename(from, spoolPath(spoolDir, spoolName))
      await syncDirectory(spoolDir)
      await syncDirectory(path.dirname(from))
      return { bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) }
    },

    async keepAgain({ from, spoolName }) {
      const kept = 'spoolName' in from ? spoolPath(spoolDir, from.spoolName) : path.join(placeOf(from), leaf(from.restName))
      const isThere = await link(kept, spoolPath(spoolDir, spoolName)).then(() => true, nullIfMissing)
      if (isThere) await syncDirectory(spoolDir)
      return isThere === true
    },

    async removeRest(file) {
      const rest = path.join(placeOf(file), leaf(file.restName))
      for (const name of [rest, reasonNameOf(rest)]) await unlink(name).catch(nullIfMissing)
    },

    async writeWhole(at, chunks) {
      const { home, folder, kind } = at
      const directory = kind === 'out' ? path.join(homesDir, home, folder, OUT_FOLDER) : placeOf({ home, folder, kind })
      await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
      const draft = path.join(directory, `.writing-${process.pid}-${++drafts}`)
      try {
        const file = await open(draft, 'w', FILE_MODE)
        try {
          for await (const chunk of chunks) await file.appendFile(chunk)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(draft, path.join(directory, leaf(at.name)))
      } finally {
        await rm(draft, { force: true })
      }
      await syncDirectory(directory)
    },
  }
}

type Inode = { dev: number; ino: number }

/** Gives the file its second name, unless it has it already. Null when there is no such file under either name. */
async function linkOnce(from: string, to: string): Promise<Inode | null> {
  const source = await lstat(from).catch(nullIfMissing)
  if (source !== null) {
    // Another process may have put it away since we looked.
    await link(from, to).catch(error => {
      if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOENT') throw error
    })
  }
  const target = await lstat(to).catch(nullIfMissing)
  if (source !== null && target !== null && !isSame(source, target)) throw restTaken(to)
  return target
}

/** Takes the name out of `inbox/` if it still stands for this file, and not for one that came later under the same name. */
async function removeFace(face: string, file: Inode): Promise<void> {
  const stats = await lstat(face).catch(nullIfMissing)
  if (stats === null || !isSame(stats, file)) return
  await unlink(face).catch(nullIfMissing)
  await syncDirectory(path.dirname(face))
}

function isSame(a: Inode, b: Inode): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/** A name below a directory, never a path: what comes from a client's name cannot lead elsewhere. */
function leaf(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new Error(`bug: not a file name: ${name}`)
  return name
}

async function* bytesOf(file: string, range?: ByteRange): AsyncIterable<Uint8Array> {
  const piece = range ? { start: range.from, end: range.from + range.bytes - 1 } : {}
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: READ_CHUNK_BYTES, ...piece })) yield chunk as Uint8Array
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw bytesMissing(file, error)
    throw error
  }
}

function bytesMissing(file: string, cause: unknown): TrueupError {
  return new TrueupError('FILE_BYTES_MISSING', `the kept bytes of a file are gone: ${path.basename(file)}`, {
    retry: 'never',
    hint: 'Upload the file again. Nothing but Trueup should delete files below its data directory.',
    detail: { file: path.basename(file) },
    cause,
  })
}

function restTaken(rest: string): TrueupError {
  return new TrueupError('FILE_REST_TAKEN', `another file lies already where this one should rest: ${path.basename(rest)}`, {
    retry: 'after-operator',
    hint: 'Move the file of that name out of archive/ or failed/ by hand; Trueup never overwrites one.',
    detail: { file: path.basename(rest) },
  })
}

function spoolElsewhere(homesDir: string, spoolDir: string): TrueupError {
  return new TrueupError('FILE_SPOOL_ELSEWHERE', `${homesDir} and ${spoolDir} are on different file systems`, {
    retry: 'after-operator',
    hint: 'Put both below one mount: files are moved between them by renaming, which cannot be half done.',
    detail: { homesDir, spoolDir },
  })
}
