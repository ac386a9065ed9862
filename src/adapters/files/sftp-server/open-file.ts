import type { Stats } from 'node:fs'
import type { Attributes } from 'ssh2'
import { UNFINISHED_AT_S } from '../spool.ts'

/** Why an upload ended before it was whole: a code, and the beginning of the sentence that a person reads. */
export type Tear = { code: string; because: string }

/** What a handle stands for, whatever kind of file is behind it. */
export type OpenFile = {
  /** Up to `length` bytes from `offset`; empty at the end. Called back, since thousands of them are under way at once. */
  read(offset: number, length: number, done: (error: unknown, bytes: Buffer) => void): void
  write(offset: number, bytes: Buffer, done: (error: unknown) => void): void
  stat(): Promise<Stats>
  setStat(attributes: Partial<Attributes>): Promise<void>
  sync(): Promise<void>
  /** The client is done with it. Resolves when what it wrote is safe: only then is the close answered. */
  close(): Promise<void>
  /** The client went away without closing it. */
  tear(tear: Tear): Promise<void>
}

/** How many handles write to a file, by the file's inode: a file that is still written cannot arrive by a rename. */
export type Writers = Map<string, number>

export function inodeOf(stats: { dev: number | bigint; ino: number | bigint }): string {
  return `${stats.dev}:${stats.ino}`
}

/** What is still written shows the time of what is unfinished, so that nobody takes it for theirs. */
export function shownOf<Look extends { dev: number; ino: number; mtimeMs: number }>(writers: Writers, stats: Look): Look {
  if (writers.has(inodeOf(stats))) stats.mtimeMs = UNFINISHED_AT_S * 1_000
  return stats
}

export function addWriter(writers: Writers, inode: string): void {
  writers.set(inode, (writers.get(inode) ?? 0) + 1)
}

export function removeWriter(writers: Writers, inode: string): void {
  const left = (writers.get(inode) ?? 1) - 1
  if (left > 0) writers.set(inode, left)
  else writers.delete(inode)
}
