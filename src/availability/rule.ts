import type { InstantMs } from '../kernel/clock.ts'

/**
 * Rules say what is kept back and what is sold where, for kinds of products at kinds of places. Of all that are in effect and
 * match, the last counts: by the sequence of their group, their own, and their age. A product that leaves a filter has again
 * what was said of it before, or the default, since a rule writes no values anywhere. `refreshRules` in rule-store.ts does
 * this for all products at once; this is its specification.
 */
export const RULE_KINDS = {
  RG_SAFETY_STOCK: { sets: 'units', at: 'facility' },
  RG_THRESHOLD: { sets: 'units', at: 'channel' },
  RG_SHIPPING_FACILITY: { sets: 'switch', at: 'facility' },
  RG_SHIPPING_CHANNEL: { sets: 'switch', at: 'channel' },
  RG_PICKUP_FACILITY: { sets: 'switch', at: 'facility' },
  RG_PICKUP_CHANNEL: { sets: 'switch', at: 'channel' },
  EX_INV_BY_PRD_TYPE: { sets: 'nothing', at: 'everywhere' },
} as const

export type RuleKind = keyof typeof RULE_KINDS

/** What a product has to be, and must not be. An empty list asks for nothing. Words are in lower case, SKUs to the letter. */
export type ProductFilter = {
  skusAny: string[]
  skusNone: string[]
  typesAny: string[]
  typesNone: string[]
  vendorsAny: string[]
  vendorsNone: string[]
  tagsAny: string[]
  tagsAll: string[]
  tagsNone: string[]
  featuresAny: string[]
  featuresAll: string[]
  featuresNone: string[]
}

/** Where a rule holds, by codes. At facilities: those named and the members of groups named; in channels: the groups named. */
export type PlaceFilter = {
  facilitiesAny: string[]
  facilitiesNone: string[]
  groupsAny: string[]
  groupsNone: string[]
}

export type Rule = {
  ruleId: number
  kind: RuleKind
  /** Where it stands among all: the last one that matches counts. */
  place: number
  status: 'draft' | 'active' | 'archived'
  fromAt: InstantMs | null
  thruAt: InstantMs | null
  units: number | null
  isAllowed: boolean | null
} & ProductFilter &
  PlaceFilter

export type Product = {
  skus: readonly string[]
  type: string | null
  vendor: string | null
  tags: readonly string[]
  features: readonly string[]
}

export function isInEffect(rule: Pick<Rule, 'status' | 'fromAt' | 'thruAt'>, now: InstantMs): boolean {
  return rule.status === 'active' && (rule.fromAt === null || rule.fromAt <= now) && (rule.thruAt === null || rule.thruAt > now)
}

export function matchesProduct(filter: ProductFilter, product: Product): boolean {
  return (
    isOneOf(filter.skusAny, product.skus) &&
    isNoneOf(filter.skusNone, product.skus) &&
    isOneOf(filter.typesAny, listOf(product.type)) &&
    isNoneOf(filter.typesNone, listOf(product.type)) &&
    isOneOf(filter.vendorsAny, listOf(product.vendor)) &&
    isNoneOf(filter.vendorsNone, listOf(product.vendor)) &&
    isOneOf(filter.tagsAny, product.tags) &&
    filter.tagsAll.every(tag => product.tags.includes(tag)) &&
    isNoneOf(filter.tagsNone, product.tags) &&
    isOneOf(filter.featuresAny, product.features) &&
    filter.featuresAll.every(feature => product.features.includes(feature)) &&
    isNoneOf(filter.featuresNone, product.features)
  )
}

export function matchesFacility(filter: PlaceFilter, facility: { code: string; groups: readonly string[] }): boolean {
  const isWanted =
    filter.facilitiesAny.length + filter.groupsAny.length === 0 ||
    filter.facilitiesAny.includes(facility.code) ||
    filter.groupsAny.some(group => facility.groups.includes(group))
  return isWanted && !filter.facilitiesNone.includes(facility.code) && isNoneOf(filter.groupsNone, facility.groups)
}

export function matchesChannel(filter: PlaceFilter, channel: { code: string }): boolean {
  return isOneOf(filter.groupsAny, [channel.code]) && !filter.groupsNone.includes(channel.code)
}

/** The rule that counts for a product at a place, which the caller has matched already; null: none says anything. */
export function lastOf(rules: readonly Rule[], kind: RuleKind): Rule | null {
  return rules.filter(rule => rule.kind === kind).reduce<Rule | null>((last, rule) => (last && last.place > rule.place ? last : rule), null)
}

/** Why a rule cannot be as it is; null: it can. */
export function refusalOf(rule: Pick<Rule, 'kind' | 'units' | 'isAllowed' | 'fromAt' | 'thruAt'> & ProductFilter): string | null {
  const { sets } = RULE_KINDS[rule.kind]
  if (sets === 'units' && (rule.units === null || rule.isAllowed !== null))
    return 'It keeps units back, so it needs a number of units and no switch.'
  if (sets === 'switch' && (rule.isAllowed === null || rule.units !== null))
    return 'It switches selling on or off, so it needs a switch and no units.'
  if (sets === 'nothing' && (rule.units !== null || rule.isAllowed !== null))
    return 'It only says which products are excluded: no units, no switch.'
  if (sets === 'nothing' && !namesProducts(rule)) return 'It would exclude every product: name types, tags or SKUs.'
  if (rule.fromAt !== null && rule.thruAt !== null && rule.thruAt <= rule.fromAt) return 'It ends before it begins.'
  return null
}

/** A rule that names no products holds for all of them, those without a description included. */
export function namesProducts(filter: ProductFilter): boolean {
  return PRODUCT_FILTERS.some(name => filter[name].length > 0)
}

export const PRODUCT_FILTERS = [
  ...(['skusAny', 'skusNone', 'typesAny', 'typesNone', 'vendorsAny', 'vendorsNone'] as const),
  ...(['tagsAny', 'tagsAll', 'tagsNone', 'featuresAny', 'featuresAll', 'featuresNone'] as const),
]
export const PLACE_FILTERS = ['facilitiesAny', 'facilitiesNone', 'groupsAny', 'groupsNone'] as const

function isOneOf(wanted: readonly string[], words: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some(word => words.includes(word))
}

function isNoneOf(unwanted: readonly string[], words: readonly string[]): boolean {
  return !unwanted.some(word => words.includes(word))
}

function listOf(word: string | null): string[] {
  return word === null ? [] : [word]
}
