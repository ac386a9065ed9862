import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'

/**
 * What a channel may promise at one of its locations: the sum over the facilities that feed it of what each can spare, less
 * what already waits unassigned, less what the channel keeps back.
 *
 * A facility's safety stock and a channel's threshold hide stock and never more than there is: they do not eat what another
 * facility has. Reservations do: more reserved than there is, at a facility or in the queue, is stock that was sold and does
 * not exist, and takes from the promise of everything that draws on it. So the promise can lie below nothing (`deficitUnits`),
 * and what is offered is never less than nothing (`sellableUnits`).
 *
 * A facility that was never counted gives nothing and is said to be unknown. This is the specification of
 * `recomputeTargets` in target-store.ts, which does the same in SQL for whole sets; `explainAvailability` gives each term.
 */
export type StockTerms = {
  /** null: never counted here, which is unknown and not zero. */
  onHandUnits: number | null
  /** Held by orders of it, and by orders of the kits that it is a part of. */
  reservedUnits: number
  safetyStockUnits: number
  /** The rule that says so; null: it was said for this product here, or nowhere. */
  safetyRule: string | null
}

/** What one kit takes of a component, and what there is of that. */
export type ComponentTerms = StockTerms & { sku: string; unitsPerKit: number }

export type FacilityTerms = StockTerms & {
  facility: string
  /** Switched off for this kind of sale: what is here is no part of the promise. */
  isSwitchedOff: boolean
  switchRule: string | null
  /** A kit is as many as its scarcest component allows: its own on hand and reserved do not count. Empty: no kit. */
  components: ComponentTerms[]
}

export type ChannelTerms = {
  facilities: readonly FacilityTerms[]
  /** Kept back once per product for the whole channel; 0 where a location stands for one facility. */
  thresholdUnits: number
  thresholdRule: string | null
  /** Open order units that no facility holds yet, once, where the shop committed them. */
  queuedUnits: number
  /** The channel is switched off, or off for this product. */
  isSwitchedOff: boolean
  switchRule: string | null
  /** Pre-orders or backorders wait, and the channel holds the stock for them. */
  isHeldForPreorders: boolean
}

export type FacilityExplanation = FacilityTerms & {
  /** On hand less reserved; below nothing when more was sold than there is. */
  freeUnits: number
  /** What it gives to the promise. */
  spareUnits: number
  sellableUnits: number
}

export type Explanation = Omit<ChannelTerms, 'facilities'> & {
  facilities: FacilityExplanation[]
  sumUnits: number
  sellableUnits: number
  deficitUnits: number
  /** In words: "408 on hand − 4 reserved − 2 safety stock = 402". */
  sentence: string
}

/** A promise as it is stored, with everything that it is made of. */
export type TargetTerms = {
  shopId: number
  locationId: number
  productId: number
  shop: string
  location: string
  kind: 'facility' | 'group'
  /** The stored number, which the explanation has to add up to. */
  sellableUnits: number
  deficitUnits: number
  revision: number
  changedAt: InstantMs
  /** Why the promise is not told to the shop, and by which rule; null: it is told. */
  withdrawnCode: 'OUTBOX_UNTRACKED' | 'OUTBOX_EXCLUDED' | null
  withdrawnRule: string | null
} & ChannelTerms

/** A promise explained: the terms, the sum, and beside it the stored number, from which it differs only while a change is on its way. */
export function explainTarget(terms: TargetTerms) {
  const { shop, shopId, location, locationId, kind, sellableUnits, revision, changedAt, withdrawnCode, withdrawnRule } = terms
  const target = { shop, shopId, location, locationId, kind }
  return { ...explainAvailability(terms), target, storedUnits: sellableUnits, revision, changedAt, withdrawnCode, withdrawnRule }
}

/** What stock can spare: its safety stock hides what is there, and never makes less than nothing of it. */
function spareOf(freeUnits: number, safetyStockUnits: number): number {
  return freeUnits < 0 ? freeUnits : Math.max(0, freeUnits - safetyStockUnits)
}

/** A count below nothing is a count of nothing: only what is reserved makes a deficit. */
function freeOf(terms: StockTerms): number | null {
  return terms.onHandUnits === null ? null : Math.max(0, terms.onHandUnits) - terms.reservedUnits
}

/** `beforeUnits`: before its own safety stock is kept back. */
type Stock = { freeUnits: number; beforeUnits: number; spareUnits: number }

/** null: unknown. */
function stockAt(terms: FacilityTerms): Stock | null {
  const stock = terms.components.length > 0 ? kitsAt(terms.components) : plainAt(terms)
  return stock && { ...stock, spareUnits: spareOf(stock.beforeUnits, terms.safetyStockUnits) }
}

function plainAt(terms: StockTerms): Omit<Stock, 'spareUnits'> | null {
  const freeUnits = freeOf(terms)
  return freeUnits === null ? null : { freeUnits, beforeUnits: freeUnits }
}

