import { z } from 'zod'
import { arrivalSettings, dueSettings, keepSettings, trailerSettings } from './arrival-settings.ts'
import { zone } from './zone.ts'

const COLUMNS_MAX = 1_000
const NAME_CHARS_MAX = 200
const LINES_MAX = 1_000
const WIDTH_CHARS_MAX = 10_000

const oneSign = z
  .string()
  .refine(sign => [...sign].length === 1 && sign.length === 1 && sign !== '\r' && sign !== '\n' && sign !== '\0', 'One sign, no line end.')

/** How the files of a feed are written, as far as it is declared; what is left out is detected in each file. */
export const readingSettings = z
  .strictObject({
    format: z.enum(['delimited', 'fixed-width', 'json', 'ndjson', 'xml', 'xlsx', 'x12']),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
    delimiter: oneSign,
    quote: oneSign.nullable(),
    /** How a quote inside quotes is written: twice, or behind a backslash. */
    escape: z.enum(['doubled', 'backslash']),
    lineEnd: z.enum(['\n', '\r\n', '\r']),
    preambleLines: z.int().min(0).max(LINES_MAX),
    hasHeader: z.boolean(),
    /** Lines below the table that are no rows. */
    trailerLines: z.int().min(0).max(LINES_MAX),
    /** What a row with another number of cells than the header is: an error, or short of blanks at its end. */
    raggedRows: z.enum(['reject', 'pad']),
    /** The columns of a file that does not name them; for fixed width with the characters that each takes. */
    columns: z
      .array(z.strictObject({ name: z.string().min(1).max(NAME_CHARS_MAX), width: z.int().min(1).max(WIDTH_CHARS_MAX).optional() }))
      .max(COLUMNS_MAX),
    /** Where the records stand: the path of an element in XML, of an array in JSON, the name of a sheet in a workbook. */
    records: z.string().min(1).max(NAME_CHARS_MAX),
  })
  .partial()
  .meta({ id: 'ReadingSettings' })

/** What odd quantities of a feed mean. What is left out is refused, never guessed. */
export const rowSettings = z
  .strictObject({
    /** A counted quantity below 0. */
    negative: z.enum(['keep', 'floor', 'reject']),
    /** A quantity with a fraction. */
    fraction: z.enum(['round_down', 'reject']),
    /** Several rows of one product in one facility: bins, lots, statuses. */
    repeated: z.enum(['sum', 'reject']),
    /** The sign before the decimals; the other one of the two then separates thousands. */
    decimalSign: z.enum(['.', ',']),
    /** The type of an identifier that comes without one. */
    idTypeDefault: z.string().min(1).max(NAME_CHARS_MAX),
  })
  .partial()
  .meta({ id: 'RowSettings' })

const FORMULA_CHARS_MAX = 1_000
const CODES_MAX = 10_000
const CONDITIONS_MAX = 100
const VALUES_MAX = 1_000

const columnName = z.string().min(1).max(NAME_CHARS_MAX)
const cellText = z.string().max(NAME_CHARS_MAX)
const codes = z.record(cellText, cellText).refine(table => Object.keys(table).length <= CODES_MAX, `At most ${CODES_MAX} codes.`)
const namePattern = z
  .string()
  .max(NAME_CHARS_MAX)
  .refine(pattern => pattern.split('{}').length === 2, 'Put {} once where the value stands, as in stock_{}_*.csv.')

/** How the columns of a feed become the columns of its layout. */
export const mappingSettings = z
  .strictObject({
    columns: z
      .array(
        z.strictObject({
          to: columnName,
          from: z.union([
            z.strictObject({ column: columnName }),
            z.strictObject({ constant: cellText }),
            z.strictObject({ fileName: namePattern }),
            z.strictObject({ folder: namePattern }),
            z.strictObject({ formula: z.string().min(1).max(FORMULA_CHARS_MAX) }),
          ]),
          translate: codes.optional(),
          otherwise: z.enum(['keep', 'reject', 'blank']).optional(),
        }),
      )
      .max(COLUMNS_MAX)
      .refine(columns => new Set(columns.map(column => column.to)).size === columns.length, 'Each column of the layout once.'),
    wide: z
      .strictObject({
        columns: z.array(columnName).max(COLUMNS_MAX).optional(),
        facilityTo: columnName,
        unitsTo: columnName,
        translate: codes.optional(),
      })
      .optional(),
    leaveOut: z
      .array(
        z.strictObject({
          column: columnName,
          operator: z.enum(['is', 'is_not', 'begins', 'ends', 'contains', 'blank', 'filled', 'below', 'above']),
          values: z.array(cellText).max(VALUES_MAX).optional(),
        }),
      )
      .max(CONDITIONS_MAX)
      .optional(),
  })
  .meta({ id: 'MappingSettings' })

const PATTERN_CHARS_MAX = 200
const ORDER_LAG_MINUTES_MAX = 7 * 24 * 60

/** A text with the parts of a date in brackets: `stock_{yyyyMMdd_HHmm}*.csv`. */
const momentPattern = z
  .string()
  .max(PATTERN_CHARS_MAX)
  .refine(text => /\{[^{}]*(epoch|dd)[^{}]*\}/.test(text), 'Put the date in brackets, as in stock_{yyyyMMdd_HHmm}*.csv.')

