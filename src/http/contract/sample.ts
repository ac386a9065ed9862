import { z } from 'zod'
import { mappingSettings, readingSettings, rowSettings } from './feed-settings.ts'
import { uploadQuery } from './file.ts'

export const sampleQuery = uploadQuery

export const sampleSaved = z.object({ id: z.string(), bytes: z.number().int() })

/** A sample that was uploaded, or a file that a feed keeps. */
export const sampleParams = z.object({ id: z.union([z.uuid(), z.string().regex(/^file-\d{1,15}$/)]) })

const NAME_CHARS_MAX = 400
const ROWS_MAX = 200

/** How the sample is to be read: as its feed declares, or as somebody tries it. */
export const trial = z.strictObject({
  layout: z.string().max(NAME_CHARS_MAX),
  name: z.string().max(NAME_CHARS_MAX),
  folder: z.string().max(NAME_CHARS_MAX).default(''),
  reading: readingSettings.default({}),
  rows: rowSettings.default({}),
  mapping: mappingSettings.nullable().default(null),
})

export const previewAsked = trial.extend({ rowsMax: z.number().int().min(1).max(ROWS_MAX).default(20) })

export const previewShown = z
  .object({
    written: z.object({
      format: z.string(),
      encoding: z.string(),
      delimiter: z.string().nullable(),
      quote: z.string().nullable(),
      escape: z.string().nullable(),
      lineEnd: z.string().nullable(),
      preambleLines: z.number().int(),
      hasHeader: z.boolean(),
    }),
    container: z.enum(['gzip', 'zip']).nullable(),
    header: z.array(z.string()).nullable(),
    columns: z.array(z.string()).nullable(),
    problem: z.string().nullable(),
    rows: z.array(
      z.object({
        line: z.number().int(),
        raw: z.string(),
        cells: z.array(z.string()),
        outcomes: z.array(z.object({ cells: z.array(z.string()), code: z.string().nullable(), reason: z.string().nullable() })),
        isLeftOut: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Preview' })

export const reviewShown = z
  .object({
    problem: z.string().nullable(),
    rowsRead: z.number().int(),
    rowsAccepted: z.number().int(),
    rowsRejected: z.number().int(),
    unitsRead: z.number().int(),
    treated: z.record(z.string(), z.number().int()),
    byCode: z.array(
      z.object({
        code: z.string(),
        rows: z.number().int(),
        examples: z.array(z.object({ line: z.number().int(), reason: z.string(), raw: z.string() })),
      }),
    ),
  })
  .meta({ id: 'Review' })

export const layoutList = z.object({
  rows: z.array(
    z
      .object({
        name: z.string(),
        /** Whether its columns are found by their names or by where they stand. */
        columnsBy: z.enum(['name', 'position']),
        columns: z.array(z.object({ name: z.string(), isUsed: z.boolean() })),
        /** Of each group one column is enough. */
        needs: z.array(z.array(z.string())),
      })
      .meta({ id: 'Layout' }),
  ),
})

export const layoutParams = z.object({ name: z.string().min(1).max(NAME_CHARS_MAX) })
