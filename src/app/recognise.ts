import type { FormatReader } from '../import/format-port.ts'
import { inspectionOf } from '../import/inspect.ts'

const NEWLINE = 10

/** Which built-in layouts a file shows by its first bytes. What cannot be read as a table shows none. */
export function recogniser(format: FormatReader): (head: Uint8Array) => Promise<string[]> {
  return async head => {
    if (head.length === 0) return []
    const whole = head.subarray(0, head.lastIndexOf(NEWLINE) + 1 || head.length)
    try {
      const reading = await format.open(once(whole))
      if (reading.refusal) return []
      for await (const batch of reading.batches) {
        const { layout } = inspectionOf(reading, batch.rows)
        return layout === null ? [] : [layout]
      }
      const { layout } = inspectionOf(reading, [])
      return layout === null ? [] : [layout]
    } catch {
      // Half of a workbook or an archive is no table; whoever takes it in hears of it then.
      return []
    }
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
