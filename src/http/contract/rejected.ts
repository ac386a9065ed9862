import { z } from 'zod'
import { pageOf, pageQuery } from './page.ts'

const SEARCH_CHARS_MAX = 200
const ROWS_MAX = 1_000
const CELLS_MAX = 1_000
const CELL_CHARS_MAX = 100_000

export const rejectedQuery = pageQuery.extend({
  outcome: z.literal('rejected').default('rejected'),
  code: z.string().optional(),
  /** Part of the row as it stood in the file. */
  search: z.string().max(SEARCH_CHARS_MAX).optional(),
  /** Those that still wait, or those that came home by a correction. */
  state: z.enum(['waiting', 'home']).optional(),
})

export const rejectedRow = z
  .object({
    line: z.number().int(),
    byteOffset: z.number().int(),
    code: z.string(),
    reason: z.string(),
    raw: z.string(),
    /** null: it could not be split into cells. */
    cells: z.array(z.string()).nullable(),
    /** The name in it that nobody knows. */
    unknown: z.object({ type: z.string(), value: z.string() }).nullable(),
    /** It waits quietly, since the feed parks products that nobody knows. */
    isParked: z.boolean(),
    ref: z.string(),
    /** The file that brought it home. */
    resolvedBy: z.number().int().nullable(),
  })
  .meta({ id: 'RejectedRow' })

export const rejectedRows = pageOf(rejectedRow).extend({ header: z.array(z.string()) })

export const exportQuery = z.object({ format: z.enum(['csv', 'xlsx']).default('csv') })

/** Rows by their line; without cells they are taken as they stand. */
export const retry = z.object({
  rows: z
    .array(z.object({ line: z.number().int().nonnegative(), cells: z.array(z.string().max(CELL_CHARS_MAX)).max(CELLS_MAX).optional() }))
    .min(1)
    .max(ROWS_MAX),
})

export const unknownQuery = pageQuery.extend({ file: z.coerce.number().int().positive().optional() })

export const unknownPage = pageOf(
  z.object({
    /** `facilityId` and `externalFacilityId` for a facility, a type of identifier for a product. */
    type: z.string(),
    value: z.string(),
    rows: z.number().int(),
    files: z.number().int(),
    feeds: z.array(z.string()),
    example: z.object({ fileId: z.number().int(), line: z.number().int(), raw: z.string() }),
    near: z.array(z.object({ type: z.string(), value: z.string(), name: z.string(), why: z.string() })),
  }),
)
