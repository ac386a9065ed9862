import { z } from 'zod'
import { zone } from './zone.ts'

const NAME_CHARS_MAX = 200
const PATIENCE_MINUTES_MAX = 7 * 24 * 60
const SECONDS_MAX = 24 * 60 * 60
const DAYS_MAX = 3_650
const MEGABYTES_MAX = 10_000_000

/** What counts as evidence that a file is whole, beyond its close on our own server or its rest in a folder. */
export const arrivalSettings = z
  .strictObject({
    /** The rename from a temporary name, a marker beside it (.done, .complete, .ok, .trigger …), or a manifest with its size and digest. */
    evidence: z.enum(['rename', 'marker', 'manifest']),
    /** The ending of the marker or manifest, where it is another one. */
    suffix: z.string().min(1).max(NAME_CHARS_MAX),
    /** How long a file in a folder, here or on a server, has to keep its size and time. */
    quietSeconds: z.int().min(0).max(SECONDS_MAX),
    /** How long an interrupted file waits for its client, and a closed one for its evidence. */
    patienceMinutes: z.int().min(1).max(PATIENCE_MINUTES_MAX),
  })
  .partial()
  .meta({ id: 'ArrivalSettings' })

/** What the last line of a file says, so that one that was cut is seen: a count of rows, or the sum of units. */
export const trailerSettings = z
  .strictObject({
    counts: z.enum(['rows', 'units']),
    pattern: z
      .string()
      .max(NAME_CHARS_MAX)
      .refine(text => text.split('{n}').length === 2, 'Put {n} where the number stands, as in TRAILER|{n}.'),
  })
  .meta({ id: 'TrailerSettings' })

/** When a file is due: at times of the day, or so long after the one before. */
export const dueSettings = z
  .strictObject({
    /** As 03:30, in the zone. */
    at: z
      .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of the day, as 03:30.'))
      .min(1)
      .max(48)
      .optional(),
    zone: zone.optional(),
    /** On which days of the week, 1 for Monday to 7 for Sunday; every day where it is left out. */
    days: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
    everyMinutes: z
      .int()
      .min(1)
      .max(PATIENCE_MINUTES_MAX * 5)
      .optional(),
    /** How much later than due it may come. */
    graceMinutes: z.int().min(0).max(PATIENCE_MINUTES_MAX).optional(),
  })
  .refine(said => (said.at === undefined) !== (said.everyMinutes === undefined), 'Give either times of the day or an interval.')
  .meta({ id: 'DueSettings' })

/** How long the originals of a feed are kept; the younger of the two limits counts. */
export const keepSettings = z
  .strictObject({ days: z.int().min(1).max(DAYS_MAX), megabytes: z.int().min(1).max(MEGABYTES_MAX) })
  .partial()
  .meta({ id: 'KeepSettings' })
