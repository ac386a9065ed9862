/*
 * The world, which does not wait for anybody's sync: customers who buy, some of whom cancel, clerks who ship, move, lay
 * aside and type numbers over others. Everything is planned from a seed, so the same seed does the same harm. What is
 * bought follows real invoices (see `demand.ts`).
 */

import type { Simulated } from './answer.ts'
import { between, type Chance, seededChance, waitMs } from './chance.ts'
import { placingOf } from './control-orders.ts'
import { type Basket, realBaskets } from './demand.ts'
import { completeDraft, holdDraft, moveFulfillmentOrder, releaseDraft } from './order-changes.ts'
import { cancelOrder, fulfilOrder, OrderRefused, placeOrder, type Wish } from './orders.ts'
import type { ItemRow, LevelRow, OrderRow } from './rows.ts'
import { isSimple, placeOf } from './shop.ts'
import { move } from './stock.ts'

export type AdversaryOptions = {
  seed?: number
  /** A quiet shop has ten, a flash sale ten thousand. */
  ordersPerHour: number
  /** How long customers keep coming; what follows from their orders may happen later. */
  forMs: number
  /** What is on sale; everything that is tracked unless said otherwise. The first is the best seller. */
  skus?: string[]
  /** At most so many lines an order and units a line. */
  linesMax?: number
  unitsMax?: number
  /** False: customers buy what is not there, as by another channel that does not look. */
  onlyIfAvailable?: boolean
  /** Shares of the orders, from 0 to 1, and how long after the order at the latest. */
  cancelShare?: number
  cancelAfterMs?: number
  /** Of the cancelled ones: given back to the shelf. */
  restockShare?: number
  fulfilShare?: number
  fulfilAfterMs?: number
  /** Goes to another location. */
  moveShare?: number
  moveAfterMs?: number
  /** Laid aside as a draft first; half of them are bought in the end. */
  draftShare?: number
  draftForMs?: number
  /** Numbers typed over others, up to so many units up or down. */
  editsPerHour?: number
  editUnitsMax?: number
  /** Whether a typed number is the truth (something was found or broken) or a mistake that only the shop believes. */
  editsAreTrue?: boolean
}

export type Adversary = { stop(): void }

/** Plans the first customer; each plans the next, until the time is over. `now` is the world's clock. */
export function startAdversary(simulated: Simulated, given: AdversaryOptions, now: number): Adversary {
  const options = checked(given)
  const chance = seededChance(options.seed)
  const { agenda } = simulated.shop.world
  const baskets = realBaskets()
  const items = itemsOnSale(simulated, given.skus)
  const until = now + options.forMs
  let isOver = false
  const plan = (at: number, act: (at: number) => void): void =>
    agenda.add(at, due => {
      if (!isOver) act(due)
    })

  const nextOrder = (after: number): void => {
    const at = after + waitMs(chance, options.ordersPerHour)
    if (at > until) return
    plan(at, due => {
      customer(simulated, { options, chance, items, baskets, plan }, due)
      nextOrder(due)
    })
  }
  const nextEdit = (after: number): void => {
    const at = after + waitMs(chance, options.editsPerHour)
    if (at > until) return
    plan(at, due => {
      typeOver(simulated, { options, chance, items }, due)
      nextEdit(due)
    })
  }
  if (options.ordersPerHour > 0) nextOrder(now)
  if (options.editsPerHour > 0) nextEdit(now)
  return {
    stop: () => {
      isOver = true
    },
  }
}

type Checked = Required<Omit<AdversaryOptions, 'skus'>>
type Hands = {
  options: Checked
  chance: Chance
  items: readonly ItemRow[]
  baskets: readonly Basket[]
  plan: (at: number, act: (at: number) => void) => void
}

const DEFAULTS: Checked = {
  seed: 1,
  ordersPerHour: 0,
  forMs: 0,
  linesMax: 2,
  unitsMax: 2,
  onlyIfAvailable: true,
  cancelShare: 0,
  cancelAfterMs: 600_000,
  restockShare: 1,
  fulfilShare: 0,
  fulfilAfterMs: 600_000,
  moveShare: 0,
  moveAfterMs: 300_000,
  draftShare: 0,
  draftForMs: 300_000,
  editsPerHour: 0,
  editUnitsMax: 3,
  editsAreTrue: false,
}

function checked(given: AdversaryOptions): Checked {
  for (const [name, value] of Object.entries(given)) {
    if (name === 'skus' && Array.isArray(value)) continue
    const wanted = DEFAULTS[name as keyof Checked]
    if (wanted === undefined || typeof value !== typeof wanted || (typeof value === 'number' && !(value >= 0)))
      throw new Error(`The adversary cannot have ${name} ${JSON.stringify(value)}; it has ${Object.keys(DEFAULTS).join(', ')}, skus.`)
  }
  return { ...DEFAULTS, ...given }
}

function itemsOnSale(simulated: Simulated, skus: readonly string[] | undefined): ItemRow[] {
  const all = [...simulated.shop.tables.items.values()].filter(isSimple)
  const items = skus === undefined ? all : skus.flatMap(sku => all.filter(item => item.sku === sku))
  if (items.length === 0) throw new Error('There is nothing on sale that is tracked.')
  return items
}

