import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'
import { shopParams } from './shop.ts'
import { reasonGiven } from './shop-care.ts'

/** As the channel knows them; whoever answers with another does not compile. */
const FOREIGN_POLICIES = ['ours', 'theirs', 'ask'] as const

export const foreignQuery = pageQuery

/** A level that somebody else wrote: by how much, between when, and whose number it became. */
const foreignInList = z.object({
  findingId: z.number().int(),
  locationId: z.number().int(),
  location: z.string().nullable(),
  sku: z.string().nullable(),
  units: z.number().int(),
  from: instant,
  until: instant,
  foundAt: instant,
  policy: z.enum(FOREIGN_POLICIES),
  /** Null: a person is to say. */
  taken: z.enum(['ours', 'theirs']).nullable(),
  takenBy: z.string().nullable(),
  closedAt: instant.nullable(),
  reason: z.string().nullable(),
})

const policyInList = z.object({ locationId: z.number().int(), location: z.string(), policy: z.enum(FOREIGN_POLICIES) })

export const foreignPage = pageOf(foreignInList).extend({ shop: z.string(), policies: z.array(policyInList) })

export const foreignParams = shopParams.extend({ findingId: z.coerce.number().int().positive() })
export const foreignDecision = z.object({ take: z.enum(['ours', 'theirs']), reason: reasonGiven })
export const newForeignPolicy = z.object({ locationId: z.number().int().positive(), policy: z.enum(FOREIGN_POLICIES), reason: reasonGiven })
export const foreignSaid = z.object({ shop: z.string(), said: z.literal(true) })
