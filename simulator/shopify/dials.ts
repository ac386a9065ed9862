/*
 * How the shop misbehaves. Turned over HTTP, or by whoever holds the simulator in the same process. Dials are not part
 * of the shop's memory: a restarted shop behaves.
 */

import { type Fault, isFault } from './faults.ts'
import type { BulkType } from './rows.ts'

export type Dials = {
  /** Half of it passes before the call runs and half after, so that the world can move on both sides. */
  latencyMs: number
  /** How far the shop's clock is ahead of everybody else's; negative: behind. */
  clockSkewMs: number
  /** The stock of an order is taken at once; the order itself comes into being so much later. */
  orderExistsAfterMs: number
  /** From the order to its fulfilment orders: until then nobody is told which location holds it. */
  orderRoutedAfterMs: number
  /** Whether an order that was routed or moved counts as changed, and so is found by whoever polls for changes. */
  laterChangesTouchOrder: boolean
  /** How long a new or changed order stays invisible to `orders`; `order(id)` sees it at once. */
  orderSearchLagMs: number
  /** From the start of a bulk operation to its end; it is CREATED for the first fifth. */
  bulkDelayMs: number
  /** And so much longer for every line of a bulk mutation. */
  bulkLineMs: number
  /** What becomes of the next bulk operations, one by one. */
  bulkFates: BulkFate[]
  /** Each webhook comes so much later at the most, one sooner than another: so they overtake each other. */
  webhookDelayMs: number
  /** Shares of the webhooks, from 0 to 1: never sent, and sent twice. */
  webhookLossRate: number
  webhookDoubleRate: number
  /** `late`: a level is looked up when its webhook is sent, so two changes can tell the same last value. */
  webhookPayloads: 'late' | 'prompt'
  /** Taken one by one by the calls that they fit. */
  failNext: Fault[]
  /** Met by a share of the calls that they fit, or by all between two instants. */
  faults: Fault[]
  tokenRevoked: boolean
  /** Granted scopes from now on; null: those of the shop file. */
  scopes: string[] | null
  /** 402, as a shop that does not pay. */
  frozen: boolean
  /** 423, as a shop that somebody at the platform has locked. */
  locked: boolean
  /** `cached`: the same key gets its answer again, as documented. `reexecutes`: as one developer saw it, the call runs again. */
  replay: 'cached' | 'reexecutes'
  /** After an answered failure the same key is refused (as the error code says) or runs again (as the guide says). */
  failedKeys: 'remembered' | 'forgotten'
  /** Whether a stale row says which row it is. Nobody has recorded a stale row among others. */
  staleField: 'row' | 'null'
  /** A write to a pair that was never stocked makes an inactive level, or does nothing and says so to nobody. */
  unstockedWrites: 'inactive-level' | 'ignored'
}

/** A bulk operation that has come so far (a share from 0 to 1) stands still, fails, is cancelled by the shop, or expires. */
export type BulkFate = {
  kind: 'stall' | 'fail' | 'cancel' | 'expire'
  at: number
  type?: BulkType
  errorCode?: 'INTERNAL_SERVER_ERROR' | 'TIMEOUT'
}

/** The fate that waits for the next operation of this type, taken away from the others. */
export function takeFate(dials: Dials, type: BulkType): BulkFate | null {
  const index = dials.bulkFates.findIndex(fate => (fate.type ?? type) === type)
  return index < 0 ? null : (dials.bulkFates.splice(index, 1)[0] ?? null)
}

export function newDials(latencyMs: number): Dials {
  return {
    latencyMs,
    clockSkewMs: 0,
    orderExistsAfterMs: 0,
    orderRoutedAfterMs: 0,
    laterChangesTouchOrder: true,
    orderSearchLagMs: 0,
    bulkDelayMs: 100,
    bulkLineMs: 0,
    bulkFates: [],
    webhookDelayMs: 0,
    webhookLossRate: 0,
    webhookDoubleRate: 0,
    webhookPayloads: 'late',
    failNext: [],
    faults: [],
    tokenRevoked: false,
    scopes: null,
    frozen: false,
    locked: false,
    replay: 'cached',
    failedKeys: 'remembered',
    staleField: 'row',
    unstockedWrites: 'inactive-level',
  }
}

const CHOICES: Partial<Record<keyof Dials, readonly string[]>> = {
  replay: ['cached', 'reexecutes'],
  failedKeys: ['remembered', 'forgotten'],
  staleField: ['row', 'null'],
  unstockedWrites: ['inactive-level', 'ignored'],
  webhookPayloads: ['late', 'prompt'],
}
const MAY_BE_NEGATIVE: readonly string[] = ['clockSkewMs']

/** Turns the dials that are named. A name or value that means nothing is refused: a typo must not look like a calm shop. */
export function turnDials(dials: Dials, turn: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(turn)) {
    if (!(name in dials)) throw new Error(`There is no dial ${name}; there are ${Object.keys(dials).join(', ')}.`)
    if (!fits(name as keyof Dials, value, dials)) throw new Error(`The dial ${name} cannot be turned to ${JSON.stringify(value)}.`)
  }
  Object.assign(dials, structuredClone(turn))
}

function fits(name: keyof Dials, value: unknown, dials: Dials): boolean {
  const choices = CHOICES[name]
  if (choices !== undefined) return choices.includes(value as string)
  if (name === 'scopes') return value === null || (Array.isArray(value) && value.every(scope => typeof scope === 'string'))
  if (name === 'bulkFates') return Array.isArray(value) && value.every(isFate)
  if (name === 'failNext' || name === 'faults') return Array.isArray(value) && value.every(isFault)
  if (typeof value !== typeof dials[name]) return false
  return typeof value !== 'number' || (Number.isFinite(value) && (value >= 0 || MAY_BE_NEGATIVE.includes(name)))
}

function isFate(value: unknown): boolean {
  const fate = value as BulkFate | null
  return (
    fate !== null && typeof fate === 'object' && ['stall', 'fail', 'cancel', 'expire'].includes(fate.kind) && fate.at >= 0 && fate.at <= 1
  )
}
