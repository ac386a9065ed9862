import { z } from 'zod'
import { FILE_STATES } from './file.ts'

/** Rows of one request; more belong into a file. */
export const REQUEST_ROWS_MAX = 5_000
const CELL_CHARS_MAX = 4_000

const cell = z.union([z.string().max(CELL_CHARS_MAX), z.number(), z.boolean(), z.null()])

/**
 * Rows in the columns that the feed's files have: a reset, a change, an order, single or in a list. They go through the same
 * door as a file: every row has its outcome, the guards look at them, and they can be taken back.
 */
export const rowsRequest = z
  .object({
    rows: z
      .array(z.record(z.string().min(1).max(200), cell))
      .min(1)
      .max(REQUEST_ROWS_MAX),
  })
  .meta({ id: 'RowsRequest' })

export const rowsOutcome = z
  .object({
    fileId: z.number().int(),
    /** The same key was answered before: nothing was done again. */
    isRepeat: z.boolean(),
    /** Not `applied` yet: ask for the file later. `held`: a person decides. */
    state: z.enum(FILE_STATES),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    accepted: z.number().int(),
    /** So already. */
    unchanged: z.number().int(),
    /** `row` counts from 1. */
    rejected: z.array(z.object({ row: z.number().int(), code: z.string(), reason: z.string() })),
  })
  .meta({ id: 'RowsOutcome' })
