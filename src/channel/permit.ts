import type { InstantMs } from '../kernel/clock.ts'
import { type AccessScope, mayCall, type Verdict } from './capability.ts'
import { circuitOf, type Health } from './health.ts'
import type { ShopCode } from './port.ts'

/** What is known of a shop at the moment in which something is to be asked of it. */
export type Standing = {
  accessScope: AccessScope
  isEnabled: boolean
  /** Everything but the write. */
  isShadow: boolean
  state: Health['state']
  code: ShopCode | null
  failures: number
  retryAt: InstantMs | null
}

export const IN_SHADOW = { kind: 'held', code: 'CHANNEL_SHADOW', message: 'the shop runs in shadow: everything but the write' } as const

/**
 * Whether one request may leave for a shop, whoever asks: our own switch, and the circuit. While the circuit is open
 * nothing is asked; when it is time the first question is the probe. What Shopify granted is not judged here: Shopify does.
 */
export function permitCall(standing: Standing, effect: 'read' | 'write', now: InstantMs): Verdict & { retryAt?: InstantMs } {
  if (!standing.isEnabled) return { kind: 'held', code: 'CHANNEL_READ_ONLY', message: 'the shop is switched off' }
  const ours = mayCall(standing.accessScope, effect)
  if (ours.kind === 'held') return ours
  if (standing.isShadow && effect === 'write') return IN_SHADOW
  if (circuitOf(standing, now) !== 'open' || standing.retryAt === null) return { kind: 'may' }
  const message = `the shop does not answer; it is asked again in ${Math.ceil((standing.retryAt - now) / 1_000)} s`
  return { kind: 'held', code: 'CHANNEL_UNREACHABLE', message, retryAt: standing.retryAt }
}
