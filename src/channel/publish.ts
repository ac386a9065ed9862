import type { InstantMs } from '../kernel/clock.ts'
import { type Need, neededHere } from './needed-here.ts'

/*
 * What a level should show, and whether to write it now: a three-way merge of what was there when everything was known
 * (the base), what is there now (theirs), and what we promise (ours). What others did to a level since the base, and our
 * known orders do not explain, is a sale that we have not seen: it is subtracted, never overwritten.
 *
 *                 base              known orders            now
 *   Shopify ───────┼──────────┬────────────┬───────────────┼───────►
 *                  │          └ R takes ───┘               │
 *                  └──────────────── D ────────────────────┘   D: what others did; own writes are left out of it
 *
 *   unseen = max( −D − R,  E − base.E,  0 ) + what of base.E is still there,      E = max(C − open, 0): committed, and by no
 *                                                                                 order that we know. Without a base: E
 *   want   = promised − Σ unseen − Σ V − N    over every level that can draw on the same stock; N: what others have sold, waits to be
 *                                             shipped, and can come from nowhere but here
 *
 * `A + V` stands for A in D, since a draft order moves units from A to V without an order. A decrease never waits; an increase
 * does, until there is a proved base, a settled write and a fresh look at every level of the pool.
 */

/** One look at a level, with what was known of it in the same snapshot of the database. */
export type Sight = {
  /** A, C and V, as Shopify showed them together. */
  availableUnits: number
  committedUnits: number
  reservedUnits: number
  /** Units of known orders that Shopify has not fulfilled and has committed here. */
  openUnits: number
  /** The running sum of the changes that our own settled writes made. */
  ownUnits: number
}

/** Stock that a level can draw on: what lies of one product at one facility. */
export type Draw = {
  stock: string
  /** The facility where it lies. */
  place: string
  /** On hand and not reserved, in units of what lies there. */
  freeUnits: number
  /** What one unit of the level takes of it: more than 1 only where the level is a kit. */
  unitsEach: number
}

export type PoolLevel = {
  productId: number
  /** Two levels with a stock in common share what there is of it. Empty where nobody asked: the level is alone. */
  draws: readonly Draw[]
  /** The channel of several facilities that it shows; null: one facility. */
  groupId: number | null
  /** Not floored at nothing where more is reserved than there is. */
  promisedUnits: number
  /** Of known orders, held by no facility yet: they wait at a channel of several facilities. */
  queuedUnits: number
  seen: Sight
  /** Null: nothing is proved, as at first contact. */
  base: Sight | null
  /** By orders surely after the base, and what orders may have given back since it. */
  takenUnits: number
  returnedUnits: number
  /** No write of it is out and unanswered. */
  isSettled: boolean
  /** Looked at so lately, and after all orders that we know of it, that another level may be raised by it. */
  isFresh: boolean
  /** An operator switched the merge off for its shop, whose orders we cannot read: its sales are not looked for. */
  isMerged: boolean
  /** A person has it sell nothing: it shows 0, or what it lacks. */
  sellsNothing: boolean
  /** Its part where the operator's rule is to split the pool; null: it shows all that there is. */
  shareWeight: number | null
}

/** A level as it will be seen when it shows `units` by our own write: what others did to it is the same. */
export function afterOurWrite(seen: Sight, units: number): Sight {
  return { ...seen, availableUnits: units, ownUnits: seen.ownUnits + units - seen.availableUnits }
}

/** D: what others did to `available` since the base. */
export function othersDidUnits(seen: Sight, base: Sight): number {
  const changed = seen.availableUnits + seen.reservedUnits - base.availableUnits - base.reservedUnits
  return changed - (seen.ownUnits - base.ownUnits)
}

/** Units that were sold here, as far as anybody can tell, and of whose orders we do not know. */
export function unseenUnits(level: Pick<PoolLevel, 'seen' | 'base' | 'takenUnits' | 'returnedUnits' | 'isMerged'>): number {
  const { seen, base } = level
  if (!level.isMerged) return 0
  const excess = excessUnits(seen)
  if (base === null) return excess
  const known = level.takenUnits - level.returnedUnits
  const unexplained = -othersDidUnits(seen, base) - known
  return Math.max(unexplained, excess - excessUnits(base), 0) + Math.min(excess, excessUnits(base))
}

