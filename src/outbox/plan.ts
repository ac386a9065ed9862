import type { InstantMs } from '../kernel/clock.ts'
import { afterEvent, type IntentState } from './intent.ts'

/** A target's newest number, as the outbox keeps it. */
export type Intent = {
  revision: number
  units: number
  /** Whom it is addressed to; null while the catalogue names nobody. */
  address: string | null
  isDecrease: boolean
  /** Since when the target waits for an answer. */
  createdAt: InstantMs
  state: IntentState
}

export type Address = { inventoryItemGid: string | null; isLocationMapped: boolean }

/** Why a target has no address. */
export const NOT_LINKED = {
  code: 'OUTBOX_NOT_LINKED',
  hint: 'Link the product to an inventory item of this shop; it is sent by itself then.',
}
export const NOT_MAPPED = {
  code: 'OUTBOX_NOT_MAPPED',
  hint: 'Map the location to a facility or a group; it is sent by itself then.',
}

/**
 * Puts a new number in the place of the one before. `takeTargets` in store.ts does this for tens of thousands of targets in
 * one statement; this is its specification.
 */
export function planIntent(before: Intent | null, target: { revision: number; units: number }, address: Address, now: InstantMs): Intent {
  const to = address.isLocationMapped ? address.inventoryItemGid : null
  const waitsAlready = before?.state.kind === 'pending' || before?.state.kind === 'blocked'
  return {
    revision: target.revision,
    units: target.units,
    address: to,
    isDecrease: before !== null && target.units < before.units,
    createdAt: before && waitsAlready ? before.createdAt : now,
    state: stateOf(before, to, address, now),
  }
}

function stateOf(before: Intent | null, to: string | null, address: Address, now: InstantMs): IntentState {
  const old: IntentState = before?.state ?? { kind: 'pending', dueAt: now, attempt: 0, code: null }
  if (to === null) return afterEvent(old, { kind: 'unaddressed', ...(address.isLocationMapped ? NOT_LINKED : NOT_MAPPED) }, now)
  return afterEvent(old, { kind: before && before.address !== to ? 'readdressed' : 'new_number' }, now)
}
