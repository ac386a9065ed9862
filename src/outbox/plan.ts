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

/** `withdrawn`: the promise is kept and not told, for this reason. */
export type Address = { inventoryItemGid: string | null; isLocationMapped: boolean; withdrawn: keyof typeof WITHDRAWN | null }

/** Why a target has no address. */
export const NOT_LINKED = {
  code: 'OUTBOX_NOT_LINKED',
  hint: 'Link the product to an inventory item of this shop; it is sent by itself then.',
}
export const NOT_MAPPED = {
  code: 'OUTBOX_NOT_MAPPED',
  hint: 'Map the location to a facility or a group; it is sent by itself then.',
}

/** Why a promise is not told although it could be: nothing is the matter. */
export const WITHDRAWN = {
  OUTBOX_UNTRACKED: 'The shop does not track the stock of this item, so it is told nothing. Track it in Shopify to have it told.',
  OUTBOX_EXCLUDED: 'A rule takes this product out of what is told to shops. Archive the rule, or change its filter, to have it told.',
} as const

/**
 * Puts a new number in the place of the one before. `takeTargets` in store.ts does this for tens of thousands of targets in
 * one statement; this is its specification.
 */
export function planIntent(before: Intent | null, target: { revision: number; units: number }, address: Address, now: InstantMs): Intent {
  const to = address.isLocationMapped && address.withdrawn === null ? address.inventoryItemGid : null
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
  if (to === null) return afterEvent(old, { kind: 'unaddressed', ...whyNobody(address) }, now)
  return afterEvent(old, { kind: before && before.address !== to ? 'readdressed' : 'new_number' }, now)
}

function whyNobody({ isLocationMapped, withdrawn }: Address): { code: string; hint: string } {
  if (!isLocationMapped) return NOT_MAPPED
  return withdrawn === null ? NOT_LINKED : { code: withdrawn, hint: WITHDRAWN[withdrawn] }
}
