import { z } from 'zod'
import { instant } from './instant.ts'
import { reasonGiven } from './shop-care.ts'

/** What becomes of the numbers that the shop shows: 0 first, as they are, or another tool takes them over. */
const becomes = z.enum(['zero', 'keep', 'hand_over'])
export const newLeaving = z.object({ becomes, reason: reasonGiven })

/** What the location is to stand for instead; `becomes` is asked for where the shop is told anything there. */
export const newMove = z
  .object({ facility: z.string().optional(), group: z.string().optional(), becomes: becomes.optional(), reason: reasonGiven })
  .refine(
    given => (given.facility === undefined) !== (given.group === undefined),
    'A location is moved to one facility or to one group: name one of them.',
  )

export const leavingList = z.object({
  shop: z.string(),
  isEnabled: z.boolean(),
  rows: z.array(
    z.object({
      leavingId: z.number().int(),
      /** `kept`: what the place that a location stands for now has never counted, and that stays as it is until it does. */
      kind: z.enum(['products', 'location', 'shop', 'kept']),
      locationId: z.number().int().nullable(),
      location: z.string().nullable(),
      /** The facility or group that the location stands for then; null: nothing. */
      movesTo: z.string().nullable(),
      reason: z.string(),
      askedAt: instant,
      askedBy: z.string(),
      levelsLeft: z.number().int(),
      /** Of these, levels that the shop refuses to set to 0. */
      levelsRefused: z.number().int(),
    }),
  ),
})

export const switchOn = z.object({ reason: reasonGiven.optional() })
export const shopSwitched = z.object({ shop: z.string(), isEnabled: z.boolean() })

/** `becomes` is asked for where locations of shops show the facility alone. */
export const newClosing = z.object({ becomes: becomes.optional(), reason: reasonGiven })
export const opening = z.object({ reason: reasonGiven })

/** A facility, and what of it shops sell: at locations of its own, and as a part of groups. */
export const closingOfFacility = z
  .object({
    facility: z.string(),
    closed: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
    locations: z.array(
      z.object({ shop: z.string(), locationId: z.number().int(), location: z.string(), levels: z.number().int(), units: z.number().int() }),
    ),
    groups: z.array(z.object({ group: z.string(), locations: z.array(z.string()) })),
    /** Free units that lie there. */
    units: z.number().int(),
  })
  .meta({ id: 'ClosingOfFacility' })
