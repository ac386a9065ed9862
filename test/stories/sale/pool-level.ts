import type { Sight } from '../../../src/channel/publish.ts'
import type { KnownOrder } from '../../../src/orders/effect.ts'

/* One of several levels on one stock, and what can happen to it. */

export type Doing =
  | { kind: 'buy' | 'draft'; at: number; units: number }
  | { kind: 'cancel' | 'ship' | 'move' | 'hear'; which: number }
  | { kind: 'finish'; which: number; isBought: boolean }
  | { kind: 'deliver'; at: number; units: number }
  | { kind: 'wait'; ms: number }
  | { kind: 'reckon' }
  | { kind: 'poll' | 'look' | 'answer'; at: number }
  | { kind: 'tell'; at: number; isHot: boolean; isLost: boolean }

export type Shape = {
  stocks: number
  shops: number[]
  draws: { stock: number; unitsEach: number }[][]
  products: number[]
  groups: (number | null)[]
}
export type Look = { from: number; until: number }
export type Order = {
  gid: string
  level: number
  at: number
  units: number
  isShipped: boolean
  cancelledAt: number | null
  changes: number[]
}
export type Known = KnownOrder & { level: number; openUnits: number; takenUnits: number }
type Out = { delta: number; isDone: boolean }

/** What a shop shows at one level, and what we know of it. */
export class Level {
  available = 0
  reserved = 0
  seen: Sight | null = null
  base: (Sight & Look) | null = null
  noted: (Sight & Look) | null = null
  own = 0
  out: Out | null = null
  hasNews = false
}
