import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RawRow } from './format-port.ts'
import { idTypeOf } from './id-type.ts'
import { type Field, isStockLayout, type LayoutPlan, type StockKind, type StockLayout } from './layout.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { parseUnits, quoted } from './units.ts'

/** A row of stock as it was understood. Whether its product and facility exist is asked in SQL, for all rows at once. */
export type StockRow = {
  kind: 'read'
  line: number
  byteOffset: number
  facility: { type: 'facilityId' | 'externalFacilityId'; value: string }
  /** `type` in upper case, as the catalogue keeps it: SKU, UPCA, SHOPIFY_PROD_ID, NETSUITE_PRODUCT_ID … */
  product: { type: string; value: string }
  units: number
  resetBy: StockKind
  /** The moment of which this row speaks, where it has one of its own. */
  asOf?: InstantMs
  reason?: string
  comment?: string
}

export type RowOutcome = StockRow | RowRejected

export type RowOptions = {
  /** The type of an `idValue` that comes without one, where the feed knows better than the layout. */
  idTypeDefault?: string
}

/**
 * What one row says. Where a file gives both of a pair, our own facility id and product id win over the sender's. Blank is
 * never 0, and nothing is rounded.
 */
export function readRow(plan: LayoutPlan, raw: RawRow, options: RowOptions = {}): RowOutcome {
  const { at, layout } = plan
  const { cells } = raw
  assert(isStockLayout(layout), 'only a layout of stock can read rows of stock')
  if (cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)

  const facilityId = cellAt(cells, at.facilityId)
  const facility = facilityId === '' ? cellAt(cells, at.externalFacilityId) : facilityId
  if (facility === '') return missing(plan, raw, FACILITY)

  const productId = cellAt(cells, at.productId)
  const product = productId === '' ? cellAt(cells, at.idValue) : productId
  if (product === '') return missing(plan, raw, PRODUCT)

  const quantity = cellAt(cells, at.units)
  if (quantity === '') return missing(plan, raw, UNITS)
  const units = parseUnits(quantity)
  if (typeof units !== 'number') return reject.because(raw, units.code, units.reason)

  const resetBy = resetByOf(layout.kind, cellAt(cells, at.resetByAtp))
  if (resetBy === null)
    return reject.because(raw, 'ROW_RESET_BY_UNKNOWN', `resetByAtp is ${quoted(cellAt(cells, at.resetByAtp))}; it takes true or false.`)
  if (units < 0 && resetBy !== 'delta')
    return reject.because(raw, 'ROW_UNITS_NEGATIVE', `The quantity is ${units}; what was counted cannot be less than 0.`)

  const row: StockRow = {
    kind: 'read',
    line: raw.line,
    byteOffset: raw.byteOffset,
    facility: { type: facilityId === '' ? 'externalFacilityId' : 'facilityId', value: facility },
    product: { type: productId === '' ? typeOf(layout, cellAt(cells, at.idType), options) : layout.productIdType, value: product },
    units,
    resetBy,
  }
  const reason = cellAt(cells, at.reasonId)
  if (reason !== '') row.reason = reason
  const comment = cellAt(cells, at.comments)
  if (comment !== '') row.comment = comment
  return row
}

const FACILITY: readonly Field[] = ['facilityId', 'externalFacilityId']
const PRODUCT: readonly Field[] = ['productId', 'idValue']
const UNITS: readonly Field[] = ['units']

/** A cell without the blanks around it; blank where the file has no such column. */
function cellAt(cells: readonly string[], index: number): string {
  return index < 0 ? '' : (cells[index] ?? '').trim()
}

function typeOf(layout: StockLayout, idType: string, options: RowOptions): string {
  return idType === '' ? (options.idTypeDefault ?? layout.idTypeDefault) : idTypeOf(idType)
}

/** The row's own word counts over the layout's; null for a word that is neither yes nor no. */
function resetByOf(kind: StockKind, resetByAtp: string): StockKind | null {
  if (resetByAtp === '' || kind === 'delta') return kind
  const word = resetByAtp.toLowerCase()
  if (word === 'true' || word === 'y') return 'atp_reset'
  if (word === 'false' || word === 'n') return kind === 'count' ? 'count' : 'on_hand_reset'
  return null
}

function missing(plan: LayoutPlan, raw: RawRow, fields: readonly Field[]): RowRejected {
  const names = plan.layout.columns.filter(column => column.field !== null && fields.includes(column.field) && plan.at[column.field] >= 0)
  return reject.fieldMissing(
    raw,
    names.map(column => column.name),
  )
}
