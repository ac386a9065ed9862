/* The arithmetic of one level. On hand is what is in the building; incoming is not yet in it. */

import type { LevelRow, QuantityName, StoredName } from './rows.ts'
import { STORED_NAMES } from './rows.ts'

const ON_HAND: readonly StoredName[] = ['available', 'committed', 'damaged', 'quality_control', 'reserved', 'safety_stock']

export function quantityOf(level: LevelRow | undefined, name: QuantityName): number {
  if (level === undefined) return 0
  if (name !== 'on_hand') return level.quantities[name]
  return ON_HAND.reduce((sum, part) => sum + level.quantities[part], 0)
}

export function isQuantityName(name: string): name is QuantityName {
  return name === 'on_hand' || (STORED_NAMES as readonly string[]).includes(name)
}

/** The other quantity that a change of this one shows up in, if there is one. */
export function movesWith(name: QuantityName): QuantityName | null {
  if (name === 'incoming') return null
  return name === 'on_hand' ? 'available' : 'on_hand'
}

/** Moves a quantity, and with it the one that contains it. Setting `on_hand` moves `available`. */
export function move(level: LevelRow, name: QuantityName, delta: number, now: number): void {
  const stored: StoredName = name === 'on_hand' ? 'available' : name
  level.quantities[stored] += delta
  level.changedAt[stored] = now
  if (stored !== 'incoming') level.changedAt.on_hand = now
  level.updatedAt = now
}

export function emptyLevel(id: number, itemId: number, locationId: number, active: boolean, now: number): LevelRow {
  return {
    kind: 'InventoryLevel',
    id,
    itemId,
    locationId,
    active,
    quantities: { available: 0, committed: 0, damaged: 0, incoming: 0, quality_control: 0, reserved: 0, safety_stock: 0 },
    changedAt: {},
    createdAt: now,
    updatedAt: now,
  }
}
