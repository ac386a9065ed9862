import { z } from 'zod'

/** How a shop's stock is written. What is left out stays as it is. */
export const newPublishing = z
  .object({
    /** `available`: what is promised. `on_hand`: the same, said as what is in the building. */
    written: z.enum(['available', 'on_hand']),
    /** False: sales that we have not heard of are not looked for, and not subtracted. */
    isMerged: z.boolean(),
    /** How late the order search of this shop shows a new order, at worst. */
    searchLagSeconds: z.number().int().min(0).max(3_600),
  })
  .partial()
  .extend({ reason: z.string().trim().min(3).max(500).optional() })

export const publishing = z
  .object({
    shop: z.string(),
    written: z.enum(['available', 'on_hand']),
    isMerged: z.boolean(),
    searchLagSeconds: z.number(),
    /** The parts of locations that split what they share with others; a location without one shows all that there is. */
    shares: z.array(z.object({ locationId: z.number().int(), location: z.string(), weight: z.number().int() })),
  })
  .meta({ id: 'Publishing' })

export const newShares = z.object({
  /** A weight each; null: it shows all that there is. */
  shares: z
    .array(z.object({ locationId: z.number().int(), weight: z.number().int().min(1).max(1_000).nullable() }))
    .min(1)
    .max(200),
  reason: z.string().trim().min(3).max(500).optional(),
})
