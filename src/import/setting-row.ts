import { parseFlag } from './flag.ts'
import type { RawRow } from './format-port.ts'
import type { LayoutPlan, SettingLayout } from './layout.ts'
import { cellAt, productOf, type RowSettings } from './row.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { parseUnits, quoted } from './units.ts'

/** What one row says of a product at a facility, or in a channel. What it leaves blank it does not speak of. */
export type SettingRow = {
  kind: 'read'
  line: number
  byteOffset: number
  facility: { type: 'facilityId' | 'externalFacilityId'; value: string } | null
  channel: string | null
  product: { type: string; value: string }
  safetyStockUnits?: number
  reorderUnits?: number
  thresholdUnits?: number
  allowBrokering?: boolean
  allowPickup?: boolean
}

const QUANTITIES = ['safetyStockUnits', 'reorderUnits', 'thresholdUnits'] as const
const FLAGS = ['allowBrokering', 'allowPickup'] as const

export function readSettingRow(
  plan: LayoutPlan & { layout: SettingLayout },
  raw: RawRow,
  options: RowSettings = {},
): SettingRow | RowRejected {
  const { at, layout } = plan
  if (raw.cells.length !== plan.columnCount) return reject.columnCount(raw, plan.columnCount)
  const facilityId = cellAt(raw.cells, at.facilityId)
  const externalFacilityId = cellAt(raw.cells, at.externalFacilityId)
  const channel = cellAt(raw.cells, at.channel)
  const product = productOf(plan, raw.cells, layout.idTypeDefault, options)
  if (facilityId === '' && externalFacilityId === '' && channel === '') return reject.fieldMissing(raw, ['facility'])
  if (product === null) return reject.fieldMissing(raw, ['product'])
  const row: SettingRow = {
    ...{ kind: 'read', line: raw.line, byteOffset: raw.byteOffset, product, channel: channel === '' ? null : channel },
    facility:
      facilityId !== ''
        ? { type: 'facilityId', value: facilityId }
        : externalFacilityId !== ''
          ? { type: 'externalFacilityId', value: externalFacilityId }
          : null,
  }
  let said = 0
  for (const field of QUANTITIES) {
    const cell = cellAt(raw.cells, at[field])
    if (cell === '') continue
    const units = parseUnits(cell, options)
    if (typeof units !== 'number') return reject.because(raw, units.code, units.reason)
    if (units < 0) return reject.because(raw, 'ROW_UNITS_NEGATIVE', `The quantity is ${units}; what is kept back cannot be less than 0.`)
    row[field] = units
    said += 1
  }
  for (const field of FLAGS) {
    const cell = cellAt(raw.cells, at[field])
    if (cell === '') continue
    const flag = parseFlag(cell)
    if (flag === null)
      return reject.because(raw, 'ROW_FLAG_UNKNOWN', `${quoted(cell)} is neither yes nor no; Y and N, true and false, 1 and 0 are taken.`)
    row[field] = flag
    said += 1
  }
  return said > 0
    ? row
    : reject.fieldMissing(
        raw,
        layout.columns.filter(column => column.field !== null && isSaid(column.field) && at[column.field] >= 0).map(column => column.name),
      )
}

function isSaid(field: string): boolean {
  return [...QUANTITIES, ...FLAGS].some(known => known === field)
}
