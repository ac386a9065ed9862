import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl'
import { Broken } from './broken.ts'

/** What a packed file may unpack to, and how many times its size: more is a bomb, or belongs into several files. */
export const UNPACKED_BYTES_MAX = 16 * 1024 ** 3
export const UNPACKED_RATIO_MAX = 300
/** A small file may be of nothing but blanks. */
const RATIO_FROM_BYTES = 16 * 1024 * 1024
/** A zip has its table of contents at the end, so it is laid down before it is read. */
const ZIP_BYTES_MAX = 4 * 1024 ** 3
const ENTRIES_MAX = 10_000

/** The bytes inside a gzip file. */
export async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  let packed = 0
  // What breaks outside (a disk, a connection) is not the file's fault, and keeps its own error.
  let outside: unknown = null
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        packed += chunk.length
        if (gunzip.destroyed) return
        if (!gunzip.write(chunk)) await drained(gunzip)
      }
      gunzip.end()
    } catch (error) {
      outside = error
      gunzip.destroy(error as Error)
    }
  })()
  try {
    yield* limited(gunzip, () => packed)
  } catch (error) {
    throw outside ?? (error instanceof Broken ? error : new Broken(`What is packed with gzip breaks: ${(error as Error).message}.`))
  } finally {
    gunzip.destroy()
    await feeding
  }
}

function drained(stream: NodeJS.WritableStream & { destroyed?: boolean }): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, go)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) stream.on(event, go)
  })
}

async function* limited(chunks: AsyncIterable<Uint8Array>, packedBytes: () => number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > UNPACKED_BYTES_MAX) throw new Broken(`Unpacked it is larger than ${UNPACKED_BYTES_MAX / 1024 ** 3} GiB.`)
    if (bytes > RATIO_FROM_BYTES && bytes > packedBytes() * UNPACKED_RATIO_MAX)
      throw new Broken(`Unpacked it is more than ${UNPACKED_RATIO_MAX} times its size, which no file of stock is.`)
    yield chunk
  }
}

/** A zip archive, laid down in a place of its own that is gone when it is closed, or when the process is. */
export class Archive {
  readonly entries: readonly Entry[]
  readonly #zip: ZipFile
  readonly #file: FileHandle

  private constructor(zip: ZipFile, file: FileHandle, entries: readonly Entry[]) {
    this.entries = entries
    this.#zip = zip
    this.#file = file
  }

  static async open(chunks: AsyncIterable<Uint8Array>): Promise<Archive> {
    const file = await laidDown(chunks)
    try {
      // yauzl never closes what it was given by number: the handle stays ours.
      const zip = await fromFdPromise(file.fd, { lazyEntries: true, autoClose: false, validateEntrySizes: true })
      const entries: Entry[] = []
      for await (const entry of zip.eachEntry()) {
        entries.push(entry)
        if (entries.length > ENTRIES_MAX) throw new Broken(`It holds more than ${ENTRIES_MAX} files.`)
      }
      return new Archive(zip, file, entries)
    } catch (error) {
      await file.close()
      throw error instanceof Broken || isOfSystem(error)
        ? error
        : new Broken(`The zip archive cannot be read: ${(error as Error).message}.`)
    }
  }

  /** The bytes of one file inside. */
  async *read(entry: Entry): AsyncGenerator<Uint8Array> {
    if (entry.isEncrypted()) throw new Broken(`${entry.fileName} is encrypted.`)
    if (!entry.canDecodeFileData()) throw new Broken(`${entry.fileName} is packed in a way that is not understood.`)
    if (entry.uncompressedSize > UNPACKED_BYTES_MAX)
      throw new Broken(`${entry.fileName} is larger than ${UNPACKED_BYTES_MAX / 1024 ** 3} GiB when it is unpacked.`)
    try {
      const stream = await this.#zip.openReadStreamPromise(entry)
      yield* limited(stream, () => entry.compressedSize)
    } catch (error) {
      throw error instanceof Broken || isOfSystem(error)
        ? error
        : new Broken(`${entry.fileName} in the archive breaks: ${(error as Error).message}.`)
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** An error that the system gives about a file or a disk, and not the archive. */
function isOfSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string'
}

async function laidDown(chunks: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-zip-'))
  try {
    const file = await open(path.join(directory, 'archive'), 'wx+', 0o600)
    try {
      // Its name goes before its bytes come: whatever ends this process ends the file too.
      await rm(directory, { recursive: true })
      let bytes = 0
      for await (const chunk of chunks) {
        await file.writeFile(chunk)
        bytes += chunk.length
        if (bytes > ZIP_BYTES_MAX) throw new Broken(`The archive is larger than ${ZIP_BYTES_MAX / 1024 ** 3} GiB.`)
      }
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
