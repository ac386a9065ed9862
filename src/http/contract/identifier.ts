import { z } from 'zod'

const CHARS_MAX = 200
const identifier = z.object({ type: z.string().trim().min(1).max(CHARS_MAX), value: z.string().trim().min(1).max(CHARS_MAX) })

/** One more identifier for the product that goes by `same`. */
export const newIdentifier = identifier.extend({ same: identifier })

/** One more name for a facility, by its code. */
export const newFacilityAlias = z.object({ value: z.string().trim().min(1).max(CHARS_MAX), facility: z.string().min(1).max(CHARS_MAX) })

export const declaredName = z.object({ value: z.string() })
