import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { circuitOf, type Health } from './health.ts'
import { classOf, TROUBLES } from './trouble.ts'

export type ShopFacts = Pick<
  Health,
  'state' | 'code' | 'message' | 'since' | 'failures' | 'retryAt' | 'heldCode' | 'heldMessage' | 'heldSince'
> & { isEnabled: boolean; waiting: number }

/**
 * How a shop is, in one sentence: what is the matter, since when, what waits, and whose turn it is. `timeOf` says an
 * instant as people of the shop read it.
 */
export function shopSentence(facts: ShopFacts, timeOf: (at: InstantMs) => string): string {
  const waits = facts.waiting === 0 ? 'nothing waits' : `${counted(facts.waiting)} waiting`
  if (!facts.isEnabled) return `The shop is switched off; ${waits}.`
  switch (facts.state) {
    case 'unreachable':
      return `Shopify unreachable since ${timeOf(facts.since)}, ${waits}, nothing to do.`
    case 'refused':
      return `Shopify refuses us since ${timeOf(facts.since)}: ${facts.message ?? 'no reason was given'}; ${waits}. ${turnOf(facts)}`
    case 'unknown':
      return `Shopify was not asked yet; ${waits}.`
    case 'reachable':
      if (facts.heldCode !== null && facts.heldSince !== null)
        return `Held since ${timeOf(facts.heldSince)}: ${facts.heldMessage}; ${waits}.${facts.waiting === 0 ? '' : ' They go by themselves once it is mended.'}`
      return facts.code === 'CHANNEL_THROTTLED'
        ? `Shopify answers and asks for patience; ${waits}, nothing to do.`
        : `Shopify answers; ${facts.waiting === 0 ? waits : `${counted(facts.waiting)} on the way`}.`
  }
}

function turnOf({ code }: Pick<ShopFacts, 'code'>): string {
  return code === null || TROUBLES[classOf(code)].turn === 'person' ? 'Somebody has to mend it; then they go by themselves.' : ''
}

function counted(changes: number): string {
  return changes === 1 ? '1 change' : `${grouped(changes)} changes`
}

/** Whether the first page speaks of this shop as the reason why stock is not in sync. */
export function isInTrouble(facts: ShopFacts, now: InstantMs): boolean {
  if (!facts.isEnabled) return false
  if (facts.state === 'unreachable') return circuitOf(facts, now) !== 'closed' || facts.waiting > 0
  return facts.state === 'refused' || (facts.heldCode !== null && facts.waiting > 0)
}
