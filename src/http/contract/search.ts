import { z } from 'zod'
import { instant } from './instant.ts'

export const searchQuery = z.object({ q: z.string().trim().min(1).max(200) })

/** Something that was meant, where it stands on the street, what keeps it there and what to press. */
export const hit = z
  .object({
    kind: z.enum(['sku', 'file', 'feed', 'job', 'shop', 'request', 'order', 'finding']),
    title: z.string(),
    /** The room in which it waits or rests; null: nowhere, or everywhere. */
    stage: z.string().nullable(),
    /** One sentence: how it stands there. */
    state: z.string(),
    tone: z.enum(['ok', 'working', 'stuck', 'stopped', 'unknown']),
    since: instant.nullable(),
    code: z.string().nullable(),
    action: z.object({ label: z.string(), to: z.string() }),
  })
  .meta({ id: 'SearchHit' })

export const hits = z.object({ rows: z.array(hit) })
