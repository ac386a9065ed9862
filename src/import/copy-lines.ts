/** As much as most chunks take. */
const BYTES_AT_FIRST = 64 * 1_024
/** More than the numbers of any row. */
const ROW_BYTES = 160
const MINUS = 0x2d
const ZERO = 0x30

/**
 * Lines of PostgreSQL's COPY text, written as bytes. Nearly every row of nearly every file is a handful of numbers: written digit by digit
 * they leave nothing behind, while a text of each would be twenty pieces that the collector has to carry off.
 */
export class CopyLines {
  #bytes = new Uint8Array(BYTES_AT_FIRST)
  #length = 0
  readonly #encoder = new TextEncoder()

  /** Makes room for a line of some numbers, which are then written piece by piece. */
  begin(): this {
    this.#makeRoom(ROW_BYTES)
    return this
  }

  /** A whole number of at most 2^53. */
  number(n: number): this {
    let left = n
    if (left < 0) {
      this.#bytes[this.#length++] = MINUS
      left = -left
    }
    let digits = 1
    for (let bound = 10; left >= bound; bound *= 10) digits++
    this.#length += digits
    for (let at = this.#length - 1; digits > 0; at--, digits--) {
      const rest = Math.floor(left / 10)
      this.#bytes[at] = ZERO + (left - rest * 10)
      left = rest
    }
    return this
  }

  bytes(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; at++) this.#bytes[this.#length++] = bytes[at] as number
    return this
  }

  /** A whole line, or several. */
  text(line: string): void {
    // A character of a JavaScript string is three bytes at the most.
    this.#makeRoom(line.length * 3)
    this.#length += this.#encoder.encodeInto(line, this.#bytes.subarray(this.#length)).written
  }

  /** What was written since the last time; null for nothing. */
  take(): Uint8Array | null {
    if (this.#length === 0) return null
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
