import type { RawRow } from './format-port.ts'
import { ROW_REASON, type RowCode, type RowRejected } from './row-code.ts'

/** The refusals that rows of every layout have in common. */
export const reject = {
  because(raw: RawRow, code: RowCode, reason: string): RowRejected {
    return { kind: 'rejected', line: raw.line, byteOffset: raw.byteOffset, code, reason, raw: raw.raw }
  },

  columnCount(raw: RawRow, columnCount: number): RowRejected {
    const found = raw.cells.length
    return reject.because(
      raw,
      'ROW_COLUMN_COUNT',
      `The row has ${found} ${found === 1 ? 'column' : 'columns'} where the file announces ${columnCount}.`,
    )
  },

  facilityUnknown(raw: RawRow, name: string): RowRejected {
    return reject.because(raw, 'ROW_FACILITY_UNKNOWN', ROW_REASON.ROW_FACILITY_UNKNOWN.replace('.', `: ${name}.`))
  },

  /** Of several names one would have been enough. */
  fieldMissing(raw: RawRow, names: readonly string[]): RowRejected {
    return reject.because(
      raw,
      'ROW_FIELD_MISSING',
      `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} blank; a blank is never taken for 0 or for any other value.`,
    )
  },
}
