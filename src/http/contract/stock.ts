import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

const SEARCH_CHARS_MAX = 200

export const stockQuery = pageQuery.extend({
  /** Part of a SKU or of a product's name. */
  search: z.string().max(SEARCH_CHARS_MAX).optional(),
  sort: z.enum(['sku', 'name']).default('sku'),
})

export const stockInList = z
  .object({
    sku: z.string(),
    name: z.string(),
    /** null: counted nowhere, which is unknown and not zero. */
    onHandUnits: z.number().int().nullable(),
    reservedUnits: z.number().int(),
    facilities: z.number().int(),
    /**
     * Promised at locations that stand for one facility, and at those that stand for a group: two answers, since a group
     * promises the same units once more. null: at no such location.
     */
    sellableByFacilityUnits: z.number().int().nullable(),
    sellableByGroupUnits: z.number().int().nullable(),
    targets: z.number().int(),
  })
  .meta({ id: 'StockInList' })

export const stockPage = pageOf(stockInList)

export const skuParams = z.object({ sku: z.string().min(1) })

const stockTerms = z.object({
  onHandUnits: z.number().int().nullable(),
  reservedUnits: z.number().int(),
  safetyStockUnits: z.number().int(),
  /** The rule that says so; null: it was said for this product here, or nowhere. */
  safetyRule: z.string().nullable(),
})

const facilityTerms = stockTerms.extend({
  facility: z.string(),
  /** Switched off for this kind of sale: what is here is no part of the promise. */
  isSwitchedOff: z.boolean(),
  switchRule: z.string().nullable(),
  /** Empty: no kit. */
  components: z.array(stockTerms.extend({ sku: z.string(), unitsPerKit: z.number().int() })),
  /** On hand less reserved; below nothing when more was sold than there is. */
  freeUnits: z.number().int(),
  /** What it gives to the sum. */
  spareUnits: z.number().int(),
  sellableUnits: z.number().int(),
})

/** Why one location of one shop may sell so much: every term of the sum, and the sum in words. */
export const explanation = z
  .object({
    target: z.object({
      shop: z.string(),
      shopId: z.number().int(),
      location: z.string(),
      locationId: z.number().int(),
      kind: z.enum(['facility', 'group']),
    }),
    facilities: z.array(facilityTerms),
    thresholdUnits: z.number().int(),
    thresholdRule: z.string().nullable(),
    queuedUnits: z.number().int(),
    isSwitchedOff: z.boolean(),
    switchRule: z.string().nullable(),
    isHeldForPreorders: z.boolean(),
    sumUnits: z.number().int(),
    sellableUnits: z.number().int(),
    /** How far the promise lies below nothing, because more is reserved than there is. */
    deficitUnits: z.number().int(),
    sentence: z.string(),
    /** The number that the rooms work with. It differs from the explained one only while a change is on its way. */
    storedUnits: z.number().int(),
    revision: z.number().int(),
    changedAt: instant,
    /** Why the promise is not told to the shop, and by which rule; null: it is told. */
    withdrawnCode: z.enum(['OUTBOX_UNTRACKED', 'OUTBOX_EXCLUDED']).nullable(),
    withdrawnRule: z.string().nullable(),
  })
  .meta({ id: 'Explanation' })

export const stockOfSku = z
  .object({
    sku: z.string(),
    name: z.string(),
    identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
    facilities: z.array(
      z.object({
        facility: z.string(),
        code: z.string(),
        onHandUnits: z.number().int().nullable(),
        reservedUnits: z.number().int(),
        safetyStockUnits: z.number().int(),
        countedAt: instant.nullable(),
      }),
    ),
    targets: z.array(explanation),
  })
  .meta({ id: 'StockOfSku' })

export const MOVEMENTS_SHOWN_MAX = 200

export const movementsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOVEMENTS_SHOWN_MAX).default(50),
  /** The code of a facility. */
  facility: z.string().optional(),
  reason: z.string().optional(),
  /** Only what came before this movement: the last one of the page before. */
  before: z.coerce.number().int().positive().optional(),
})

export const movement = z
  .object({
    seq: z.number().int(),
    recordedAt: instant,
    effectiveAt: instant,
    facility: z.string(),
    bin: z.string().nullable(),
    onHandUnits: z.number().int(),
    reservedUnits: z.number().int(),
    /** What the facility had after it; before it was that less what it moved. */
    onHandAfterUnits: z.number().int(),
    reservedAfterUnits: z.number().int(),
    reason: z.string(),
    /** The reason in words, where it is one that the ledger knows. */
    reasonLabel: z.string().nullable(),
    reference: z.string().nullable(),
    who: z.string().nullable(),
    comment: z.string().nullable(),
    documentId: z.number().int().nullable(),
    /** The document was taken back by counter-entries. */
    isTakenBack: z.boolean(),
    file: z.object({ id: z.number().int(), name: z.string(), line: z.number().int().nullable() }).nullable(),
  })
  .meta({ id: 'Movement' })

export const movementList = z.object({ rows: z.array(movement), isMore: z.boolean() })

/** What became of each promise on its way to the shop, up to what was read back. */
export const levelOfTarget = z
  .object({
    shopId: z.number().int(),
    locationId: z.number().int(),
    /** The item's history at this location in Shopify's own admin, where our reference stands beside each change; null: not linked, or unknown. */
    link: z.string().nullable(),
    intent: z
      .object({
        state: z.enum(['pending', 'sending', 'confirmed', 'blocked']),
        units: z.number().int(),
        revision: z.number().int(),
        code: z.string().nullable(),
        hint: z.string().nullable(),
        changedAt: instant,
      })
      .nullable(),
    shown: z.object({ availableUnits: z.number().int(), committedUnits: z.number().int(), readAt: instant }).nullable(),
    observed: z
      .object({
        verdict: z.enum(['equal', 'different', 'waiting', 'not_stocked']),
        expectedUnits: z.number().int(),
        shopUnits: z.number().int().nullable(),
        /** False: a newer promise was made since, so the comparison speaks of the one before. */
        isOfNewest: z.boolean(),
        readAt: instant,
        differentSince: instant.nullable(),
      })
      .nullable(),
    /** What a person has switched off here by hand. */
    controls: z.array(
      z.object({
        controlId: z.number().int(),
        kind: z.enum(['pause', 'sell_nothing']),
        reason: z.string(),
        untilAt: instant.nullable(),
        setBy: z.string(),
        setAt: instant,
      }),
    ),
  })
  .meta({ id: 'LevelOfTarget' })

export const levelsOfSku = z.object({ rows: z.array(levelOfTarget) })
