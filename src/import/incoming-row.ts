import type { CopyLines } from './copy-lines.ts'
import { EFFECT_CODE, type Effect } from './effect.ts'
import type { RawRow } from './format-port.ts'
import type { StockKind } from './layout.ts'
import type { StockRow } from './row.ts'
import type { RowRejected } from './row-code.ts'

/**
 * A row on its way into the database, as one line of PostgreSQL's COPY text: read or refused, they travel together, so that
 * a file of which every row is bad needs no more memory than a good one. The raw text of a row that was read stays behind:
 * it is half of the bytes, and only a row that the database refuses needs it (`rawLine`); a variance carries it along, since
 * the ledger may still refuse it.
 *
 * line, byte_offset, facility_id, product_id, product_type, product, units, effect, reason, code, code_reason, raw, as_of, cells
 *
 * A refused row carries what it calls by a name that nobody knows in the columns of the product.
 */
export function incomingLine(
  row: StockRow,
  { facilityId, productId }: { facilityId: number; productId: number | null },
  { raw, cells }: Pick<RawRow, 'raw' | 'cells'>,
): string {
  const isChange = row.resetBy === 'delta'
  // A product that is known needs no name on the way: it is a third of the bytes.
  const product = productId === null ? `\\N\t${text(row.product.type)}\t${text(row.product.value)}` : `${productId}\t\\N\t\\N`
  const reason = row.reason === undefined ? '\\N' : text(row.reason)
  return `${row.line}\t${row.byteOffset}\t${facilityId}\t${product}\t${row.units}\t${EFFECT_CODE[effectOf(row.resetBy)]}\t${reason}\t\\N\t\\N\t${isChange ? text(raw) : '\\N'}\t${row.asOf === undefined ? '\\N' : new Date(row.asOf).toISOString()}\t${isChange ? text(JSON.stringify(cells)) : '\\N'}\n`
}

/**
 * The same bytes, written where they are needed. A count whose product is known, which says nothing more, is six numbers and what lies
 * between them: so are nearly all rows of the files that are long.
 */
export function putIncoming(
  lines: CopyLines,
  row: StockRow,
  known: { facilityId: number; productId: number | null },
  raw: Pick<RawRow, 'raw' | 'cells'>,
): void {
  if (known.productId === null || row.resetBy === 'delta' || row.reason !== undefined || row.asOf !== undefined) {
    lines.text(incomingLine(row, known, raw))
    return
  }
  lines.begin().number(row.line).bytes(TAB).number(row.byteOffset).bytes(TAB).number(known.facilityId).bytes(TAB).number(known.productId)
  lines.bytes(NAMELESS).number(row.units).bytes(TAB).number(EFFECT_CODE[effectOf(row.resetBy)]).bytes(NOTHING_MORE)
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const TAB = bytesOf('\t')
/** Between the product and the units: it needs no name. */
const NAMELESS = bytesOf('\t\\N\t\\N\t')
/** No reason, no code and its reason, no raw text, no moment, no cells. */
const NOTHING_MORE = bytesOf('\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n')

/** The same columns of a row that was refused: where it stands, why, and what it said. */
export function refusedLine(row: RowRejected): string {
  const [type, value] = row.unknown === undefined ? ['\\N', '\\N'] : [text(row.unknown.type), text(row.unknown.value)]
  const cells = row.cells === undefined ? '\\N' : text(JSON.stringify(row.cells))
  return `${row.line}\t${row.byteOffset}\t\\N\t\\N\t${type}\t${value}\t\\N\t\\N\t\\N\t${row.code}\t${text(row.reason)}\t${text(row.raw)}\t\\N\t${cells}\n`
}

/** The raw text of a row, to be laid beside the refused ones: line, byte_offset, raw, cells. */
export function rawLine(row: RawRow): string {
  return `${row.line}\t${row.byteOffset}\t${text(row.raw)}\t${text(JSON.stringify(row.cells))}\n`
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
