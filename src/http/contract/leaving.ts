import { z } from 'zod'
import { instant } from './instant.ts'
import { reasonGiven } from './shop-care.ts'

/** What becomes of the numbers that the shop shows: 0 first, as they are, or another tool takes them over. */
export const newLeaving = z.object({ becomes: z.enum(['zero', 'keep', 'hand_over']), reason: reasonGiven })

export const leavingList = z.object({
  shop: z.string(),
  isEnabled: z.boolean(),
  rows: z.array(
    z.object({
      leavingId: z.number().int(),
      kind: z.enum(['products', 'location', 'shop']),
      locationId: z.number().int().nullable(),
      location: z.string().nullable(),
      reason: z.string(),
      askedAt: instant,
      askedBy: z.string(),
      levelsLeft: z.number().int(),
    }),
  ),
})

export const switchOn = z.object({ reason: reasonGiven.optional() })
export const shopSwitched = z.object({ shop: z.string(), isEnabled: z.boolean() })
