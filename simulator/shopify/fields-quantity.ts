/* Setting and adjusting quantities. Checks come first, group by group; then everything happens or nothing does. */

import type { Args, Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { gid, numberOf } from './ids.ts'
import { mutation } from './mutation.ts'
import { duplicateErrors, error, findPairs, type PairRow, reasonErrors, staleErrors } from './quantity-input.ts'
import type { GroupRow, Payload, QuantityName, UserError } from './rows.ts'
import { levelOf } from './shop.ts'
import { move, movesWith, quantityOf } from './stock.ts'
import { levelKey } from './tables.ts'

export const quantityFields: Record<string, Fields> = {
  Mutation: {
    inventorySetQuantities: mutation(
      { needsKey: true, rows: args => ({ typeName: 'InventoryQuantityInput', rows: args.input.quantities }) },
      setQuantities,
    ),
    inventoryAdjustQuantities: mutation(
      { needsKey: true, rows: args => ({ typeName: 'InventoryChangeInput', rows: args.input.changes }) },
      adjustQuantities,
    ),
  },
  InventorySetQuantitiesPayload: { inventoryAdjustmentGroup: (row: Payload) => row.group ?? null, userErrors: 'property' },
  InventoryAdjustQuantitiesPayload: { inventoryAdjustmentGroup: (row: Payload) => row.group ?? null, userErrors: 'property' },
  InventorySetQuantitiesUserError: { field: 'property', message: 'property', code: 'property' },
  InventoryAdjustQuantitiesUserError: { field: 'property', message: 'property', code: 'property' },
  InventoryAdjustmentGroup: {
    id: (row: GroupRow) => gid('InventoryAdjustmentGroup', row.id),
    createdAt: (row: GroupRow) => instant(row.createdAt),
    reason: 'property',
    referenceDocumentUri: 'property',
    changes: (row: GroupRow, args: ChangeArgs) => changesOf(row, args),
  },
  InventoryChange: {
    name: 'property',
    delta: 'property',
    // Recorded as null in every answer of the real shop: nobody may take it for a confirmation.
    quantityAfterChange: () => null,
    ledgerDocumentUri: 'property',
    item: (row: ChangeSource, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId) ?? null,
    location: (row: ChangeSource, _args: unknown, call: Call) => call.shop.tables.locations.get(row.locationId) ?? null,
  },
}

const SET_UNITS_MAX = 1_000_000_000
const ADJUST_UNITS_MAX = 2_000_000_000
export const ADJUSTABLE: readonly string[] = ['available', 'damaged', 'incoming', 'quality_control', 'reserved', 'safety_stock']

type ChangeArgs = { inventoryItemIds?: string[] | null; locationIds?: string[] | null; quantityNames?: string[] | null }
type ChangeSource = { name: string; delta: number; itemId: number; locationId: number; ledgerDocumentUri: string | null }

function setQuantities({ input }: Args, call: Call): Payload {
  const rows = input.quantities as { quantity: number; inventoryItemId: string; locationId: string; changeFromQuantity: number | null }[]
  const wrong = reasonErrors(input)
  if (input.name !== 'available' && input.name !== 'on_hand') {
    wrong.push(error(['input', 'name'], 'INVALID_NAME', "The quantity name must be either 'available' or 'on_hand'."))
  }
  if (wrong.length > 0) return refused(wrong)
  const name = input.name as QuantityName
  const bounds = rows.flatMap((row, index) => setBoundErrors(name, row.quantity, index))
  const shape = [...bounds, ...duplicateErrors('quantities', rows)]
  if (shape.length > 0) return refused(shape)
  const { pairs, errors } = findPairs(call, 'quantities', rows)
  if (errors.length > 0) return refused(errors)
  const stale = staleErrors(call, 'quantities', name, pairs)
  if (stale.length > 0) return refused(stale)
  return apply(call, input, name, pairs, pair => {
    const stored = quantityOf(call.shop.tables.levels.get(levelKey(pair.itemId, pair.locationId)), name)
    return (rows[pair.index]?.quantity as number) - stored
  })
}

function adjustQuantities({ input }: Args, call: Call): Payload {
  const rows = input.changes as {
    delta: number
    inventoryItemId: string
    locationId: string
    changeFromQuantity: number | null
    ledgerDocumentUri?: string | null
  }[]
  const wrong = reasonErrors(input)
  if (!ADJUSTABLE.includes(input.name)) {
    const message = `The specified quantity name is invalid. Valid values are: ${ADJUSTABLE.join(', ')}.`
    wrong.push(error(['input', 'name'], 'INVALID_QUANTITY_NAME', message))
  }
  wrong.push(...ledgerErrors(input.name, rows))
  wrong.push(...rows.flatMap((row, index) => adjustBoundErrors(row.delta, index)))
  if (wrong.length > 0) return refused(wrong)
  const { pairs, errors } = findPairs(call, 'changes', rows)
  if (errors.length > 0) return refused(errors)
  const stale = staleErrors(call, 'changes', input.name, pairs)
  if (stale.length > 0) return refused(stale)
  return apply(call, input, input.name, pairs, pair => rows[pair.index]?.delta as number)
}

/** A call in which nothing changes succeeds without a group. */
function apply(call: Call, input: Args, name: QuantityName, pairs: readonly PairRow[], deltaOf: (pair: PairRow) => number): Payload {
  const { tables } = call.shop
  const deltas: GroupRow['deltas'] = []
  for (const pair of pairs) {
    const delta = deltaOf(pair)
    const isUnstocked = !tables.levels.has(levelKey(pair.itemId, pair.locationId))
    if (delta === 0 || (isUnstocked && call.dials.unstockedWrites === 'ignored')) continue
    const level = levelOf(tables, { ...pair, activeIfNew: false, now: call.now })
    move(level, name, delta, call.now)
    tables.put('levels', level)
    deltas.push([pair.itemId, pair.locationId, delta])
  }
  if (deltas.length === 0) return { userErrors: [], group: null }
  const group: GroupRow = {
    kind: 'InventoryAdjustmentGroup',
    id: tables.next('groups', 1),
    name,
    reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri ?? null,
    ledgerDocumentUri: input.changes?.[0]?.ledgerDocumentUri ?? null,
    createdAt: call.now,
    deltas,
  }
  return { userErrors: [], group }
}

function changesOf(group: GroupRow, args: ChangeArgs): ChangeSource[] {
  const other = movesWith(group.name)
  const names = (other === null ? [group.name] : [group.name, other]).filter(name => args.quantityNames?.includes(name) ?? true)
  const items = args.inventoryItemIds?.map(id => numberOf('InventoryItem', id))
  const locations = args.locationIds?.map(id => numberOf('Location', id))
  return group.deltas
    .filter(([itemId, locationId]) => (items?.includes(itemId) ?? true) && (locations?.includes(locationId) ?? true))
    .flatMap(([itemId, locationId, delta, own]) => {
      if (own !== undefined) return (args.quantityNames?.includes(own.name) ?? true) ? [{ ...own, delta, itemId, locationId }] : []
      return names.map(name => ({
        name,
        delta,
        itemId,
        locationId,
        ledgerDocumentUri: name === group.name ? group.ledgerDocumentUri : null,
      }))
    })
}

function setBoundErrors(name: QuantityName, units: number, index: number): UserError[] {
  const field = ['input', 'quantities', String(index), 'quantity']
  if (units < -SET_UNITS_MAX) return [error(field, 'INVALID_QUANTITY_TOO_LOW', "The quantity can't be lower than -1,000,000,000.")]
  if (name === 'on_hand' && units < 0) return [error(field, 'INVALID_QUANTITY_NEGATIVE', "The quantity can't be negative.")]
  if (units > SET_UNITS_MAX) return [error(field, 'INVALID_QUANTITY_TOO_HIGH', "The quantity can't be higher than 1,000,000,000.")]
  return []
}

function adjustBoundErrors(delta: number, index: number): UserError[] {
  const field = ['input', 'changes', String(index), 'delta']
  if (delta < -ADJUST_UNITS_MAX) return [error(field, 'INVALID_QUANTITY_TOO_LOW', "The quantity can't be lower than -2,000,000,000.")]
  if (delta > ADJUST_UNITS_MAX) return [error(field, 'INVALID_QUANTITY_TOO_HIGH', "The quantity can't be higher than 2,000,000,000.")]
  return []
}

function ledgerErrors(name: string, rows: readonly { ledgerDocumentUri?: string | null }[]): UserError[] {
  const uris = new Set(rows.flatMap(row => row.ledgerDocumentUri ?? []))
  if (uris.size > 1) {
    const message = 'All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.'
    return [error(['input', 'changes'], 'MAX_ONE_LEDGER_DOCUMENT', message)]
  }
  return rows.flatMap((row, index) => {
    const field = ['input', 'changes', String(index), 'ledgerDocumentUri']
    const uri = row.ledgerDocumentUri ?? null
    if (name === 'available' && uri !== null)
      return [error(field, 'INVALID_AVAILABLE_DOCUMENT', 'A ledger document URI is not allowed when adjusting available.')]
    if (name !== 'available' && uri === null)
      return [error(field, 'INVALID_QUANTITY_DOCUMENT', 'A ledger document URI is required except when adjusting available.')]
    if (uri?.startsWith('gid://shopify/'))
      return [
        error(field, 'INTERNAL_LEDGER_DOCUMENT', 'Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.'),
      ]
    return []
  })
}

function refused(userErrors: UserError[]): Payload {
  return { userErrors, group: null }
}
