import { z } from 'zod'
import { ACCESS_SCOPES, accessScopeGiven } from './access-scope.ts'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'
import { shopInList, shopParams } from './shop.ts'

export const TROUBLE_CLASSES = ['outage', 'throttled', 'auth', 'scope', 'shop', 'held', 'conflict', 'bad_data', 'our_bug'] as const

/** Why somebody did something, in their own words. */
export const reasonGiven = z.string().trim().min(3, 'A reason has a few letters at least.').max(500)

const neededScope = z.object({
  handle: z.string(),
  neededFor: z.string(),
  without: z.enum(['nothing_works', 'not_written', 'decreases_only']),
  /** Null: Shopify was not asked yet. */
  isGranted: z.boolean().nullable(),
})

export const credentialInDetail = z.object({
  kind: z.enum(['static', 'client_credentials', 'refresh_token']),
  clientId: z.string().nullable(),
  isSecretKnown: z.boolean(),
  isOldSecretKnown: z.boolean(),
  /** Null: it does not expire, or none was fetched yet. */
  accessExpiresAt: instant.nullable(),
  refreshExpiresAt: instant.nullable(),
  renewedAt: instant.nullable(),
})

const webhooksInDetail = z.object({
  state: z.enum(['off', 'on', 'unchecked']),
  reason: z.string().nullable(),
  /** Subscriptions that were found missing, and made again. */
  mended: z.number().int(),
  checkedAt: instant.nullable(),
  topics: z.array(z.object({ topic: z.string(), why: z.string(), refused: z.string().nullable(), lastAt: instant.nullable() })),
})

export const shopDetail = shopInList
  .extend({
    /** What is the matter and whose turn it is, in one sentence. */
    sentence: z.string(),
    /** Everything is done but the write, beside the tool that it replaces. */
    isShadow: z.boolean(),
    /** False: nothing was ever written there, as far back as the job log is kept. */
    wasWritten: z.boolean(),
    /** Why and when it was switched off; null: it is on. */
    stopped: z.object({ reason: z.string(), at: instant }).nullable(),
    token: credentialInDetail,
    webhooks: webhooksInDetail,
    circuit: z.enum(['closed', 'open', 'probing']),
    scopes: z.object({ askedAt: instant.nullable(), needed: z.array(neededScope), others: z.array(z.string()) }),
    /** Where these stand in Shopify's own admin; null: the address does not say which shop it is. */
    links: z.object({
      status: z.string(),
      admin: z.string().nullable(),
      appPermissions: z.string().nullable(),
      uploads: z.string().nullable(),
    }),
    /** What went wrong within the last day, by class. */
    troubles: z.array(
      z.object({
        class: z.enum(TROUBLE_CLASSES),
        word: z.string(),
        rule: z.string(),
        turn: z.enum(['nobody', 'person', 'us']),
        requests: z.number().int(),
        lastAt: instant,
      }),
    ),
  })
  .meta({ id: 'ShopDetail' })

export const newAccessScope = z.object({ accessScope: accessScopeGiven, reason: z.string().trim().max(500).optional() })
export const accessScopeOfShop = z.object({
  shop: z.string(),
  accessScope: z.enum(ACCESS_SCOPES),
  isAccessScopeSet: z.boolean(),
  /** Nothing is written: it was never live, and nobody has seen yet what going live would change there. */
  isShadow: z.boolean(),
  /** Changes that wait for this shop at this moment. */
  waiting: z.number().int(),
})

export const exchangeQuery = pageQuery.extend({
  /** A SKU, a request id of Shopify's, a key, or a bulk operation. */
  search: z.string().max(200).optional(),
  class: z.enum(TROUBLE_CLASSES).optional(),
  effect: z.enum(['read', 'write']).optional(),
})

export const exchangeInList = z
  .object({
    exchangeId: z.number().int(),
    at: instant,
    tookMs: z.number().int(),
    operation: z.string().nullable(),
    effect: z.enum(['read', 'write']),
    outcome: z.enum(['answered', 'user_errors', 'throttled', 'no_answer', 'refused']),
    class: z.enum(TROUBLE_CLASSES).nullable(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    httpStatus: z.number().int().nullable(),
    requestId: z.string().nullable(),
    idempotencyKey: z.string().nullable(),
    bulkOperationGid: z.string().nullable(),
    costPoints: z.number().int().nullable(),
    /** Levels that it named. */
    items: z.number().int(),
    /** The call whose rows it carried; null: it carried none of ours. */
    callId: z.string().nullable(),
    /** The upload that it speaks of, whose page has the answer to each row; null: none of ours. */
    uploadId: z.number().int().nullable(),
    answer: z.string().nullable(),
  })
  .meta({ id: 'Exchange' })

export const exchangesPage = pageOf(exchangeInList).extend({
  daysKept: z.number().int(),
  rowsMax: z.number().int().describe('The newest so many, if that is less'),
})

export const exchangeParams = shopParams.extend({ exchangeId: z.coerce.number().int().positive() })

/** What one request said of each level, where it was a write of ours. */
export const exchangeRows = z.object({
  rows: z.array(
    z.object({
      sku: z.string(),
      location: z.string(),
      fromUnits: z.number().int().nullable(),
      units: z.number().int(),
      outcome: z.string().nullable(),
      code: z.string().nullable(),
      /** The history of the level in Shopify's admin. */
      link: z.string().nullable(),
    }),
  ),
})

/** The bucket after each answer, thinned to what a picture needs. */
export const throttleChart = z.object({
  points: z.array(z.object({ at: instant, availablePoints: z.number().int(), maxPoints: z.number().int(), requests: z.number().int() })),
})

const secret = z
  .string()
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'A token or secret has no blanks.')

const app = { clientId: z.string().trim().min(1).max(200), clientSecret: secret }

export const newCredential = z.discriminatedUnion('kind', [
  /** A token that was typed in. With the app's secret webhooks can be checked. */
  z.object({ kind: z.literal('static'), token: secret.optional(), clientId: app.clientId.optional(), clientSecret: secret.optional() }),
  z.object({ kind: z.literal('client_credentials'), ...app }),
  z.object({ kind: z.literal('refresh_token'), ...app, refreshToken: secret }),
])

export const MAPPING_PROBLEMS = [
  'CATALOG_MAPPING_LOCATION_UNMAPPED',
  'CATALOG_MAPPING_LOCATION_INACTIVE',
  'CATALOG_MAPPING_LOCATION_OF_SERVICE',
  'CATALOG_MAPPING_FACILITY_TWICE',
  'CATALOG_MAPPING_FACILITY_UNSHOWN',
] as const

export const mappingCheck = z.object({
  /** What each facility is called that is not called by its code. */
  facilityNames: z.record(z.string(), z.string()),
  locations: z.array(
    z.object({
      locationId: z.number().int(),
      name: z.string(),
      isActive: z.boolean(),
      isFulfillmentService: z.boolean(),
      /** The codes of the facilities whose stock it shows. */
      facilities: z.array(z.string()),
      /** The group by which it shows several; null: it shows one, or none. */
      group: z.string().nullable(),
      levels: z.number().int(),
      promisedUnits: z.number().int(),
      link: z.string().nullable(),
    }),
  ),
  problems: z.array(
    z.object({
      code: z.enum(MAPPING_PROBLEMS),
      location: z.string().nullable(),
      facility: z.string().nullable(),
      locations: z.array(z.string()),
      /** Null: nobody can put a number on it. */
      units: z.number().int().nullable(),
    }),
  ),
})