function customer(simulated: Simulated, hands: Hands, at: number): void {
  const { options, chance, plan } = hands
  const wishes = wishesOf(hands)
  // Drawn whatever comes of it, so that one refusal does not change all that follows.
  const fate = { draft: chance(), cancel: chance(), restock: chance(), fulfil: chance(), move: chance(), wait: chance(), buys: chance() }
  const now = at + simulated.dials.clockSkewMs
  try {
    if (fate.draft < options.draftShare) {
      const there = wishes.filter(wish => isThere(simulated, wish))
      if (there.length === 0) return
      const draft = holdDraft(simulated.shop, there, now)
      plan(at + fate.wait * options.draftForMs, due => {
        const dueNow = due + simulated.dials.clockSkewMs
        if (fate.buys < 0.5) completeDraft(simulated.shop, draft, placingOf(simulated, dueNow, false))
        else releaseDraft(simulated.shop, draft, dueNow)
      })
      return
    }
    const order = placeOrder(simulated.shop, wishes, placingOf(simulated, now, options.onlyIfAvailable))
    planFate(simulated, hands, { order, at, fate })
  } catch (error) {
    if (!(error instanceof OrderRefused)) throw error // A customer who is told that nothing is left goes away.
  }
}

type Fate = { cancel: number; restock: number; fulfil: number; move: number; wait: number }

/** What becomes of the order, never before it exists. */
function planFate(simulated: Simulated, { options, plan }: Hands, of: { order: OrderRow; at: number; fate: Fate }): void {
  const { order, fate } = of
  const { dials, shop } = simulated
  const from = of.at + dials.orderExistsAfterMs + dials.orderRoutedAfterMs
  const shopTime = (due: number): number => due + dials.clockSkewMs
  const tryTo = (at: number, act: (now: number) => void): void =>
    plan(at, due => {
      try {
        act(shopTime(due))
      } catch (error) {
        if (!(error instanceof OrderRefused)) throw error // It was cancelled or shipped meanwhile.
      }
    })
  if (fate.move < options.moveShare) tryTo(from + fate.wait * options.moveAfterMs, now => moveSomewhere(simulated, order, now))
  if (fate.cancel < options.cancelShare)
    tryTo(from + fate.wait * options.cancelAfterMs, now => cancelOrder(shop, order, { now, restock: fate.restock < options.restockShare }))
  else if (fate.fulfil < options.fulfilShare)
    tryTo(from + fate.wait * options.fulfilAfterMs, now => fulfilOrder(shop, order, { now, fulfillmentOrderId: null }))
}

function moveSomewhere(simulated: Simulated, order: OrderRow, now: number): void {
  const part = order.fulfillmentOrders.find(each => each.status === 'OPEN')
  const others = [...simulated.shop.tables.locations.values()].filter(each => each.active && each.id !== part?.locationId)
  const to = others[order.id % Math.max(1, others.length)]
  if (part === undefined || to === undefined) return
  const touchesOrder = simulated.dials.laterChangesTouchOrder
  moveFulfillmentOrder(simulated.shop, order, part, { locationId: to.id, now, touchesOrder })
}

function wishesOf({ options, chance, items, baskets }: Hands): Wish[] {
  const basket = baskets[Math.floor(chance() * baskets.length)] as Basket
  const wanted = new Map<number, number>()
  const from = Math.floor(chance() * basket.length)
  for (let at = 0; at < Math.min(options.linesMax, basket.length); at++) {
    const line = basket[(from + at) % basket.length] as Basket[0]
    const item = items[line.rank % items.length] as ItemRow
    wanted.set(item.id, Math.max(1, Math.min(line.units, between(chance, 1, Math.max(1, options.unitsMax)))))
  }
  return [...wanted].map(([itemId, units]) => ({ itemId, units, locationId: null }))
}

/** A clerk does not lay aside what the shop says is gone. */
function isThere(simulated: Simulated, wish: Wish): boolean {
  return simulated.shop.tables.levelsOfItem(wish.itemId).some(level => level.active && level.quantities.available >= wish.units)
}

function typeOver(simulated: Simulated, { options, chance, items }: Pick<Hands, 'options' | 'chance' | 'items'>, at: number): void {
  const item = items[Math.floor(chance() * items.length)] as ItemRow
  const levels = simulated.shop.tables.levelsOfItem(item.id).filter(level => level.active)
  const level = levels[Math.floor(chance() * levels.length)] as LevelRow | undefined
  const units = between(chance, 1, Math.max(1, options.editUnitsMax)) * (chance() < 0.5 ? -1 : 1)
  if (level === undefined) return
  const delta = Math.max(units, -Math.max(0, level.quantities.available))
  if (delta === 0) return
  move(level, 'available', delta, at + simulated.dials.clockSkewMs)
  simulated.shop.tables.put('levels', level)
  // Negative units of a sale: the pools behind the level gain or lose what was found or broken.
  if (options.editsAreTrue) simulated.shop.world.truth.gaveBack(placeOf(simulated.shop, level.itemId, level.locationId), delta)
}
