import { z } from 'zod'
import { guardLimits } from './feed-settings.ts'
import { instant } from './instant.ts'
import { pageOf } from './page.ts'

const counted = z.object({ rows: z.number().int(), units: z.number().int(), zeroes: z.number().int() })

const figures = z.object({
  rowsRead: z.number().int(),
  rows: z.number().int(),
  units: z.number().int(),
  zeroes: z.number().int(),
  facilities: z.array(z.number().int()),
  rejected: z.number().int(),
  known: z.number().int(),
  changed: z.number().int(),
  largestChangeUnits: z.number().int(),
})

/** Why a file was held, and what it would have done. */
export const fileHold = z
  .object({
    heldAt: instant,
    breaches: z.array(z.object({ guard: z.string(), limit: z.number(), found: z.number(), sentence: z.string() })),
    figures: figures.extend({ missing: z.number().int().nullable() }),
    /** What the last good file said of each facility, and what this one says. */
    facilities: z.array(z.object({ code: z.string(), name: z.string(), before: counted.nullable(), after: counted.nullable() })),
    largest: z.array(
      z.object({
        facility: z.string(),
        sku: z.string().nullable(),
        name: z.string(),
        line: z.number().int().nullable(),
        beforeUnits: z.number().int(),
        afterUnits: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'FileHold' })

export const fileHoldAnswer = z.object({ hold: fileHold.nullable() })

/** The limits of a feed's guards, and those that its last good files propose. */
export const feedGuards = z
  .object({
    feed: z.string(),
    limits: guardLimits,
    /** null: too few good files to learn from. */
    proposal: guardLimits.nullable(),
    /** Newest first. */
    good: z.array(figures),
    goodNeeded: z.number().int(),
  })
  .meta({ id: 'FeedGuards' })

export const missingPage = pageOf(
  z.object({ facility: z.string(), sku: z.string().nullable(), name: z.string(), onHandUnits: z.number().int() }),
)
