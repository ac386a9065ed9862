import { z } from 'zod'
import { instant } from './instant.ts'

export const HISTORY_STEPS_MAX = 2_000

/** What moved it: a row of a file, an order, or somebody's deed. */
export const MOVED_BY = ['file', 'order', 'deed'] as const

export const historyQuery = z.object({
  /** A location of a shop: its facilities, what it promised and what it was told. Left out: every facility, and no promise. */
  locationId: z.coerce.number().int().positive().optional(),
  /** How far back; left out: everything, as far as the newest steps reach. */
  from: instant.optional(),
})

/** The number that held from an instant on. */
const numberStep = z.object({ at: instant, units: z.number().int() })

export const stockHistory = z
  .object({
    sku: z.string(),
    /** What was on hand and reserved from each instant on, as it was known then; oldest first. */
    stock: z.array(z.object({ at: instant, onHandUnits: z.number().int(), reservedUnits: z.number().int(), by: z.enum(MOVED_BY) })),
    promised: z.array(numberStep),
    /** What the shop was told, when it answered. */
    told: z.array(numberStep),
    /** There is more before the first step. */
    isMore: z.boolean(),
    observedAt: instant,
  })
  .meta({ id: 'StockHistory' })
