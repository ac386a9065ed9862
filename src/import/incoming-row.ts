import { EFFECT_CODE, type Effect } from './effect.ts'
import type { StockKind } from './layout.ts'
import type { StockRow } from './row.ts'
import type { RowRejected } from './row-code.ts'

/**
 * A row on its way into the database, as one line of PostgreSQL's COPY text: read or refused, they travel together, so that
 * a file of which every row is bad needs no more memory than a good one. The raw text of a row that was read stays behind:
 * it is half of the bytes, and only a row that the database refuses needs it (`rawLine`); a variance carries it along, since
 * the ledger may still refuse it.
 *
 * line, byte_offset, facility_id, product_type, product, units, effect, row_reason, code, code_reason, raw, as_of
 */
export function incomingLine(row: StockRow, facilityId: number, raw: string): string {
  const reason = row.reason === undefined ? '\\N' : text(row.reason)
  return `${row.line}\t${row.byteOffset}\t${facilityId}\t${text(row.product.type)}\t${text(row.product.value)}\t${row.units}\t${EFFECT_CODE[effectOf(row.resetBy)]}\t${reason}\t\\N\t\\N\t${row.resetBy === 'delta' ? text(raw) : '\\N'}\t${row.asOf === undefined ? '\\N' : new Date(row.asOf).toISOString()}\n`
}

/** The same columns of a row that was refused: where it stands, why, and what it said. */
export function refusedLine(row: RowRejected): string {
  return `${row.line}\t${row.byteOffset}\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t${row.code}\t${text(row.reason)}\t${text(row.raw)}\t\\N\n`
}

/** The raw text of a row, to be laid beside the refused ones: line, raw. */
export function rawLine(row: { line: number; raw: string }): string {
  return `${row.line}\t${text(row.raw)}\n`
}

/** A count states what is on hand; only the way it came about differs. */
function effectOf(kind: StockKind): Effect {
  return kind === 'count' ? 'on_hand_reset' : kind
}

const SPECIAL = /[\\\t\n\r]/

function text(value: string): string {
  if (!SPECIAL.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
