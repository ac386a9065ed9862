import { z } from 'zod'

/** RFC 9457, with what a person needs on top: our code, what to do next, and where that is explained. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    hint: z.string(),
    /** The page of the code, below this server's address. */
    docs: z.string(),
    retry: z.enum(['never', 'backoff', 'after-operator']),
    retryAfterMs: z.number().int().optional(),
    facts: z.record(z.string(), z.unknown()).optional(),
    issues: z.array(z.object({ at: z.string(), message: z.string(), code: z.string().optional(), hint: z.string().optional() })).optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.input<typeof problem>
