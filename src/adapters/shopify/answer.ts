import type { ShopCode } from '../../channel/port.ts'
import type { InstantMs } from '../../kernel/clock.ts'
import type { ThrottleStatus } from './throttle.ts'

/** What came back from one request, before anybody judged it. */
export type Answer =
  | {
      kind: 'answered'
      status: number
      /** The parsed body; null where it was no JSON (a page of a proxy, for example). */
      body: ShopBody | null
      requestId: string | null
      /** By the shop's clock: the answer was made at an instant not before `from` and not after `until`. */
      look: { from: InstantMs; until: InstantMs }
      retryAfterMs: number | null
    }
  /** Nothing, or not all of it. Whether the shop did what was asked is not known. */
  | { kind: 'nothing'; message: string }
  /** Our own gate did not let it out: the shop never saw it. */
  | { kind: 'not_sent'; code: ShopCode; message: string; retryAfterMs: number | null }

export type ShopBody = { data?: unknown; errors?: unknown; extensions?: { cost?: Cost } }

export type Cost = { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: ThrottleStatus }

export function costOf(answer: Answer): Cost | null {
  const cost = answer.kind === 'answered' ? answer.body?.extensions?.cost : undefined
  return cost && typeof cost.throttleStatus?.restoreRate === 'number' ? cost : null
}