/**
 * The part of it that a later look can clear up: it may be a sale, or an order of which we do not know for certain whether the
 * base had seen it.
 */
export function isInDoubt(level: Pick<PoolLevel, 'seen' | 'base' | 'takenUnits' | 'returnedUnits' | 'isMerged'>): boolean {
  if (level.base === null) return false
  return unseenUnits(level) > Math.min(excessUnits(level.seen), excessUnits(level.base))
}

/** E: Shopify holds them for somebody, and no order that we know of tells for whom: one that is too old to be shown to us, perhaps. */
function excessUnits({ committedUnits, openUnits }: Sight): number {
  return Math.max(0, committedUnits - openUnits)
}

/** What a level should show. `pool` are the other levels that draw on the same stock, or on stock of those that do. */
export function wantedUnits(level: PoolLevel, pool: readonly PoolLevel[]): number {
  const free = freeUnits(level, pool)
  const shown = level.shareWeight === null ? free : shareOf(free, level, pool)
  return level.sellsNothing ? Math.min(shown, 0) : shown
}

function freeUnits(level: PoolLevel, pool: readonly PoolLevel[]): number {
  return level.promisedUnits - withheldUnits(level, [level, ...pool]) - neededUnits(level, pool)
}

/** What others sold of the same product, is promised to nobody's shelf yet, and can come from nowhere but here. */
function neededUnits(level: PoolLevel, pool: readonly PoolLevel[]): number {
  const others = pool.filter(each => each.productId === level.productId)
  const channels = new Map(others.flatMap(each => (each.groupId === null || each.groupId === level.groupId ? [] : [[each.groupId, each]])))
  const needOf = (units: number, { draws }: PoolLevel): Need => ({ units, places: [...new Set(draws.map(draw => draw.place))] })
  // What is unseen at a level that shares stock with this one is withheld from it already.
  const further = others.filter(each => unitsTaken(each, level) === 0)
  const needs = [
    ...[...channels.values()].map(each => needOf(each.queuedUnits, each)),
    ...further.map(each => needOf(unseenUnits(each) + each.seen.reservedUnits, each)),
  ]
  const free = new Map<string, number>()
  // Of a kit there are as many at a facility as of the part that is scarcest there.
  for (const { place, freeUnits: units, unitsEach } of others.flatMap(each => each.draws))
    free.set(place, Math.min(Math.floor(units / unitsEach), free.get(place) ?? Number.MAX_SAFE_INTEGER))
  return neededHere(new Set(level.draws.map(draw => draw.place)), needs, free)
}

/** What unseen sales and drafts take from a level: its own, and those of every level that shares its stock. */
function withheldUnits(from: PoolLevel, levels: readonly PoolLevel[]): number {
  return levels.reduce((sum, each) => sum + Math.ceil((unseenUnits(each) + each.seen.reservedUnits) * unitsTaken(each, from)), 0)
}

/** A channel of several facilities can have sold more than the others of them have: what it lacks is missing here. */
function ceilingUnits(level: PoolLevel, wider: PoolLevel, all: readonly PoolLevel[]): number {
  const own = new Set(level.draws.map(draw => draw.stock))
  const elsewhere = wider.draws.reduce((sum, draw) => sum + (own.has(draw.stock) ? 0 : Math.max(0, draw.freeUnits)), 0)
  return level.promisedUnits + elsewhere - wider.queuedUnits - withheldUnits(wider, all)
}

/**
 * The part of a level where a pool is split. The parts of all add up to what is free; and a part grows only into what the
 * others show no more, so that all together never show more than there is, whoever sells first.
 */
function shareOf(free: number, level: PoolLevel, pool: readonly PoolLevel[]): number {
  const sharing = pool.filter(each => each.shareWeight !== null && unitsTaken(each, level) > 0)
  const weights = sharing.reduce((sum, each) => sum + (each.shareWeight ?? 0), level.shareWeight ?? 0)
  if (free <= 0 || weights <= 0) return Math.min(free, 0)
  const part = Math.ceil((free * (level.shareWeight ?? 0)) / weights)
  const all = [level, ...pool]
  const wider = pool.filter(each => covers(each, level))
  const rooms = wider.map(each => ceilingUnits(level, each, all) - shownUnits(each, pool))
  return Math.min(part, Math.max(0, Math.min(free - shownUnits(level, pool), ...rooms)))
}

