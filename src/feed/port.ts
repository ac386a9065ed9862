import type { InstantMs } from '../kernel/clock.ts'
import type { ArrivalSettings, ArrivedBy } from './arrival.ts'

/** The ways by which a file can come in. */
export type Door = 'sftp' | 'folder' | 'http' | 'remote' | 'again'

/** What a door holds while one file comes in. */
export type Receipt = {
  fileId: number
  /** The name below the spool under which the bytes have to be kept, so that nothing a client does later can touch them. */
  spoolName: string
}

/** `name`: what it is called now, where it was interrupted under a temporary name. */
export type Whole = { bytes: number; modifiedAt: InstantMs | null; by: ArrivedBy; name?: string }

/**
 * What the feed room offers to the doors. A door may acknowledge a file to its client only after `received` has resolved:
 * by then the bytes are synced in the spool and the row is committed, so that a crash loses nothing that was acknowledged.
 */
export type Reception = {
  /** Which feed owns this folder of this home, if any: `inbox/` files elsewhere are nobody's yet. */
  feedAt(at: { home: string; folder: string }): Promise<{ feedId: number; arrival: ArrivalSettings } | null>
  /** The folders of every feed below this home, which a door makes when its user comes in. */
  foldersOf(home: string): Promise<string[]>
  /** A client opened a file for writing. Recorded before its first byte is accepted. */
  opened(file: {
    feedId: number
    door: Door
    name: string
    expectedBytes?: number | null
    againOf?: number | null
    /** The file whose rejected rows it brings home. */
    corrects?: number | null
    /** The key of the request that brought its rows, by which a repeated one is known. */
    requestKey?: string | null
  }): Promise<Receipt>
  /** Whether a file at rest is only the beginning of one: it must not come in again by being moved back. */
  isPart(file: { feedId: number; restName: string }): Promise<boolean>
  /** The newest interrupted file of that name which somebody may still go on with. */
  unfinished(file: { feedId: number; name: string }): Promise<Receipt | null>
  /** An interrupted file that goes on where it ended; null when it was given up, or somebody else goes on with it. */
  resumed(fileId: number): Promise<Receipt | null>
  /** The file is whole and safe in the spool. */
  received(receipt: Receipt, whole: Whole): Promise<void>
  /** A marker or manifest came, which says something about another file. */
  companion(companion: { feedId: number; name: string; text: string }): Promise<void>
  /** The connection went away before the file was whole. What came lies in the spool; it is never imported. */
  interrupted(receipt: Receipt, torn: { bytes: number; code: string; reason: string }): Promise<void>
}

/** A piece of a file, for what is shown of it. */
export type ByteRange = { from: number; bytes: number }

/**
 * Where the files of feeds lie and rest. Paths are relative, with `/`. Moves are atomic and never overwrite.
 * Implementations are on one file system, so that a move is a rename.
 */
export type FileRoom = {
  /** The bytes of a spooled file, from the start. */
  readSpool(spoolName: string, range?: ByteRange): AsyncIterable<Uint8Array>
  spoolSize(spoolName: string): Promise<number | null>
  /** Whoever looks at it sees that it is not whole. */
  showUnfinished(spoolName: string): Promise<void>
  /**
   * Puts a spooled file to rest under `home/folder/kind/name` and takes its face out of `inbox/` if it still stands there.
   * Safe to run twice: what was already moved stays moved. False when its bytes are nowhere, so that there is nothing to move.
   */
  putAway(file: {
    spoolName: string
    home: string
    folder: string
    inboxName: string
    kind: 'archive' | 'failed'
    restName: string
  }): Promise<boolean>
  /** Takes a marker or manifest out of `inbox/`. */
  removeCompanion(file: { home: string; folder: string; name: string }): Promise<void>
  /** Writes a small file whole or not at all (temporary name, sync, rename). */
  writeWhole(
    path: { home: string; folder: string; kind: 'error' | 'failed' | 'out'; name: string },
    chunks: AsyncIterable<string>,
  ): Promise<void>
  /** Every file below a home that lies in none of the folders which belong to the feeds there, and when it was written. */
  lookAround(home: string, feedFolders: readonly string[]): Promise<{ path: string; bytes: number; modifiedAt: InstantMs }[]>
  /** The beginning of a file below a home; empty when it is gone. */
  head(file: { home: string; path: string }, bytesMax: number): Promise<Uint8Array>
  /** Moves a file that lies anywhere below a home into the spool. Null: it is not there any more. */
  takeIn(file: { home: string; path: string; spoolName: string }): Promise<{ bytes: number; modifiedAt: InstantMs } | null>
  /** Gives the kept bytes of a file a second name in the spool, for a file that reads them anew. False: they are gone. */
  keepAgain(file: {
    from: { spoolName: string } | { home: string; folder: string; kind: 'archive' | 'failed'; restName: string }
    spoolName: string
  }): Promise<boolean>
  /** Deletes a file at rest, and what lies beside it. */
  removeRest(file: { home: string; folder: string; kind: 'archive' | 'failed'; restName: string }): Promise<void>
  /** Reads a file that was put to rest. */
  readRest(
    file: { home: string; folder: string; kind: 'archive' | 'failed'; restName: string },
    range?: ByteRange,
  ): AsyncIterable<Uint8Array>
}

/** A folder that others write into and we poll. */
export type WatchedFolder = {
  list(): Promise<{ name: string; bytes: number; modifiedAt: InstantMs }[]>
  /** The beginning of a small file, such as a marker or a manifest. */
  head(name: string, bytesMax: number): Promise<string>
  /** Takes the file's present bytes into the spool under `spoolName`; gives the size and time it had, or null if it changed meanwhile. */
  takeIntoSpool(name: string, spoolName: string): Promise<{ bytes: number; modifiedAt: InstantMs } | null>
  /** Takes a file out of the folder, after it was received, unless it is another one by now. */
  remove(name: string, taken: { bytes: number; modifiedAt: InstantMs }): Promise<void>
}
