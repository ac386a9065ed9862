import { z } from 'zod'

export const helpQuery = z.object({ search: z.string().max(200).default('') })

/** The manual first, then the codes by name. */
export const helpIndex = z.object({
  rows: z.array(z.object({ name: z.string(), kind: z.enum(['manual', 'code']), title: z.string(), excerpt: z.string() })),
})
