import { z } from 'zod'
import { instant } from './instant.ts'
import { reasonGiven } from './shop-care.ts'

const words = z.array(z.string().trim().min(1).max(300)).max(10_000)
export const choice = z.object({ tags: words, vendors: words, productTypes: words, skus: words })

export const choiceOfShop = z.object({
  shop: z.string(),
  /** Four empty lists: everything. */
  choice,
  /** Items of the shop, those that are chosen, and those that are linked and so written. */
  items: z.number().int(),
  chosen: z.number().int(),
  linked: z.number().int(),
  /** Products that are linked now, and would not be. */
  leaving: z.number().int(),
  /** A choice that takes effect when what leaves shows 0. */
  underWay: z
    .object({ choice, askedBy: z.string(), askedAt: instant, levelsLeft: z.number().int(), levelsRefused: z.number().int() })
    .nullable(),
})

/** What becomes of the numbers that the shop shows for what leaves: 0, as they are, or another tool takes them over. */
export const newChoice = z.object({ choice, leaving: z.enum(['zero', 'keep', 'hand_over']).optional(), reason: reasonGiven })
