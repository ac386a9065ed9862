import { z } from 'zod'
import { controlKind } from './control.ts'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

/** Why a level is not equal: a code where somebody has to look, else a word for what goes on by itself. */
const cause = z.string().max(100)

export const diffGroup = z
  .object({
    cause,
    said: z.string(),
    /** True: it goes on by itself. */
    isMoving: z.boolean(),
    levels: z.number().int(),
    /** Between what is promised and what the shop showed last, summed without sign. */
    units: z.number().int(),
  })
  .meta({ id: 'DiffGroup' })

export const diffSummary = z
  .object({ levels: z.number().int(), levelsEqual: z.number().int(), groups: z.array(diffGroup) })
  .meta({ id: 'DiffSummary' })

export const diffQuery = pageQuery.extend({
  cause: cause.optional(),
  shop: z.string().max(60).optional(),
  search: z.string().max(200).optional(),
})

export const diffRow = z
  .object({
    sku: z.string(),
    shop: z.string(),
    location: z.string(),
    /** What files last said of the facilities behind the location; null: no file ever spoke of them. */
    erpUnits: z.number().int().nullable(),
    onHandUnits: z.number().int().nullable(),
    promisedUnits: z.number().int(),
    /** What the shop showed when it was last read; null: never, or it does not stock the item there. */
    shopUnits: z.number().int().nullable(),
    cause,
    said: z.string(),
    units: z.number().int(),
    since: instant.nullable(),
    /** What a person has switched off there; null: nothing. */
    control: z
      .object({
        kind: controlKind,
        reason: z.string(),
        setBy: z.string(),
        untilAt: instant.nullable().describe('Null: until a person ends it'),
      })
      .nullable(),
  })
  .meta({ id: 'DiffRow' })

export const diffPage = pageOf(diffRow)
