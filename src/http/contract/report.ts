import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

const MINUTES_MAX = 7 * 24 * 60
const NAME_CHARS_MAX = 200

export const REPORT_KINDS = ['variances', 'counts', 'sellable'] as const

const reportInList = z
  .object({
    reportId: z.number().int(),
    kind: z.enum(REPORT_KINDS),
    home: z.string(),
    folder: z.string(),
    name: z.string(),
    lines: z.number().int(),
    madeAt: instant,
    /** null: made, and not in its folder yet. */
    writtenAt: instant.nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'Report' })

export const reportsQuery = pageQuery
export const reportsPage = pageOf(reportInList)
export const reportParams = z.object({ id: z.coerce.number().int().positive() })
export const reportTargetParams = z.object({ kind: z.enum(REPORT_KINDS) })

/** A name of one folder, never a path. */
const folder = z
  .string()
  .min(1)
  .max(NAME_CHARS_MAX)
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'Letters, digits, dots, dashes and underscores.')

export const reportTargetChange = z.object({
  home: folder,
  folder,
  isEnabled: z.boolean(),
  everyMinutes: z.int().min(0).max(MINUTES_MAX),
})

export const reportTargets = z.object({
  rows: z.array(
    reportTargetChange.extend({
      kind: z.enum(REPORT_KINDS),
      /** Lines of the next file, up to as many as one takes. */
      waiting: z.object({ lines: z.number().int(), oldestAt: instant.nullable() }),
    }),
  ),
  /** Movements that go nowhere, since their reason has no account of the ERP. */
  withoutAccount: z.array(z.object({ reason: z.string(), lines: z.number().int() })),
})
