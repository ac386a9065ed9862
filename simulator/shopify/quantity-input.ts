/* What is wrong with the rows of a quantity mutation, row by row. One bad row refuses the whole call. */

import type { Call } from './call.ts'
import { numberOf } from './ids.ts'
import type { QuantityName, UserError } from './rows.ts'
import { quantityOf } from './stock.ts'
import { levelKey } from './tables.ts'

export const REASONS = [
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
] as const

/** A row that names a pair that exists. */
export type PairRow = { index: number; itemId: number; locationId: number; changeFrom: number | null }
export type RawRow = { inventoryItemId: string; locationId: string; changeFromQuantity: number | null }

export function reasonErrors(input: { reason: string; referenceDocumentUri?: string | null }): UserError[] {
  if (!(REASONS as readonly string[]).includes(input.reason)) {
    return [error(['input', 'reason'], 'INVALID_REASON', `The specified reason is invalid. Valid values are: ${REASONS.join(', ')}.`)]
  }
  const uri = input.referenceDocumentUri
  if (uri != null && !/^[a-z][a-z0-9+.-]*:\S+$/i.test(uri)) {
    return [error(['input', 'referenceDocumentUri'], 'INVALID_REFERENCE_DOCUMENT', 'The specified reference document is invalid.')]
  }
  return []
}

export function duplicateErrors(list: string, rows: readonly RawRow[]): UserError[] {
  const count = new Map<string, number>()
  for (const row of rows) count.set(pairOf(row), (count.get(pairOf(row)) ?? 0) + 1)
  return rows.flatMap((row, index) =>
    (count.get(pairOf(row)) as number) > 1
      ? [
          error(
            ['input', list, String(index), 'locationId'],
            'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
            'The combination of inventoryItemId and locationId must be unique.',
          ),
        ]
      : [],
  )
}

/** Finds every row's item and location; a bundle parent is found, and refused. */
export function findPairs(call: Call, list: string, rows: readonly RawRow[]): { pairs: PairRow[]; errors: UserError[] } {
  const { tables } = call.shop
  const pairs: PairRow[] = []
  const errors: UserError[] = []
  rows.forEach((row, index) => {
    const at = ['input', list, String(index)]
    const item = tables.items.get(numberOf('InventoryItem', row.inventoryItemId) ?? -1)
    const location = tables.locations.get(numberOf('Location', row.locationId) ?? -1)
    if (item === undefined)
      errors.push(error([...at, 'inventoryItemId'], 'INVALID_INVENTORY_ITEM', 'The specified inventory item could not be found.'))
    else if (item.bundleParent)
      errors.push(
        error(
          [...at, 'inventoryItemId'],
          'NON_MUTABLE_INVENTORY_ITEM',
          'The specified inventory item is not allowed to be adjusted via API.',
        ),
      )
    // Taken: a location that was switched off is refused like one that is not there.
    if (location === undefined || !location.active)
      errors.push(error([...at, 'locationId'], 'INVALID_LOCATION', 'The specified location could not be found.'))
    else if (item !== undefined && refusesUnstocked(call) && !tables.levels.has(levelKey(item.id, location.id)))
      errors.push(
        error([...at, 'locationId'], 'ITEM_NOT_STOCKED_AT_LOCATION', 'The specified inventory item is not stocked at the location.'),
      )
    if (item !== undefined && location !== undefined)
      pairs.push({ index, itemId: item.id, locationId: location.id, changeFrom: row.changeFromQuantity })
  })
  return { pairs, errors }
}

/** Since 2026-10 quantities can be written anywhere; before, the item had to have been stocked there at least once. */
function refusesUnstocked(call: Call): boolean {
  return call.version < '2026-10'
}

/** Compare-and-swap on the quantity that the call names. A pair without a level holds zero. */
export function staleErrors(call: Call, list: string, name: QuantityName, pairs: readonly PairRow[]): UserError[] {
  const message = 'The changeFromQuantity argument no longer matches the persisted quantity.'
  return pairs.flatMap(pair => {
    const stored = quantityOf(call.shop.tables.levels.get(levelKey(pair.itemId, pair.locationId)), name)
    if (pair.changeFrom === null || pair.changeFrom === stored) return []
    const field = call.dials.staleField === 'null' ? null : ['input', list, String(pair.index), 'changeFromQuantity']
    return [error(field, 'CHANGE_FROM_QUANTITY_STALE', message)]
  })
}

export function error(field: string[] | null, code: string, message: string): UserError {
  return { field, message, code }
}

function pairOf(row: RawRow): string {
  return `${row.inventoryItemId} ${row.locationId}`
}
