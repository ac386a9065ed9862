import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

export const RULE_KIND_NAMES = [
  ...(['RG_SAFETY_STOCK', 'RG_THRESHOLD', 'RG_SHIPPING_FACILITY', 'RG_SHIPPING_CHANNEL'] as const),
  ...(['RG_PICKUP_FACILITY', 'RG_PICKUP_CHANNEL', 'EX_INV_BY_PRD_TYPE'] as const),
] as const
export const RULE_STATUSES = ['draft', 'active', 'archived'] as const

const WORDS_MAX = 500
const UNITS_MAX = 1_000_000
const name = z.string().trim().min(1).max(120)
const sequence = z.number().int().min(0).max(100_000)
const ruleId = z.number().int().positive().max(2_147_483_647)
const words = z.array(z.string().trim().min(1).max(200)).max(WORDS_MAX).default([])

const filters = {
  ...{ skusAny: words, skusNone: words, typesAny: words, typesNone: words, vendorsAny: words, vendorsNone: words },
  ...{ tagsAny: words, tagsAll: words, tagsNone: words, featuresAny: words, featuresAll: words, featuresNone: words },
  ...{ facilitiesAny: words, facilitiesNone: words, groupsAny: words, groupsNone: words },
}

/** What a person says of a rule. A filter that names nothing lets everything through. */
export const ruleText = z
  .object({
    ruleGroupId: ruleId,
    name,
    sequence: sequence.default(0),
    fromAt: instant.nullable().default(null),
    thruAt: instant.nullable().default(null),
    units: z.number().int().min(0).max(UNITS_MAX).nullable().default(null),
    isAllowed: z.boolean().nullable().default(null),
    ...filters,
  })
  .meta({ id: 'RuleText' })

const list = z.array(z.string())
export const rule = z
  .object({
    ruleId: z.number().int(),
    ruleGroupId: z.number().int(),
    group: z.string(),
    kind: z.enum(RULE_KIND_NAMES),
    name: z.string(),
    status: z.enum(RULE_STATUSES),
    sequence: z.number().int(),
    /** Where it stands among all: of the active rules that match, the last counts. */
    place: z.number().int(),
    fromAt: instant.nullable(),
    thruAt: instant.nullable(),
    units: z.number().int().nullable(),
    isAllowed: z.boolean().nullable(),
    ...{ skusAny: list, skusNone: list, typesAny: list, typesNone: list, vendorsAny: list, vendorsNone: list },
    ...{ tagsAny: list, tagsAll: list, tagsNone: list, featuresAny: list, featuresAll: list, featuresNone: list },
    ...{ facilitiesAny: list, facilitiesNone: list, groupsAny: list, groupsNone: list },
    changedAt: instant,
  })
  .meta({ id: 'Rule' })

export const rulesQuery = pageQuery.extend({
  status: z.enum(RULE_STATUSES).optional(),
  kind: z.enum(RULE_KIND_NAMES).optional(),
  search: z.string().max(200).optional(),
})
export const rulesPage = pageOf(rule)
export const ruleParams = z.object({ id: z.coerce.number().int().positive().max(2_147_483_647) })

export const newRuleGroup = z.object({ name, kind: z.enum(RULE_KIND_NAMES), sequence: sequence.default(0) }).meta({ id: 'NewRuleGroup' })
export const ruleGroup = z
  .object({
    ruleGroupId: z.number().int(),
    name: z.string(),
    kind: z.enum(RULE_KIND_NAMES),
    sequence: z.number().int(),
    rules: z.number().int(),
  })
  .meta({ id: 'RuleGroup' })
export const ruleGroupList = z.object({ rows: z.array(ruleGroup) })

/** Which change is tried: a new rule as active, or a known one, said anew or not, in a status. */
export const previewOf = z
  .object({
    ruleId: ruleId.nullable().default(null),
    rule: ruleText.nullable().default(null),
    status: z.enum(RULE_STATUSES).default('active'),
  })
  .refine(given => given.ruleId !== null || given.rule !== null, 'Say which rule: by its number, or what it says.')

/** What a change of rules would change, before it is made. */
export const preview = z
  .object({
    levels: z.number().int(),
    levelsMore: z.number().int(),
    levelsLess: z.number().int(),
    unitsMore: z.number().int(),
    unitsLess: z.number().int(),
    levelsWithdrawn: z.number().int(),
    levelsToldAgain: z.number().int(),
    locations: z.array(z.object({ shop: z.string(), location: z.string(), levels: z.number().int(), units: z.number().int() })),
    largest: z.array(
      z.object({ sku: z.string(), shop: z.string(), location: z.string(), unitsBefore: z.number().int(), unitsAfter: z.number().int() }),
    ),
  })
  .meta({ id: 'RulePreview' })

/** The words that rules may use: what products are described by, and the codes of places. */
export const ruleWords = z
  .object({ types: list, vendors: list, tags: list, features: list, facilities: list, groups: list })
  .meta({ id: 'RuleWords' })

/** Facilities whose stock is offered at more than one aggregate location of a shop, with the units that are. */
export const overlapList = z.object({
  rows: z.array(z.object({ shop: z.string(), facility: z.string(), locations: z.array(z.string()), units: z.number().int() })),
})
