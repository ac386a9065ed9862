import { z } from 'zod'
import { instant } from './instant.ts'
import { explanation } from './stock.ts'

export const LINK_STATES = ['whole', 'waiting', 'broken', 'off', 'unknown'] as const

export const explainQuery = z.object({
  /** A location of a shop, or a facility that has a location of its own. Left out: everywhere. */
  at: z.string().max(200).optional(),
  shop: z.string().max(60).optional(),
  /** The past: what was there, promised and told at this instant. */
  asOf: instant.optional(),
})

export const chainLink = z
  .object({
    link: z.enum(['file', 'on_hand', 'reserved', 'promised', 'intent', 'upload', 'shop']),
    state: z.enum(LINK_STATES),
    said: z.string(),
    at: instant.nullable(),
    code: z.string().nullable(),
    /** What to do next; null: nothing has to be done. */
    next: z.string().nullable(),
  })
  .meta({ id: 'ChainLink' })

const evidence = z.object({
  facilities: z.array(
    z.object({
      facility: z.string(),
      code: z.string(),
      sku: z.string(),
      onHandUnits: z.number().int().nullable(),
      reservedUnits: z.number().int(),
      countedAt: instant.nullable(),
      line: z
        .object({
          fileId: z.number().int(),
          fileName: z.string(),
          line: z.number().int().nullable(),
          byteOffset: z.number().int().nullable(),
          onHandUnits: z.number().int(),
          recordedAt: instant,
          /** The line as it stands in the kept file; null: it cannot be shown as text, or the file is gone. */
          raw: z.string().nullable(),
        })
        .nullable(),
    }),
  ),
  movements: z.array(
    z.object({
      seq: z.number().int(),
      facility: z.string(),
      onHandUnits: z.number().int(),
      reservedUnits: z.number().int(),
      reason: z.string(),
      reference: z.string().nullable(),
      recordedAt: instant,
      effectiveAt: instant,
      fileId: z.number().int().nullable(),
      line: z.number().int().nullable(),
    }),
  ),
  orders: z.array(z.object({ order: z.string(), units: z.number().int(), facility: z.string(), isWaiting: z.boolean() })),
  call: z
    .object({
      callId: z.string(),
      idempotencyKey: z.string(),
      kind: z.string(),
      state: z.enum(['claimed', 'answered']),
      outcome: z.string().nullable(),
      code: z.string().nullable(),
      rowCode: z.string().nullable(),
      /** Shopify's own number of the request: what its support asks for. */
      requestId: z.string().nullable(),
      claimedAt: instant,
      answeredAt: instant.nullable(),
      promisedUnits: z.number().int(),
      unseenUnits: z.number().int(),
      fromUnits: z.number().int(),
      units: z.number().int(),
    })
    .nullable(),
  shown: z
    .object({ availableUnits: z.number().int(), committedUnits: z.number().int(), reservedUnits: z.number().int(), readAt: instant })
    .nullable(),
})

export const explainedLevel = z
  .object({
    shop: z.string(),
    location: z.string(),
    /** The whole way in words: "30 on hand − 4 reserved − 2 safety stock − 3 unseen = 21". */
    sentence: z.string(),
    promisedUnits: z.number().int().nullable(),
    toldUnits: z.number().int().nullable(),
    links: z.array(chainLink),
    firstBroken: chainLink.nullable(),
    /** Term by term, as things stand now; null when the past is asked for. */
    explanation: explanation.nullable(),
    evidence,
  })
  .meta({ id: 'ExplainedLevel' })

export const explained = z
  .object({ sku: z.string(), name: z.string(), asOf: instant.nullable(), levels: z.array(explainedLevel), isMore: z.boolean() })
  .meta({ id: 'Explained' })
