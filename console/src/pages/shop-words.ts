import { ACCESS_SCOPE_WORDS } from '../../../src/channel/capability.ts'
import type { ShopCode } from '../../../src/channel/port.ts'
import { isInTrouble, shopSentence } from '../../../src/channel/sentence.ts'
import type { Shop } from '../api/queries.ts'
import { withCounts } from '../parts/number.ts'
import type { Tone } from '../parts/state.tsx'
import { clockTime } from '../parts/zone.ts'
import { shops as texts } from '../texts/shops.ts'

const time = (iso: string | null): number => (iso === null ? 0 : Date.parse(iso))

function factsOf(shop: Shop) {
  const { health } = shop
  return {
    state: health.state,
    code: health.code as ShopCode | null,
    message: health.message,
    since: time(health.since),
    failures: 0,
    retryAt: health.retryAt === null ? null : time(health.retryAt),
    heldCode: (health.held?.code ?? null) as ShopCode | null,
    heldMessage: health.held?.message ?? null,
    heldSince: health.held === null ? null : time(health.held.since),
    isEnabled: shop.isEnabled,
    waiting: shop.waiting,
  }
}

/** The very sentence that the server says, with the time of whoever reads it. */
export function sentenceOf(shop: Shop): string {
  return withCounts(shopSentence(factsOf(shop), at => clockTime(at)))
}

export function toneOf(shop: Shop): { tone: Tone; word: string } {
  const { health } = shop
  if (!shop.isEnabled) return { tone: 'paused', word: texts.switchedOff }
  if (health.state === 'unreachable') return { tone: 'stopped', word: texts.unreachable }
  if (health.state === 'refused') return { tone: 'stopped', word: texts.refusesUs }
  if (health.held !== null) return { tone: isInTrouble(factsOf(shop), Date.now()) ? 'stuck' : 'paused', word: texts.held }
  return health.state === 'unknown' ? { tone: 'unknown', word: texts.notAskedYet2 } : { tone: 'ok', word: texts.answers }
}

/** Unset is read only, and is said to be unset. */
export function accessWords(shop: Pick<Shop, 'accessScope' | 'isAccessScopeSet'>): string {
  return `${ACCESS_SCOPE_WORDS[shop.accessScope]}${shop.isAccessScopeSet ? '' : texts.notSet}`
}
