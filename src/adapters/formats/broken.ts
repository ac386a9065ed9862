import type { Written } from '../../import/dialect.ts'
import type { FileEnd, Reading, Refusal, RowBatch } from '../../import/format-port.ts'

/** The file itself is at fault from here on: cut off, or no longer what it began as. Never leaves the formats. */
export class Broken extends Error {}

export const NO_END: FileEnd = { bytes: 0, lines: 0, lastLineEnded: true, lastRowCells: null, lastRowReadable: false, broken: null }

/** A file that is given up before its first row. */
export function refused(dialect: Written, refusal: Refusal): Reading {
  return { dialect, container: null, refusal, header: null, batches: none(), end: () => NO_END, close: async () => {} }
}

/** Rows up to the place where the file breaks; what it says there becomes the file's end instead of an error. */
export function upToBreak(reading: Omit<Reading, 'container' | 'refusal' | 'close'>): Reading {
  let broken: string | null = null
  async function* batches(): AsyncGenerator<RowBatch> {
    try {
      yield* reading.batches
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      broken = error.message
    }
  }
  return {
    dialect: reading.dialect,
    container: null,
    refusal: null,
    header: reading.header,
    batches: batches(),
    end() {
      const end = reading.end()
      return broken === null ? end : { ...(end ?? NO_END), broken }
    },
    close: async () => {},
  }
}

async function* none(): AsyncGenerator<RowBatch> {}
