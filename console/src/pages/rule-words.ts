import type { Rule, RuleText } from '../api/promise.ts'
import { whole } from '../parts/number.ts'
import { rules as texts } from '../texts/rules.ts'

export const KIND_WORDS: Record<Rule['kind'], string> = {
  RG_SAFETY_STOCK: texts.safetyStockAtFacilities,
  RG_THRESHOLD: texts.thresholdOfChannels,
  RG_SHIPPING_FACILITY: texts.onlineOrdersFromFacilities,
  RG_SHIPPING_CHANNEL: texts.onlineOrdersInChannels,
  RG_PICKUP_FACILITY: texts.pickupAtFacilities,
  RG_PICKUP_CHANNEL: texts.pickupInChannels,
  EX_INV_BY_PRD_TYPE: texts.excludedProducts,
}

/** A group's name, and what it sets where the name does not say it. */
export function groupSaid({ group, kind }: { group: string; kind: Rule['kind'] }): string {
  return group.toLowerCase() === KIND_WORDS[kind] ? group : `${group} · ${KIND_WORDS[kind]}`
}

export function setsOf(rule: Pick<Rule, 'kind' | 'units' | 'isAllowed'>): string {
  if (rule.units !== null) return texts.keep(texts.units(rule.units))
  if (rule.isAllowed !== null) return rule.isAllowed ? texts.allowed2 : texts.notAllowed2
  return texts.notToldToShops
}

type Filters = Pick<
  RuleText,
  | 'skusAny'
  | 'skusNone'
  | 'typesAny'
  | 'typesNone'
  | 'vendorsAny'
  | 'vendorsNone'
  | 'tagsAny'
  | 'tagsAll'
  | 'tagsNone'
  | 'featuresAny'
  | 'featuresAll'
  | 'featuresNone'
>

const SHOWN_MAX = 3

/** Which products a rule names, in words. */
export function productsOf(rule: Filters): string {
  const parts = [
    said('type', rule.typesAny, rule.typesNone),
    said('vendor', rule.vendorsAny, rule.vendorsNone),
    said('tag', [...(rule.tagsAny ?? []), ...(rule.tagsAll ?? []).map(tag => `+${tag}`)], rule.tagsNone),
    said('feature', [...(rule.featuresAny ?? []), ...(rule.featuresAll ?? []).map(feature => `+${feature}`)], rule.featuresNone),
    said('SKU', rule.skusAny, rule.skusNone),
  ].filter(part => part !== '')
  return parts.length === 0 ? texts.everyProduct : parts.join('; ')
}

export function placesOf(rule: Pick<RuleText, 'facilitiesAny' | 'facilitiesNone' | 'groupsAny' | 'groupsNone'>): string {
  const parts = [said('facility', rule.facilitiesAny, rule.facilitiesNone), said('group', rule.groupsAny, rule.groupsNone)].filter(
    part => part !== '',
  )
  return parts.length === 0 ? 'everywhere' : parts.join('; ')
}

function said(name: string, wanted: readonly string[] = [], unwanted: readonly string[] = []): string {
  const parts = [wanted.length > 0 ? `${name} ${shortened(wanted)}` : '', unwanted.length > 0 ? texts.not(name, shortened(unwanted)) : '']
  return parts.filter(part => part !== '').join(', ')
}

function shortened(words: readonly string[]): string {
  const more = words.length - SHOWN_MAX
  return `${words.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? texts.andMore(whole(more)) : ''}`
}
