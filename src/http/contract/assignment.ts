import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

const units = z.number().int().min(1).max(1_000_000)
const sku = z.string().min(1).max(200)
const PIECES_MAX = 100

/** `order`: Shopify's number of the order, or its whole id. */
export const orderParams = z.object({ code: z.string().min(1), order: z.string().min(1).max(200) })

/** The parkings at which units wait for a facility. */
export const parking = z.enum(['_NA_', 'PRE_ORDER_PARKING', 'BACKORDER_PARKING'])
export const piece = z.union([z.object({ facility: z.string().min(1).max(200), units }), z.object({ parking, units })])

/** What is not named waits in the brokering queue. No pieces: all of it does. */
export const newAssignment = z.object({ sku, pieces: z.array(piece).max(PIECES_MAX) })

export const newRejection = z.object({
  sku,
  facility: z.string().min(1).max(200),
  units,
  /** `NO_VARIANCE_LOG`: the units are there all the same, and can be promised again at once. */
  reason: z.string().min(1).max(60).default('NOT_IN_STOCK'),
})

export const heldOrder = z
  .object({
    shop: z.string(),
    order: z.string(),
    items: z.array(
      z.object({
        sku: z.string().nullable(),
        /** Where the shop committed it. */
        location: z.string().nullable(),
        openUnits: z.number().int(),
        /** Who may be assigned; null: its location stands for one facility, which has it. */
        facilities: z.array(z.string()).nullable(),
        assigned: z.array(piece),
        /** Where its open units lie now. */
        places: z.array(piece),
      }),
    ),
  })
  .meta({ id: 'HeldOrder' })

export const queueQuery = pageQuery.extend({
  /** `waiting`: a part of it waits for a facility; `placed`: all of it is assigned or parked. */
  state: z.enum(['waiting', 'placed']).optional(),
  shop: z.string().max(60).optional(),
  /** The number of the order, or part of a SKU. */
  search: z.string().max(200).optional(),
})

/** A product of an order that a shop sold at a location of several facilities, and whose units are still open. */
export const queuePage = pageOf(
  z
    .object({
      shop: z.string(),
      order: z.string(),
      placedAt: instant,
      sku: z.string().nullable(),
      location: z.string(),
      openUnits: z.number().int(),
      /** In the brokering queue: nobody sends them yet. */
      waitingUnits: z.number().int(),
    })
    .meta({ id: 'QueuedItem' }),
)
