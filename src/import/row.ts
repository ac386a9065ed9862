import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { withoutApostrophe } from '../kernel/csv-line.ts'
import type { RawRow } from './format-port.ts'
import { idTypeOf } from './id-type.ts'
import { type Field, isStockLayout, type LayoutPlan, type StockKind } from './layout.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import type { Treated } from './tally.ts'
import { isTotalWord } from './trailer.ts'
import { hasFraction, parseUnits, quoted } from './units.ts'

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
  /** Where the quantity is not as it stands in the file, or was let pass as it is. */
  treated?: Treated
}

export type RowOutcome = StockRow | RowRejected

/** What odd rows of a feed mean; without a word of the feed they are refused. */
export type RowSettings = {
  /** A counted quantity below 0. */
  negative?: 'keep' | 'floor' | 'reject'
  fraction?: 'round_down' | 'reject'
  /** Several rows of one product in one facility. */
  repeated?: 'sum' | 'reject'
  decimalSign?: '.' | ','
  /** The type of an `idValue` that comes without one, where the feed knows better than the layout. */
  idTypeDefault?: string
}

/**
 * What one row says. Where a file gives both of a pair, our own facility id and product id win over the sender's. Blank is
 * never 0, and nothing is rounded or floored unless the feed says so.
 */
export function readRow(plan: LayoutPlan, raw: RawRow, options: RowSettings = {}): RowOutcome {
  const { at, layout } = plan
  const { cells } = raw
  assert(isStockLayout(layout), 'only a layout of stock can read rows of stock')
  if (cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)

  const facilityId = cellAt(cells, at.facilityId)
  const facility = facilityId === '' ? cellAt(cells, at.externalFacilityId) : facilityId
  if (facility === '') return missing(plan, raw, FACILITY)

  const product = productOf(plan, cells, layout.idTypeDefault, options)
  if (product === null) return missing(plan, raw, PRODUCT)

  const quantity = cellAt(cells, at.units)
  if (quantity === '') return missing(plan, raw, UNITS)
  const read = parseUnits(quantity, options)
  if (typeof read !== 'number') return reject.because(raw, read.code, read.reason)

  const resetBy = resetByOf(layout.kind, cellAt(cells, at.resetByAtp), cellAt(cells, at.resetBy))
  if (resetBy === null) {
    const said = cellAt(cells, at.resetBy) || cellAt(cells, at.resetByAtp)
    return reject.because(
      raw,
      'ROW_RESET_BY_UNKNOWN',
      `The row is reset by ${quoted(said)}; resetByAtp takes true or false, resetBy takes QOH or ATP.`,
    )
  }
  const { flow } = layout
  let units = flow === undefined ? read : flow.sign * read || 0
  let treated: Treated | undefined
  if (read < 0 && flow !== undefined)
    return reject.because(
      raw,
      'ROW_UNITS_NEGATIVE',
      `The quantity is ${read}; ${layout.name} counts what went one way, and takes no minus.`,
    )
  if (read < 0 && resetBy !== 'delta') {
    if (options.negative === 'keep') treated = 'kept_negative'
    else if (options.negative === 'floor') {
      units = 0
      treated = 'floored'
    } else return reject.because(raw, 'ROW_UNITS_NEGATIVE', `The quantity is ${read}; what was counted cannot be less than 0.`)
  }
  if (options.fraction === 'round_down' && treated === undefined && hasFraction(quantity, options.decimalSign)) treated = 'rounded_down'

  const row: StockRow = {
    kind: 'read',
    line: raw.line,
    byteOffset: raw.byteOffset,
    facility: { type: facilityId === '' ? 'externalFacilityId' : 'facilityId', value: facility },
    product,
    units,
    resetBy,
  }
  if (treated !== undefined) row.treated = treated
  if (flow !== undefined) row.reason = flow.reason
  const reason = cellAt(cells, at.reasonId)
  if (reason !== '') row.reason = reason
  const comment = cellAt(cells, at.comments)
  if (comment !== '') row.comment = comment
  return row
}

const FACILITY: readonly Field[] = ['facilityId', 'externalFacilityId']
const PRODUCT: readonly Field[] = ['productId', 'idValue', 'sku', 'upca']
const UNITS: readonly Field[] = ['units']

/**
 * A cell without the blanks around it, and without the apostrophe that keeps a spreadsheet from calculating it; blank where
 * the file has no such column.
 */
export function cellAt(cells: readonly string[], index: number): string {
  if (index < 0) return ''
  const cell = (cells[index] ?? '').trim()
  return cell.charCodeAt(0) === APOSTROPHE ? withoutApostrophe(cell) : cell
}

const APOSTROPHE = 0x27

/** The product that a row names: by our own id, by a value with its type, or in a column that is of one type. Null where it names none. */
export function productOf(
  plan: LayoutPlan,
  cells: readonly string[],
  idTypeDefault: string,
  options: RowSettings,
): { type: string; value: string } | null {
  const { at, layout } = plan
  const productId = cellAt(cells, at.productId)
  if (productId !== '') return { type: layout.productIdType, value: productId }
  const idValue = cellAt(cells, at.idValue)
  if (idValue !== '') {
    const idType = cellAt(cells, at.idType)
    return { type: idType === '' ? (options.idTypeDefault ?? idTypeDefault) : idTypeOf(idType), value: idValue }
  }
  const sku = cellAt(cells, at.sku)
  if (sku !== '') return { type: 'SKU', value: sku }
  const upca = cellAt(cells, at.upca)
  return upca === '' ? null : { type: 'UPCA', value: upca }
}

/** The row's own word counts over the layout's; null for a word that is neither the one nor the other. */
function resetByOf(kind: StockKind, resetByAtp: string, resetBy: string): StockKind | null {
  if (kind === 'delta') return kind
  const onHand = kind === 'count' ? 'count' : 'on_hand_reset'
  if (resetBy !== '') {
    const word = resetBy.toUpperCase()
    return word === 'ATP' ? 'atp_reset' : word === 'QOH' ? onHand : null
  }
  if (resetByAtp === '') return kind
  const word = resetByAtp.toLowerCase()
  if (word === 'true' || word === 'y') return 'atp_reset'
  return word === 'false' || word === 'n' ? onHand : null
}

function missing(plan: LayoutPlan, raw: RawRow, fields: readonly Field[]): RowRejected {
  const total = raw.cells.map(cell => cell.trim()).find(cell => cell !== '')
  if (total !== undefined && isTotalWord(total))
    return reject.because(
      raw,
      'ROW_TOTAL',
      `The row begins with ${quoted(total)}: it looks like a total below the table, and is taken for no product.`,
    )
  const names = plan.layout.columns.filter(column => column.field !== null && fields.includes(column.field) && plan.at[column.field] >= 0)
  return reject.fieldMissing(
    raw,
    names.map(column => column.name),
  )
}
