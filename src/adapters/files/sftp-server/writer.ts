import { read, write } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Attributes } from 'ssh2'
import { type Coverage, startCoverage } from './coverage.ts'
import { failure } from './status.ts'

/** Reads and writes at offsets on one open file, many at a time, and knows what has been written and what failed. */
export type Writer = {
  read(offset: number, length: number, done: (error: unknown, bytes: Buffer) => void): void
  write(offset: number, bytes: Buffer, done: (error: unknown) => void): void
  setStat(attributes: Partial<Attributes>): Promise<void>
  /** Resolves when no write is under way. */
  drained(): Promise<void>
  /** The first thing that went wrong. From then on nothing more is written. */
  error(): unknown
  coverage: Coverage
}

/** `keptBytes`: what stands in the file already. With `isAppend` every write goes to the end, wherever it wants to. */
export function startWriter(file: FileHandle, { keptBytes, isAppend }: { keptBytes: number; isAppend: boolean }): Writer {
  const coverage = startCoverage(keptBytes)
  let end = keptBytes
  let underWay = 0
  let failed: unknown = null
  let whenDrained: (() => void)[] = []

  const settle = () => {
    underWay--
    if (underWay > 0) return
    for (const resolve of whenDrained) resolve()
    whenDrained = []
  }
  const drained = (): Promise<void> => (underWay === 0 ? Promise.resolve() : new Promise(resolve => whenDrained.push(resolve)))

  return {
    coverage,
    drained,
    error: () => failed,
    read: (offset, length, done) => readAt(file, offset, length, done),

    write(offset, bytes, done) {
      if (failed !== null) return done(failed)
      const at = isAppend ? end : offset
      end = Math.max(end, at + bytes.length)
      underWay++
      writeAll(file.fd, bytes, at, error => {
        if (error) failed ??= error
        else if (!coverage.add(at, at + bytes.length)) failed ??= failure('Too many gaps between the pieces of the file')
        settle()
        done(failed)
      })
    },

    async setStat(attributes) {
      // Clients send it right behind their last piece; a write that came after would undo the time.
      await drained()
      if (attributes.size !== undefined) {
        await file.truncate(attributes.size)
        coverage.truncate(attributes.size)
        end = attributes.size
      }
      if (attributes.mtime !== undefined) await file.utimes(attributes.atime ?? attributes.mtime, attributes.mtime)
    },
  }
}

/** One read at an offset, called back with what is there: empty at the end of the file. */
export function readAt(file: FileHandle, offset: number, length: number, done: (error: unknown, bytes: Buffer) => void): void {
  const buffer = Buffer.allocUnsafe(length)
  read(file.fd, buffer, 0, length, offset, (error, bytes) => done(error, buffer.subarray(0, error ? 0 : bytes)))
}

/** The system may write less than it was given, for example on a disk that is nearly full. */
function writeAll(fd: number, bytes: Buffer, at: number, done: (error: unknown) => void): void {
  write(fd, bytes, 0, bytes.length, at, (error, written) => {
    if (error || written === bytes.length) done(error)
    else writeAll(fd, bytes.subarray(written), at + written, done)
  })
}
