import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

/* Full loads as operators see them: how far they are, here and at Shopify, and the answer to each row. */

export const upload = z
  .object({
    uploadId: z.number().int(),
    shop: z.string(),
    state: z.enum(['gathering', 'waiting', 'running', 'ended']),
    result: z.enum(['completed', 'failed', 'canceled', 'expired', 'lost', 'not_taken']).nullable(),
    shopStatus: z.string().nullable().describe('As Shopify last said'),
    operationGid: z.string().nullable(),
    errorCode: z.string().nullable(),
    message: z.string().nullable(),
    calls: z.number().int(),
    callsDone: z.number().int().describe('As Shopify last said'),
    levels: z.number().int(),
    attempts: z.number().int(),
    createdAt: instant,
    startedAt: instant.nullable(),
    lookedAt: instant.nullable(),
    endedAt: instant.nullable(),
    cancelAskedBy: z.string().nullable(),
  })
  .meta({ id: 'Upload' })

export const uploadsQuery = pageQuery.extend({
  shop: z.string().optional(),
  state: z.enum(['open', 'ended']).optional(),
  sku: z.string().max(200).optional().describe('Only uploads that held this SKU'),
})
export const uploadsPage = pageOf(upload)

export const uploadParams = z.object({ uploadId: z.coerce.number().int().positive() })

const outcome = z.enum(['confirmed', 'refused', 'sent_again', 'unanswered'])

export const uploadDetail = upload
  .extend({
    byOutcome: z.array(z.object({ outcome, code: z.string().nullable(), levels: z.number().int() })),
    /** Where Shopify's own admin shows what the app did; null: the shop's address does not say which Shopify shop it is. */
    link: z.string().nullable(),
  })
  .meta({ id: 'UploadDetail' })

export const uploadRow = z
  .object({
    sku: z.string(),
    location: z.string(),
    fromUnits: z.number().int(),
    units: z.number().int(),
    promisedUnits: z.number().int(),
    outcome,
    code: z.string().nullable(),
    /** Our reference, as it stands beside the change in Shopify's history. */
    reference: z.string(),
    /** The history of the level in Shopify's admin; null: the shop's address does not say which Shopify shop it is. */
    link: z.string().nullable(),
    /** The state of what this level is to be told now, which may be a newer number. */
    now: z.enum(['pending', 'sending', 'confirmed', 'blocked']).nullable(),
  })
  .meta({ id: 'UploadRow' })

export const uploadRowsQuery = pageQuery.extend({ search: z.string().max(200).optional(), outcome: outcome.optional() })
export const uploadRowsPage = pageOf(uploadRow)

export const uploadDeed = z.object({ reason: z.string().trim().min(3).max(500) })
export const uploadAsked = z.object({ levels: z.number().int() }).meta({ id: 'UploadAsked' })
