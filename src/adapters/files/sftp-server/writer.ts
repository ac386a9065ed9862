import { read, writev } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Attributes } from 'ssh2'
import { failure } from './status.ts'

/**
 * Reads and writes at offsets on one open file. Clients write in pieces, many at a time and not always in order; the disk sees them in
 * order, and what comes too early waits in memory. So whatever moment a crash chooses, the file is the beginning of what was sent and
 * never has a hole: an upload can go on at its end.
 */
export type Writer = {
  read(offset: number, length: number, done: (error: unknown, bytes: Buffer) => void): void
  write(offset: number, bytes: Buffer, done: (error: unknown) => void): void
  setStat(attributes: Partial<Attributes>): Promise<void>
  /** Resolves when no write is under way. */
  drained(): Promise<void>
  /** The first thing that went wrong. From then on nothing more is written. */
  error(): unknown
  /** How far the file reaches without a gap. */
  bytes(): number
  /** Where bytes are missing that others come after; null: nowhere. */
  gapAt(): number | null
}

/** So much may come too early. Clients keep some dozens of pieces under way; who leaves larger gaps is not uploading a file. */
export const EARLY_BYTES_MAX = 8 * 1_024 * 1_024
const PIECES_PER_WRITE_MAX = 64

type Piece = { offset: number; bytes: Buffer; done(error: unknown): void }

/** `keptBytes`: what stands in the file already. With `isAppend` every write goes to the end, wherever it wants to. */
export function startWriter(file: FileHandle, { keptBytes, isAppend }: { keptBytes: number; isAppend: boolean }): Writer {
  const queue: Piece[] = []
  const early = new Map<number, Buffer>()
  let earlyBytes = 0
  /** Where the file ends when everything in the queue is written, and where it would end without gaps. */
  let end = keptBytes
  let wantedEnd = keptBytes
  let isWriting = false
  let failed: unknown = null
  let whenDrained: (() => void)[] = []

  const enqueue = (piece: Piece) => {
    queue.push(piece)
    end = Math.max(end, piece.offset + piece.bytes.length)
    wantedEnd = Math.max(wantedEnd, end)
    if (!isWriting) writeNext()
  }
  const settle = () => {
    for (const resolve of whenDrained) resolve()
    whenDrained = []
  }

  function writeNext(): void {
    const [first] = queue
    if (first === undefined || failed !== null) {
      isWriting = false
      for (const piece of queue.splice(0)) piece.done(failed)
      settle()
      return
    }
    isWriting = true
    const batch = inARow(queue)
    writeAll(
      file.fd,
      batch.map(piece => piece.bytes),
      first.offset,
      error => {
        if (error) failed ??= error
        for (const piece of batch) piece.done(failed)
        writeNext()
      },
    )
  }

  function hold(offset: number, bytes: Buffer): void {
    earlyBytes += bytes.length - (early.get(offset)?.length ?? 0)
    early.set(offset, bytes)
    wantedEnd = Math.max(wantedEnd, offset + bytes.length)
    if (earlyBytes > EARLY_BYTES_MAX) failed ??= failure('The pieces of the file lie too far apart')
  }

  /** Those that waited for what has just come. */
  function releaseEarly(): void {
    for (let isMore = early.size > 0; isMore; ) {
      isMore = false
      for (const [offset, bytes] of early) {
        if (offset > end) continue
        early.delete(offset)
        earlyBytes -= bytes.length
        enqueue({ offset, bytes, done() {} })
        isMore = early.size > 0
      }
    }
  }

  const drained = (): Promise<void> => (isWriting ? new Promise(resolve => whenDrained.push(resolve)) : Promise.resolve())

  return {
    drained,
    error: () => failed,
    bytes: () => end,
    gapAt: () => (wantedEnd > end ? end : null),
    read: (offset, length, done) => readAt(file, offset, length, done),

    write(offset, bytes, done) {
      if (failed !== null) return done(failed)
      if (bytes.length === 0) return done(null)
      if (isAppend || offset <= end) {
        enqueue({ offset: isAppend ? end : offset, bytes, done })
        return releaseEarly()
      }
      // The answer to a write promises nothing to a client; the answer to the close does, and is refused while something is missing.
      hold(offset, bytes)
      done(failed)
    },

    async setStat(attributes) {
      // Clients send it right behind their last piece; a write that came after would undo the time.
      await drained()
      if (attributes.size !== undefined) {
        // A file is cut off at once, and never made longer before its bytes have come.
        if (attributes.size < end) await file.truncate(attributes.size)
        for (const [offset, bytes] of early) {
          if (offset < attributes.size) continue
          early.delete(offset)
          earlyBytes -= bytes.length
        }
        end = Math.min(end, attributes.size)
        wantedEnd = attributes.size
      }
      if (attributes.mtime !== undefined) await file.utimes(attributes.atime ?? attributes.mtime, attributes.mtime)
    },
  }
}

/** Takes from the queue what can be written at once: pieces that follow each other without a gap. */
function inARow(queue: Piece[]): Piece[] {
  const row: Piece[] = []
  let at = queue[0]?.offset ?? 0
  while (queue[0]?.offset === at && row.length < PIECES_PER_WRITE_MAX) {
    const piece = queue.shift() as Piece
    row.push(piece)
    at += piece.bytes.length
  }
  return row
}

/** One read at an offset, called back with what is there: empty at the end of the file. */
export function readAt(file: FileHandle, offset: number, length: number, done: (error: unknown, bytes: Buffer) => void): void {
  const buffer = Buffer.allocUnsafe(length)
  read(file.fd, buffer, 0, length, offset, (error, bytes) => done(error, buffer.subarray(0, error ? 0 : bytes)))
}

/** The system may write less than it was given, for example on a disk that is nearly full. */
function writeAll(fd: number, pieces: readonly Buffer[], at: number, done: (error: unknown) => void): void {
  writev(fd, pieces as Buffer[], at, (error, written) => {
    const left = error ? [] : without(pieces, written)
    if (error || left.length === 0) done(error)
    else writeAll(fd, left, at + written, done)
  })
}

function without(pieces: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes
  return pieces.flatMap(piece => {
    const cut = Math.min(left, piece.length)
    left -= cut
    return cut === piece.length ? [] : [piece.subarray(cut)]
  })
}
