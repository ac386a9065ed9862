/*
 * Stocking an item at a location, and ceasing to. An inactive level keeps its quantities, and gets them back when it is
 * active again. What the shop says for the cases that nobody recorded is worded after its error codes.
 */

import type { Args, Call, Fields } from './call.ts'
import { itemById } from './fields-catalogue.ts'
import { levelById } from './fields-level.ts'
import { locationById } from './fields-location.ts'
import { mutation } from './mutation.ts'
import { notSimulated } from './problem.ts'
import type { ItemRow, LevelRow, LocationRow, Payload, UserError } from './rows.ts'
import { levelOf } from './shop.ts'
import { move, quantityOf } from './stock.ts'
import { levelKey } from './tables.ts'

export const activationFields: Record<string, Fields> = {
  Mutation: {
    inventoryActivate: mutation({ needsKey: true }, activate),
    inventoryDeactivate: mutation({ needsKey: false }, deactivate),
    inventoryBulkToggleActivation: mutation({ needsKey: false }, toggle),
    inventoryItemUpdate: mutation({ needsKey: false }, updateItem),
  },
  InventoryActivatePayload: {
    inventoryLevel: (row: Payload, _args: unknown, call: Call) => levelsIn(call, row)[0] ?? null,
    userErrors: 'property',
  },
  InventoryDeactivatePayload: { userErrors: 'property' },
  InventoryBulkToggleActivationPayload: {
    inventoryItem: (row: Payload, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId ?? -1) ?? null,
    inventoryLevels: (row: Payload, _args: unknown, call: Call) => (row.levelKeys === undefined ? null : levelsIn(call, row)),
    userErrors: 'property',
  },
  InventoryBulkToggleActivationUserError: { field: 'property', message: 'property', code: 'property' },
  InventoryItemUpdatePayload: {
    inventoryItem: (row: Payload, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId ?? -1) ?? null,
    userErrors: 'property',
  },
  UserError: { field: 'property', message: 'property' },
}

function activate(args: Args, call: Call): Payload {
  const item = itemById(call, args.inventoryItemId)
  const location = locationById(call, args.locationId)
  if (args.stockAtLegacyLocation) throw notSimulated('Stocking at a legacy location')
  if (item === null) return failed(['inventoryItemId'], "The inventory item couldn't be stocked because it wasn't found.")
  if (location === null || !location.active)
    return failed(['locationId'], "The inventory item couldn't be stocked because the location wasn't found or is inactive.")
  if (location.fulfillmentService !== null)
    return failed(['locationId'], 'The location belongs to a fulfillment service and does not stock items of the merchant.')
  const known = call.shop.tables.levels.get(levelKey(item.id, location.id))
  const wrong = quantityErrors(args, known?.active === true)
  if (wrong.length > 0) return { userErrors: wrong }

  const level = switchLevel(call, item, location, true)
  if (args.available != null) move(level, 'available', args.available - quantityOf(level, 'available'), call.now)
  if (args.onHand != null) move(level, 'on_hand', args.onHand - quantityOf(level, 'on_hand'), call.now)
  call.shop.tables.put('levels', level)
  return { userErrors: [], levelKeys: [levelKey(item.id, location.id)] }
}

function deactivate(args: Args, call: Call): Payload {
  const level = levelById(call, args.inventoryLevelId)
  if (level === null) return failed(null, "The inventory level couldn't be deactivated because it wasn't found.")
  if (!level.active) return { userErrors: [] }
  const refusal = refusalToUnstock(call, level, 0)
  if (refusal !== null) return failed(null, refusal.message)
  level.active = false
  level.updatedAt = call.now
  call.shop.tables.put('levels', level)
  return { userErrors: [] }
}

