import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

const code = z.string().min(1).max(200)
const reason = z.string().trim().min(1).max(500)

export const placeParams = z.object({ code })
export const facilitiesQuery = pageQuery.extend({
  /** Part of a code, an external id or a name. */
  search: z.string().max(200).optional(),
})

export const facilityInList = z
  .object({
    code: z.string(),
    name: z.string(),
    type: z.string(),
    externalId: z.string().nullable(),
    /** Off: what lies here is no part of any channel's promise. */
    allowBrokering: z.boolean(),
    /** Off: nothing here can be promised for pickup. */
    allowPickup: z.boolean(),
    /** The groups it belongs to now. */
    groups: z.array(z.string()),
    /** Locations of shops that stand for it alone. */
    locations: z.array(z.string()),
    /** Counted still and sold nowhere; null: it is open. */
    closed: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
  })
  .meta({ id: 'FacilityInList' })
export const facilitiesPage = pageOf(facilityInList)

export const facilitySwitches = z.object({ allowBrokering: z.boolean().optional(), allowPickup: z.boolean().optional(), reason })

export const channelInList = z
  .object({
    code: z.string(),
    name: z.string(),
    type: z.string(),
    /** Off: nothing is promised at any location that stands for the group. */
    isSelling: z.boolean(),
    /** On: nothing is promised of a product for which pre-orders or backorders wait. */
    holdPreorder: z.boolean(),
    facilities: z.array(z.string()),
    locations: z.array(z.string()),
  })
  .meta({ id: 'ChannelInList' })
export const channelList = z.object({ rows: z.array(channelInList) })

export const channelSwitches = z.object({ isSelling: z.boolean().optional(), holdPreorder: z.boolean().optional(), reason })

export const kitComponent = z.object({ sku: z.string().min(1).max(200), units: z.number().int().min(1).max(1_000_000) })
export const kitParams = z.object({ sku: z.string().min(1) })
const COMPONENTS_MAX = 200

/** No components: a kit no more. */
export const newKit = z.object({ components: z.array(kitComponent).max(COMPONENTS_MAX), reason })
export const kit = z
  .object({ sku: z.string(), name: z.string(), components: z.array(kitComponent.extend({ name: z.string() })) })
  .meta({ id: 'Kit' })
export const kitsQuery = pageQuery.extend({
  /** Part of the SKU or the name of a kit, or of one of its components. */
  search: z.string().max(200).optional(),
})
export const kitsPage = pageOf(kit)

/** What is said of a product at a facility or in a channel. null takes it back, so that a rule or the default holds. */
export const newSetting = z
  .object({
    facility: code.optional(),
    channel: code.optional(),
    safetyStockUnits: z.number().int().min(0).max(2_000_000_000).nullable().optional(),
    thresholdUnits: z.number().int().min(0).max(2_000_000_000).nullable().optional(),
    allowBrokering: z.boolean().nullable().optional(),
    allowPickup: z.boolean().nullable().optional(),
    reason,
  })
  .refine(
    given => (given.facility === undefined) !== (given.channel === undefined),
    'It is said of one facility or of one channel: name one of them.',
  )
  .refine(
    given => given.facility === undefined || given.thresholdUnits === undefined,
    'A threshold is kept back in a channel; at a facility it is safety stock.',
  )
  .refine(
    given => given.channel === undefined || given.safetyStockUnits === undefined,
    'Safety stock is kept back at a facility; in a channel it is the threshold.',
  )

export const settingsOfSku = z
  .object({
    sku: z.string(),
    facilities: z.array(
      z.object({
        facility: z.string(),
        safetyStockUnits: z.number().int().nullable(),
        allowBrokering: z.boolean().nullable(),
        allowPickup: z.boolean().nullable(),
      }),
    ),
    channels: z.array(
      z.object({
        channel: z.string(),
        thresholdUnits: z.number().int().nullable(),
        allowBrokering: z.boolean().nullable(),
        allowPickup: z.boolean().nullable(),
      }),
    ),
  })
  .meta({ id: 'SettingsOfSku' })
