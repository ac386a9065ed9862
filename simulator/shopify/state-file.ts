/*
 * The memory of a shop across a `kill -9`: one line of JSON per call, holding every row that the call changed, appended
 * before the answer leaves. A killed process keeps what it wrote; only the last line can be torn, so a call is in the
 * file wholly or not at all. At every start the file is written anew and put in place by a rename.
 */

import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

const FORMAT = 1

export type StateLine = [table: string, key: string | number, row: unknown]

/** The lines of an earlier life, or null where there was none. Refuses the file of another shop. */
export function readStateFile(path: string, shopDigest: string): StateLine[] | null {
  if (!existsSync(path)) return null
  const lines = readFileSync(path, 'utf8').split('\n')
  const torn = lines.pop()
  const head = JSON.parse(lines[0] ?? 'null') as { format: number; shop: string } | null
  if (head === null && (torn ?? '') === '') return null
  if (head?.format !== FORMAT || head.shop !== shopDigest) {
    throw new Error(`${path} belongs to another shop file. Start with the shop file it was made from, or delete it to begin anew.`)
  }
  return lines.slice(1).flatMap(line => JSON.parse(line) as StateLine[])
}

export class StateFile {
  readonly #path: string
  readonly #shopDigest: string
  #handle: number | null = null
  #waiting: string[] = []
  /** Since the file was last written anew. */
  appendedChars = 0

  constructor(path: string, shopDigest: string) {
    this.#path = path
    this.#shopDigest = shopDigest
  }

  /** Replaces the file by exactly these rows. */
  rewrite(rows: Iterable<StateLine>): void {
    this.#waiting = []
    const fresh = `${this.#path}.new`
    const handle = openSync(fresh, 'w')
    let text = `${JSON.stringify({ format: FORMAT, shop: this.#shopDigest })}\n`
    for (const row of rows) {
      text += `[${JSON.stringify(row)}]\n`
      if (text.length > REWRITE_CHARS) text = written(handle, text)
    }
    written(handle, text)
    renameSync(fresh, this.#path)
    if (this.#handle !== null) closeSync(this.#handle)
    this.#handle = handle
    this.appendedChars = 0
  }

  note(line: StateLine): void {
    this.#waiting.push(JSON.stringify(line))
  }

  /** Returns once every noted row has been handed to the operating system. */
  flush(): void {
    if (this.#waiting.length === 0 || this.#handle === null) return
    const line = `[${this.#waiting.join(',')}]\n`
    written(this.#handle, line)
    this.appendedChars += line.length
    this.#waiting = []
  }

  close(): void {
    this.flush()
    if (this.#handle !== null) closeSync(this.#handle)
    this.#handle = null
  }
}

const REWRITE_CHARS = 1_000_000

function written(handle: number, text: string): '' {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
  return ''
}
