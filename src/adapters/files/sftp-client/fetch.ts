import type { FileHandle } from 'node:fs/promises'
import type { RemoteLook } from '../../../feed/source-port.ts'
import { openSpooled, syncDirectory } from '../spool.ts'
import type { Line } from './connect.ts'
import { answerTrouble, trouble } from './trouble.ts'

/** A piece that ssh2 asks for in one request, whatever the server: it splits larger ones and asks for the rest only afterwards. */
const PIECE_BYTES = 30 * 1_024
/** How many are asked for before the first has come: what a line of 100 ms needs to be full. */
const PIECES_ASKED_MAX = 64
/** So much of what is held is compared with the server before a fetch goes on. */
export const TAIL_BYTES = 256 * 1_024
/** What is held is synced so often, so that a power cut costs little of it. */
const SYNC_EVERY_BYTES = 64 * 1_024 * 1_024

export type Fetch = { spoolDir: string; spoolName: string; expected: RemoteLook; mayResume: boolean; onBytes?(held: number): void }

/** Fetches one file in order, many pieces asked for at once, and only ever appends: what is held is the beginning of the file. */
export async function fetchInto(line: Line, path: string, options: Fetch): Promise<{ bytes: number; resumedAt: number }> {
  const { spoolDir, spoolName, expected } = options
  const what = `Fetching ${path}`
  const handle = await line.call<Buffer>(what, done => line.sftp.open(path, 'r', done))
  const file = await openSpooled(spoolDir, spoolName)
  try {
    const resumedAt = options.mayResume ? await whereToGoOn(line, handle, { what, file, expected }) : 0
    await file.truncate(resumedAt)
    options.onBytes?.(resumedAt)
    await mustBe(line, handle, what, expected)
    await append(line, handle, { ...options, what, file, from: resumedAt })
    await mustBe(line, handle, what, expected)
    const now = await line.call<{ size: number; mtime: number }>(what, done => line.sftp.stat(path, done))
    if (now.size !== expected.bytes || now.mtime * 1_000 !== expected.modifiedAt) throw changed(what)
    await file.sync()
    await syncDirectory(spoolDir)
    return { bytes: expected.bytes, resumedAt }
  } catch (error) {
    throw answerTrouble(error, what)
  } finally {
    await file.close()
    line.sftp.close(handle, () => {})
  }
}

/** How many of the bytes that are held still stand at the same place on the server: all or none. */
async function whereToGoOn(
  line: Line,
  handle: Buffer,
  { what, file, expected }: { what: string; file: FileHandle; expected: RemoteLook },
): Promise<number> {
  const held = (await file.stat()).size
  if (held === 0 || held > expected.bytes) return 0
  const from = Math.max(0, held - TAIL_BYTES)
  const ours = Buffer.alloc(held - from)
  await file.read(ours, 0, ours.length, from)
  let at = 0
  for await (const piece of inOrder(line, handle, { what, from, to: held })) {
    if (!piece.equals(ours.subarray(at, at + piece.length))) return 0
    at += piece.length
  }
  return held
}

async function append(
  line: Line,
  handle: Buffer,
  { what, file, from, expected, onBytes }: Fetch & { what: string; file: FileHandle; from: number },
): Promise<void> {
  let held = from
  let unsynced = 0
  for await (const piece of inOrder(line, handle, { what, from, to: expected.bytes })) {
    await file.write(piece, 0, piece.length, held)
    held += piece.length
    unsynced += piece.length
    onBytes?.(held)
    if (unsynced < SYNC_EVERY_BYTES) continue
    await file.datasync()
    unsynced = 0
  }
}

async function* inOrder(line: Line, handle: Buffer, { what, from, to }: { what: string; from: number; to: number }): AsyncIterable<Buffer> {
  const asked: Promise<Buffer>[] = []
  let next = from
  for (;;) {
    while (asked.length < PIECES_ASKED_MAX && next < to) {
      const piece = readPiece(line, handle, { what, at: next, bytes: Math.min(PIECE_BYTES, to - next) })
      // The first that fails ends the fetch; those behind it fail unheard.
      piece.catch(() => {})
      asked.push(piece)
      next += PIECE_BYTES
    }
    const first = asked.shift()
    if (first === undefined) return
    yield await first
  }
}

/** One piece, whole: a server may answer with less than it was asked for. */
async function readPiece(line: Line, handle: Buffer, { what, at, bytes }: { what: string; at: number; bytes: number }): Promise<Buffer> {
  const piece = Buffer.alloc(bytes)
  for (let got = 0; got < bytes; ) {
    const read = await line.call<number>(what, done =>
      line.sftp.read(handle, piece, got, bytes - got, at + got, (error, count) => (isEnd(error) ? done(null, 0) : done(error, count))),
    )
    if (read === 0) throw changed(what)
    got += read
  }
  return piece
}

const END_OF_FILE = 1

function isEnd(error: unknown): boolean {
  return (error as { code?: number } | undefined)?.code === END_OF_FILE
}

async function mustBe(line: Line, handle: Buffer, what: string, expected: RemoteLook): Promise<void> {
  const now = await line.call<{ size: number; mtime: number }>(what, done => line.sftp.fstat(handle, done))
  if (now.size !== expected.bytes || now.mtime * 1_000 !== expected.modifiedAt) throw changed(what)
}

function changed(what: string) {
  return trouble('changed', `${what}: the file has changed on the server since it was looked at.`)
}
