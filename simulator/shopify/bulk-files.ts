/* Results of bulk operations, on disk: they may be larger than a string can be. Only the newest are kept. */

import { appendFileSync, createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'

/** The real shop keeps results for seven days; this one keeps the newest. */
export const BULK_RESULTS_KEPT_MAX = 20

export class BulkFiles {
  readonly #kept: string | null
  #folder: string | null = null
  readonly #ids: number[] = []

  /** @param beside where results survive a restart; null: they live as long as the process. */
  constructor(beside: string | null) {
    this.#kept = beside
  }

  begin(id: number): void {
    writeFileSync(this.#path(id), '')
    this.#ids.push(id)
    for (const old of this.#ids.splice(0, Math.max(0, this.#ids.length - BULK_RESULTS_KEPT_MAX))) rmSync(this.#path(old), { force: true })
  }

  append(id: number, lines: string): void {
    if (lines !== '') appendFileSync(this.#path(id), lines)
  }

  /** Null: there is none, or no longer. */
  bytes(id: number): number | null {
    return existsSync(this.#path(id)) ? statSync(this.#path(id)).size : null
  }

  read(id: number): Readable {
    return createReadStream(this.#path(id))
  }

  close(): void {
    if (this.#kept === null && this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
  }

  #path(id: number): string {
    this.#folder ??= this.#made()
    return path.join(this.#folder, `${id}.jsonl`)
  }

  #made(): string {
    if (this.#kept === null) return mkdtempSync(path.join(tmpdir(), 'simulated-bulk-'))
    mkdirSync(this.#kept, { recursive: true })
    return this.#kept
  }
}
