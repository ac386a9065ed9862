import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

export const shadowQuery = pageQuery.extend({
  /** Which daily list; left out: the newest that is done. */
  run: z.coerce.number().int().positive().optional(),
  search: z.string().max(200).optional(),
})

const run = z.object({
  runId: z.number().int(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  levels: z.number().int(),
  different: z.number().int(),
  /** Units by which the two are apart, summed up. */
  units: z.number().int(),
})

export const shadowDifference = z
  .object({
    sku: z.string(),
    location: z.string(),
    ourUnits: z.number().int(),
    theirUnits: z.number().int(),
    /** How our number comes about. */
    sentence: z.string(),
  })
  .meta({ id: 'ShadowDifference' })

export const shadowPage = pageOf(shadowDifference).extend({
  isShadow: z.boolean(),
  runs: z.array(run),
  /** The list that is shown; null: there is none yet. */
  runId: z.number().int().nullable(),
})

export const compareAsked = z.object({ shop: z.string(), askedAt: instant })

/** Which list was seen before the shop was let go live. */
export const goLive = z.object({ runId: z.number().int().positive(), reason: z.string().trim().max(500).optional() })
export const wentLive = z.object({ shop: z.string(), levels: z.number().int(), different: z.number().int(), units: z.number().int() })

export const newShadow = z.object({ isShadow: z.boolean(), reason: z.string().trim().max(500).optional() })
export const shadowSet = z.object({ shop: z.string(), isShadow: z.boolean() })
