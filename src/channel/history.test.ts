import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Effect, effectsOf, type KnownOrder } from '../orders/effect.ts'
import type { SeenOrder } from '../orders/port.ts'
import { watermarkAfter } from '../orders/watermark.ts'
import { decideLevel, isProved, type PoolLevel, type Sight } from './publish.ts'

/*
 * One level, and whatever can happen to it in whatever order: customers buy and cancel, goods are shipped and come, we poll, hear of single orders,
 * look, and decide; answers are lost and the same bytes go out again. What exists is never sold twice, and once everything is known the
 * level shows exactly what is left.
 */
type Doing =
  | { kind: 'buy'; units: number }
  | { kind: 'cancel'; which: number; restock: boolean }
  | { kind: 'ship'; which: number }
  | { kind: 'deliver'; units: number }
  | { kind: 'wait'; ms: number }
  | { kind: 'poll' }
  | { kind: 'hear'; which: number }
  | { kind: 'look' }
  | { kind: 'tell'; isHot: boolean }

const SEARCH_LAG_MS = 20_000
const T = Date.UTC(2026, 10, 27)

const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('buy' as const), units: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(20), restock: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ship' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver' as const), units: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 100, max: 40_000 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'poll' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hear' as const), which: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'look' as const }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), isHot: fc.boolean() }) },
)

type Order = { gid: string; at: number; units: number; isShipped: boolean; cancelledAt: number | null; changes: number[] }

/** The shop and the truth behind it, and what we know of both. */
class Level {
  now = T
  existing: number
  available: number
  orders: Order[] = []
  known = new Map<string, KnownOrder & { openUnits: number; takenUnits: number }>()
  effects: Effect[] = []
  knownUntil: number | null = null
  seen: Sight | null = null
  base: (Sight & { from: number; until: number }) | null = null
  noted: (Sight & { from: number; until: number }) | null = null
  own = 0
  hasNews = false

  constructor(stock: number) {
    this.existing = stock
    this.available = stock
  }

  takenTruly() {
    return this.orders.reduce((sum, order) => sum + (order.cancelledAt === null ? order.units : 0), 0)
  }

  committed() {
    return this.orders.reduce((sum, order) => sum + (order.cancelledAt === null && !order.isShipped ? order.units : 0), 0)
  }

  openKnown() {
    return [...this.known.values()].reduce((sum, order) => sum + order.openUnits, 0)
  }

  /** What is on hand is booked out when we hear that it was shipped, so both count against the promise. */
  takenKnown() {
    return [...this.known.values()].reduce((sum, order) => sum + order.takenUnits, 0)
  }

  look() {
    return { from: this.now - 1_200, until: this.now + 1_900 }
  }

  read(orders: readonly Order[]) {
    for (const order of orders) {
      const takenUnits = order.cancelledAt === null ? order.units : 0
      const openUnits = order.isShipped ? 0 : takenUnits
      const lines = takenUnits === 0 ? [] : [{ lineGid: '1', inventoryItemGid: 'i', locationGid: 'l', openUnits, takenUnits }]
      const undone = takenUnits === 0 ? [{ inventoryItemGid: 'i', locationGid: 'l', units: order.units }] : []
      const second = (at: number) => Math.floor(at / 1_000) * 1_000
      const cancelledAt = order.cancelledAt === null ? null : second(order.cancelledAt)
      const word: SeenOrder = {
        orderGid: order.gid,
        createdAt: second(order.at),
        updatedAt: this.now,
        cancelledAt,
        isRouted: true,
        lines,
        undone,
        moves: [],
      }
      const effects = effectsOf(this.known.get(order.gid) ?? null, word, this.look())
      this.effects.push(...effects)
      this.hasNews ||= effects.length > 0 || this.known.get(order.gid)?.openUnits !== openUnits
      this.known.set(order.gid, { heardFrom: this.look().from, cancelledAt, isRouted: true, lines, openUnits, takenUnits })
    }
  }

