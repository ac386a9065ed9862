import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

const NAME_CHARS_MAX = 200
const COMMENT_CHARS_MAX = 1_000
const UNITS_MAX = 2_147_483_647
/** Lines of one document; more belong into a file. */
export const DOCUMENT_LINES_MAX = 1_000

export const DOCUMENT_KINDS = ['variance', 'count', 'receipt', 'transfer', 'restock', 'repair', 'reversal'] as const

const name = z.string().trim().min(1).max(NAME_CHARS_MAX)
const units = z.number().int().min(-UNITS_MAX).max(UNITS_MAX)
const some = units.min(1)

/** A product by its SKU, or by another identifier of a type that the catalogue knows. */
const line = z.object({ idType: name.default('SKU'), idValue: name, bin: name.optional() })

const asked = {
  /** The facility's code, or the ERP's id for it. */
  facility: name,
  reference: name.optional(),
  comment: z.string().trim().min(1).max(COMMENT_CHARS_MAX).optional(),
  /** When it happened, or is to happen; now, where it does not say. */
  effectiveAt: instant.optional(),
}

const lines = <Line extends z.ZodType>(of: Line) => z.array(of).min(1).max(DOCUMENT_LINES_MAX)

/** A deed that moves units. A repeat under the same Idempotency-Key is the same deed. */
export const newDocument = z
  .discriminatedUnion('kind', [
    z.object({
      ...{ kind: z.literal('variance'), ...asked, reason: name },
      lines: lines(line.extend({ units: units.refine(value => value !== 0, 'A variance of 0 says nothing.') })),
    }),
    z.object({ ...{ kind: z.literal('count'), ...asked }, lines: lines(line.extend({ units: units.min(0) })) }),
    z.object({ ...{ kind: z.literal('receipt'), ...asked }, lines: lines(line.extend({ units: some })) }),
    z.object({
      ...{ kind: z.literal('transfer'), ...asked, toFacility: name },
      /** When it comes in at the other facility; at once, where it does not say. */
      arrivesAt: instant.optional(),
      lines: lines(line.extend({ units: some, toBin: name.optional() })),
    }),
  ])
  .meta({ id: 'NewDocument' })

export const documentLine = z.object({
  sku: z.string().nullable(),
  product: z.string(),
  facility: z.string(),
  bin: z.string().nullable(),
  /** What the line moved. */
  units: z.number().int(),
  beforeUnits: z.number().int().nullable(),
  afterUnits: z.number().int().nullable(),
})

export const documentBooked = z
  .object({
    /** null: nothing is booked yet, all of it is scheduled. */
    documentId: z.number().int().nullable(),
    isRepeat: z.boolean(),
    scheduled: z.number().int(),
    lines: z.array(documentLine),
  })
  .meta({ id: 'DocumentBooked' })

export const documentParams = z.object({ id: z.coerce.number().int().positive() })
export const reasonToReverse = z.object({ comment: z.string().trim().min(1).max(COMMENT_CHARS_MAX) })

export const documentsQuery = pageQuery.extend({
  kind: z.enum(DOCUMENT_KINDS).optional(),
  /** Part of the reference. */
  search: z.string().max(NAME_CHARS_MAX).optional(),
})

export const documentInList = z
  .object({
    id: z.number().int(),
    kind: z.enum(DOCUMENT_KINDS),
    who: z.string(),
    reference: z.string().nullable(),
    comment: z.string().nullable(),
    effectiveAt: instant,
    recordedAt: instant,
    reverses: z.number().int().nullable(),
    reversedBy: z.number().int().nullable(),
    lines: z.number().int(),
    units: z.number().int(),
  })
  .meta({ id: 'DocumentInList' })

export const documentsPage = pageOf(documentInList)

export const documentDetail = documentInList.omit({ lines: true, units: true }).extend({
  lines: z.array(documentLine.omit({ beforeUnits: true, afterUnits: true }).extend({ reason: z.string() })),
})

export const reasonInList = z
  .object({ reason: z.string(), label: z.string(), isForPeople: z.boolean(), erpAccount: z.string().nullable() })
  .meta({ id: 'Reason' })

export const reasonList = z.object({ rows: z.array(reasonInList) })
export const reasonParams = z.object({ reason: z.string().regex(/^[A-Z][A-Z0-9_]{0,59}$/, 'A reason is capitals, digits and _.') })
export const reasonChange = z.object({ label: name, erpAccount: name.nullable() })

export const SCHEDULED_STATES = ['waiting', 'done', 'refused', 'cancelled'] as const

export const scheduledQuery = pageQuery.extend({ state: z.enum(SCHEDULED_STATES).optional(), sku: name.optional() })

export const scheduledInList = z
  .object({
    id: z.number().int(),
    state: z.enum(SCHEDULED_STATES),
    kind: z.enum(['variance', 'receipt', 'transfer', 'restock']),
    sku: z.string().nullable(),
    product: z.string(),
    facility: z.string(),
    bin: z.string().nullable(),
    units: z.number().int(),
    reason: z.string(),
    reference: z.string().nullable(),
    dueAt: instant,
    who: z.string(),
    code: z.string().nullable(),
    documentId: z.number().int().nullable(),
  })
  .meta({ id: 'ScheduledChange' })

export const scheduledPage = pageOf(scheduledInList)

export const checkList = z.object({
  rows: z.array(z.object({ checkedAt: instant, positions: z.number().int(), differing: z.number().int() })),
})
export const repaired = z.object({ positions: z.number().int(), bins: z.number().int() })
export const done = z.object({ ok: z.literal(true) })

const MONTHS_MAX = 1_200

export const monthParams = z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'A month is written 2026-11.') })
/** null: for ever. */
export const ledgerPolicy = z.object({ keptMonths: z.number().int().nullable(), needsExport: z.boolean() })
export const ledgerPolicyChange = z.object({
  keptMonths: z.int().min(1).max(MONTHS_MAX).nullable(),
  needsExport: z.boolean(),
  reason: z.string().trim().min(1).max(400).optional(),
})
export const ledgerMonths = z.object({
  rows: z.array(
    z.object({
      month: z.string(),
      /** As the database last estimated it. */
      movements: z.number().int(),
      bytes: z.number().int(),
      exportedAt: instant.nullable(),
      exportedBy: z.string().nullable(),
    }),
  ),
  policy: ledgerPolicy,
})

export const stockAtQuery = z.object({ at: instant })
export const stockAtSku = z.object({
  sku: z.string(),
  at: instant,
  rows: z.array(
    z.object({
      facility: z.string(),
      code: z.string(),
      onHandUnits: z.number().int(),
      reservedUnits: z.number().int(),
      /** What was there by everything that was learnt since. */
      onHandAsKnownNowUnits: z.number().int(),
    }),
  ),
})
