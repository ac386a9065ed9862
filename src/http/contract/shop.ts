import { z } from 'zod'
import { ACCESS_SCOPES, accessScopeGiven } from './access-scope.ts'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'
import { runKind } from './proof.ts'

export const shopInList = z
  .object({
    code: z.string(),
    name: z.string(),
    apiUrl: z.string(),
    apiVersion: z.string(),
    /** What it comes to; where nobody chose one it is read only. */
    accessScope: z.enum(ACCESS_SCOPES),
    isAccessScopeSet: z.boolean(),
    isEnabled: z.boolean(),
    catalogReadAt: instant.nullable(),
    locations: z.number().int(),
    locationsMapped: z.number().int(),
    itemsLinked: z.number().int(),
    ordersKnownUntil: instant.nullable(),
    health: z.object({
      state: z.enum(['unknown', 'reachable', 'unreachable', 'refused']),
      code: z.string().nullable(),
      message: z.string().nullable(),
      since: instant.nullable(),
      retryAt: instant.nullable(),
      grantedScopes: z.array(z.string()).nullable(),
      /** Why nothing may be written although the shop answers. */
      held: z.object({ code: z.string(), message: z.string(), since: instant }).nullable(),
    }),
    /** Changes that wait for this shop. */
    waiting: z.number().int(),
  })
  .meta({ id: 'Shop' })

const code = z
  .string()
  .max(60)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'A code is letters, digits, `-`, `_` and `.`.')

/** A token never travels in the clear, except to a shop that is simulated on this machine. */
const shopUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine(url => /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/.test(url), 'The address begins with https://.')

export const newShop = z
  .object({
    code,
    name: z.string().trim().min(1).max(200).optional(),
    url: shopUrl,
    /**
     * The Admin API access token of the app that is installed in the shop. It is sealed and never given out again. Left out: the one that
     * is known, or the shop's credential says how a token is come by.
     */
    token: z
      .string()
      .max(500)
      .regex(/^[\x21-\x7e]+$/, 'A token has no blanks.')
      .optional(),
    /** Left out: as it was, and read only where nobody has chosen yet. */
    accessScope: accessScopeGiven.optional(),
  })
  .meta({ id: 'NewShop' })

export const addedShop = z.object({
  code: z.string(),
  name: z.string(),
  apiUrl: z.string(),
  accessScope: z.enum(ACCESS_SCOPES),
  /** It may be written to and is not yet: first somebody sees what going live would change there. */
  isShadow: z.boolean(),
})

export const shopParams = z.object({ code: z.string().min(1).max(60) })

export const locationParams = shopParams.extend({ locationId: z.coerce.number().int().positive().max(2_147_483_647) })

export const locationInList = z
  .object({
    locationId: z.number().int(),
    locationGid: z.string(),
    name: z.string(),
    isActive: z.boolean(),
    isFulfillmentService: z.boolean(),
    /** The codes of what it is mapped to: at most one of the two. */
    facility: z.string().nullable(),
    group: z.string().nullable(),
    /** The facility of the same name, where neither is mapped yet. */
    proposedFacility: z.string().nullable(),
  })
  .meta({ id: 'Location' })

export const locationList = z.object({
  shop: z.string(),
  /** Null: the shop was not read yet. */
  catalogReadAt: instant.nullable(),
  rows: z.array(locationInList),
})

export const newMapping = z
  .object({ facility: z.string().optional(), group: z.string().optional() })
  .refine(
    given => (given.facility === undefined) !== (given.group === undefined),
    'A location is mapped to one facility or to one group: name one of them.',
  )

export const mapping = z.object({
  shop: z.string(),
  locationId: z.number().int(),
  facility: z.string().nullable(),
  group: z.string().nullable(),
})

export const newGroup = z.object({
  code,
  name: z.string().trim().min(1).max(200).optional(),
  facilities: z.array(z.string()).min(1).max(1_000),
})

export const group = z.object({ code: z.string(), name: z.string(), facilities: z.array(z.string()) }).meta({ id: 'FacilityGroup' })

export const shopList = z.object({ rows: z.array(shopInList) })

export const findingsQuery = pageQuery.extend({
  code: z.string().optional(),
  shop: z.string().optional(),
  search: z.string().max(200).optional(),
})

export const linkFinding = z
  .object({
    shop: z.string(),
    code: z.string(),
    sku: z.string(),
    inventoryItemGid: z.string().nullable(),
    product: z.string().nullable(),
    detail: z.string(),
    foundAt: instant,
  })
  .meta({ id: 'LinkFinding' })

export const findingsPage = pageOf(linkFinding).extend({ byCode: z.array(z.object({ code: z.string(), findings: z.number().int() })) })

export const intentsQuery = pageQuery.extend({ state: z.enum(['pending', 'sending', 'blocked']).optional() })

export const intentInList = z
  .object({
    shop: z.string(),
    location: z.string(),
    sku: z.string(),
    units: z.number().int(),
    revision: z.number().int(),
    state: z.enum(['pending', 'sending', 'confirmed', 'blocked']),
    attempt: z.number().int(),
    code: z.string().nullable(),
    hint: z.string().nullable(),
    createdAt: instant,
    dueAt: instant,
  })
  .meta({ id: 'Intent' })

export const intentsPage = pageOf(intentInList)

export const differenceInList = z
  .object({
    shop: z.string(),
    location: z.string(),
    sku: z.string(),
    verdict: z.enum(['different', 'not_stocked']),
    expectedUnits: z.number().int(),
    shopUnits: z.number().int().nullable(),
    differentSince: instant.nullable(),
    readAt: instant,
  })
  .meta({ id: 'Difference' })

export const differencesPage = pageOf(differenceInList)

export const comparison = z
  .object({
    runId: z.number().int(),
    shop: z.string(),
    kind: runKind,
    startedAt: instant,
    finishedAt: instant.nullable(),
    levelsCompared: z.number().int(),
    levelsEqual: z.number().int(),
    levelsDifferent: z.number().int(),
    levelsWaiting: z.number().int(),
    levelsNotStocked: z.number().int(),
    code: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Comparison' })

export const comparisonList = z.object({ rows: z.array(comparison) })

export const ordersOfShop = z
  .object({
    shop: z.string(),
    /** Every order changed before this instant of the shop's clock is known; null: none was ever asked for. */
    knownUntil: instant.nullable(),
    polledAt: instant.nullable(),
    askedAt: instant.nullable(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    orders: z.number().int(),
    openUnits: z.number().int(),
  })
  .meta({ id: 'OrdersOfShop' })

export const ordersList = z.object({ rows: z.array(ordersOfShop) })
