import { expect } from 'vitest'
import { decideLevel, isProved, type PoolLevel, type Sight } from '../../../src/channel/publish.ts'
import { type Effect, effectsOf } from '../../../src/orders/effect.ts'
import type { SeenOrder } from '../../../src/orders/port.ts'
import { watermarkAfter } from '../../../src/orders/watermark.ts'
import { type Doing, type Known, Level, type Look, type Order, type Shape } from './pool-level.ts'

/* Several levels on one stock: what there is, what shops show of it, and what we know of both. */

const SEARCH_LAG_MS = 20_000
const T = Date.UTC(2026, 10, 27)

export class World {
  now = T
  n = 0
  existing: number[]
  levels: Level[]
  orders: Order[] = []
  drafts: { level: number; units: number }[] = []
  known = new Map<string, Known>()
  effects: (Effect & { shop: number; level: number })[] = []
  /** The orders that the promises hold. */
  promised: { level: number; takes: number }[] = []
  knownUntil: (number | null)[] = [null, null]
  shape: Shape
  isSplit: boolean
  constructor(shape: Shape, stock: number, isSplit: boolean) {
    this.shape = shape
    this.isSplit = isSplit
    this.existing = Array.from({ length: shape.stocks }, () => stock)
    this.levels = shape.draws.map(() => new Level())
  }

  taken(level: number, orders: readonly { level: number; takes: number }[]) {
    return orders.reduce((sum, order) => sum + (order.level === level ? order.takes : 0), 0)
  }

  truly = () => this.orders.map(order => ({ level: order.level, takes: order.cancelledAt === null ? order.units : 0 }))
  asKnown = () => [...this.known.values()].map(order => ({ level: order.level, takes: order.takenUnits }))

  /** What a stock has free after what was sold at the locations that draw on it alone. */
  freeOf(stock: number, orders: readonly { level: number; takes: number }[]) {
    const sold = this.shape.draws.map((draws, level) =>
      draws.length === 1 && draws[0]?.stock === stock ? this.taken(level, orders) * draws[0].unitsEach : 0,
    )
    return (this.existing[stock] ?? 0) - sold.reduce((sum, each) => sum + each, 0)
  }

  /** What may be sold at a level, of what is there: not what others have sold that can come from nowhere else. */
  mayShow(level: number): number {
    const orders = this.truly()
    const draws = this.shape.draws[level] ?? []
    const own = new Set(draws.map(draw => draw.stock))
    const free = draws.reduce((sum, { stock }) => sum + this.freeOf(stock, orders), 0)
    const isOwn = (at: number) => at === level || (draws.length > 1 && this.shape.groups[at] === this.shape.groups[level])
    const mine = draws.length > 1 ? this.shape.draws.reduce((sum, _, at) => sum + (isOwn(at) ? this.taken(at, orders) : 0), 0) : 0
    const needs = this.shape.draws.flatMap((each, at) =>
      each.length > 1 && !isOwn(at) ? [{ units: this.taken(at, orders), stocks: each.map(draw => draw.stock) }] : [],
    )
    // Of every choice of channels: what the others need, and what these can have. The least of it is what can be shipped.
    const shipped = (here: number) =>
      Math.min(
        ...Array.from({ length: 2 ** needs.length }, (_, chosen) => {
          const rest = needs.reduce((sum, need, at) => sum + ((chosen >> at) % 2 === 0 ? need.units : 0), 0)
          const reach = new Set(needs.flatMap((need, at) => ((chosen >> at) % 2 === 1 ? need.stocks : [])))
          return rest + [...reach].reduce((sum, stock) => sum + (own.has(stock) ? here : Math.max(0, this.freeOf(stock, orders))), 0)
        }),
      )
    return Math.floor((free - mine - (shipped(1_000) - shipped(0))) / (draws[0]?.unitsEach ?? 1))
  }

  look(): Look {
    return { from: this.now - 1_200, until: this.now + 1_900 }
  }

  committed(level: number) {
    return this.orders.reduce(
      (sum, order) => sum + (order.level === level && order.cancelledAt === null && !order.isShipped ? order.units : 0),
      0,
    )
  }

  openKnown(level: number) {
    return [...this.known.values()].reduce((sum, order) => sum + (order.level === level ? order.openUnits : 0), 0)
  }

  see(at: number) {
    const level = this.levels[at]
    if (level === undefined || level.out !== null) return
    const { available: availableUnits, reserved: reservedUnits, own: ownUnits } = level
    level.seen = { availableUnits, reservedUnits, ownUnits, committedUnits: this.committed(at), openUnits: this.openKnown(at) }
    level.noted ??= { ...level.seen, ...this.look() }
    level.hasNews = false
  }

