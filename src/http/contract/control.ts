import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'
import { reasonGiven } from './shop-care.ts'

export const controlKind = z.enum(['pause', 'sell_nothing'])

export const controlInList = z
  .object({
    controlId: z.number().int(),
    kind: controlKind,
    /** Of what: each that is null means all of them. */
    shop: z.string().nullable(),
    location: z.string().nullable(),
    sku: z.string().nullable(),
    reason: z.string(),
    /** Null: until a person ends it. */
    untilAt: instant.nullable(),
    setBy: z.string(),
    setAt: instant,
    endedBy: z.string().nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Control' })

export const controlsQuery = pageQuery.extend({ shop: z.string().optional() })
export const controlsPage = pageOf(controlInList)

export const newControl = z
  .object({
    kind: controlKind,
    shop: z.string().max(60).optional(),
    locationId: z.number().int().positive().optional(),
    sku: z.string().max(300).optional(),
    reason: reasonGiven,
    /** When it ends by itself; null: a person ends it. */
    untilAt: instant.nullable(),
  })
  .refine(given => given.shop !== undefined || given.sku !== undefined, 'Name the shop, the SKU, or both.')
  .refine(given => given.locationId === undefined || given.shop !== undefined, 'A location is one of a shop: name the shop.')

export const controlParams = z.object({ controlId: z.coerce.number().int().positive() })
export const endedControl = z.object({ reason: reasonGiven.optional() })
export const controlSet = controlInList.extend({ levels: z.number().int() })
