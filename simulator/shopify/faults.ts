/* Trouble on the way: told to happen to the next calls, to a share of all calls, or between two instants. */

import type { Chance } from './chance.ts'

export const FAULT_KINDS = [
  'status',
  'statusAfter',
  'html',
  'resetBefore',
  'resetAfter',
  'stall',
  'throttle',
  'internalError',
  'internalErrorAfter',
] as const

export type Fault = {
  kind: (typeof FAULT_KINDS)[number]
  /** For `status`, `statusAfter` and `html`; with `stall`, what is answered in the end instead of the answer. */
  status?: number
  retryAfterSeconds?: number
  /** How long a `stall` lasts; 10 s unless said otherwise. */
  ms?: number
  /**
   * Only calls of this root field, for example `inventorySetQuantities`; or a place: `bulkLine` (one line of a bulk mutation),
   * `bulkResult` (its download), `stagedUpload`.
   */
  root?: string
  /** In `failNext`: how many calls; 1 unless said otherwise. */
  times?: number
  /** In `failNext`: so many fitting calls go well before. */
  skip?: number
  /** In `faults`: the share of fitting calls, from 0 to 1. */
  rate?: number
  /** In `faults`: only between these instants, by the shop's clock. */
  from?: string
  until?: string
}

export const STALL_MS = 10_000

type Faults = { failNext: Fault[]; faults: Fault[] }

/** The fault that this call meets, if any. Those that are told one by one come first, and are counted down. */
export function takeFault(dials: Faults, roots: readonly string[], at: { now: number; chance: Chance }): Fault | null {
  return takeNext(dials.failNext, roots) ?? takeByRate(dials.faults, roots, at)
}

/** As above, for what happens inside the shop: only faults that name this place. */
export function takeNamedFault(dials: Faults, place: string, at: { now: number; chance: Chance }): Fault | null {
  const isNamed = (fault: Fault): boolean => fault.root === place
  if (!dials.failNext.some(isNamed) && !dials.faults.some(isNamed)) return null
  const index = dials.failNext.findIndex(isNamed)
  if (index < 0) return takeByRate(dials.faults.filter(isNamed), [place], at)
  const named = dials.failNext.splice(index, 1)
  const fault = takeNext(named, [place])
  dials.failNext.splice(index, 0, ...named)
  return fault
}

function takeNext(waiting: Fault[], roots: readonly string[]): Fault | null {
  const index = waiting.findIndex(fault => fits(fault, roots))
  const fault = waiting[index]
  if (fault === undefined) return null
  if ((fault.skip ?? 0) > 0) {
    waiting[index] = { ...fault, skip: (fault.skip ?? 0) - 1 }
    return null
  }
  const left = (fault.times ?? 1) - 1
  if (left > 0) waiting[index] = { ...fault, times: left }
  else waiting.splice(index, 1)
  return fault
}

function takeByRate(faults: readonly Fault[], roots: readonly string[], { now, chance }: { now: number; chance: Chance }): Fault | null {
  for (const fault of faults) {
    const isIn = (fault.from === undefined || now >= Date.parse(fault.from)) && (fault.until === undefined || now < Date.parse(fault.until))
    if (isIn && fits(fault, roots) && chance() < (fault.rate ?? 1)) return fault
  }
  return null
}

function fits(fault: Fault, roots: readonly string[]): boolean {
  return fault.root === undefined || roots.includes(fault.root)
}

export function isFault(value: unknown): boolean {
  const fault = value as Fault | null
  if (fault === null || typeof fault !== 'object' || !FAULT_KINDS.includes(fault.kind)) return false
  const needsStatus = fault.kind === 'status' || fault.kind === 'statusAfter'
  const isShare = fault.rate === undefined || (fault.rate >= 0 && fault.rate <= 1)
  const areInstants = [fault.from, fault.until].every(each => each === undefined || !Number.isNaN(Date.parse(each)))
  return isShare && areInstants && (!needsStatus || Number.isInteger(fault.status))
}
