import { z } from 'zod'

/** What taking a file back does, or would do. */
export const undoEffect = z
  .object({
    fileId: z.number().int(),
    name: z.string(),
    /** Positions at which it is reversed, and by how many units in sum. */
    positions: z.number().int(),
    units: z.number().int(),
    /** Positions at which a later count stands, so that there is nothing to take back. */
    overruled: z.number().int(),
    /** Positions that fall below nothing, since more was sold than is left without the file. */
    negative: z.number().int(),
    largest: z.array(
      z.object({
        facility: z.string(),
        sku: z.string().nullable(),
        name: z.string(),
        beforeUnits: z.number().int(),
        afterUnits: z.number().int(),
        isOverruled: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'UndoEffect' })