function toggle(args: Args, call: Call): Payload {
  const updates = args.inventoryItemUpdates as { locationId: string; activate: boolean }[]
  const item = itemById(call, args.inventoryItemId)
  if (item === null) return { userErrors: [coded(['inventoryItemId'], 'INVENTORY_ITEM_NOT_FOUND', 'The inventory item was not found.')] }
  const locations = updates.map(update => locationById(call, update.locationId))
  const comes = updates.filter((update, index) => update.activate && locations[index]?.active === true).length
  const errors = updates.flatMap((update, index) => {
    const field = ['inventoryItemUpdates', String(index), 'locationId']
    const location = locations[index] ?? null
    if (location === null || (update.activate && !location.active))
      return [coded(field, 'LOCATION_NOT_FOUND', 'The location was not found.')]
    if (update.activate && location.fulfillmentService !== null)
      return [coded(field, 'INVENTORY_MANAGED_BY_3RD_PARTY', 'The location is managed by a third party.')]
    const level = call.shop.tables.levels.get(levelKey(item.id, location.id))
    const refusal = update.activate || level === undefined || !level.active ? null : refusalToUnstock(call, level, comes)
    return refusal === null ? [] : [coded(field, refusal.code, refusal.message)]
  })
  if (errors.length > 0) return { userErrors: errors, itemId: item.id }
  const touched = updates.flatMap((update, index) => {
    const location = locations[index] as LocationRow
    const key = levelKey(item.id, location.id)
    if (!update.activate && !call.shop.tables.levels.has(key)) return []
    call.shop.tables.put('levels', switchLevel(call, item, location, update.activate))
    return [key]
  })
  return { userErrors: [], itemId: item.id, levelKeys: touched }
}

function updateItem(args: Args, call: Call): Payload {
  const item = itemById(call, args.id)
  const others = Object.keys(args.input).filter(name => name !== 'tracked')
  if (others.length > 0) throw notSimulated(`Updating ${others.join(', ')} of an inventory item`)
  if (item === null) return failed(['id'], "The inventory item couldn't be updated because it does not exist.")
  if (args.input.tracked != null) {
    item.tracked = args.input.tracked
    item.updatedAt = call.now
    call.shop.tables.put('items', item)
  }
  return { userErrors: [], itemId: item.id }
}

/** Quantities may come with a new or sleeping level, and only one of the two. */
function quantityErrors(args: Args, isActive: boolean): UserError[] {
  const both = args.available != null && args.onHand != null
  const errors: UserError[] = []
  const refuse = (name: string, words: string): void => {
    if (isActive) errors.push(plain([name], `Not allowed to set ${words} quantity when the item is already active at the location.`))
    else if (both) errors.push(plain([name], `Not allowed to set ${words} quantity together with the other one.`))
  }
  if (args.available != null) refuse('available', 'available')
  if (args.onHand != null) refuse('onHand', 'on hand')
  return errors
}

function refusalToUnstock(call: Call, level: LevelRow, locationsThatCome: number): { code: string; message: string } | null {
  if (level.quantities.committed !== 0)
    return {
      code: 'COMMITTED_INVENTORY_AT_LOCATION',
      message: "The item couldn't be unstocked because it has committed inventory at the location.",
    }
  if (level.quantities.incoming !== 0)
    return {
      code: 'INCOMING_INVENTORY_AT_LOCATION',
      message: "The item couldn't be unstocked because it has incoming inventory at the location.",
    }
  const others = call.shop.tables.levelsOfItem(level.itemId).filter(other => other.active && other.id !== level.id).length
  if (others + locationsThatCome > 0) return null
  return {
    code: 'CANNOT_DEACTIVATE_FROM_ONLY_LOCATION',
    message: "The item couldn't be unstocked because it must be stocked at a minimum of 1 location.",
  }
}

function switchLevel(call: Call, item: ItemRow, location: LocationRow, active: boolean): LevelRow {
  const level = levelOf(call.shop.tables, { itemId: item.id, locationId: location.id, activeIfNew: active, now: call.now })
  if (level.active !== active) level.updatedAt = call.now
  level.active = active
  return level
}

function levelsIn(call: Call, payload: Payload): LevelRow[] {
  return (payload.levelKeys ?? []).flatMap(key => call.shop.tables.levels.get(key) ?? [])
}

function failed(field: string[] | null, message: string): Payload {
  return { userErrors: [plain(field, message)] }
}

function plain(field: string[] | null, message: string): UserError {
  return { field, message, code: null }
}

function coded(field: string[], code: string, message: string): UserError {
  return { field, message, code }
}