  poll() {
    this.read(this.orders.filter(order => order.changes.some(at => at + SEARCH_LAG_MS <= this.now)))
    this.knownUntil = watermarkAfter(this.knownUntil, { from: this.look().from, lagMs: SEARCH_LAG_MS, unroutedSince: null })
    if (this.noted !== null && isProved(this.noted.until, this.knownUntil)) {
      this.base = this.noted
      this.noted = null
    }
  }

  see() {
    const committedUnits = this.committed()
    this.seen = { availableUnits: this.available, committedUnits, reservedUnits: 0, openUnits: this.openKnown(), ownUnits: this.own }
    this.noted ??= { ...this.seen, ...this.look() }
    this.hasNews = false
  }

  tell(isHot: boolean) {
    // A level of whose orders we heard since we looked is looked at first.
    if (this.seen === null || this.hasNews) this.see()
    const seen = { ...(this.seen as Sight), openUnits: this.openKnown(), ownUnits: this.own }
    const decision = decideLevel({ level: this.asPool(seen), pool: [], isPromiseBehind: false, isHot })
    if (decision.kind !== 'write') return
    const isStale = decision.by === 'set' && this.available !== decision.fromUnits
    if (isStale) return this.see()
    const delta = decision.units - decision.fromUnits
    this.available += delta
    this.own += delta
    this.seen = { ...seen, availableUnits: seen.availableUnits + delta, ownUnits: this.own }
  }

  asPool(seen: Sight): PoolLevel {
    const { base } = this
    const since = base === null ? [] : this.effects
    const taken = since.filter(effect => effect.units < 0 && effect.notBefore > (base?.until ?? 0))
    const returned = since.filter(effect => effect.units > 0 && effect.notAfter >= (base?.from ?? 0))
    return {
      ...{ productId: 1, groupId: null, draws: [], promisedUnits: this.existing - this.takenKnown(), queuedUnits: 0, seen, base },
      takenUnits: -taken.reduce((sum, effect) => sum + effect.units, 0),
      returnedUnits: returned.reduce((sum, effect) => sum + effect.units, 0),
      ...{ isSettled: true, isFresh: true, isMerged: true, sellsNothing: false, shareWeight: null },
    }
  }

  do(what: Doing, n: number) {
    this.now += 50
    const order = 'which' in what ? this.orders[what.which % Math.max(1, this.orders.length)] : undefined
    switch (what.kind) {
      case 'buy':
        if (this.available < what.units) return
        this.available -= what.units
        this.orders.push({ gid: `o${n}`, at: this.now, units: what.units, isShipped: false, cancelledAt: null, changes: [this.now] })
        return
      case 'cancel':
        if (order === undefined || order.cancelledAt !== null || order.isShipped) return
        order.cancelledAt = this.now
        order.changes.push(this.now)
        // Not put back on the shelf: it is gone for good.
        if (what.restock) this.available += order.units
        else this.existing -= order.units
        return
      case 'ship':
        if (order === undefined || order.cancelledAt !== null || order.isShipped) return
        order.isShipped = true
        order.changes.push(this.now)
        return
      case 'deliver':
        this.existing += what.units
        return
      case 'wait':
        this.now += what.ms
        return
      case 'poll':
        return this.poll()
      case 'hear':
        return order === undefined ? undefined : this.read([order])
      case 'look':
        return this.see()
      case 'tell':
        return this.tell(what.isHot)
    }
  }
}

test('whatever happens in whatever order, what exists is not sold twice; and when all is known, all that is left is shown', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.array(doing, { minLength: 20, maxLength: 80, size: 'max' }), (stock, doings) => {
      const level = new Level(stock)
      doings.forEach((what, n) => {
        level.do(what, n)
        expect(level.available, 'more is shown than there is').toBeLessThanOrEqual(level.existing - level.takenTruly())
      })
      // Quiet, polls and looks: everything becomes known and proved, twice over.
      for (let round = 0; round < 6; round++) {
        level.now += SEARCH_LAG_MS + 5_000
        level.poll()
        level.see()
        level.tell(false)
      }
      expect(level.available).toBe(level.existing - level.takenTruly())
    }),
    { numRuns: 1_000 },
  )
})
