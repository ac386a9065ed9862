/*
 * How the shop misbehaves. Turned over HTTP, or by whoever holds the simulator in the same process. Dials are not part
 * of the shop's memory: a restarted shop behaves.
 */

export type Dials = {
  /** Half of it passes before the call runs and half after, so that the world can move on both sides. */
  latencyMs: number
  /** How long a new or changed order stays invisible to `orders`; `order(id)` sees it at once. */
  orderSearchLagMs: number
  /** From the start of a bulk operation to its end; it is CREATED for the first fifth. */
  bulkDelayMs: number
  /** Taken one by one by the calls that they fit. */
  failNext: Fault[]
  tokenRevoked: boolean
  /** Granted scopes from now on; null: those of the shop file. */
  scopes: string[] | null
  /** 402, as a shop that does not pay. */
  frozen: boolean
  /** `cached`: the same key gets its answer again, as documented. `reexecutes`: as one developer saw it, the call runs again. */
  replay: 'cached' | 'reexecutes'
  /** After an answered failure the same key is refused (as the error code says) or runs again (as the guide says). */
  failedKeys: 'remembered' | 'forgotten'
  /** Whether a stale row says which row it is. Nobody has recorded a stale row among others. */
  staleField: 'row' | 'null'
  /** A write to a pair that was never stocked makes an inactive level, or does nothing and says so to nobody. */
  unstockedWrites: 'inactive-level' | 'ignored'
}

export type Fault = {
  kind: 'status' | 'statusAfter' | 'resetBefore' | 'resetAfter' | 'throttle' | 'internalError'
  /** For `status` and `statusAfter`. */
  status?: number
  retryAfterSeconds?: number
  /** How many calls; 1 unless said otherwise. */
  times?: number
  /** Only calls of this root field, for example `inventorySetQuantities`. */
  root?: string
}

export function newDials(latencyMs: number): Dials {
  return {
    latencyMs,
    orderSearchLagMs: 0,
    bulkDelayMs: 100,
    failNext: [],
    tokenRevoked: false,
    scopes: null,
    frozen: false,
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
}
const FAULT_KINDS: readonly string[] = ['status', 'statusAfter', 'resetBefore', 'resetAfter', 'throttle', 'internalError']

/** Turns the dials that are named. A name or value that means nothing is refused: a typo must not look like a calm shop. */
export function turnDials(dials: Dials, turn: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(turn)) {
    if (!(name in dials)) throw new Error(`There is no dial ${name}; there are ${Object.keys(dials).join(', ')}.`)
    const now = dials[name as keyof Dials]
    const choices = CHOICES[name as keyof Dials]
    const fits =
      name === 'scopes'
        ? value === null || (Array.isArray(value) && value.every(scope => typeof scope === 'string'))
        : name === 'failNext'
          ? Array.isArray(value) && value.every(isFault)
          : choices !== undefined
            ? choices.includes(value as string)
            : typeof value === typeof now && !(typeof value === 'number' && !(value >= 0))
    if (!fits) throw new Error(`The dial ${name} cannot be turned to ${JSON.stringify(value)}.`)
  }
  Object.assign(dials, structuredClone(turn))
}

/** The next fault meant for a call with these root fields, counted down. */
export function takeFault(dials: Dials, roots: readonly string[]): Fault | null {
  const index = dials.failNext.findIndex(fault => fault.root === undefined || roots.includes(fault.root))
  const fault = dials.failNext[index]
  if (fault === undefined) return null
  const left = (fault.times ?? 1) - 1
  if (left > 0) dials.failNext[index] = { ...fault, times: left }
  else dials.failNext.splice(index, 1)
  return fault
}

function isFault(value: unknown): boolean {
  const fault = value as Fault | null
  const needsStatus = fault?.kind === 'status' || fault?.kind === 'statusAfter'
  return fault !== null && typeof fault === 'object' && FAULT_KINDS.includes(fault.kind) && (!needsStatus || Number.isInteger(fault.status))
}
