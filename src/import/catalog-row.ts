import type { RawRow } from './format-port.ts'
import type { LayoutPlan } from './layout.ts'
import { cellAt as cellOf } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { parseUnits } from './units.ts'

/** A product as a file tells of it. */
export type ProductRow = {
  kind: 'read'
  line: number
  byteOffset: number
  name: string
  /** At least one; types in upper case. */
  identifiers: { type: string; value: string }[]
  /** Null where the file leaves it blank: unknown is not 0. */
  safetyStockUnits: number | null
}

/** A facility as a file tells of it. At least one of the two ids is there. */
export type FacilityRow = {
  kind: 'read'
  line: number
  byteOffset: number
  facilityId: string | null
  externalFacilityId: string | null
  name: string
  type: FacilityType
}

const FACILITY_TYPES = ['WAREHOUSE', 'RETAIL_STORE', 'OUTLET_STORE', 'CONFIGURATION', 'VIRTUAL_FACILITY'] as const
export type FacilityType = (typeof FACILITY_TYPES)[number]

export function readProductRow(plan: LayoutPlan, raw: RawRow): ProductRow | RowRejected {
  if (raw.cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)
  const productId = cellAt(raw, plan.at.productId)
  const sku = cellAt(raw, plan.at.sku)
  const upca = cellAt(raw, plan.at.upca)
  const erpProductId = cellAt(raw, plan.at.erpProductId)
  const name = cellAt(raw, plan.at.name)
  const identifiers: ProductRow['identifiers'] = []
  if (productId !== '') identifiers.push({ type: plan.layout.productIdType, value: productId })
  if (sku !== '') identifiers.push({ type: 'SKU', value: sku })
  if (upca !== '') identifiers.push({ type: 'UPCA', value: upca })
  if (erpProductId !== '') identifiers.push({ type: 'ERP_PRODUCT_ID', value: erpProductId })
  if (identifiers.length === 0) return reject.fieldMissing(raw, ['product id', 'SKU'])
  if (name === '') return reject.fieldMissing(raw, ['name'])

  const safetyStock = cellAt(raw, plan.at.safetyStockUnits)
  const safetyStockUnits = safetyStock === '' ? null : parseUnits(safetyStock)
  if (safetyStockUnits !== null && typeof safetyStockUnits !== 'number')
    return reject.because(raw, safetyStockUnits.code, safetyStockUnits.reason)
  if (safetyStockUnits !== null && safetyStockUnits < 0)
    return reject.because(raw, 'ROW_UNITS_NEGATIVE', `The safety stock is ${safetyStockUnits}; it cannot be less than 0.`)
  return { kind: 'read', line: raw.line, byteOffset: raw.byteOffset, name, identifiers, safetyStockUnits }
}

export function readFacilityRow(plan: LayoutPlan, raw: RawRow): FacilityRow | RowRejected {
  if (raw.cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)
  const facilityId = cellAt(raw, plan.at.facilityId)
  const externalFacilityId = cellAt(raw, plan.at.externalFacilityId)
  const name = cellAt(raw, plan.at.name)
  const typeGiven = cellAt(raw, plan.at.facilityType)
  const type = typeGiven === '' ? 'WAREHOUSE' : FACILITY_TYPES.find(known => known === typeGiven.toUpperCase())
  if (facilityId === '' && externalFacilityId === '') return reject.fieldMissing(raw, ['facility id'])
  if (name === '') return reject.fieldMissing(raw, ['name'])
  if (type === undefined)
    return reject.because(raw, 'ROW_FACILITY_TYPE_UNKNOWN', `${typeGiven} is no type of facility; there are ${FACILITY_TYPES.join(', ')}.`)
  return {
    kind: 'read',
    line: raw.line,
    byteOffset: raw.byteOffset,
    facilityId: facilityId === '' ? null : facilityId,
    externalFacilityId: externalFacilityId === '' ? null : externalFacilityId,
    name,
    type,
  }
}

/** Of rows that share an identifier the first counts: each later one is refused, not merged into it. */
export function onlyOnce<Row extends ProductRow | FacilityRow>(seen: Set<string>, raw: RawRow, row: Row | RowRejected): Row | RowRejected {
  if (row.kind === 'rejected') return row
  const keys = keysOf(row)
  const known = keys.find(key => seen.has(key))
  if (known !== undefined) return reject.because(raw, 'ROW_DUPLICATE_KEY', `An earlier row of this file has the same ${known}.`)
  for (const key of keys) seen.add(key)
  return row
}

/** What a facility is called in the catalogue: by our own code, or by the sender's where there is no other. */
export function facilityCodeOf(row: Pick<FacilityRow, 'facilityId' | 'externalFacilityId' | 'name'>): string {
  return row.facilityId ?? row.externalFacilityId ?? row.name
}

function keysOf(row: ProductRow | FacilityRow): string[] {
  if ('identifiers' in row) return row.identifiers.map(({ type, value }) => `${type} ${value}`)
  const external = row.externalFacilityId === null ? [] : [`externalFacilityId ${row.externalFacilityId}`]
  return [`facilityId ${facilityCodeOf(row)}`, ...external]
}

function cellAt(raw: RawRow, index: number): string {
  return cellOf(raw.cells, index)
}
