import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

/* Comparisons with a shop, what they proved, and what a person may do about them. */

export const runKind = z.enum(['recent', 'hard_sync', 'sweep', 'sync_now'])

export const proof = z
  .object({
    runId: z.number().int(),
    shop: z.string(),
    kind: runKind,
    startedAt: instant,
    finishedAt: instant.nullable(),
    levelsCompared: z.number().int(),
    levelsEqual: z.number().int(),
    levelsDifferent: z.number().int(),
    levelsWaiting: z.number().int(),
    levelsNotStocked: z.number().int(),
    levelsForeign: z.number().int().describe('Shown by the shop and not ours to write'),
    unitsOver: z.number().int().describe('Units that the shop shows and that were not promised: they may be sold and are not there'),
    unitsUnder: z.number().int().describe('Units that were promised and that the shop does not show'),
    oldestDifferentAt: instant.nullable(),
    rowsKept: z.number().int(),
    digest: z.string().nullable().describe('SHA-256 of the proof as CSV, byte for byte; only of a Hard Sync'),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    corrections: z.number().int(),
    askedBy: z.string().nullable(),
    scope: z.string().nullable(),
    releasedAt: instant.nullable(),
    releasedBy: z.string().nullable(),
  })
  .meta({ id: 'Proof' })

export const proofsQuery = pageQuery.extend({
  shop: z.string().optional(),
  kind: runKind.optional(),
})
export const proofsPage = pageOf(proof)

export const proofParams = z.object({ runId: z.coerce.number().int().positive() })

const cause = z.enum(['queued', 'on_its_way', 'refused', 'moved', 'not_stocked', 'inactive', 'another_writer'])

export const proofDetail = proof
  .extend({
    byCause: z.array(z.object({ cause, levels: z.number().int(), units: z.number().int() })),
    byAge: z.array(z.object({ age: z.enum(['hour', 'day', 'week', 'older']), levels: z.number().int(), units: z.number().int() })),
  })
  .meta({ id: 'ProofDetail' })

export const proofRow = z
  .object({
    location: z.string(),
    locationGid: z.string(),
    sku: z.string(),
    inventoryItemGid: z.string(),
    verdict: z.enum(['different', 'waiting', 'not_stocked']),
    cause,
    detail: z.string().nullable(),
    expectedUnits: z.number().int(),
    shopUnits: z.number().int().nullable(),
    differentSince: instant.nullable(),
    readAt: instant,
  })
  .meta({ id: 'ProofRow' })

export const proofRowsQuery = pageQuery.extend({ cause: cause.optional(), search: z.string().max(200).optional() })
export const proofRowsPage = pageOf(proofRow)

export const releaseBody = z.object({ reason: z.string().trim().min(3).max(500) })
export const releasedProof = z.object({ corrections: z.number().int() }).meta({ id: 'ReleasedProof' })

/**
 * What is to be read, compared and written now: of a shop, or of a channel at every location of every shop that shows it; all of it, or
 * one SKU, or one location of the shop.
 */
export const syncNowBody = z
  .object({
    shop: z.string().optional(),
    channel: z.string().optional(),
    sku: z.string().max(200).optional(),
    locationId: z.number().int().positive().optional(),
  })
  .refine(given => (given.shop === undefined) !== (given.channel === undefined), 'Name a shop or a channel.')
  .refine(given => given.locationId === undefined || given.shop !== undefined, 'A location is one of a shop: name the shop.')
/** One for each shop, or each location that shows the channel. */
export const syncNowAnswer = z.object({ requestIds: z.array(z.number().int()) }).meta({ id: 'SyncAsked' })

export const drift = z
  .object({
    since: instant,
    rows: z.array(
      z.object({
        shop: z.string(),
        compared: z.number().int(),
        different: z.number().int(),
        lastAt: instant.nullable(),
        correctionsMax: z.number().int(),
        unitsMax: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'Drift' })

export const brakeParams = z.object({ shop: z.string() })
export const brake = z
  .object({
    correctionsMax: z.number().int().min(0).max(10_000_000),
    unitsMax: z.number().int().min(0).max(1_000_000_000),
    reason: z.string().trim().min(3).max(500),
  })
  .meta({ id: 'Brake' })