  read(orders: readonly Order[]) {
    const second = (instant: number) => Math.floor(instant / 1_000) * 1_000
    for (const order of orders) {
      const takenUnits = order.cancelledAt === null ? order.units : 0
      const openUnits = order.isShipped ? 0 : takenUnits
      const line = { lineGid: '1', inventoryItemGid: 'i', locationGid: String(order.level) }
      const cancelledAt = order.cancelledAt === null ? null : second(order.cancelledAt)
      const lines = takenUnits === 0 ? [] : [{ ...line, openUnits, takenUnits }]
      const undone = takenUnits === 0 ? [{ inventoryItemGid: 'i', locationGid: String(order.level), units: order.units }] : []
      const word: SeenOrder = {
        ...{ orderGid: order.gid, createdAt: second(order.at), updatedAt: this.now, cancelledAt, isRouted: true },
        ...{ lines, undone, moves: [] },
      }
      const before = this.known.get(order.gid)
      for (const effect of effectsOf(before ?? null, word, this.look())) {
        const level = Number(effect.locationGid)
        this.effects.push({ ...effect, level, shop: this.shape.shops[level] ?? 0 })
        this.hear(level)
      }
      if (before?.openUnits !== openUnits) this.hear(order.level)
      this.known.set(order.gid, {
        heardFrom: this.look().from,
        cancelledAt,
        isRouted: true,
        lines,
        level: order.level,
        openUnits,
        takenUnits,
      })
    }
  }

  hear(level: number) {
    const heard = this.levels[level]
    if (heard) heard.hasNews = true
  }

  poll(shop: number) {
    const mine = this.orders.filter(order => this.shape.shops[order.level] === shop)
    this.read(mine.filter(order => order.changes.some(instant => instant + SEARCH_LAG_MS <= this.now)))
    const known = watermarkAfter(this.knownUntil[shop] ?? null, { from: this.look().from, lagMs: SEARCH_LAG_MS, unroutedSince: null })
    this.knownUntil[shop] = known
    for (const [at, level] of this.levels.entries()) {
      if (this.shape.shops[at] !== shop || level.noted === null || !isProved(level.noted.until, known)) continue
      level.base = level.noted
      level.noted = null
    }
  }

  asPool(at: number, isFresh: boolean): PoolLevel {
    const level = this.levels[at] as Level
    const seen = { ...(level.seen as Sight), openUnits: this.openKnown(at), ownUnits: level.own }
    const { base } = level
    const mine = base === null ? [] : this.effects.filter(effect => effect.level === at)
    const sum = (some: typeof mine) => some.reduce((units, effect) => units + effect.units, 0)
    const known = this.promised
    const draws = this.shape.draws[at] ?? []
    const free = draws.reduce((units, { stock }) => units + this.freeOf(stock, known), 0)
    const groupId = this.shape.groups[at] ?? null
    const ofGroup = (other: number) => groupId !== null && this.shape.groups[other] === groupId
    const queuedUnits = this.shape.draws.reduce((units, _, other) => units + (ofGroup(other) ? this.taken(other, known) : 0), 0)
    return {
      productId: this.shape.products[at] ?? 1,
      groupId,
      draws: draws.map(({ stock, unitsEach }) => ({
        ...{ stock: String(stock), place: String(stock), unitsEach, freeUnits: this.freeOf(stock, known) },
      })),
      promisedUnits: Math.floor((free - queuedUnits) / (draws[0]?.unitsEach ?? 1)),
      ...{ queuedUnits, seen, base },
      takenUnits: -sum(mine.filter(effect => effect.units < 0 && effect.notBefore > (base?.until ?? 0))),
      returnedUnits: sum(mine.filter(effect => effect.units > 0 && effect.notAfter >= (base?.from ?? 0))),
      ...{ isSettled: level.out === null, isFresh, isMerged: true, sellsNothing: false, shareWeight: this.isSplit ? 1 : null },
    }
  }

