import { z } from 'zod'

/** The name of a time zone. */
export const zone = z.string().refine(isZone, 'The name of a time zone, as Europe/Berlin.')

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== null
  } catch {
    return false
  }
}
