import type { RawRow } from './format-port.ts'
import { ROW_REASON, type RowCode, type RowRejected } from './row-code.ts'

/** The refusals that rows of every layout have in common. */
export const reject = {
  because(raw: RawRow, code: RowCode, reason: string): RowRejected {
    return { kind: 'rejected', line: raw.line, byteOffset: raw.byteOffset, code, reason, raw: raw.raw, cells: raw.cells }
  },

  columnCount(raw: RawRow, columnCount: number): RowRejected {
    const found = raw.cells.length
    return reject.because(
      raw,
      'ROW_COLUMN_COUNT',
      `The row has ${found} ${found === 1 ? 'column' : 'columns'} where the file announces ${columnCount}.`,
    )
  },

  facilityUnknown(raw: RawRow, named: { type: string; value: string }): RowRejected {
    const reason = ROW_REASON.ROW_FACILITY_UNKNOWN.replace('.', `: ${named.value}.`)
    return { ...reject.because(raw, 'ROW_FACILITY_UNKNOWN', reason), unknown: named }
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