/** What the others show of the stock that a level draws on. */
function shownUnits(of: PoolLevel, pool: readonly PoolLevel[]): number {
  return pool.reduce((sum, each) => sum + Math.ceil(Math.max(0, each.seen.availableUnits) * unitsTaken(each, of)), 0)
}

/** How many units of `from` a unit of `each` takes away; 0: they share nothing. */
function unitsTaken(each: PoolLevel, from: PoolLevel): number {
  if (each === from) return 1
  const shares = each.draws.flatMap(draw => {
    const same = from.draws.find(other => other.stock === draw.stock)
    return same === undefined ? [] : [draw.unitsEach / same.unitsEach]
  })
  return Math.max(0, ...shares)
}

function covers(wider: PoolLevel, level: PoolLevel): boolean {
  if (wider.productId !== level.productId || wider.draws.length <= level.draws.length) return false
  return level.draws.every(draw => wider.draws.some(other => other.stock === draw.stock))
}

export type WaitCode = 'CHANNEL_WAITS_FOR_ORDERS' | 'CHANNEL_WAITS_FOR_PROMISE' | 'CHANNEL_WAITS_FOR_POOL'

export type Decision = { wantedUnits: number } & (
  | { kind: 'agrees' }
  /** `set` compares, `adjust` adds: a sale in between stays a sale with either. */
  | { kind: 'write'; by: 'set' | 'adjust'; fromUnits: number; units: number }
  | { kind: 'wait'; code: WaitCode }
)

export type LevelToDecide = {
  level: PoolLevel
  pool: readonly PoolLevel[]
  /**
   * Something changed (an order that we know, a movement, a newer target) that the promise does not hold yet. An order that is
   * known but not in the promise is neither unseen nor subtracted.
   */
  isPromiseBehind: boolean
  /** Others wrote it so lately that a comparison would only fail again. */
  isHot: boolean
}

export function decideLevel({ level, pool, isPromiseBehind, isHot }: LevelToDecide): Decision {
  const wanted = wantedUnits(level, pool)
  const fromUnits = level.seen.availableUnits
  if (wanted === fromUnits) return { kind: 'agrees', wantedUnits: wanted }
  if (wanted > fromUnits) {
    const code = whyNotRaised(level, pool, isPromiseBehind)
    if (code !== null) return { kind: 'wait', code, wantedUnits: wanted }
  }
  return { kind: 'write', by: isHot ? 'adjust' : 'set', fromUnits, units: wanted, wantedUnits: wanted }
}

/** An increase on old knowledge could give sold units back to a shop. */
function whyNotRaised(level: PoolLevel, pool: readonly PoolLevel[], isPromiseBehind: boolean): WaitCode | null {
  if ([level, ...pool].some(each => each.isMerged && each.base === null)) return 'CHANNEL_WAITS_FOR_ORDERS'
  if (isPromiseBehind) return 'CHANNEL_WAITS_FOR_PROMISE'
  if (pool.some(each => each.isMerged && !(each.isSettled && each.isFresh))) return 'CHANNEL_WAITS_FOR_POOL'
  return null
}

/** A level that was stale this lately is written by adding. */
export const HOT_MS = 60_000
/** So lately another level of the pool has to have been looked at for this one to be raised. */
export const FRESH_MS = 10_000

/** An observation becomes the base when every order up to its end is known. */
export function isProved(observedUntil: InstantMs, knownUntil: InstantMs | null): boolean {
  return knownUntil !== null && knownUntil > observedUntil
}

/** What orders did between two proved looks, in units of `available`: surely, and what may have been before, between or after. */
export type Between = { sureUnits: number; perhapsTakenUnits: number; perhapsReturnedUnits: number }

/**
 * What somebody else did to a level between two looks when everything was known: nothing, or so many units more or less
 * than orders and our own writes can explain.
 */
export function foreignUnits(before: Sight, after: Sight, between: Between): number {
  const did = othersDidUnits(after, before)
  const least = between.sureUnits - between.perhapsTakenUnits
  const most = between.sureUnits + between.perhapsReturnedUnits
  return did < least ? did - least : did > most ? did - most : 0
}
