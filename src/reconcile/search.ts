import type { InstantMs } from '../kernel/clock.ts'
import { counted } from './age.ts'

export type Hit = {
  kind: 'sku' | 'file' | 'feed' | 'job' | 'shop' | 'request' | 'order' | 'finding'
  title: string
  stage: string | null
  state: string
  tone: 'ok' | 'working' | 'stuck' | 'stopped' | 'unknown'
  since: InstantMs | null
  code: string | null
  action: { label: string; to: string }
}

/** What a word may be, so that only those tables are asked in which it could stand. */
export type Asked = { text: string; like: string; number: number | null }

/** The end of `gid://shopify/InventoryItem/123`, of `#1001`, or a number alone. */
export function askedOf(text: string): Asked {
  const trimmed = text.trim()
  const digits = /(?:^|[/#])(\d{1,18})$/.exec(trimmed)?.[1]
  const number = digits === undefined ? null : Number(digits)
  const like = `%${trimmed.replaceAll(/[\\%_]/g, '\\$&')}%`
  return { text: trimmed, like, number: number !== null && Number.isSafeInteger(number) ? number : null }
}

/** How many levels of a SKU stand in each state of their intent, and what was read back of them. */
export type SkuFacts = {
  sku: string
  name: string
  positions: number
  targets: number
  pending: number
  sending: number
  blocked: number
  blockedCode: string | null
  confirmed: number
  equal: number
  different: number
  since: InstantMs | null
}

/** Where a SKU stands: at the first room, from the door on, in which something of it does not go on. */
export function standOfSku(facts: SkuFacts): Hit {
  const to = `/stock/${encodeURIComponent(facts.sku)}`
  const base = {
    kind: 'sku' as const,
    title: `${facts.sku} · ${facts.name}`,
    since: facts.since,
    action: { label: 'Explain the number', to },
  }
  const level = (n: number) => counted(n, 'level', 'levels')
  if (facts.positions === 0)
    return { ...base, stage: 'inventory', tone: 'unknown', code: null, state: 'It was never counted: no file spoke of it yet.' }
  if (facts.targets === 0)
    return { ...base, stage: 'availability', tone: 'unknown', code: null, state: 'It is in stock, and no shop is to be told of it.' }
  if (facts.blocked > 0)
    return {
      ...base,
      stage: 'outbox',
      tone: 'stuck',
      code: facts.blockedCode,
      state: `${level(facts.blocked)} ${facts.blocked === 1 ? 'is' : 'are'} blocked.`,
    }
  if (facts.pending > 0) return { ...base, stage: 'channel', tone: 'working', code: null, state: `${level(facts.pending)} to be sent.` }
  if (facts.sending > 0)
    return { ...base, stage: 'channel', tone: 'working', code: null, state: `${level(facts.sending)} sent, no answer yet.` }
  if (facts.different > 0)
    return {
      ...base,
      stage: 'reconcile',
      tone: 'stopped',
      code: 'RECONCILE_DRIFT',
      state: `${level(facts.different)} with another number than was promised.`,
    }
  if (facts.equal < facts.targets)
    return { ...base, stage: 'reconcile', tone: 'working', code: null, state: `${level(facts.targets - facts.equal)} to be read back.` }
  return { ...base, stage: null, tone: 'ok', code: null, state: `All ${level(facts.targets)} were read back equal.` }
}