/** Of which moment the counts of a feed speak. What the sender wrote counts over when the bytes came. */
export const asOfSettings = z
  .strictObject({
    from: z.enum(['received', 'modified', 'name', 'column', 'header', 'trailer']),
    pattern: momentPattern.optional(),
    column: z.string().min(1).max(NAME_CHARS_MAX).optional(),
    /** How a column writes it, as dd.MM.yyyy HH:mm; ISO 8601 where it is left out. */
    format: z.string().min(1).max(PATTERN_CHARS_MAX).optional(),
    zone: zone.optional(),
    /** How many minutes before its moment the sender last took orders in. Matters to counts by ATP only. */
    orderLagMinutes: z.int().min(0).max(ORDER_LAG_MINUTES_MAX).optional(),
  })
  .refine(said => said.from !== 'column' || said.column !== undefined, 'Name the column.')
  .refine(said => !['name', 'header', 'trailer'].includes(said.from) || said.pattern !== undefined, 'Give the pattern.')
  .meta({ id: 'AsOfSettings' })

/** What the orders of a feed mean where their rows do not say it. */
export const orderSettings = z
  .strictObject({
    /** False: the sender of the counts has taken open orders off already (HotWax's `reserveInventory = N`). */
    reserves: z.boolean(),
    /** What a row without a status is. A quantity below 0 is then a return. */
    status: z.enum(['ordered', 'shipped']),
    /** The code of the facility that rows mean which name none. */
    facility: z.string().min(1).max(NAME_CHARS_MAX),
    /** The code of the group whose stock these orders sell, for lines that no facility holds yet. */
    channel: z.string().min(1).max(NAME_CHARS_MAX),
  })
  .partial()
  .meta({ id: 'OrderSettings' })

const BOOKING_LAG_MINUTES_MAX = 30 * 24 * 60

/** Which of our own movements (shipments, returns, corrections) the counts of a feed have in them already. */
export const containsSettings = z
  .strictObject({
    /** All up to its moment; all up to a lag before it; or what its sender acknowledged. */
    what: z.enum(['as_of', 'lag', 'acknowledged']),
    lagMinutes: z.int().min(0).max(BOOKING_LAG_MINUTES_MAX).optional(),
  })
  .refine(said => (said.what === 'lag') === (said.lagMinutes !== undefined), 'A lag is so many minutes; the others have none.')
  .meta({ id: 'ContainsSettings' })

const PERCENT_MAX = 1_000
const UNITS_MAX = 2_147_483_647
const percent = z.number().min(0).max(PERCENT_MAX)

/** Limits outside of which a file is held for a person. A guard that is left out is off. */
export const guardLimits = z
  .strictObject({
    rowsPercent: percent,
    unitsPercent: percent,
    zeroPercent: percent,
    facilitiesMissing: z.int().min(0).max(COLUMNS_MAX),
    changedPercent: percent,
    largestChangeUnits: z.int().min(0).max(UNITS_MAX),
    rejectedPercent: percent,
  })
  .partial()
  .meta({ id: 'GuardLimits' })

/** How far a feed's files are believed. */
export const beliefSettings = z
  .strictObject({
    guards: guardLimits,
    /** How many people have to release a file that was held. */
    releasedBy: z.enum(['one', 'two']),
    /** What a position means that the last snapshot counted and this one does not: nothing, nothing on hand, or a line in a list. */
    missingRows: z.enum(['keep', 'zero', 'list']),
    /** Up to so many per cent of missing rows are set to nothing unasked; more of them hold the file. */
    missingPercent: z.number().min(0).max(100),
    /** The column of a number that the sender gives each change: one that was applied is not applied again, in whatever file it comes. */
    keyColumn: z.string().min(1).max(NAME_CHARS_MAX),
    /** For feeds of changes without such a column: whether what an earlier file brought, at the same lines, is left out or counts again. */
    appliedBefore: z.enum(['leave_out', 'count']),
  })
  .partial()
  .meta({ id: 'BeliefSettings' })

const LEFT_OUT_PATTERNS_MAX = 100

/** What is done with products that the catalogue does not know. */
export const unknownSettings = z
  .strictObject({
    products: z.enum(['reject', 'park', 'create']),
    /** Identifiers that look like one of these are left out: `*` for any signs, `?` for one. */
    leaveOut: z.array(z.string().min(1).max(PATTERN_CHARS_MAX)).max(LEFT_OUT_PATTERNS_MAX),
  })
  .partial()
  .meta({ id: 'UnknownSettings' })

/**
 * Everything that a feed declares, a section for each subject. A new subject is a new key here and a type in the room that
 * reads it; all sections lie in one column of the feed.
 */
export const feedSettings = z
  .strictObject({
    reading: readingSettings,
    rows: rowSettings,
    mapping: mappingSettings,
    asOf: asOfSettings,
    orders: orderSettings,
    belief: beliefSettings,
    contains: containsSettings,
    arrival: arrivalSettings,
    trailer: trailerSettings,
    due: dueSettings,
    keep: keepSettings,
    unknown: unknownSettings,
  })
  .partial()
  .meta({ id: 'FeedSettings' })

export const feedSettingsAnswer = z.object({ feed: z.string(), layout: z.string(), settings: feedSettings })

const REASON_CHARS_MAX = 1_000

/** The sections that are given take the place of the former ones; null takes a section away; the others stay. */
export const feedSettingsChange = z.strictObject({
  settings: z.strictObject(Object.fromEntries(Object.entries(feedSettings.shape).map(([key, section]) => [key, section.nullable()]))),
  reason: z.string().max(REASON_CHARS_MAX).optional(),
})
