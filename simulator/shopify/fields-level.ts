/* Inventory levels: what is where, active or not. */

import type { Call, Fields } from './call.ts'
import { instant } from './call.ts'
import { type PageArgs, page } from './connection.ts'
import { gid, levelGid, parseGid } from './ids.ts'
import { problem } from './problem.ts'
import type { LevelRow, QuantityName } from './rows.ts'
import { byInstant, byNumber } from './search.ts'
import { searched } from './searched.ts'
import { isQuantityName, quantityOf } from './stock.ts'

export const levelFields: Record<string, Fields> = {
  QueryRoot: {
    inventoryLevel: (_row, args, call) => levelById(call, args.id),
    inventoryProperties: () => ({ quantityNames: QUANTITY_NAMES }),
  },
  InventoryProperties: { quantityNames: 'property' },
  InventoryQuantityName: { name: 'property', displayName: 'property', isInUse: 'property', belongsTo: 'property', comprises: 'property' },
  InventoryLevel: {
    id: (row: LevelRow) => levelGid(row.id, row.itemId),
    isActive: (row: LevelRow) => row.active,
    canDeactivate: (row: LevelRow, _args: unknown, call: Call) => deactivationAlert(call, row) === null,
    deactivationAlert: (row: LevelRow, _args: unknown, call: Call) => deactivationAlert(call, row),
    createdAt: (row: LevelRow) => instant(row.createdAt),
    updatedAt: (row: LevelRow) => instant(row.updatedAt),
    item: (row: LevelRow, _args: unknown, call: Call) => call.shop.tables.items.get(row.itemId),
    location: (row: LevelRow, _args: unknown, call: Call) => call.shop.tables.locations.get(row.locationId),
    quantities: (row: LevelRow, args: { names: string[] }) => args.names.map(name => quantity(row, name)),
  },
  InventoryQuantity: { id: 'property', name: 'property', quantity: 'property', updatedAt: 'property' },
}

export function levelsPage(
  levels: readonly LevelRow[],
  args: PageArgs & { includeInactive?: boolean; query?: string | null },
  call: Call,
  path: string[],
): unknown {
  const shown = args.includeInactive === true ? levels : levels.filter(level => level.active)
  return page(searched(call, path, shown, args.query, FILTERS), args, { everything: call.everything })
}

export function levelById(call: Call, value: unknown): LevelRow | null {
  const found = parseGid(value)
  return found?.kind === 'InventoryLevel' ? (call.shop.tables.levelsById.get(found.id) ?? null) : null
}

/** Why an item may not stop being stocked here, or null when it may. */
export function deactivationAlert(call: Call, level: LevelRow): string | null {
  const others = call.shop.tables.levelsOfItem(level.itemId).filter(other => other.active && other.id !== level.id)
  if (level.quantities.committed !== 0) return 'The item has committed inventory at this location.'
  if (level.quantities.incoming !== 0) return 'The item has incoming inventory at this location.'
  if (level.active && others.length === 0) return 'The item must be stocked at a minimum of 1 location.'
  return null
}

const FILTERS = {
  updated_at: byInstant<LevelRow>(row => row.updatedAt),
  created_at: byInstant<LevelRow>(row => row.createdAt),
  id: byNumber<LevelRow>(row => row.id),
  inventory_item_id: byNumber<LevelRow>(row => row.itemId),
}

function quantity(level: LevelRow, name: string): unknown {
  if (!isQuantityName(name)) throw problem('BAD_REQUEST', `The quantity name ${name} is not one of the shop's.`)
  return {
    id: `${gid('InventoryQuantity', level.id)}?inventory_item_id=${level.itemId}&name=${name}`,
    name,
    quantity: quantityOf(level, name),
    updatedAt: instant(level.changedAt[name]),
  }
}

const ON_HAND_PARTS: QuantityName[] = ['available', 'committed', 'damaged', 'quality_control', 'reserved', 'safety_stock']
const QUANTITY_NAMES = [
  { name: 'available', displayName: 'Available' },
  { name: 'committed', displayName: 'Committed' },
  { name: 'damaged', displayName: 'Damaged' },
  { name: 'incoming', displayName: 'Incoming' },
  { name: 'on_hand', displayName: 'On hand' },
  { name: 'quality_control', displayName: 'Quality control' },
  { name: 'reserved', displayName: 'Reserved' },
  { name: 'safety_stock', displayName: 'Safety stock' },
].map(each => ({
  ...each,
  isInUse: true,
  belongsTo: (ON_HAND_PARTS as string[]).includes(each.name) ? ['on_hand'] : [],
  comprises: each.name === 'on_hand' ? ON_HAND_PARTS : [],
}))
