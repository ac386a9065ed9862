/* Moving units between the quantities of one level: from available to damaged, and back. What is on hand stays. */

import type { Args, Call, Fields } from './call.ts'
import { ADJUSTABLE } from './fields-quantity.ts'
import { mutation } from './mutation.ts'
import { error, findPairs, reasonErrors } from './quantity-input.ts'
import type { GroupRow, Payload, QuantityName, UserError } from './rows.ts'
import { levelOf } from './shop.ts'
import { move, quantityOf } from './stock.ts'
import { levelKey } from './tables.ts'

export const moveFields: Record<string, Fields> = {
  Mutation: {
    inventoryMoveQuantities: mutation(
      {
        needsKey: true,
        rows: args => ({
          typeName: 'InventoryMoveQuantityTerminalInput',
          rows: (args.input.changes as Change[]).flatMap(change => [change.from, change.to]),
        }),
      },
      moveQuantities,
    ),
  },
  InventoryMoveQuantitiesPayload: { inventoryAdjustmentGroup: (row: Payload) => row.group ?? null, userErrors: 'property' },
  InventoryMoveQuantitiesUserError: { field: 'property', message: 'property', code: 'property' },
}

type Terminal = { name: string; locationId: string; changeFromQuantity: number | null; ledgerDocumentUri?: string | null }
type Change = { inventoryItemId: string; quantity: number; from: Terminal; to: Terminal }

const UNITS_MAX = 2_000_000_000
const LEDGER_URIS_MAX = 2
const SIDES = ['from', 'to'] as const

function moveQuantities({ input }: Args, call: Call): Payload {
  const changes = input.changes as Change[]
  const shape = [...reasonErrors(input), ...changes.flatMap(shapeErrors), ...ledgerErrors(changes)]
  if (shape.length > 0) return { userErrors: shape, group: null }
  const rows = changes.map(change => ({ ...change.from, inventoryItemId: change.inventoryItemId }))
  const { pairs, errors } = findPairs(call, 'changes', rows)
  if (errors.length > 0) return { userErrors: errors, group: null }
  const levels = pairs.map(pair => call.shop.tables.levels.get(levelKey(pair.itemId, pair.locationId)))
  const stale = changes.flatMap((change, index) =>
    SIDES.flatMap(side => {
      const { changeFromQuantity, name } = change[side]
      if (changeFromQuantity === null || changeFromQuantity === quantityOf(levels[index], name as QuantityName)) return []
      const message = 'The changeFromQuantity argument no longer matches the persisted quantity.'
      return [error(at(index, side, 'changeFromQuantity'), 'CHANGE_FROM_QUANTITY_STALE', message)]
    }),
  )
  if (stale.length > 0) return { userErrors: stale, group: null }
  return apply(call, input, { changes, pairs })
}

function apply(
  call: Call,
  input: Args,
  of: { changes: readonly Change[]; pairs: readonly { itemId: number; locationId: number }[] },
): Payload {
  const { tables } = call.shop
  const deltas: GroupRow['deltas'] = []
  of.changes.forEach((change, index) => {
    const { itemId, locationId } = of.pairs[index] as { itemId: number; locationId: number }
    if (change.quantity === 0) return
    const level = levelOf(tables, { itemId, locationId, activeIfNew: false, now: call.now })
    for (const side of SIDES) {
      const delta = side === 'from' ? -change.quantity : change.quantity
      const name = change[side].name as QuantityName
      move(level, name, delta, call.now)
      deltas.push([itemId, locationId, delta, { name, ledgerDocumentUri: change[side].ledgerDocumentUri ?? null }])
    }
    tables.put('levels', level)
  })
  if (deltas.length === 0) return { userErrors: [], group: null }
  const group: GroupRow = {
    kind: 'InventoryAdjustmentGroup',
    id: tables.next('groups', 1),
    name: 'available',
    reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri,
    ledgerDocumentUri: null,
    createdAt: call.now,
    deltas,
  }
  return { userErrors: [], group }
}

function shapeErrors(change: Change, index: number): UserError[] {
  const errors: UserError[] = []
  const here = ['input', 'changes', String(index)]
  if (change.quantity < 0) errors.push(error([...here, 'quantity'], 'INVALID_QUANTITY_NEGATIVE', "The quantity can't be negative."))
  if (change.quantity > UNITS_MAX)
    errors.push(error([...here, 'quantity'], 'INVALID_QUANTITY_TOO_HIGH', "The quantity can't be higher than 2,000,000,000."))
  for (const side of SIDES) {
    if (!ADJUSTABLE.includes(change[side].name)) {
      const message = `The specified quantity name is invalid. Valid values are: ${ADJUSTABLE.join(', ')}.`
      errors.push(error(at(index, side, 'name'), 'INVALID_QUANTITY_NAME', message))
    }
  }
  if (change.from.locationId !== change.to.locationId)
    errors.push(error(here, 'DIFFERENT_LOCATIONS', 'The quantities must be moved within the same location.'))
  if (change.from.name === change.to.name)
    errors.push(error(here, 'SAME_QUANTITY_NAME', 'The quantity names for each change must be different.'))
  return errors
}

function ledgerErrors(changes: readonly Change[]): UserError[] {
  const terminals = changes.flatMap((change, index) => SIDES.map(side => ({ side, index, ...change[side] })))
  const uris = new Set(terminals.flatMap(each => each.ledgerDocumentUri ?? []))
  if (uris.size > LEDGER_URIS_MAX)
    return [error(['input', 'changes'], 'MAXIMUM_LEDGER_DOCUMENT_URIS', 'The maximum number of ledger document URIs is 2.')]
  return terminals.flatMap(({ side, index, name, ledgerDocumentUri }) => {
    const field = at(index, side, 'ledgerDocumentUri')
    if (name === 'available' && ledgerDocumentUri != null)
      return [error(field, 'INVALID_AVAILABLE_DOCUMENT', 'A ledger document URI is not allowed when adjusting available.')]
    if (name !== 'available' && ledgerDocumentUri == null)
      return [error(field, 'INVALID_QUANTITY_DOCUMENT', 'A ledger document URI is required except when adjusting available.')]
    if (ledgerDocumentUri?.startsWith('gid://shopify/'))
      return [
        error(field, 'INTERNAL_LEDGER_DOCUMENT', 'Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.'),
      ]
    return []
  })
}

function at(index: number, side: 'from' | 'to', name: string): string[] {
  return ['input', 'changes', String(index), side, name]
}