  tell(at: number, isHot: boolean, isLost: boolean) {
    const level = this.levels[at]
    if (level === undefined || level.out !== null) return
    if (level.seen === null || level.hasNews) this.see(at)
    // What a raise needs to know of the others is looked at now; what has an unanswered write cannot be.
    for (const [other, each] of this.levels.entries()) if (other !== at || each.seen === null) this.see(other)
    if (this.levels.some(each => each.seen === null)) return
    const pool = this.levels.flatMap((_, other) => (other === at ? [] : [this.asPool(other, true)]))
    const decided = decideLevel({
      level: this.asPool(at, true),
      pool,
      isPromiseBehind: JSON.stringify(this.promised) !== JSON.stringify(this.asKnown()),
      isHot,
    })
    if (decided.kind !== 'write') return
    if (decided.by === 'set' && level.available !== decided.fromUnits) return this.see(at)
    const delta = decided.units - decided.fromUnits
    level.available += delta
    if (delta > 0) expect(level.available, `level ${at} is raised above what is free`).toBeLessThanOrEqual(Math.max(0, this.mayShow(at)))
    level.out = { delta, isDone: true }
    if (!isLost) this.answer(at)
  }

  /** The answer comes, or the same bytes are sent again under their key. */
  answer(at: number) {
    const level = this.levels[at]
    if (level === undefined || level.out === null || level.seen === null) return
    level.own += level.out.delta
    level.seen = { ...level.seen, availableUnits: level.seen.availableUnits + level.out.delta, ownUnits: level.own }
    level.out = null
  }

  place(at: number, units: number) {
    this.orders.push({ gid: `o${this.n}`, level: at, at: this.now, units, isShipped: false, cancelledAt: null, changes: [this.now] })
  }

  do(what: Doing) {
    this.now += 50
    this.n += 1
    const place = 'at' in what ? what.at % this.levels.length : 0
    const level = this.levels[place] as Level
    const order = 'which' in what ? this.orders[what.which % Math.max(1, this.orders.length)] : undefined
    const isOpen = order !== undefined && order.cancelledAt === null && !order.isShipped
    switch (what.kind) {
      case 'buy':
        if (level.available < what.units) return
        level.available -= what.units
        return this.place(place, what.units)
      case 'draft':
        if (level.available < what.units) return
        level.available -= what.units
        level.reserved += what.units
        this.drafts.push({ level: place, units: what.units })
        return
      case 'finish': {
        const draft = this.drafts.shift()
        if (draft === undefined) return
        const its = this.levels[draft.level] as Level
        its.reserved -= draft.units
        if (what.isBought) this.place(draft.level, draft.units)
        else its.available += draft.units
        return
      }
      case 'cancel':
        if (!isOpen) return
        order.cancelledAt = this.now
        order.changes.push(this.now)
        ;(this.levels[order.level] as Level).available += order.units
        return
      case 'move': {
        // To another location of the same shop, which has it.
        if (!isOpen || this.shape.shops[1] !== 0 || this.shape.stocks < 2 || order.level !== 0) return
        const to = this.levels[1] as Level
        if (to.available < order.units) return
        ;(this.levels[0] as Level).available += order.units
        to.available -= order.units
        order.level = 1
        order.changes.push(this.now)
        return
      }
      case 'ship':
        if (!isOpen) return
        order.isShipped = true
        order.changes.push(this.now)
        return
      case 'hear':
        return order === undefined ? undefined : this.read([order])
      case 'deliver':
        this.existing[what.at % this.existing.length] = (this.existing[what.at % this.existing.length] ?? 0) + what.units
        return
      case 'wait':
        this.now += what.ms
        return
      case 'reckon':
        this.promised = this.asKnown()
        return
      case 'poll':
        return this.poll(this.shape.shops[place] ?? 0)
      case 'look':
        return this.see(place)
      case 'answer':
        return this.answer(place)
      case 'tell':
        return this.tell(place, what.isHot, what.isLost)
    }
  }

  /** All levels together, in units of the first stock: what customers could buy at once. */
  shownTogether() {
    return this.levels.reduce((sum, level, at) => sum + Math.max(0, level.available) * (this.shape.draws[at]?.[0]?.unitsEach ?? 1), 0)
  }

  freeTogether() {
    const all = this.truly().reduce((sum, { level, takes }) => sum + takes * (this.shape.draws[level]?.[0]?.unitsEach ?? 1), 0)
    return this.existing.reduce((sum, units) => sum + units, 0) - all - this.levels.reduce((sum, level) => sum + level.reserved, 0)
  }

  settle() {
    for (let round = 0; round < 8; round++) {
      this.now += SEARCH_LAG_MS + 5_000
      for (const [at] of this.levels.entries()) this.answer(at)
      for (const shop of new Set(this.shape.shops)) this.poll(shop)
      this.promised = this.asKnown()
      for (const [at] of this.levels.entries()) this.see(at)
      for (const [at] of this.levels.entries()) this.tell(at, false, false)
    }
  }
}