/** As many as the scarcest component allows. One component that was never counted leaves the whole kit unknown. */
function kitsAt(components: readonly ComponentTerms[]): Omit<Stock, 'spareUnits'> | null {
  let kits = { freeUnits: Number.POSITIVE_INFINITY, beforeUnits: Number.POSITIVE_INFINITY }
  for (const component of components) {
    const free = freeOf(component)
    if (free === null) return null
    const spare = spareOf(free, component.safetyStockUnits)
    kits = {
      freeUnits: Math.min(kits.freeUnits, Math.floor(free / component.unitsPerKit)),
      beforeUnits: Math.min(kits.beforeUnits, Math.floor(spare / component.unitsPerKit)),
    }
  }
  return kits
}

export function explainAvailability(terms: ChannelTerms): Explanation {
  const { thresholdUnits, thresholdRule, queuedUnits, isSwitchedOff, switchRule, isHeldForPreorders } = terms
  const facilities = terms.facilities.map(facility => {
    const stock = facility.isSwitchedOff ? null : stockAt(facility)
    const { freeUnits, spareUnits } = stock ?? { freeUnits: 0, spareUnits: 0 }
    return { ...facility, freeUnits, spareUnits, sellableUnits: Math.max(0, spareUnits) }
  })
  const freeUnits = facilities.reduce((sum, facility) => sum + facility.freeUnits, 0)
  const sumUnits = facilities.reduce((sum, facility) => sum + facility.spareUnits, 0)
  const promise = promiseOf({ ...terms, freeUnits, sumUnits })
  const sellableUnits = Math.max(0, promise)
  const channel = { thresholdUnits, thresholdRule, queuedUnits, isSwitchedOff, switchRule, isHeldForPreorders }
  const sum = { facilities, sumUnits, ...channel, sellableUnits }
  const deficitUnits = Math.max(0, -promise)
  return { ...sum, deficitUnits, sentence: sentenceOf({ ...sum, deficitUnits }) }
}

/** Below nothing only where more is reserved and queued than there is: what is kept back makes no deficit. */
function promiseOf(of: { freeUnits: number; sumUnits: number } & ChannelTerms): number {
  const free = of.freeUnits - of.queuedUnits
  const promise = free < 0 ? free : Math.max(0, of.sumUnits - of.queuedUnits - of.thresholdUnits)
  return of.isSwitchedOff || of.isHeldForPreorders ? Math.min(0, promise) : promise
}

/** The promise in words; with `more`, what is taken off it on the way to the shop, to what the shop is told. */
export function sentenceOf(of: Omit<Explanation, 'sentence'>, more: readonly Part[] = [], toldUnits: number | null = null): string {
  if (of.isSwitchedOff) return 'not sold in this channel, so nothing is promised'
  const only = of.facilities.length === 1 ? of.facilities[0] : undefined
  if (only?.isSwitchedOff) return `not sold from ${only.facility}, so nothing is promised`
  const stock = only ? stockAt(only) : null
  if (only && stock === null) return `never counted at ${only.facility}: unknown, so nothing is promised`
  const terms = only && stock ? partsOf(only, stock) : [{ units: of.sumUnits, said: `to spare at ${of.facilities.length} facilities` }]
  terms.push({ units: of.queuedUnits, said: 'queued' }, { units: of.thresholdUnits, said: 'threshold' }, ...more)
  const [first, ...less] = terms
  const kept = less.filter(term => term.units > 0)
  const sum = [first, ...kept].map(term => `${signed(term?.units ?? 0)} ${term?.said}`).join(' − ')
  if (of.isHeldForPreorders) return `${sum}: held for pre-orders and backorders, so nothing is promised`
  const total = kept.reduce((rest, term) => rest - term.units, first?.units ?? 0)
  if (toldUnits !== null && toldUnits !== total) return `${sum} = ${signed(total)}, told as ${signed(toldUnits)}`
  return `${sum} = ${total < 0 && toldUnits === null ? `${signed(total)}, floored at 0` : signed(total)}`
}

export type Part = { units: number; said: string }

function partsOf(facility: FacilityExplanation, stock: Stock): Part[] {
  const kept = { units: facility.safetyStockUnits, said: 'safety stock' }
  if (facility.components.length > 0) return [{ units: stock.beforeUnits, said: `kits, as ${scarcestOf(facility).sku} allows` }, kept]
  return [{ units: facility.onHandUnits ?? 0, said: 'on hand' }, { units: facility.reservedUnits, said: 'reserved' }, kept]
}

/** The component that says how many kits there are: the first of the scarcest. */
export function scarcestOf(facility: Pick<FacilityTerms, 'components'>): ComponentTerms {
  const perKit = (one: ComponentTerms) => spareOf(freeOf(one) ?? 0, one.safetyStockUnits) / one.unitsPerKit
  return facility.components.reduce((least, one) => (Math.floor(perKit(one)) < Math.floor(perKit(least)) ? one : least))
}

function signed(units: number): string {
  return units < 0 ? `−${grouped(-units)}` : grouped(units)
}
